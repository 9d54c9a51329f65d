package store

import (
	"context"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
)

// Decided is one decision of a campaign's experiment, by a person or by itself.
type Decided struct {
	Campaign string `json:"campaign"`
	Version  int    `json:"version"` // of the campaign
	experiment.Word
	Since time.Time `json:"-"` // DecideOnce: what was decided before is no double; zero: anything is
}

// TakeLook keeps a look at a campaign's variants, unless one was taken since from, the
// beginning of its day: the first stays, whoever took it and whatever came after.
func (e *Editor) TakeLook(ctx context.Context, campaign string, version int, from time.Time, l experiment.Look) (taken bool, err error) {
	err = e.changes.patiently(ctx, func(q queries) error {
		taken = false
		if err := q.alone(ctx, "looks "+campaign); err != nil {
			return err
		}
		n := 0
		if err := q.row(ctx, "SELECT COUNT(*) FROM variant_looks WHERE campaign = ? AND version = ? AND at >= ?", campaign, version, from.UnixNano()).Scan(&n); err != nil || n > 0 {
			return err
		}
		for _, t := range l.Tallies {
			if _, err := q.exec(ctx, "INSERT INTO variant_looks ("+lookColumns+") VALUES ("+marks(10)+")", campaign, version, l.At.UnixNano(), t.Variant,
				t.Assigned, t.Called, t.Answered, t.Converted, t.Negative, t.Complained); err != nil {
				return err
			}
		}
		taken = true
		return nil
	})
	return taken, inTrials(err)
}

const lookColumns = "campaign, version, at, variant, assigned, called, answered, converted, negative, complained"

// Looks are those taken at a version of a campaign, the oldest first.
func (r *Reader) Looks(ctx context.Context, campaign string, version int) (all []experiment.Look, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		var at int64
		var t experiment.Tally
		err := scan(&at, &t.Variant, &t.Assigned, &t.Called, &t.Answered, &t.Converted, &t.Negative, &t.Complained)
		if when := time.Unix(0, at).UTC(); len(all) == 0 || !all[len(all)-1].At.Equal(when) {
			all = append(all, experiment.Look{At: when})
		}
		last := &all[len(all)-1]
		last.Tallies = append(last.Tallies, t)
		return err
	}, "SELECT at, variant, assigned, called, answered, converted, negative, complained FROM variant_looks WHERE campaign = ? AND version = ? ORDER BY at, variant",
		campaign, version)
	return all, inTrials(err)
}

// Decide keeps a decision, and posts the messages that tell of it, both or neither.
func (e *Editor) Decide(ctx context.Context, d Decided, tell ...Message) error {
	err := e.changes.patiently(ctx, func(q queries) error {
		if err := q.decide(ctx, d); err != nil {
			return err
		}
		return q.post(ctx, tell...)
	})
	if err == nil {
		e.nudge(tell)
	}
	return inTrials(err)
}

// DecideOnce keeps what a campaign decided by itself, unless the same was decided of its
// version before: the same act of the same variant since d.Since, and of a rollback at
// the same time. What tells of it is posted with it.
func (e *Editor) DecideOnce(ctx context.Context, d Decided, tell ...Message) (fresh bool, err error) {
	err = e.changes.patiently(ctx, func(q queries) error {
		if err := q.alone(ctx, "decisions "+d.Campaign); err != nil {
			return err
		}
		n, since := 0, int64(0)
		if !d.Since.IsZero() {
			since = d.Since.UnixNano()
		}
		if err := q.row(ctx, "SELECT COUNT(*) FROM experiment_decisions WHERE campaign = ? AND version = ? AND act = ? AND variant = ? AND at >= ? AND (act <> ? OR at = ?)",
			d.Campaign, d.Version, string(d.Act), d.Variant, since, string(experiment.GoBack), d.At.UnixNano()).Scan(&n); err != nil {
			return err
		}
		if fresh = n == 0; !fresh {
			return nil
		}
		if err := q.decide(ctx, d); err != nil {
			return err
		}
		return q.post(ctx, tell...)
	})
	if err == nil && fresh {
		e.nudge(tell)
	}
	return fresh, inTrials(err)
}

func (q queries) decide(ctx context.Context, d Decided) error {
	_, err := q.exec(ctx, "INSERT INTO experiment_decisions (campaign, version, at, act, variant, who, why) VALUES ("+marks(7)+")",
		d.Campaign, d.Version, d.At.UnixNano(), string(d.Act), d.Variant, d.Who, d.Why)
	return err
}

// Decisions are those of all versions of a campaign, the oldest first.
func (r *Reader) Decisions(ctx context.Context, campaign string) (all []Decided, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		d := Decided{Campaign: campaign}
		var at int64
		err := scan(&d.Version, &at, &d.Act, &d.Variant, &d.Who, &d.Why)
		d.At = time.Unix(0, at).UTC()
		all = append(all, d)
		return err
	}, "SELECT version, at, act, variant, who, why FROM experiment_decisions WHERE campaign = ? ORDER BY seq", campaign)
	return all, inTrials(err)
}

// Assigned counts the people to whom each variant of an experiment was given.
func (r *Reader) Assigned(ctx context.Context, experiment string) (map[string]int, error) {
	all := map[string]int{}
	err := r.db.q().each(ctx, func(scan func(...any) error) error {
		var variant string
		var n int
		err := scan(&variant, &n)
		all[variant] = n
		return err
	}, "SELECT variant, COUNT(*) FROM assignments WHERE experiment = ? GROUP BY variant", experiment)
	return all, inTrials(err)
}

func inTrials(err error) error {
	if err != nil {
		return fmt.Errorf("experiments: %w", err)
	}
	return nil
}
