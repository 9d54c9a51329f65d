package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
)

// voiced keeps what a person said in a call, by voice or key, in the transaction
// that writes the journal's line: an opt-out, a complaint, and an enquiry in a call
// that the person made. It is as durable as the line, and written as often as that
// one without harm.
func (p pen) voiced(ctx context.Context, id string, e call.Entry) error {
	if e.Kind != call.EntryNote {
		return nil
	}
	w := Word{ID: id, Call: id, Source: "call " + id}
	enquiry := false
	switch key, value, _ := strings.Cut(e.Text, "="); {
	case key == "opt_out":
		w.Kind, w.Channel = NeverAgain, permit.Channel(value)
	case e.Text == "tag=complaint":
		w.Kind, w.Channel = Complained, permit.Every
	case key == "product" && value != "":
		enquiry = true
	default:
		return nil
	}
	q := p.q
	var direction, caller, called string
	err := q.row(ctx, "SELECT direction, caller, called FROM calls WHERE id = ?", id).Scan(&direction, &caller, &called)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // its record comes later, with all its lines
	}
	if err != nil {
		return err
	}
	if direction != "inbound" {
		caller = called
	}
	number := customer.Parse(caller, p.country).Text
	if number == "" || enquiry && direction != "inbound" {
		return nil // withheld: we would not know whom not to call
	}
	who, err := q.hold(ctx, "", number)
	if errors.Is(err, ErrNoCustomer) { // erased, but for the number: that is enough
		who, err = subject{number: number, numbers: []any{number}}, nil
	}
	if err != nil {
		return err
	}
	if enquiry {
		return q.enquired(ctx, e.At, id, who, w.Source, permit.FollowUp)
	}
	_, err = q.optOut(ctx, e.At, who, w)
	return err
}

// enquired lets one follow-up more through; the same id again changes nothing.
func (q queries) enquired(ctx context.Context, now time.Time, id string, who subject, source string, lasts time.Duration) error {
	ends := now.Add(lasts)
	fresh, err := q.exec(ctx, insertOnce("follow_ups", "id, person, number, at, ends, source, used", 1),
		id, who.profile.ID, who.number, now.UnixNano(), ends.UnixNano(), source, "")
	if err != nil || fresh == 0 {
		return err
	}
	return q.entered(ctx, PermitEvent{
		At: now, Kind: EventFollowUp, Ref: id, Person: who.profile.ID, Number: who.number, Source: source, Detail: "until " + ends.UTC().Format(time.RFC3339),
	})
}
