// Package store keeps records of calls, customers and what is due, in SQLite or
// PostgreSQL. What calls write goes through one goroutine, in batches; a database
// that is full, locked or broken costs durability for a while, never a call.
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	*Editor
	w    *writer
	node string
	lock io.Closer
}

// Open opens the records at where: a PostgreSQL URL, or the path of a SQLite
// file, made with its folder where there is none. Older records are brought up to
// date. Only one process may have them open for writing: ErrInUse tells of
// another. country is where numbers without a country code belong (CN).
func Open(ctx context.Context, where, country string) (*Store, error) {
	return OpenNode(ctx, where, country, "")
}

// OpenNode is Open for a node that works beside the one without a name, in
// PostgreSQL: only one process may go by each name. What it leaves open when it dies
// is its own to recover.
func OpenNode(ctx context.Context, where, country, node string) (_ *Store, err error) {
	s := &Store{node: node}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if s.lock, err = lock(ctx, where, node); err != nil {
		return nil, err
	}
	db, err := open(ctx, "records", where, 1)
	if err != nil {
		return nil, err
	}
	if err = migrate(ctx, db, setRecords); err == nil {
		if !isPostgres(where) {
			db.turn = make(turns, 1)
		}
		s.w, err = startWriter(ctx, db, country, node)
	}
	if err != nil {
		return nil, errors.Join(wrapped("records", where, err), db.Close())
	}
	if s.Editor, err = OpenEditor(ctx, where, country); err != nil {
		return nil, err
	}
	s.changes.turn, s.posted = db.turn, s.w.posted
	return s, nil
}

// lock keeps a second server of the same name away; a file has but one.
func lock(ctx context.Context, where, node string) (io.Closer, error) {
	if isPostgres(where) {
		return lockPostgres(ctx, where, node)
	}
	if node != "" {
		return nil, fmt.Errorf("records: node %s: several nodes need PostgreSQL", node)
	}
	if err := os.MkdirAll(filepath.Dir(where), 0o750); err != nil {
		return nil, fmt.Errorf("records: %w", err)
	}
	f, err := lockFile(where + ".lock")
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Held tells whether this process alone may write: nil, or ErrInUse when another
// one has taken the lock while the database was away, or what keeps it from being
// taken again.
func (s *Store) Held() error {
	if l, ok := s.lock.(interface{ Held() error }); ok { // a file's lock is held until the process ends
		return l.Held()
	}
	return nil
}

// Close tries once more to write what waits and closes the database. It tells how
// many writes were lost.
func (s *Store) Close() error {
	lost := s.w.close()
	err := s.release()
	if lost > 0 {
		err = errors.Join(err, fmt.Errorf("%d writes were lost: the database could not take them", lost))
	}
	return err
}

// release lets go of everything, the lock last.
func (s *Store) release() (err error) {
	if s.w != nil {
		s.w.close()
		err = s.w.db.Close()
	}
	if s.Editor != nil {
		err = errors.Join(err, s.Editor.Close())
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}
