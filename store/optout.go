package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
)

// Word is what a person said against being reached.
type Word struct {
	ID      string // the same again changes nothing; "" gets one of its own
	Person  string // customer's id, or "" and Number
	Number  string // customer.Number.Text
	Kind    WordKind
	Channel permit.Channel // "": every one
	Purpose string         // "": whatever for
	Source  string         // who tells: a call, a file, a key of the API
	Call    string         // the call in which it was said
}

// WordKind is what was said.
type WordKind string

// The kinds. Never has no end; the others keep us away as long as the policy says.
const (
	NeverAgain   WordKind = "never"
	RefusedOffer WordKind = "refusal"
	Complained   WordKind = "complaint"
)

// WordKinds lists the kinds.
func WordKinds() []WordKind { return []WordKind{NeverAgain, RefusedOffer, Complained} }

// Stopped is what an opt-out put an end to.
type Stopped struct {
	Again     bool      // it was on record before
	Cancelled []Attempt // were reserved; DialAttempt refuses them now
	Ringing   []Attempt // are to be hung up at once: see Reader.ToStop
}

// OptOut keeps a person's word. It takes the same locks as Reserve, so that no
// attempt is allowed after it, cancels what is reserved, and marks what rings: the
// holders of those, here and in other processes, find them by ToStop. It is durable
// when it returns. A number that is nobody's may opt out too. Whoever is to be told
// of it gets the messages in tell, which are posted with it, once.
func (e *Editor) OptOut(ctx context.Context, now time.Time, w Word, tell ...Message) (out Stopped, err error) {
	if !slices.Contains(WordKinds(), w.Kind) {
		return out, fmt.Errorf("opt-outs: there is no kind %q: never, refusal or complaint", w.Kind)
	}
	w.ID, w.Channel = cmp.Or(w.ID, uuid.NewString()), cmp.Or(w.Channel, permit.Every)
	err = e.locked(ctx, w.Person, w.Number, func(q queries, who subject) (err error) {
		out, err = q.optOut(ctx, now, who, w, tell...)
		return err
	})
	if err != nil {
		return Stopped{}, fmt.Errorf("opt-outs: %w", err)
	}
	e.nudge(tell)
	return out, nil
}

func (q queries) optOut(ctx context.Context, now time.Time, who subject, w Word, tell ...Message) (Stopped, error) {
	fresh, err := q.keepWord(ctx, now, who, w)
	if err != nil {
		return Stopped{}, err
	}
	if fresh {
		if err := q.post(ctx, tell...); err != nil {
			return Stopped{}, err
		}
	}
	out, err := q.stop(ctx, now, who, w, string(w.Kind))
	out.Again = !fresh
	return out, err
}

// keepWord writes a word down, unless it is there, for each of the person's numbers.
func (q queries) keepWord(ctx context.Context, now time.Time, who subject, w Word) (fresh bool, err error) {
	numbers := []string{""}
	if len(who.numbers) > 0 {
		numbers = nil
		for _, n := range who.numbers {
			numbers = append(numbers, n.(string))
		}
	}
	e := PermitEvent{
		At: now, Kind: EventOptOut, Ref: w.ID, Person: who.profile.ID, Number: numbers[0], Purpose: w.Purpose,
		Channel: string(w.Channel), Source: cmp.Or(w.Source, w.Call), Detail: string(w.Kind),
	}
	if w.Kind == Complained {
		n, err := q.exec(ctx, insertComplaint, complaintRow(customer.Complaint{ID: w.ID, Number: numbers[0], Call: w.Call, About: w.Purpose, Opened: now})...)
		if e.Kind, e.Detail = EventComplaint, ""; err != nil || n == 0 {
			return false, err
		}
		if w.Call == "" { // a call's journal leaves it: see owe
			if _, err := q.exec(ctx, insertFollowUp, followUpRow(complaintOwes(w, numbers[0], now))...); err != nil {
				return false, err
			}
		}
		if _, err := q.exec(ctx, dueByNumber, now.UnixNano(), numbers[0]); err != nil {
			return false, err
		}
		return true, q.entered(ctx, e)
	}
	for _, number := range numbers {
		n, err := q.exec(ctx, insertOnce("opt_outs", "id, number, person, kind, channel, purpose, at, source, call", 2),
			w.ID, number, who.profile.ID, string(w.Kind), string(w.Channel), w.Purpose, now.UnixNano(), w.Source, w.Call)
		if err != nil {
			return false, err
		}
		fresh = fresh || n > 0
	}
	if !fresh {
		return false, nil
	}
	return true, q.entered(ctx, e)
}

// stop ends a person's attempts on a word's channel and for its purpose, but for
// the call in which it was said: the script ends that one.
func (q queries) stop(ctx context.Context, now time.Time, who subject, w Word, why string) (out Stopped, err error) {
	where, args := who.theirs()
	open, err := q.attempts(ctx, where+" AND state IN ('reserved', 'dialled')", args...)
	if err != nil {
		return out, err
	}
	for _, a := range open {
		if a.ID == w.Call || w.Channel != permit.Every && w.Channel != a.Channel || w.Purpose != "" && w.Purpose != a.Purpose {
			continue
		}
		if a.State == AttemptReserved {
			if err := q.cancel(ctx, now, a, why); err != nil {
				return out, err
			}
			out.Cancelled = append(out.Cancelled, a)
			continue
		}
		if _, err := q.exec(ctx, "UPDATE attempts SET stop = COALESCE(stop, ?) WHERE id = ?", now.UnixNano(), a.ID); err != nil {
			return out, err
		}
		out.Ringing = append(out.Ringing, a)
	}
	return out, nil
}

// KeptWord is a word on record.
type KeptWord struct {
	Word
	At time.Time
}

// OptOuts lists words on record, the oldest first; after is the place of the last
// one of the page before.
func (r *Reader) OptOuts(ctx context.Context, after KeptWord, limit int) (all []KeptWord, err error) {
	at := int64(0)
	if !after.At.IsZero() {
		at = after.At.UnixNano()
	}
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		var w KeptWord
		var at int64
		err := scan(&w.ID, &w.Number, &w.Person, &w.Kind, &w.Channel, &w.Purpose, &at, &w.Source, &w.Call)
		w.At = time.Unix(0, at).UTC()
		all = append(all, w)
		return err
	}, `SELECT id, number, person, kind, channel, purpose, at, source, call FROM opt_outs
		WHERE at > ?1 OR at = ?1 AND (id > ?2 OR id = ?2 AND number > ?3) ORDER BY at, id, number LIMIT ?4`, at, after.ID, after.Number, limit)
	if err != nil {
		return nil, fmt.Errorf("opt-outs: %w", err)
	}
	return all, nil
}
