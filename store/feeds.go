package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Feed is how far a source was read, and what became of its rows, ever.
type Feed struct {
	Source  string    `json:"source"`
	Reached string    `json:"reached,omitempty"`
	At      time.Time `json:"at"`
	Rows    int       `json:"rows"`
	New     int       `json:"new"`
	Known   int       `json:"known"`
	Bad     int       `json:"bad"`
	Refused int       `json:"refused"` // values about marriage or income
}

// Feeds lists the sources that have told something, by name.
func (r *Reader) Feeds(ctx context.Context) (all []Feed, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		var f Feed
		var at int64
		err := scan(&f.Source, &f.Reached, &at, &f.Rows, &f.New, &f.Known, &f.Bad, &f.Refused)
		f.At = time.Unix(0, at).UTC()
		all = append(all, f)
		return err
	}, "SELECT source, reached, at, told, fresh, known, bad, refused FROM feeds ORDER BY source")
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	return all, nil
}

// Reached tells where to go on with a source, "" at the first time.
func (r *Reader) Reached(ctx context.Context, source string) (reached string, err error) {
	err = r.db.q().row(ctx, "SELECT reached FROM feeds WHERE source = ?", source).Scan(&reached)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("source %s: %w", source, err)
	}
	return reached, nil
}

// DeadLetter is a row that was not taken. What it holds is not kept.
type DeadLetter struct {
	Source string    `json:"source"`
	Ref    string    `json:"ref"`
	Why    string    `json:"why"`
	At     time.Time `json:"at"`
}

// DeadLetters lists rows that were not taken, the latest first; source "" is all.
func (r *Reader) DeadLetters(ctx context.Context, source string, limit int) (all []DeadLetter, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		var d DeadLetter
		var at int64
		err := scan(&d.Source, &d.Ref, &d.Why, &at)
		d.At = time.Unix(0, at).UTC()
		all = append(all, d)
		return err
	}, "SELECT source, ref, why, at FROM dead_letters WHERE ?1 = '' OR source = ?1 ORDER BY at DESC, source, ref LIMIT ?2", source, limit)
	if err != nil {
		return nil, fmt.Errorf("rows that were not taken: %w", err)
	}
	return all, nil
}
