package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
)

// Errors of attempts.
var (
	ErrAttempted = errors.New("an attempt was reserved under this id before")
	ErrStopped   = errors.New("the attempt may no longer be dialled")
	ErrNoAttempt = errors.New("no such attempt")
)

// Reserve asks whether an attempt may be made at now and, if so, takes its place
// under the caps, all in one transaction: nobody else counts, reserves or opts out
// for this person or number meanwhile. It returns when that is durable.
//
// A refusal is no error: Decision.Allowed is false and its reasons are all there
// are. ErrAttempted comes with the attempt that has the request's ID already,
// whatever became of it: do not dial. After any other error it is not known
// whether the place was taken; ask again under the same ID.
//
// Then: DialAttempt, which must succeed before the INVITE; AnswerAttempt; and
// SettleAttempt. ReleaseAttempt gives the place of one back that was certainly not
// dialled; Orphaned settles what a process that died left open.
func (e *Editor) Reserve(ctx context.Context, now time.Time, r permit.Request, p permit.Policy) (a Attempt, d permit.Decision, err error) {
	r.Channel = cmp.Or(r.Channel, permit.Phone)
	err = e.locked(ctx, r.Person, r.Number.Text, func(q queries, who subject) error {
		old, err := q.attempt(ctx, r.ID)
		if err == nil {
			a = old
			return ErrAttempted
		}
		if !errors.Is(err, ErrNoAttempt) {
			return err
		}
		f, err := q.permitFacts(ctx, who, r, now)
		if err != nil {
			return err
		}
		if d = permit.Decide(now, r, f, p); !d.Allowed {
			return nil
		}
		a = Attempt{
			ID: r.ID, Person: who.profile.ID, Number: r.Number.Text, Purpose: r.Purpose, Channel: r.Channel,
			Campaign: r.Campaign, Holder: r.Holder, At: now.UTC(), State: AttemptReserved, Grant: d.Grant,
		}
		return q.reserve(ctx, a)
	})
	if err != nil && !errors.Is(err, ErrAttempted) {
		return Attempt{}, permit.Decision{}, fmt.Errorf("attempts: %w", err)
	}
	return a, d, err
}

// May answers as Reserve would, and reserves nothing. The answer is for people to
// look at: it may be another a moment later.
func (r *Reader) May(ctx context.Context, now time.Time, req permit.Request, p permit.Policy) (permit.Decision, error) {
	q := r.db.q()
	who, err := q.subject(ctx, req.Person, req.Number.Text)
	if err != nil {
		return permit.Decision{}, fmt.Errorf("attempts: %w", err)
	}
	req.Channel, req.ID = cmp.Or(req.Channel, permit.Phone), cmp.Or(req.ID, "-")
	f, err := q.permitFacts(ctx, who, req, now)
	if err != nil {
		return permit.Decision{}, fmt.Errorf("attempts: %w", err)
	}
	return permit.Decide(now, req, f, p), nil
}

// subject is whom a decision is about.
type subject struct {
	profile customer.Profile // zero when the number is nobody's
	number  string           // the one at hand; "" when only the person was named
	ids     []any            // of the person, and of those who were merged into it
	numbers []any            // the person's, and the one at hand
	hidden  []any            // pseudonyms of these, once anybody was erased
}

// subject finds the person by id, or by whom the number belongs to.
func (q queries) subject(ctx context.Context, person, number string) (s subject, err error) {
	if s, err = q.owned(ctx, person, number); err == nil {
		s.hidden, err = q.pseudonyms(ctx, s.numbers)
	}
	return s, err
}

func (q queries) owned(ctx context.Context, person, number string) (s subject, err error) {
	s.number = number
	var owner string
	if number != "" {
		if err := q.row(ctx, "SELECT customer FROM numbers WHERE number = ?", number).Scan(&owner); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return s, err
		}
		s.numbers = append(s.numbers, number)
	}
	id := cmp.Or(person, owner)
	if id == "" {
		if number == "" {
			return s, ErrNobody
		}
		return s, nil
	}
	if s.profile, err = profile(ctx, q, id); err != nil {
		return s, err
	}
	if owner != "" && owner != s.profile.ID {
		return s, fmt.Errorf("%w: %s is %s's, not %s's", ErrTaken, customer.Parse(number, "").Masked(), owner, s.profile.ID)
	}
	for _, n := range s.profile.Numbers {
		if n != number {
			s.numbers = append(s.numbers, n)
		}
	}
	ids, err := q.texts(ctx, "SELECT id FROM customers WHERE id = ?1 OR merged = ?1 AND merged <> ''", s.profile.ID)
	for _, id := range ids {
		s.ids = append(s.ids, id)
	}
	return s, err
}

// theirs is a condition on a table's person and number, with its arguments.
func (s subject) theirs() (where string, args []any) {
	where, args = s.theirRows("person", "number", "", nil)
	return "(" + where + ")", args
}

// locked runs do in a transaction that has the person and the number to itself.
//
// In PostgreSQL each lock is a statement of its own before any that counts: a
// statement sees what was committed before it began, so one that locks and counts
// in one go counts without those it waited for. Who belongs to whom stands still
// meanwhile, and the order (customers, person, number) is everybody's, so that no
// two wait for each other. SQLite's transactions exclude each other anyway.
func (e *Editor) locked(ctx context.Context, person, number string, do func(queries, subject) error) error {
	return e.changes.patiently(ctx, func(q queries) error {
		who, err := q.hold(ctx, person, number)
		if err != nil {
			return err
		}
		return do(q, who)
	})
}

// hold takes the locks of locked for the rest of a transaction.
func (q queries) hold(ctx context.Context, person, number string) (who subject, err error) {
	if err := q.shared(ctx, "customers"); err != nil {
		return who, err
	}
	if who, err = q.subject(ctx, person, number); err != nil {
		return who, err
	}
	if id := who.profile.ID; id != "" {
		if err := q.alone(ctx, "person "+id); err != nil {
			return who, err
		}
	}
	if number != "" {
		err = q.alone(ctx, "number "+number)
	}
	return who, err
}
