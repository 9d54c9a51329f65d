package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrNoReports tells that the views are not there, or are another version's.
var ErrNoReports = errors.New("the views of the reports are not there, or another version made them: run parley serve once, which makes them")

// Figures are rows of a view, each value an int64, a float64, a string, or nil for
// none. The first two columns are grain and period.
type Figures struct {
	View    View
	Columns []string
	Rows    [][]any
}

// Of is a row's value in a column; nil when there is no such column.
func (f Figures) Of(row []any, column string) any {
	if i := slices.Index(f.Columns, column); i >= 0 {
		return row[i]
	}
	return nil
}

// Figures reads what a view says of the periods first to last, by their names.
func (r *Reader) Figures(ctx context.Context, v View, g Grain, first, last string) (Figures, error) {
	return r.db.q().figures(ctx, v, g, first, last)
}

func (q queries) figures(ctx context.Context, v View, g Grain, first, last string) (Figures, error) {
	f := Figures{View: v}
	if !v.Periodic() {
		return f, fmt.Errorf("%s has no periods", v.Name)
	}
	rows, err := q.on.QueryContext(ctx, q.d.text("SELECT * FROM "+v.Name+" WHERE grain = ? AND period >= ? AND period <= ? ORDER BY 2, 3, 4"), string(g), first, last)
	if err != nil {
		return f, fmt.Errorf("%s: %w", v.Name, err)
	}
	defer func() { _ = rows.Close() }()
	if f.Columns, err = rows.Columns(); err != nil {
		return f, err
	}
	for rows.Next() {
		row, to := make([]any, len(f.Columns)), make([]any, len(f.Columns))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			return f, fmt.Errorf("%s: %w", v.Name, err)
		}
		f.Rows = append(f.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return f, fmt.Errorf("%s: %w", v.Name, err)
	}
	return f, nil
}

// ReportSite tells whose days the reports have, and in which currency they reckon:
// ErrNoReports when serve has not said so yet.
func (r *Reader) ReportSite(ctx context.Context) (zone *time.Location, currency string, err error) {
	q := r.db.q()
	if there, err := q.has(ctx, "report_terms"); err != nil || !there {
		return nil, "", errors.Join(ErrNoReports, err)
	}
	kept, err := q.termed(ctx, "kept")
	if err != nil {
		return nil, "", err
	}
	if !strings.HasPrefix(kept, viewsFingerprint()+" ") {
		return nil, "", ErrNoReports
	}
	name, err := q.termed(ctx, "zone")
	if err != nil {
		return nil, "", err
	}
	if currency, err = q.termed(ctx, "currency"); err != nil {
		return nil, "", err
	}
	zone, err = time.LoadLocation(name)
	return zone, currency, err
}

// PeriodAt is the period of a grain that a moment lies in.
func (r *Reader) PeriodAt(ctx context.Context, g Grain, at time.Time) (Period, error) {
	p := Period{Grain: g}
	var starts, ends int64
	err := r.db.q().row(ctx, "SELECT period, starts, ends FROM periods WHERE grain = ?1 AND starts <= ?2 AND ends > ?2",
		string(g), at.UnixNano()).Scan(&p.Name, &starts, &ends)
	if err != nil {
		return p, fmt.Errorf("reports know the years %d to %d, not the %s of %s: %w", FirstYear, LastYear, g, at.Format(time.DateOnly), err)
	}
	p.Starts, p.Ends = time.Unix(0, starts).UTC(), time.Unix(0, ends).UTC()
	return p, nil
}
