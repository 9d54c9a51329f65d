package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Source is another system's database, PostgreSQL or SQLite, which is only read.
type Source struct{ db database }

// cursorMark stands in a query for where to go on.
const cursorMark = ":cursor"

// OpenSource opens the database at where: a URL of PostgreSQL, or the path of a file.
func OpenSource(ctx context.Context, where string) (*Source, error) {
	if isPostgres(where) {
		db, err := openPostgres(ctx, "source", where, 1)
		return &Source{db}, err
	}
	u := url.URL{Path: where}
	db, err := sql.Open("sqlite", "file:"+u.EscapedPath()+"?mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(2000)")
	if err == nil {
		db.SetMaxOpenConns(1)
		if err = db.PingContext(ctx); err != nil {
			_ = db.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("source %s cannot be read: %w", where, err)
	}
	return &Source{database{DB: db, d: sqliteDialect}}, nil
}

// Close lets go of it.
func (s *Source) Close() error { return s.db.Close() }

// Rows runs a query in a transaction that only reads, and gives take each row's
// values, as text, by the names of their columns; NULL is "". :cursor in the query
// is where to go on. Rows come as they are read: memory does not grow with them.
func (s *Source) Rows(ctx context.Context, query, cursor string, take func(map[string]string) error) error {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: s.db.d.dollars}) // a file is open to be read anyway
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	mark, args := "?1", []any{cursor}
	if s.db.d.dollars {
		mark = "$1"
	}
	if !strings.Contains(query, cursorMark) {
		args = nil
	}
	rows, err := tx.QueryContext(ctx, strings.ReplaceAll(query, cursorMark, mark), args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	values, to := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		to[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return err
		}
		row := make(map[string]string, len(names))
		for i, name := range names {
			row[name] = words(values[i])
		}
		if err := take(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// words is a value of a database as text.
func words(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v)
}
