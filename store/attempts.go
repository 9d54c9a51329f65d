package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
)

// Attempt is one attempt to reach a person.
type Attempt struct {
	ID       string         `json:"id"`
	Person   string         `json:"person,omitempty"` // customer's id when it was reserved
	Number   string         `json:"number,omitempty"` // customer.Number.Text
	Purpose  string         `json:"purpose"`
	Channel  permit.Channel `json:"channel"`
	Campaign string         `json:"campaign,omitempty"`
	Holder   string         `json:"holder,omitempty"` // the process that dials
	At       time.Time      `json:"at"`               // reserved: what the caps count by
	Went     Progress       `json:"went,omitzero"`
	State    AttemptState   `json:"state"`
	Fate     Fate           `json:"fate,omitempty"`
	Grant    string         `json:"grant,omitempty"` // the follow-up that let it through
}

// Progress is when an attempt came how far; zero times: it did not.
type Progress struct {
	Dialled  time.Time `json:"dialled,omitzero"`
	Answered time.Time `json:"answered,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`
	Stop     time.Time `json:"stop,omitzero"` // it is to be hung up since

	Receipt customer.Receipt `json:"receipt,omitzero"` // of a message
}

// AttemptState is how far an attempt has come.
type AttemptState string

// The states. All but the last two count against the caps.
const (
	AttemptReserved  AttemptState = "reserved"
	AttemptDialled   AttemptState = "dialled" // the INVITE is under way, or was when we died
	AttemptAnswered  AttemptState = "answered"
	AttemptEnded     AttemptState = "ended"
	AttemptCancelled AttemptState = "cancelled" // by an opt-out, before it was dialled
	AttemptReleased  AttemptState = "released"  // given back, before it was dialled
)

// Fate is what became of an attempt, in a word that its maker chooses: answered,
// busy, no_answer, unreachable, machine, ... Two words mean something here.
type Fate string

// FateUnknown is the fate of one whose process died: it counts as used, and nobody
// dials it again. FateRefused makes SettleAttempt keep the refusal.
const (
	FateUnknown Fate = "unknown"
	FateRefused Fate = "refused"
)

// ReservationLife is how long after Reserve an attempt may be dialled: what was
// allowed may be forbidden later, by the clock alone.
const ReservationLife = 2 * time.Minute

const attemptColumns = "id, person, number, purpose, channel, campaign, holder, at, dialled, answered, ended, stop, state, fate, allowed"

func (q queries) reserve(ctx context.Context, a Attempt) error {
	if _, err := q.exec(ctx, "INSERT INTO attempts ("+attemptColumns+") VALUES ("+marks(15)+")",
		a.ID, a.Person, a.Number, a.Purpose, string(a.Channel), a.Campaign, a.Holder, a.At.UnixNano(), nil, nil, nil, nil,
		string(a.State), "", a.Grant); err != nil {
		return err
	}
	if a.Grant != "" {
		if _, err := q.exec(ctx, "UPDATE follow_ups SET used = ? WHERE id = ?", a.ID, a.Grant); err != nil {
			return err
		}
	}
	return q.entered(ctx, a.event(EventReserved, a.At, a.Grant))
}

func (a Attempt) event(kind EventKind, at time.Time, detail string) PermitEvent {
	return PermitEvent{
		At: at, Kind: kind, Ref: a.ID, Person: a.Person, Number: a.Number, Purpose: a.Purpose,
		Channel: string(a.Channel), Source: a.Campaign, Detail: detail,
	}
}

// attempts reads those that match, in the order in which they were reserved.
func (q queries) attempts(ctx context.Context, where string, args ...any) (all []Attempt, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		var a Attempt
		var at int64
		var dialled, answered, ended, stop, received sql.NullInt64
		var r customer.Receipt
		err := scan(&a.ID, &a.Person, &a.Number, &a.Purpose, &a.Channel, &a.Campaign, &a.Holder, &at, &dialled, &answered, &ended, &stop,
			&a.State, &a.Fate, &a.Grant, &r.State, &r.Code, &received)
		r.At = when(received)
		a.At, a.Went = time.Unix(0, at).UTC(), Progress{when(dialled), when(answered), when(ended), when(stop), r}
		all = append(all, a)
		return err
	}, "SELECT "+attemptColumns+", receipt, receipt_code, receipt_at FROM attempts WHERE "+where+" ORDER BY at, id", args...)
	return all, err
}

func (q queries) attempt(ctx context.Context, id string) (Attempt, error) {
	all, err := q.attempts(ctx, "id = ?", id)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%w: %s", ErrNoAttempt, id)
	}
	if err != nil {
		return Attempt{}, err
	}
	return all[0], nil
}

// Attempt reads one, or ErrNoAttempt.
func (r *Reader) Attempt(ctx context.Context, id string) (Attempt, error) {
	return r.db.q().attempt(ctx, id)
}

// Attempts lists those of a campaign, in the order in which they were reserved.
func (r *Reader) Attempts(ctx context.Context, campaign string) ([]Attempt, error) {
	return r.db.q().attempts(ctx, "campaign = ?", campaign)
}

// ToStop lists the attempts that a holder is to hang up at once: those that rang
// when the person opted out. Ask a few times a second while any of yours ring.
func (r *Reader) ToStop(ctx context.Context, holder string) ([]Attempt, error) {
	return r.db.q().attempts(ctx, "holder = ? AND state IN ('reserved', 'dialled', 'answered') AND stop IS NOT NULL", holder)
}
