// Package figures makes reports of a day, a week, a month or a quarter out of the
// views of the store: as text, CSV and one HTML page.
package figures

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog/keyness"
	"github.com/parley-voice/parley/store"
)

// Source is where figures come from; store.Reader is one.
type Source interface {
	ReportSite(ctx context.Context) (zone *time.Location, currency string, err error)
	PeriodAt(ctx context.Context, g store.Grain, at time.Time) (store.Period, error)
	Gather(ctx context.Context, from, until time.Time) (*store.Gathered, error)
	Heard(ctx context.Context, from, until time.Time, take func(texts []string)) error
}

// Report is all of one period.
type Report struct {
	Period   store.Period
	Before   store.Period
	Zone     string
	Currency string
	Made     time.Time
	Tables   []Table
	Warnings []Warning
	Steps    []string         // the periods along the charts, oldest first
	Phrases  []keyness.Phrase // weekly: what is said more than before, as suggestions
}

// Table is one view's rows: of the period, of the one before, and of each step.
type Table struct {
	Now    store.Figures
	Before store.Figures
	Along  store.Figures
}

// Make reads the report of the period that a date of the site's zone lies in; the
// zero date is now's.
func Make(ctx context.Context, from Source, goals config.Goals, g store.Grain, date, now time.Time) (r Report, err error) {
	zone, currency, err := from.ReportSite(ctx)
	if err != nil {
		return r, err
	}
	if date.IsZero() {
		date = now.In(zone)
	}
	noon := time.Date(date.Year(), date.Month(), date.Day(), 12, 0, 0, 0, zone)
	r = Report{Zone: zone.String(), Currency: currency, Made: now.In(zone)}
	if r.Period, err = from.PeriodAt(ctx, g, noon); err != nil {
		return r, err
	}
	if r.Before, err = from.PeriodAt(ctx, g, r.Period.Starts.Add(-1)); err != nil {
		return r, err
	}
	fine, steps := steps(r.Period, zone)
	r.Steps = steps
	if r.Tables, err = tables(ctx, from, r, fine); err != nil {
		return r, err
	}
	r.Warnings = warnings(r, goals)
	if g == store.Week {
		r.Phrases, err = phrases(ctx, from, r.Period)
	}
	return r, err
}

// tables are every view's rows. What began before the steps and before the period
// before is not read.
func tables(ctx context.Context, from Source, r Report, fine store.Grain) (all []Table, err error) {
	since, until := r.Before.Starts, r.Period.Ends
	if r.Period.Grain == store.Day {
		since = r.Period.Starts.AddDate(0, 0, -14) // the fortnight, and an hour for a clock put back
	}
	if fine == store.Week { // a quarter's first and last week reach beyond it
		until = until.AddDate(0, 0, 7)
	}
	calls, err := from.Gather(ctx, since, until)
	if err != nil {
		return nil, err
	}
	defer func() { _ = calls.Close() }()
	for _, v := range store.Views() {
		if !v.Periodic() {
			continue
		}
		var t Table
		if t.Now, err = calls.Figures(ctx, v, r.Period.Grain, r.Period.Name, r.Period.Name); err != nil {
			return nil, err
		}
		if t.Before, err = calls.Figures(ctx, v, r.Before.Grain, r.Before.Name, r.Before.Name); err != nil {
			return nil, err
		}
		if t.Along, err = calls.Figures(ctx, v, fine, r.Steps[0], r.Steps[len(r.Steps)-1]); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// steps are what the charts go along: a day has the fortnight up to it, weeks and
// months their days, quarters their weeks.
func steps(p store.Period, zone *time.Location) (fine store.Grain, names []string) {
	fine = store.Day
	first, last := p.Starts.In(zone), p.Ends.Add(-1).In(zone)
	switch p.Grain {
	case store.Day:
		first = first.AddDate(0, 0, -13)
	case store.Quarter:
		fine = store.Week
	}
	end := time.Date(last.Year(), last.Month(), last.Day(), 12, 0, 0, 0, time.UTC)
	for d := time.Date(first.Year(), first.Month(), first.Day(), 12, 0, 0, 0, time.UTC); !d.After(end); d = d.AddDate(0, 0, 1) {
		if name := fine.Name(d); len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return fine, names
}

// table is the table of a view.
func (r Report) table(view string) Table {
	i := slices.IndexFunc(r.Tables, func(t Table) bool { return t.Now.View.Name == view })
	return r.Tables[i]
}

// key is what names a row beside its period: direction, queue, variant.
func key(row []any) string {
	var words []string
	for i, v := range row {
		if s, ok := v.(string); ok && i > 1 {
			words = append(words, s)
		}
	}
	return strings.Join(words, " / ")
}

// number is a value as a number; false for none.
func number(v any) (float64, bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
