package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/customer"
)

// FollowUp is what is owed to a caller: somebody is to have come back to them, or
// to have dealt with their complaint, by a time.
type FollowUp struct {
	ID      string           `json:"id"`
	Call    string           `json:"call"`   // empty when it was told otherwise
	Number  string           `json:"number"` // empty when it was withheld
	Kind    FollowUpKind     `json:"kind"`
	Why     string           `json:"why,omitempty"`
	Opened  time.Time        `json:"opened"`
	Due     time.Time        `json:"due"`
	Told    time.Time        `json:"told,omitzero"` // when it was told that it is overdue
	Settled time.Time        `json:"settled,omitzero"`
	Task    *campaign.Follow `json:"task,omitempty"` // what a campaign asks for; nil: no campaign does
	Sending Sending          `json:"sending,omitzero"`

	customer.Settlement // by whom, and how
}

// FollowUpKind is what is owed.
type FollowUpKind string

// The kinds of FollowUp.
const (
	Feedback  FollowUpKind = "feedback"  // a word to the caller, as a rule of the table of routes says
	Complaint FollowUpKind = "complaint" // an answer to what was complained of
	AgentCall FollowUpKind = "agent"     // a call by a person, for a campaign
	Promotion FollowUpKind = "promotion" // a message or mail, for a campaign
)

// ComplaintWithin is how long a complaint may stay open.
const ComplaintWithin = 24 * time.Hour

// ErrSettled tells that a follow-up was settled before.
var ErrSettled = errors.New("settled already")

// ErrNoFollowUp tells that there is no such follow-up.
var ErrNoFollowUp = errors.New("no such follow-up")

// owedBy tells what a call's journal leaves to be done: for its first note
// follow_up=RFC3339 and its first tag=complaint.
func owedBy(r call.Record, country string) (all []FollowUp) {
	owe := func(kind FollowUpKind, e call.Entry, due time.Time) {
		id := r.ID + "." + string(kind)
		for _, f := range all {
			if f.ID == id {
				return
			}
		}
		theirs := r.Caller
		if r.Direction == "outbound" {
			theirs = r.Called
		}
		all = append(all, FollowUp{ID: id, Call: r.ID, Number: customer.Parse(theirs, country).Text, Kind: kind, Why: e.Why, Opened: e.At, Due: due})
	}
	for _, e := range r.Entries {
		if e.Kind != call.EntryNote {
			continue
		}
		if e.Text == "tag=complaint" {
			owe(Complaint, e, e.At.Add(ComplaintWithin))
		}
		if text, ok := strings.CutPrefix(e.Text, "follow_up="); ok {
			if due, err := time.Parse(time.RFC3339, text); err == nil { // else a script has a variable of that name
				owe(Feedback, e, due)
			}
		}
	}
	return all
}

// complaintOwes is what a complaint leaves to be done that was made outside of a call.
func complaintOwes(w Word, number string, now time.Time) FollowUp {
	return FollowUp{ID: w.ID + complaintMark, Number: number, Kind: Complaint, Opened: now, Due: now.Add(ComplaintWithin)}
}

// complaintMark follows a complaint's id in that of its follow-up.
const complaintMark = "." + string(Complaint)

const followUpColumns = "id, call, number, kind, why, opened, due, told, settled, who, note, task, message, reopened, outcome, paid, paid_amount, paid_currency, paid_code, paid_note"

var insertFollowUp = insertOnce("owed", followUpColumns, 1)

func followUpRow(f FollowUp) []any {
	return append([]any{f.ID, f.Call, f.Number, string(f.Kind), f.Why, f.Opened.UnixNano(), f.Due.UnixNano(), stamp(f.Told), stamp(f.Settled), f.Who, f.Note,
		taskText(f.Task), f.Sending.Message, stamp(f.Sending.Reopened)}, outcomeRow(f.Settlement)...)
}

// outcomeRow is the columns from outcome on.
func outcomeRow(s customer.Settlement) []any {
	row := []any{string(s.Outcome), "", 0, "", "", ""}
	if c := s.Compensation; c != nil {
		worth := c.Worth()
		row = []any{string(s.Outcome), string(c.Kind), worth.Cents, worth.Currency, c.Code, c.Note}
	}
	return row
}

func followUp(scan func(...any) error) (f FollowUp, err error) {
	var opened, due int64
	var told, settled, reopened sql.NullInt64
	var task, code, note string
	var paid customer.CompensationKind
	var worth customer.Money
	err = scan(&f.ID, &f.Call, &f.Number, &f.Kind, &f.Why, &opened, &due, &told, &settled, &f.Who, &f.Note, &task, &f.Sending.Message, &reopened,
		&f.Outcome, &paid, &worth.Cents, &worth.Currency, &code, &note)
	if paid != "" {
		f.Compensation = customer.Paid(paid, worth, code, note)
	}
	if err == nil && task != "" {
		err = json.Unmarshal([]byte(task), &f.Task)
	}
	f.Opened, f.Due, f.Told, f.Settled = time.Unix(0, opened).UTC(), time.Unix(0, due).UTC(), when(told), when(settled)
	f.Sending.Reopened = when(reopened)
	return f, err
}

// owe writes what a call leaves to be done, once.
func owe(ctx context.Context, q queries, r call.Record, country string) error {
	for _, f := range owedBy(r, country) {
		if _, err := q.exec(ctx, insertFollowUp, followUpRow(f)...); err != nil {
			return err
		}
	}
	return nil
}

// oweOne does so for a line of a call under way. One whose beginning is not
// written yet comes again with the whole record.
func oweOne(ctx context.Context, q queries, id string, e call.Entry, country string) error {
	if e.Kind != call.EntryNote {
		return nil
	}
	r := call.Record{ID: id, Entries: []call.Entry{e}}
	if len(owedBy(r, country)) == 0 {
		return nil
	}
	err := q.row(ctx, "SELECT direction, caller, called FROM calls WHERE id = ?", id).Scan(&r.Direction, &r.Caller, &r.Called)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return owe(ctx, q, r, country)
}

// FollowUpFilter chooses follow-ups; zero fields choose all.
type FollowUpFilter struct {
	State string // open, overdue (open and past Now), settled
	Kind  FollowUpKind
	Now   time.Time // for overdue
	After string    // the id of the last one of the page before
	Limit int       // 0: 100
}

// FollowUps lists them, the first due first.
func (r *Reader) FollowUps(ctx context.Context, f FollowUpFilter) (all []FollowUp, err error) {
	where, args := "1 = 1", []any{}
	switch f.State {
	case "open":
		where = "settled IS NULL"
	case "overdue":
		where, args = "settled IS NULL AND due <= ?", append(args, f.Now.UnixNano())
	case "settled":
		where = "settled IS NOT NULL"
	}
	if f.Kind != "" {
		where, args = where+" AND kind = ?", append(args, string(f.Kind))
	}
	if f.After != "" {
		where += " AND (due, id) > (SELECT due, id FROM owed WHERE id = ?)"
		args = append(args, f.After)
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	return followUps(ctx, r.db.q(), where, append(args, f.Limit))
}

func followUps(ctx context.Context, q queries, where string, args []any) (all []FollowUp, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		f, err := followUp(scan)
		all = append(all, f)
		return err
	}, "SELECT "+followUpColumns+" FROM owed WHERE "+where+" ORDER BY due, id LIMIT ?", args...)
	if err == nil {
		err = q.withReceipts(ctx, all)
	}
	if err != nil {
		return nil, fmt.Errorf("follow-ups: %w", err)
	}
	return all, nil
}

// Owed counts the open follow-ups, and those of them that are overdue at now.
func (r *Reader) Owed(ctx context.Context, now time.Time) (open, overdue int, err error) {
	err = r.db.q().row(ctx, "SELECT COUNT(*), COALESCE(SUM(CASE WHEN due <= ? THEN 1 ELSE 0 END), 0) FROM owed WHERE settled IS NULL",
		now.UnixNano()).Scan(&open, &overdue)
	if err != nil {
		err = fmt.Errorf("follow-ups: %w", err)
	}
	return open, overdue, err
}

// Breached lists those that are overdue at now and of which nobody was told yet.
func (r *Reader) Breached(ctx context.Context, now time.Time, limit int) ([]FollowUp, error) {
	return followUps(ctx, r.db.q(), "settled IS NULL AND told IS NULL AND due <= ?", []any{now.UnixNano(), limit})
}

// TellBreach writes down that an overdue follow-up was told of, and posts messages
// that tell of it, both or neither. Call it after telling in other ways: whoever is
// killed between the two tells again.
func (e *Editor) TellBreach(ctx context.Context, id string, at time.Time, tell ...Message) error {
	err := e.changes.change(ctx, func(q queries) error {
		n, err := q.exec(ctx, "UPDATE owed SET told = ? WHERE id = ? AND told IS NULL", at.UnixNano(), id)
		if err != nil || n == 0 { // somebody else told of it
			return err
		}
		return q.post(ctx, tell...)
	})
	if err != nil {
		return fmt.Errorf("follow-ups: %w", err)
	}
	e.nudge(tell)
	return nil
}

// SettleFollowUp writes down who did what is owed, and how, closes the complaint that
// it is about, and posts the messages that tell of it (nil: none), in one transaction.
// The settlement is one that was checked. ErrNoFollowUp or ErrSettled says why not.
func (e *Editor) SettleFollowUp(ctx context.Context, id string, s customer.Settlement, at time.Time, tell func(FollowUp) []Message) (f FollowUp, err error) {
	var messages []Message
	err = e.changes.change(ctx, func(q queries) (err error) {
		f, messages, err = q.settleFollowUp(ctx, id, s, at, tell)
		return err
	})
	if err != nil {
		return f, fmt.Errorf("follow-ups: %w", err)
	}
	e.nudge(messages)
	return f, nil
}

func (q queries) settleFollowUp(ctx context.Context, id string, s customer.Settlement, at time.Time, tell func(FollowUp) []Message) (f FollowUp, messages []Message, err error) {
	n, err := q.exec(ctx, `UPDATE owed SET settled = ?, who = ?, note = ?, outcome = ?, paid = ?, paid_amount = ?, paid_currency = ?, paid_code = ?, paid_note = ?
			WHERE id = ? AND settled IS NULL`, append(append([]any{at.UnixNano(), s.Who, s.Note}, outcomeRow(s)...), id)...)
	if err != nil {
		return f, nil, err
	}
	f, err = followUp(q.row(ctx, "SELECT "+followUpColumns+" FROM owed WHERE id = ?", id).Scan)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return f, nil, fmt.Errorf("%w: %q", ErrNoFollowUp, id)
	case err != nil:
		return f, nil, err
	case n == 0:
		return f, nil, fmt.Errorf("%w, by %s at %s", ErrSettled, f.Who, f.Settled.Format(time.RFC3339))
	case f.Kind == Complaint:
		if _, err = q.exec(ctx, "UPDATE complaints SET closed = ? WHERE (id = ? OR call = ? AND call <> '') AND closed IS NULL",
			at.UnixNano(), strings.TrimSuffix(f.ID, complaintMark), f.Call); err != nil {
			return f, nil, err
		}
	}
	one := []FollowUp{f}
	if err := q.withReceipts(ctx, one); err != nil {
		return f, nil, err
	}
	if f = one[0]; tell != nil {
		messages = tell(f)
	}
	return f, messages, q.post(ctx, messages...)
}
