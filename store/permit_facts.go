package store

import (
	"context"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
)

// permitFacts reads what permit.Decide looks at.
func (q queries) permitFacts(ctx context.Context, who subject, r permit.Request, now time.Time) (f permit.Facts, err error) {
	f.Profile = who.profile
	where, args := who.theirs()
	if f.OptOuts, err = q.optOuts(ctx, where, args); err != nil {
		return f, err
	}
	if len(who.numbers) > 0 {
		if f.Complaints, err = q.times(ctx, "SELECT opened FROM complaints WHERE number IN ("+marks(len(who.numbers)+len(who.hidden))+")", slices.Concat(who.numbers, who.hidden)...); err != nil {
			return f, err
		}
	}
	// No upper end: another's clock may be ahead of ours.
	err = q.each(ctx, func(scan func(...any) error) error {
		var at int64
		var number string
		err := scan(&at, &number)
		f.Attempts = append(f.Attempts, permit.Past{At: time.Unix(0, at).UTC(), SameNumber: number == who.number})
		return err
	}, "SELECT at, number FROM attempts WHERE "+where+" AND at > ? AND channel = ? AND state NOT IN ('cancelled', 'released')",
		append(slices.Clone(args), now.Add(-permit.Week).UnixNano(), string(r.Channel))...)
	if err != nil {
		return f, err
	}
	err = q.each(ctx, func(scan func(...any) error) error {
		var g permit.Grant
		var at, ends int64
		var used string
		err := scan(&g.ID, &at, &ends, &used)
		g.At, g.Ends, g.Used = time.Unix(0, at).UTC(), time.Unix(0, ends).UTC(), used != ""
		f.Grants = append(f.Grants, g)
		return err
	}, "SELECT id, at, ends, used FROM follow_ups WHERE "+where+" AND ends > ?", append(slices.Clone(args), now.UnixNano())...)
	return f, err
}

func (q queries) optOuts(ctx context.Context, where string, args []any) (all []permit.OptOut, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		var o permit.OptOut
		var at int64
		err := scan(&o.Kind, &o.Channel, &o.Purpose, &at)
		o.At = time.Unix(0, at).UTC()
		all = append(all, o)
		return err
	}, "SELECT DISTINCT kind, channel, purpose, at FROM opt_outs WHERE "+where, args...)
	return all, err
}

// times is the one column of nanoseconds that a query gives.
func (q queries) times(ctx context.Context, query string, args ...any) (all []time.Time, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		var at int64
		err := scan(&at)
		all = append(all, time.Unix(0, at).UTC())
		return err
	}, query, args...)
	return all, err
}
