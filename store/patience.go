package store

import (
	"context"
	"time"
)

// lockWait is how long a transaction is tried again that another kept from running.
const lockWait = 15 * time.Second

// patiently is change, tried again while the database says that only another's
// transaction stands in the way: SQLite's writers do not queue, and PostgreSQL ends
// one of two that wait for each other. do may run several times.
func (db database) patiently(ctx context.Context, do func(queries) error) error {
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		err := db.change(ctx, do)
		if err == nil || !db.d.again(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

// shared makes transactions that say a name wait for those that have it alone, and
// not for each other. SQLite's wait anyway.
func (q queries) shared(ctx context.Context, name string) error {
	if !q.d.dollars {
		return nil
	}
	_, err := q.exec(ctx, "SELECT pg_advisory_xact_lock_shared(hashtext(?))", "parley "+name)
	return err
}
