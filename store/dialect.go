package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// dialect is what SQLite and PostgreSQL say differently. Statements are written
// in what both understand, with ? for arguments (?1 for one used twice).
type dialect struct {
	dollars  bool              // arguments are $1, not ?
	schema   *strings.Replacer // makes SQLite's column types this database's
	skip     string            // passes over rows that another worker is about to take
	patience time.Duration     // for one batch; 0: the driver bounds it
	refuses  func(error) bool  // an error of the data, not of the database
	again    func(error) bool  // another's transaction stood in the way: nothing was done
	version  func(ctx context.Context, q queries, set string) (int, error)
	arrived  func(ctx context.Context, q queries, set string, version int) error
	table    string             // counts the tables named ?
	still    sql.IsolationLevel // in which a transaction that reads sees one moment
}

// text puts a statement into the database's words.
func (d *dialect) text(query string) string {
	if !d.dollars || !strings.Contains(query, "?") {
		return query
	}
	var b strings.Builder
	n := 0
	for i := range len(query) {
		if b.WriteByte(query[i]); query[i] != '?' {
			continue
		}
		s := b.String()
		b.Reset()
		b.WriteString(s[:len(s)-1] + "$")
		if i+1 == len(query) || query[i+1] < '0' || query[i+1] > '9' {
			n++
			b.WriteString(strconv.Itoa(n))
		}
	}
	return b.String()
}

// database is a pool of connections that knows its dialect.
type database struct {
	*sql.DB
	d         *dialect
	turn      turns
	withdrawn *withdrawn // whoever is to be told of consents that are taken back; nil: nobody
}

func (db database) q() queries {
	if db.turn != nil {
		return queries{on: inTurn{db}, d: db.d}
	}
	return queries{on: db.DB, d: db.d}
}

// change runs do in one transaction.
func (db database) change(ctx context.Context, do func(queries) error) error {
	tx, done, err := db.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	defer func() { _ = tx.Rollback() }() // nothing to roll back after the commit
	q := in(tx, db.d)
	q.withdrawn = db.withdrawn.fresh()
	if err := do(q); err != nil {
		return err
	}
	if err := q.seal(ctx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	q.withdrawn.kept()
	return nil
}

// runner is *sql.DB or *sql.Tx.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// queries runs statements on a database, or in one transaction of it.
type queries struct {
	on        runner
	d         *dialect
	events    *[]PermitEvent // of the transaction, to be sealed before it commits
	withdrawn *withdrawn     // of the transaction; nil: nobody is told
}

// in runs statements in a transaction.
func in(tx *sql.Tx, d *dialect) queries { return queries{on: tx, d: d, events: &[]PermitEvent{}} }

func (q queries) exec(ctx context.Context, query string, args ...any) (int, error) {
	res, err := q.on.ExecContext(ctx, q.d.text(query), clean(args)...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

func (q queries) row(ctx context.Context, query string, args ...any) *sql.Row {
	return q.on.QueryRowContext(ctx, q.d.text(query), clean(args)...)
}

// each calls take for every row.
func (q queries) each(ctx context.Context, take func(scan func(...any) error) error, query string, args ...any) error {
	rows, err := q.on.QueryContext(ctx, q.d.text(query), clean(args)...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := take(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// alone makes transactions that say the same name wait for each other. SQLite's
// do anyway.
func (q queries) alone(ctx context.Context, name string) error {
	if !q.d.dollars {
		return nil
	}
	_, err := q.exec(ctx, "SELECT pg_advisory_xact_lock(hashtext(?))", "parley "+name)
	return err
}

// texts is the one column that a query gives.
func (q queries) texts(ctx context.Context, query string, args ...any) (all []string, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		var text string
		err := scan(&text)
		all = append(all, text)
		return err
	}, query, args...)
	return all, err
}

// clean makes arguments what both databases take: PostgreSQL refuses text that is
// not UTF-8 or holds a NUL, and a record must not be lost for what a peer put
// into a header; truth is 1 or 0 in both.
func clean(args []any) []any {
	for i, a := range args {
		switch a := a.(type) {
		case string:
			if !utf8.ValidString(a) {
				args[i] = strings.ToValidUTF8(a, "\uFFFD")
			}
			if strings.IndexByte(a, 0) >= 0 {
				args[i] = strings.ReplaceAll(args[i].(string), "\x00", "\uFFFD")
			}
		case bool:
			args[i] = 0
			if a {
				args[i] = 1
			}
		}
	}
	return args
}

// marks is n question marks.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// open opens a database: a PostgreSQL URL, or a file of SQLite. what names its
// content in errors.
func open(ctx context.Context, what, where string, conns int) (database, error) {
	if isPostgres(where) {
		return openPostgres(ctx, what, where, conns)
	}
	return openSQLite(ctx, what, where, conns)
}

// named is where, without a password.
func named(where string) string {
	if isPostgres(where) {
		return "in PostgreSQL"
	}
	return where
}

func wrapped(what, where string, err error) error {
	return fmt.Errorf("%s %s: %w", what, named(where), err)
}
