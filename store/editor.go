package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Editor changes what people and connectors change: labels, customers, and who
// works on what is due. It may be open beside a server that writes records.
type Editor struct {
	*Reader
	changes database
	country string
	posted  chan struct{} // of the Store that it is part of; nil without one
}

// OpenEditor opens the records at where (see Open), which must be there.
func OpenEditor(ctx context.Context, where, country string) (*Editor, error) {
	if err := exists(where); err != nil {
		return nil, err
	}
	conns := 1 // SQLite takes one writer at a time anyway
	if isPostgres(where) {
		conns = 4
	}
	db, err := open(ctx, "records", where, conns)
	if err != nil {
		return nil, err
	}
	if !isPostgres(where) { // who imports waits for a busy server rather than give up
		_, err = db.ExecContext(ctx, "PRAGMA busy_timeout = 10000")
	}
	if err == nil {
		err = migrate(ctx, db, setRecords)
	}
	if err != nil {
		return nil, errors.Join(wrapped("records", where, err), db.Close())
	}
	r, err := Read(ctx, where)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Editor{Reader: r, changes: db, country: country}, nil
}

// Prepare makes the records at where (see Open) when there are none yet, and
// brings older ones up to date, also beside a server.
func Prepare(ctx context.Context, where string) error {
	if !isPostgres(where) {
		if err := os.MkdirAll(filepath.Dir(where), 0o750); err != nil {
			return fmt.Errorf("records: %w", err)
		}
	}
	db, err := open(ctx, "records", where, 1)
	if err != nil {
		return err
	}
	if err := migrate(ctx, db, setRecords); err != nil {
		return errors.Join(wrapped("records", where, err), db.Close())
	}
	return db.Close()
}

// Close ends the changing and the reading.
func (e *Editor) Close() error { return errors.Join(e.changes.Close(), e.Reader.Close()) }
