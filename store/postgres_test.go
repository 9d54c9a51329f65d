package store_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

func TestOnlyOneServerAtATime(t *testing.T) {
	both(t, func(t *testing.T, where string) {
		s := storetest.Open(t, where)
		if _, err := store.Open(t.Context(), where, "CN"); !errors.Is(err, store.ErrInUse) {
			t.Errorf("a second server got %v, want ErrInUse", err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := storetest.Open(t, where).Close(); err != nil {
			t.Error(err)
		}
	})
}

// Nodes work beside the server under names of their own; a file has one process.
func TestNodes(t *testing.T) {
	storetest.Nodes(t, storetest.Postgres(t))
	if _, err := store.OpenNode(t.Context(), filepath.Join(t.TempDir(), "records.db"), "CN", "two"); err == nil || !strings.Contains(err.Error(), "PostgreSQL") {
		t.Errorf("a node of a file: %v", err)
	}
}

func TestPostgresTellsWhatIsWrong(t *testing.T) {
	where := storetest.Postgres(t)
	if err := storetest.Open(t, where).Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", where)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "UPDATE parley_schema SET version = 99"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), where, "CN"); !errors.Is(err, store.ErrNewer) {
		t.Errorf("newer tables: got %v, want ErrNewer", err)
	}
	for dsn, want := range map[string]string{
		"postgres://me:hunter2@/nowhere?host=/nonexistent": "/nonexistent",
		"postgres://me:hunter2@127.0.0.1:x/db":             "postgres://USER",
		"postgres://me:hunter2@127.0.0.1:1/db":             "127.0.0.1",
	} {
		began := time.Now()
		_, err := store.Open(t.Context(), dsn, "CN")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want an error with %q and without the password", dsn, err, want)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: the answer took %v", dsn, took)
		}
	}
}

// The connections of a running server are cut again and again: nothing is lost,
// nothing is written twice, and no call waits.
func TestCutConnectionsLoseNothing(t *testing.T) {
	where := storetest.Postgres(t)
	s := storetest.Open(t, where)
	defer s.Close()
	db, err := sql.Open("pgx", where)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const calls = 60
	for i := range calls {
		id := string(rune('A'+i/10)) + string(rune('0'+i%10))
		if i%10 == 5 {
			if _, err := db.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE application_name = 'parley' AND pid <> pg_backend_pid()`); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		_ = s.Begin(ctx, storetest.Begun(id, storetest.T0)) // it may fail, and is written later
		cancel()
		s.Append(id, call.Entry{Seq: 1, At: storetest.T0, Kind: call.EntrySaid})
		if err := s.Finish(t.Context(), storetest.Ended(id, storetest.T0)); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(20 * time.Second); s.Stats().Waiting > 0 && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	list, err := s.List(t.Context(), store.Filter{Limit: 1000})
	if err != nil || len(list) != calls {
		t.Fatalf("%d records, %v; want %d", len(list), err, calls)
	}
	for _, r := range list {
		if whole, err := s.Get(t.Context(), r.ID); err != nil || whole.State != call.Finished || len(whole.Entries) != 2 {
			t.Errorf("%s: %s with %d lines, %v", r.ID, whole.State, len(whole.Entries), err)
		}
	}
	if n := s.Stats(); n.Failed == 0 || n.Rejected+n.Spilled+n.Dropped > 0 {
		t.Errorf("stats %+v: want failures, and nothing lost", n)
	}
}

// A lock that is lost with its connection is taken again, unless somebody else was
// faster: then the server knows.
func TestTheLockIsTakenAgain(t *testing.T) {
	where := storetest.Postgres(t)
	s := storetest.Open(t, where)
	defer s.Close()
	db, err := sql.Open("pgx", where)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	thief, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer thief.Close()
	const key = "(hashtext('parley serves ' || current_schema()))"
	cut := func() {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), `SELECT pg_terminate_backend(l.pid) FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
			WHERE l.locktype = 'advisory' AND a.application_name = 'parley' AND l.objid = (hashtext('parley serves ' || current_schema())::bigint & 4294967295)::oid`); err != nil {
			t.Fatal(err)
		}
	}
	held := func() (n int) {
		t.Helper()
		if err := db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
			WHERE l.locktype = 'advisory' AND a.application_name = 'parley' AND l.objid = (hashtext('parley serves ' || current_schema())::bigint & 4294967295)::oid`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	await := func(what string, ok func() bool) {
		t.Helper()
		for end := time.Now().Add(15 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: %v", what, s.Held())
			}
		}
	}
	if held() != 1 || s.Held() != nil {
		t.Fatalf("%d locks, %v", held(), s.Held())
	}
	cut()
	await("the lock is not let go", func() bool { return held() == 0 })
	await("the lock is not taken again", func() bool { return held() == 1 })
	cut()
	await("nobody else gets the lock", func() bool {
		var ok bool
		if err := thief.QueryRowContext(t.Context(), "SELECT pg_try_advisory_lock"+key).Scan(&ok); err != nil {
			t.Fatal(err)
		}
		return ok
	})
	await("the server does not know", func() bool { return errors.Is(s.Held(), store.ErrInUse) })
	if _, err := thief.ExecContext(t.Context(), "SELECT pg_advisory_unlock"+key); err != nil {
		t.Fatal(err)
	}
	await("the lock is not taken back", func() bool { return held() == 1 && s.Held() == nil })
}
