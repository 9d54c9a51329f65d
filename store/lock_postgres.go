package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	lockPatience = 2 * time.Second // how long a server waits for the one before it to be gone
	lockEvery    = time.Second     // how often it looks whether it still has the lock
	lockAnswer   = 5 * time.Second // how long PostgreSQL may take to say so
)

// lockKey is of a schema and a node's name; the server has none.
const lockKey = "(hashtext('parley serves ' || current_schema() || CASE WHEN $1 = '' THEN '' ELSE ' as ' || $1 END))"

// postgresLock keeps two servers of one name off one schema. PostgreSQL drops it with the
// connection, so a kill leaves nothing behind; when PostgreSQL itself restarts it is
// taken again.
type postgresLock struct {
	db   database
	node string
	conn *sql.Conn // that holds it; nil when it is lost
	stop context.CancelFunc
	done chan struct{}

	mu   sync.Mutex
	lost error // nil while it is held
}

// lockPostgres takes the lock. A server that was just killed may hold it for a
// moment.
func lockPostgres(ctx context.Context, dsn, node string) (io.Closer, error) {
	db, err := openPostgres(ctx, "records", dsn, 1)
	if err != nil {
		return nil, err
	}
	l := &postgresLock{db: db, node: node, done: make(chan struct{})}
	for end := time.Now().Add(lockPatience); ; {
		err := l.take(ctx)
		switch {
		case err == nil:
			watching, stop := context.WithCancel(context.Background()) // Close ends it
			l.stop = stop
			go l.watch(watching)
			return l, nil
		case !errors.Is(err, ErrInUse):
			return nil, errors.Join(wrapped("records", dsn, err), db.Close())
		case time.Now().After(end):
			return nil, errors.Join(fmt.Errorf("%w; stop it, or give this one another database, or a name (node)", err), db.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(context.Cause(ctx), db.Close())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// take takes the lock on a connection of its own.
func (l *postgresLock) take(ctx context.Context) error {
	conn, err := l.db.Conn(ctx)
	if err != nil {
		return err
	}
	var ok bool
	if err = conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock"+lockKey, l.node).Scan(&ok); err == nil && !ok {
		err = fmt.Errorf("%w, which holds this database's lock", ErrInUse)
	}
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	l.conn = conn
	return nil
}

// watch looks whether the lock is held, and takes it again when it was lost.
func (l *postgresLock) watch(ctx context.Context) {
	defer close(l.done)
	tick := time.NewTicker(lockEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			err := l.look(ctx)
			if ctx.Err() != nil {
				return
			}
			l.mu.Lock()
			l.lost = err
			l.mu.Unlock()
		}
	}
}

func (l *postgresLock) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lockAnswer)
	defer cancel()
	if l.conn != nil {
		if _, err := l.conn.ExecContext(ctx, "SELECT 1"); err == nil {
			return nil
		}
		_ = l.conn.Raw(func(any) error { return driver.ErrBadConn }) // not back into the pool: the lock may hang on it
		_ = l.conn.Close()
		l.conn = nil
	}
	if err := l.take(ctx); err != nil {
		return fmt.Errorf("the lock on the records was lost, and cannot be taken again: %w", err)
	}
	return nil
}

// Held tells whether nobody else can write: nil, or why not.
func (l *postgresLock) Held() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

// Close lets go at once: the connection's end reaches PostgreSQL a little later.
func (l *postgresLock) Close() error {
	l.stop()
	<-l.done
	if l.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, _ = l.conn.ExecContext(ctx, "SELECT pg_advisory_unlock"+lockKey, l.node) // without its connection it is gone already
		_ = l.conn.Close()
	}
	return l.db.Close()
}
