package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/parley-voice/parley/dialog/review"
)

// Reviews keeps the versions of scripts and who submitted, approved and
// published them, in tables of their own: authors write them while a server reads.
type Reviews struct{ db database }

// ErrNoVersion tells that a script has no such version.
var ErrNoVersion = errors.New("no such version")

// ReadReviews opens the reviews at where to look at; nil without an error when
// nothing was ever submitted there.
func ReadReviews(ctx context.Context, where string) (*Reviews, error) {
	if err := exists(where); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return OpenReviews(ctx, where)
}

// OpenReviews opens the reviews at where, a PostgreSQL URL or a SQLite file, and
// makes the file where there is none.
func OpenReviews(ctx context.Context, where string) (*Reviews, error) {
	if !isPostgres(where) {
		if err := os.MkdirAll(filepath.Dir(where), 0o750); err != nil {
			return nil, fmt.Errorf("reviews: %w", err)
		}
	}
	db, err := open(ctx, "reviews", where, 1)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, db, setReviews); err != nil {
		return nil, errors.Join(wrapped("reviews", where, err), db.Close())
	}
	return &Reviews{db: db}, nil
}

// Close lets go of the file.
func (r *Reviews) Close() error { return r.db.Close() }

// Submit keeps a version and that it was submitted.
func (r *Reviews) Submit(ctx context.Context, b review.Bundle, e review.Event) error {
	e.Act, e.Hash = review.Submit, b.Hash
	return r.change(ctx, e, func(tx queries) error {
		var script string
		err := tx.row(ctx, "SELECT script FROM bundles WHERE hash = ?", b.Hash).Scan(&script)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			_, err = tx.exec(ctx, "INSERT INTO bundles (hash, script, main, zip) VALUES (?, ?, ?, ?)", b.Hash, e.Script, b.Main, b.Zip)
		case err == nil && script != e.Script:
			err = fmt.Errorf("the same files are version %s of the script %q already", review.Short(b.Hash), script)
		}
		return err
	})
}

// Record keeps what somebody did with a version, if the rules allow it.
func (r *Reviews) Record(ctx context.Context, e review.Event) error {
	return r.change(ctx, e, func(queries) error { return nil })
}

// Replace keeps that somebody went back from the version that is published, present:
// review.ErrState when another one is by now.
func (r *Reviews) Replace(ctx context.Context, present string, e review.Event) error {
	e.Act = review.Rollback
	return r.change(ctx, e, func(q queries) error {
		past, err := history(ctx, q, e.Script)
		if err == nil && review.Current(past) != present {
			err = fmt.Errorf("%w: version %s is not published any more", review.ErrState, review.Short(present))
		}
		return err
	})
}

// change checks and writes an event in one transaction, so that two people at
// once cannot both be right.
func (r *Reviews) change(ctx context.Context, e review.Event, also func(queries) error) error {
	return r.db.change(ctx, func(tx queries) error {
		if err := tx.alone(ctx, "reviews"); err != nil {
			return fmt.Errorf("reviews: %w", err)
		}
		past, err := history(ctx, tx, e.Script)
		if err != nil {
			return err
		}
		if err := review.Check(past, e); err != nil {
			return err
		}
		if err := also(tx); err != nil {
			return fmt.Errorf("reviews: %w", err)
		}
		if _, err := tx.exec(ctx, "INSERT INTO reviews (script, hash, act, who, note, at) VALUES (?, ?, ?, ?, ?, ?)",
			e.Script, e.Hash, string(e.Act), e.Who, e.Note, e.At.UnixNano()); err != nil {
			return fmt.Errorf("reviews: %w", err)
		}
		return nil
	})
}

// History is what was done with a script's versions, oldest first.
func (r *Reviews) History(ctx context.Context, script string) ([]review.Event, error) {
	return history(ctx, r.db.q(), script)
}

// Scripts are the names of all that was ever submitted, sorted.
func (r *Reviews) Scripts(ctx context.Context) ([]string, error) {
	return r.texts(ctx, "SELECT DISTINCT script FROM reviews ORDER BY script")
}

// texts is the one column that a query gives.
func (r *Reviews) texts(ctx context.Context, query string, args ...any) ([]string, error) {
	all, err := r.db.q().texts(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reviews: %w", err)
	}
	return all, nil
}

func history(ctx context.Context, q queries, script string) (all []review.Event, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		var e review.Event
		var at int64
		err := scan(&e.Script, &e.Hash, &e.Act, &e.Who, &e.Note, &at)
		e.At = time.Unix(0, at).UTC()
		all = append(all, e)
		return err
	}, "SELECT script, hash, act, who, note, at FROM reviews WHERE script = ? ORDER BY id", script)
	if err != nil {
		return nil, fmt.Errorf("reviews: %w", err)
	}
	return all, nil
}

// Find is the hash of a script's version by its beginning. ErrNoVersion tells that
// there is none, or more than one that begins like it.
func (r *Reviews) Find(ctx context.Context, script, hash string) (string, error) {
	found, err := r.texts(ctx, "SELECT hash FROM bundles WHERE script = ? AND substr(hash, 1, ?) = ? LIMIT 2", script, len(hash), hash)
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", fmt.Errorf("%w of %s begins with %q", ErrNoVersion, script, hash)
	case len(found) > 1:
		return "", fmt.Errorf("%w alone: more than one of %s begins with %q, give more of its hash", ErrNoVersion, script, hash)
	}
	return found[0], nil
}

// Version is a stored version of a script, named as in Find.
func (r *Reviews) Version(ctx context.Context, script, hash string) (b review.Bundle, err error) {
	if b.Hash, err = r.Find(ctx, script, hash); err != nil {
		return b, err
	}
	if err := r.db.q().row(ctx, "SELECT main, zip FROM bundles WHERE hash = ?", b.Hash).Scan(&b.Main, &b.Zip); err != nil {
		return b, fmt.Errorf("reviews: %w", err)
	}
	return b, nil
}

// Published tells which version of each script is published: hash by script.
// seq grows with every act, so that a server sees at a glance that one happened.
func (r *Reviews) Published(ctx context.Context) (hashes map[string]string, seq int64, err error) {
	past := map[string][]review.Event{}
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		var e review.Event
		err := scan(&seq, &e.Script, &e.Hash, &e.Act)
		past[e.Script] = append(past[e.Script], e)
		return err
	}, "SELECT id, script, hash, act FROM reviews ORDER BY id")
	if err != nil {
		return nil, 0, fmt.Errorf("reviews: %w", err)
	}
	hashes = map[string]string{}
	for script, events := range past {
		if hash := review.Current(events); hash != "" {
			hashes[script] = hash
		}
	}
	return hashes, seq, nil
}

// Seq is the number of the latest act, 0 before the first.
func (r *Reviews) Seq(ctx context.Context) (seq int64, err error) {
	err = r.db.q().row(ctx, "SELECT COALESCE(MAX(id), 0) FROM reviews").Scan(&seq)
	return seq, err
}
