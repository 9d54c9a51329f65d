package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Access keeps the keys of the API and the audit log, in tables of their own: keys
// are made and revoked while a server runs.
type Access struct{ db database }

// ErrNoKey tells that there is no such key.
var ErrNoKey = errors.New("no such key")

// Key is one key of the API. Zero times mean never.
type Key struct {
	ID, Name, Role, Agent        string
	Hash                         []byte
	Made, Expires, Revoked, Used time.Time
}

// Deed is one line of the audit log.
type Deed struct {
	ID              int64 // as it was written; rises
	At              time.Time
	Who, Key, Role  string
	Action, Target  string
	Before, After   string
	Reason          string
	Source, Request string
}

// DeedFilter chooses lines of the audit log; zero fields choose all.
type DeedFilter struct {
	Since, Until        time.Time // from, and before
	Who, Action, Target string
	Before              int64 // only lines with a smaller id
	Limit               int   // 0: 100
}

// OpenAccess opens the keys at where, a PostgreSQL URL or a SQLite file, and makes
// the file where there is none. Only its owner may read it.
func OpenAccess(ctx context.Context, where string) (*Access, error) {
	if !isPostgres(where) {
		if err := os.MkdirAll(filepath.Dir(where), 0o750); err != nil {
			return nil, fmt.Errorf("keys: %w", err)
		}
		f, err := os.OpenFile(where, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, fmt.Errorf("keys: %w", err)
		}
		_ = f.Close() // nothing was written
	}
	db, err := open(ctx, "keys", where, 2)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, db, setAccess); err != nil {
		return nil, errors.Join(wrapped("keys", where, err), db.Close())
	}
	return &Access{db: db}, nil
}

// Close lets go of the file.
func (a *Access) Close() error { return a.db.Close() }

// AddKey keeps a new key.
func (a *Access) AddKey(ctx context.Context, k Key) error {
	_, err := a.db.q().exec(ctx, "INSERT INTO api_keys (id, name, role, agent, hash, made, expires) VALUES (?,?,?,?,?,?,?)",
		k.ID, k.Name, k.Role, k.Agent, k.Hash, k.Made.UnixNano(), stamp(k.Expires))
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}

// RevokeKey ends a key for good. To revoke one again changes nothing.
func (a *Access) RevokeKey(ctx context.Context, id string, at time.Time) error {
	return a.touch(ctx, "UPDATE api_keys SET revoked = COALESCE(revoked, ?1) WHERE id = ?2", at.UnixNano(), id)
}

// UsedKey notes when a key was used last.
func (a *Access) UsedKey(ctx context.Context, id string, at time.Time) error {
	return a.touch(ctx, "UPDATE api_keys SET used = CASE WHEN used > ?1 THEN used ELSE ?1 END WHERE id = ?2", at.UnixNano(), id)
}

func (a *Access) touch(ctx context.Context, query string, at int64, id string) error {
	n, err := a.db.q().exec(ctx, query, at, id)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if n == 0 {
		return fmt.Errorf("%w: %s", ErrNoKey, id)
	}
	return nil
}

// Key gives one key, or ErrNoKey.
func (a *Access) Key(ctx context.Context, id string) (Key, error) {
	found, err := a.keys(ctx, "WHERE id = ?", id)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("%w: %s", ErrNoKey, id)
	}
	if err != nil {
		return Key{}, err
	}
	return found[0], nil
}

// Keys gives every key there ever was, the oldest first.
func (a *Access) Keys(ctx context.Context) ([]Key, error) { return a.keys(ctx, "ORDER BY made, id") }

func (a *Access) keys(ctx context.Context, where string, args ...any) (all []Key, err error) {
	err = a.db.q().each(ctx, func(scan func(...any) error) error {
		var k Key
		var made int64
		var expires, revoked, used sql.NullInt64
		err := scan(&k.ID, &k.Name, &k.Role, &k.Agent, &k.Hash, &made, &expires, &revoked, &used)
		k.Made, k.Expires, k.Revoked, k.Used = time.Unix(0, made).UTC(), when(expires), when(revoked), when(used)
		all = append(all, k)
		return err
	}, "SELECT id, name, role, agent, hash, made, expires, revoked, used FROM api_keys "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return all, nil
}

// AnyKey tells whether there ever was a key.
func (a *Access) AnyKey(ctx context.Context) (any bool, err error) {
	if err := a.db.q().row(ctx, "SELECT EXISTS (SELECT 1 FROM api_keys)").Scan(&any); err != nil {
		return false, fmt.Errorf("keys: %w", err)
	}
	return any, nil
}

// Write adds a line to the audit log. It returns when the line is durable.
func (a *Access) Write(ctx context.Context, d Deed) error {
	_, err := a.db.q().exec(ctx, `INSERT INTO audit (at, who, key, role, action, target, was, becomes, reason, source, request)
		VALUES (?,?,?,?,?,?,?,?,?,?,?)`,
		d.At.UnixNano(), d.Who, d.Key, d.Role, d.Action, d.Target, d.Before, d.After, d.Reason, d.Source, d.Request)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// Deeds reads the audit log, the latest line first.
func (a *Access) Deeds(ctx context.Context, f DeedFilter) (all []Deed, err error) {
	where, args := []string{"1 = 1"}, []any{}
	add := func(cond string, v any, given bool) {
		if given {
			where, args = append(where, cond), append(args, v)
		}
	}
	add("at >= ?", f.Since.UnixNano(), !f.Since.IsZero())
	add("at < ?", f.Until.UnixNano(), !f.Until.IsZero())
	add("who = ?", f.Who, f.Who != "")
	add("action = ?", f.Action, f.Action != "")
	add("target = ?", f.Target, f.Target != "")
	add("id < ?", f.Before, f.Before > 0)
	if f.Limit <= 0 {
		f.Limit = 100
	}
	err = a.db.q().each(ctx, func(scan func(...any) error) error {
		var d Deed
		var at int64
		err := scan(&d.ID, &at, &d.Who, &d.Key, &d.Role, &d.Action, &d.Target, &d.Before, &d.After, &d.Reason, &d.Source, &d.Request)
		d.At = time.Unix(0, at).UTC()
		all = append(all, d)
		return err
	}, `SELECT id, at, who, key, role, action, target, was, becomes, reason, source, request
		FROM audit WHERE `+strings.Join(where, " AND ")+" ORDER BY id DESC LIMIT ?", append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return all, nil
}
