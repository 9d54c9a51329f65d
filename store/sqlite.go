package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"modernc.org/sqlite"
)

var sqliteDialect = &dialect{
	schema: strings.NewReplacer(),
	table:  "SELECT COUNT(*) FROM sqlite_master WHERE name = ?",
	refuses: func(err error) bool {
		var e *sqlite.Error
		if !errors.As(err, &e) {
			return false
		}
		const tooBig, constraint, mismatch = 18, 19, 20 // sqlite.org/rescode.html
		code := e.Code() & 0xff
		return code == tooBig || code == constraint || code == mismatch
	},
	again: func(err error) bool {
		var e *sqlite.Error
		const busy = 5
		return errors.As(err, &e) && e.Code()&0xff == busy
	},
	version: func(ctx context.Context, q queries, _ string) (have int, err error) {
		err = q.row(ctx, "PRAGMA user_version").Scan(&have)
		return have, err
	},
	arrived: func(ctx context.Context, q queries, _ string, version int) error {
		_, err := q.exec(ctx, fmt.Sprintf("PRAGMA user_version = %d", version))
		return err
	},
}

// openSQLite opens the file and sees that it can be used.
func openSQLite(ctx context.Context, what, path string, conns int) (database, error) {
	u := url.URL{Path: path}
	db, err := sql.Open("sqlite", "file:"+u.EscapedPath()+"?_txlock=immediate"+
		"&_pragma=busy_timeout(2000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(1)") // what is erased is overwritten
	if err != nil {
		return database{}, wrapped(what, path, err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		_ = db.Close()
		return database{}, fmt.Errorf("%s %s cannot be opened: %w; is it a parley database on a local disk?", what, path, err)
	}
	return database{DB: db, d: sqliteDialect}, nil
}
