package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
)

// Send asks whether a message may leave now. At the first try it takes its place under
// the caps, as Reserve, and is dialled at once; at a later one under the same ID
// everything is asked again but for its own place. ErrStopped: the person opted out
// between two tries, or it has come to its end.
func (e *Editor) Send(ctx context.Context, now time.Time, r permit.Request, p permit.Policy) (a Attempt, d permit.Decision, err error) {
	r.Channel = cmp.Or(r.Channel, permit.SMS)
	err = e.locked(ctx, r.Person, r.Number.Text, func(q queries, who subject) error {
		old, err := q.attempt(ctx, r.ID)
		again := err == nil
		switch {
		case err != nil && !errors.Is(err, ErrNoAttempt):
			return err
		case again && (old.State != AttemptDialled || !old.Went.Stop.IsZero()):
			return fmt.Errorf("%w: it is %s", ErrStopped, old.State)
		}
		f, err := q.permitFacts(ctx, who, r, now)
		if err != nil {
			return err
		}
		if again {
			if i := slices.IndexFunc(f.Attempts, func(x permit.Past) bool { return x.At.Equal(old.At) }); i >= 0 {
				f.Attempts = slices.Delete(f.Attempts, i, i+1)
			}
		}
		if d = permit.Decide(now, r, f, p); !d.Allowed || again {
			a = old
			return nil
		}
		a = Attempt{
			ID: r.ID, Person: who.profile.ID, Number: r.Number.Text, Purpose: r.Purpose, Channel: r.Channel,
			Campaign: r.Campaign, Holder: r.Holder, At: now.UTC(), State: AttemptDialled, Grant: d.Grant, Went: Progress{Dialled: now.UTC()},
		}
		if err := q.reserve(ctx, a); err != nil {
			return err
		}
		if _, err := q.exec(ctx, "UPDATE attempts SET dialled = ? WHERE id = ?", now.UnixNano(), a.ID); err != nil {
			return err
		}
		return q.entered(ctx, a.event(EventDialled, now, ""))
	})
	if err != nil {
		return Attempt{}, permit.Decision{}, fmt.Errorf("messages: %w", err)
	}
	return a, d, nil
}
