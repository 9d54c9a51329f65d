// Package store keeps records of calls in SQLite. One goroutine writes, in
// batches; a database that is full, locked or broken costs durability for a
// while, never a call.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver: SQLite without cgo
)

// Errors that callers may want to tell apart.
var (
	ErrNotFound = errors.New("no such call")
	ErrInUse    = errors.New("the records are in use by another parley")
	ErrBacklog  = errors.New("the backlog of unwritten records is full")
	ErrClosed   = errors.New("the store is closed")
	ErrNewer    = errors.New("the records were written by a newer parley")
)

// Store keeps records. It implements call.Records.
type Store struct {
	*Reader
	w    *writer
	lock *os.File
}

// Open opens the records at path, makes the folder and the file where there is
// none, and brings an older file up to date. Only one process may have them open
// for writing: ErrInUse tells of another.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("records: %w", err)
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	db, err := connect(ctx, path, 1)
	if err != nil {
		_ = lock.Close()
		return nil, err
	}
	if err := migrate(ctx, db, "migrations/*.sql"); err != nil {
		_ = errors.Join(db.Close(), lock.Close())
		return nil, fmt.Errorf("records %s: %w", path, err)
	}
	r, err := Read(ctx, path)
	if err != nil {
		_ = errors.Join(db.Close(), lock.Close())
		return nil, err
	}
	w, err := startWriter(ctx, db)
	if err != nil {
		_ = errors.Join(r.Close(), db.Close(), lock.Close())
		return nil, fmt.Errorf("records %s: %w", path, err)
	}
	return &Store{Reader: r, w: w, lock: lock}, nil
}

// Close tries once more to write what waits and closes the file. It tells how
// many writes were lost.
func (s *Store) Close() error {
	lost := s.w.close()
	err := errors.Join(s.w.db.Close(), s.Reader.Close(), s.lock.Close())
	if lost > 0 {
		err = errors.Join(err, fmt.Errorf("%d writes were lost: the database could not take them", lost))
	}
	return err
}

// Recover marks what a killed process left behind: each record that never ended
// becomes Interrupted, ended at its last journal line. Call it before any call
// is taken. It tells how many there were.
func (s *Store) Recover(ctx context.Context, now time.Time) (int, error) {
	res, err := s.w.db.ExecContext(ctx, `
		UPDATE calls SET state = 'interrupted', ended_by = 'crash',
			why = 'the process ended in mid-call; found at ' || ?,
			ended = COALESCE((SELECT MAX(at) FROM entries WHERE call = calls.id AND at >= calls.began), answered, began)
		WHERE state IN ('ringing', 'talking')`, now.UTC().Format(time.RFC3339))
	if err != nil {
		return 0, fmt.Errorf("records: recover: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// connect opens the file and sees that it can be used.
func connect(ctx context.Context, path string, conns int) (*sql.DB, error) {
	u := url.URL{Path: path}
	db, err := sql.Open("sqlite", "file:"+u.EscapedPath()+"?_txlock=immediate"+
		"&_pragma=busy_timeout(2000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, fmt.Errorf("records %s: %w", path, err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("records %s cannot be opened: %w; is it a parley database on a local disk?", path, err)
	}
	return db, nil
}
