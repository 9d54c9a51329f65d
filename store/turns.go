package store

import (
	"context"
	"database/sql"
	"fmt"
)

// turns lets those who write to one SQLite file from one process go one after another,
// first come, first served: it holds one while somebody writes. SQLite itself has no
// queue. Whoever finds the file locked looks again after up to 100 ms, and somebody who
// writes without a pause keeps them out until they give up (SQLITE_BUSY). PostgreSQL has
// none: nil.
type turns chan struct{}

// take waits for one's turn.
func (t turns) take(ctx context.Context) error {
	if t == nil {
		return nil
	}
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("others write to the records: %w", ctx.Err())
	}
}

func (t turns) end() {
	if t != nil {
		<-t
	}
}

// begin begins a transaction, immediate in SQLite (see openSQLite), once it is one's
// turn. done ends the turn, after the commit or rollback.
func (db database) begin(ctx context.Context) (tx *sql.Tx, done func(), err error) {
	if db.turn == nil {
		tx, err = db.BeginTx(ctx, nil)
		return tx, func() {}, err
	}
	conn, done, err := db.myTurn(ctx)
	if err != nil {
		return nil, nil, err
	}
	if tx, err = conn.BeginTx(ctx, nil); err != nil {
		done()
		return nil, nil, err
	}
	return tx, done, nil
}

// myTurn takes a connection and then a turn: who waits for a connection stands in
// nobody's way, so that each pool has one in the line.
func (db database) myTurn(ctx context.Context) (*sql.Conn, func(), error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := db.turn.take(ctx); err != nil {
		_ = conn.Close() // back into the pool
		return nil, nil, err
	}
	return conn, func() {
		db.turn.end()
		_ = conn.Close()
	}, nil
}

// inTurn runs single statements; those that change something when it is their turn.
type inTurn struct{ database }

func (t inTurn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	conn, done, err := t.myTurn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return conn.ExecContext(ctx, query, args...)
}
