package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// PermitEvent is one thing that happened to what we may do: consent was given or
// taken back, a person opted out or complained, an attempt was reserved, dialled,
// settled, released or cancelled, a follow-up was granted.
type PermitEvent struct {
	Seq     int64     `json:"seq"` // as it was written; rises, with gaps
	At      time.Time `json:"at"`
	Kind    EventKind `json:"kind"`
	Ref     string    `json:"ref,omitempty"` // id of the attempt, the opt-out or the follow-up
	Person  string    `json:"person,omitempty"`
	Number  string    `json:"number,omitempty"`
	Purpose string    `json:"purpose,omitempty"`
	Channel string    `json:"channel,omitempty"`
	Source  string    `json:"source,omitempty"`
	Detail  string    `json:"detail,omitempty"`
}

// EventKind is what happened.
type EventKind string

// The kinds of PermitEvent.
const (
	EventConsent   EventKind = "consent"   // Detail: granted, refused or withdrawn, basis and end
	EventOptOut    EventKind = "opt_out"   // Detail: never or refusal
	EventComplaint EventKind = "complaint" //
	EventFollowUp  EventKind = "follow_up" // Detail: when it ends
	EventReserved  EventKind = "reserved"  // Detail: the follow-up that let it through
	EventDialled   EventKind = "dialled"   //
	EventAnswered  EventKind = "answered"  //
	EventSettled   EventKind = "settled"   // Detail: the fate
	EventReleased  EventKind = "released"  // Detail: why
	EventCancelled EventKind = "cancelled" // Detail: why
)

const eventColumns = "at, kind, ref, person, number, purpose, channel, source, detail"

// entered is the one place that every event passes, within the transaction that it
// belongs to: what is built on top of the events hooks in here.
func (q queries) entered(ctx context.Context, e PermitEvent) error {
	if _, err := q.exec(ctx, "INSERT INTO permit_events ("+eventColumns+") VALUES ("+marks(9)+")",
		e.At.UnixNano(), string(e.Kind), e.Ref, e.Person, e.Number, e.Purpose, e.Channel, e.Source, e.Detail); err != nil {
		return fmt.Errorf("permit events: %w", err)
	}
	return nil
}

// EventFilter chooses events; zero fields choose all.
type EventFilter struct {
	Person, Number string
	Kind           EventKind
	After          int64 // only later ones
	Limit          int   // 0: 100
}

// PermitEvents lists events in the order in which they were written.
func (r *Reader) PermitEvents(ctx context.Context, f EventFilter) (all []PermitEvent, err error) {
	where, args := []string{"seq > ?"}, []any{f.After}
	for _, c := range []struct{ column, value string }{{"person", f.Person}, {"number", f.Number}, {"kind", string(f.Kind)}} {
		if c.value != "" {
			where, args = append(where, c.column+" = ?"), append(args, c.value)
		}
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		var e PermitEvent
		var at int64
		err := scan(&e.Seq, &at, &e.Kind, &e.Ref, &e.Person, &e.Number, &e.Purpose, &e.Channel, &e.Source, &e.Detail)
		e.At = time.Unix(0, at).UTC()
		all = append(all, e)
		return err
	}, "SELECT seq, "+eventColumns+" FROM permit_events WHERE "+strings.Join(where, " AND ")+" ORDER BY seq LIMIT ?", append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("permit events: %w", err)
	}
	return all, nil
}
