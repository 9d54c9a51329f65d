package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
)

func opened(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "records.db"), "CN")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func ringing(id string) call.Record {
	return call.Record{ID: id, Direction: "inbound", Began: time.Unix(1000, 0), State: call.Ringing}
}

// eventually waits for the writer, which works in real time on a real disk.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

func TestFullDiskKeepsRecordsInMemory(t *testing.T) {
	s := opened(t)
	ctx := t.Context()
	if err := s.Begin(ctx, ringing("before")); err != nil {
		t.Fatal(err)
	}
	// The page limit makes SQLite answer SQLITE_FULL, as a full disk does.
	var pages int
	if err := s.w.db.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if err := s.w.db.QueryRowContext(ctx, "PRAGMA max_page_count = 1").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	big := ringing("full")
	big.Why = strings.Repeat("x", 100_000)
	began := time.Now()
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if err := s.Begin(short, big); err == nil {
		t.Fatal("a full disk took a record")
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the failure took %v", took)
	}
	big.State, big.Ended = call.Finished, time.Unix(2000, 0)
	if err := s.Finish(ctx, big); err != nil {
		t.Fatalf("Finish during the failure: %v", err)
	}
	if err := s.Flush(ctx, "full"); err == nil {
		t.Error("Flush claims that something is durable on a full disk")
	}
	if _, err := s.Get(ctx, "before"); err != nil {
		t.Errorf("reading during the failure: %v", err)
	}
	if err := s.w.db.QueryRowContext(ctx, "PRAGMA max_page_count = 1000000").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the backlog is written", func() bool { return s.Stats().Waiting == 0 })
	got, err := s.Get(ctx, "full")
	if err != nil || got.State != call.Finished {
		t.Errorf("after the failure: %v %v, want the finished record", got.State, err)
	}
	if n := s.Stats(); n.Failed == 0 || n.Spilled != 0 {
		t.Errorf("stats %+v: want failed batches and nothing spilled", n)
	}
}

func TestLockedDatabaseHoldsNoCall(t *testing.T) {
	s := opened(t)
	other, err := openSQLite(t.Context(), "records", strings.TrimSuffix(s.lock.(*os.File).Name(), ".lock"), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.BeginTx(t.Context(), nil) // immediate: takes the write lock
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := s.Begin(ctx, ringing("locked")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("a locked database held the call for %v", took)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the record is written later", func() bool {
		_, err := s.Get(t.Context(), "locked")
		return err == nil
	})
}

func TestBacklogIsBounded(t *testing.T) {
	w := &writer{wake: make(chan struct{}, 1), queue: newBacklog(), kept: journals{}}
	w.queue.lines = maxLines
	if err := w.add(&job{kind: jobAppend}); !errors.Is(err, ErrBacklog) || w.count.Dropped != 1 {
		t.Errorf("got %v and %d dropped, want the line dropped and counted", err, w.count.Dropped)
	}
	w.queue.lines = 0
	w.queue.rest = make([]*job, maxVital)
	if err := w.add(&job{kind: jobFinish}); !errors.Is(err, ErrBacklog) || w.count.Spilled != 1 {
		t.Errorf("got %v and %d spilled, want the record refused and counted", err, w.count.Spilled)
	}
	if err := w.add(&job{kind: jobAppend}); err != nil {
		t.Errorf("a journal line was refused for the sake of records: %v", err)
	}
}

// shown writes jobs as call and kind, for example "a3".
func shown(jobs []*job) string {
	var s []string
	for _, j := range jobs {
		s = append(s, j.id+string('0'+rune(j.kind)))
	}
	return strings.Join(s, " ")
}

func TestPutBackDropsWhatFinishBrings(t *testing.T) {
	w := &writer{wake: make(chan struct{}, 1), queue: newBacklog(), kept: journals{"a": 1, "b": 1}}
	batch := []*job{
		{kind: jobBegin, id: "a"}, {kind: jobAppend, id: "a", entry: call.Entry{Seq: 1}}, {kind: jobFinish, id: "a"},
		{kind: jobBegin, id: "b"}, {kind: jobAppend, id: "b", entry: call.Entry{Seq: 1}}, {kind: jobFlush, id: "b"},
	}
	w.putBack(batch, errors.New("full"))
	if got := shown(w.queue.all()); got != "b1 a3 b0" || w.queue.lines != 1 {
		t.Errorf("got %v and %d lines, want b1 a3 b0 and 1", got, w.queue.lines)
	}
	if w.kept["a"] != 0 || w.kept["b"] != 1 {
		t.Errorf("lines that need not come again: %v, want none of a and one of b", w.kept)
	}
}

// What a phone waits for overtakes journals, and each call is written in order.
func TestUrgentJobsOvertake(t *testing.T) {
	b := newBacklog()
	for _, j := range []*job{
		{kind: jobAppend, id: "a"}, {kind: jobAppend, id: "b"}, {kind: jobFinish, id: "a"},
		{kind: jobBegin, id: "c"}, {kind: jobFlush, id: "b"}, {kind: jobAppend, id: "b"},
	} {
		b.add(j)
	}
	if got := shown(b.take()); got != "c1 b0 b4 a0 a3 b0" {
		t.Errorf("got %s, want c1 b0 b4 a0 a3 b0", got)
	}
	if b.len() != 0 || b.lines != 0 || len(b.behind) != 0 {
		t.Errorf("left behind: %+v", b)
	}
	for range 2 * restSize {
		b.add(&job{kind: jobAppend, id: "d"})
	}
	b.add(&job{kind: jobBegin, id: "e"})
	if n := len(b.take()); n != restSize+1 {
		t.Errorf("a batch of %d, want %d: the next phone waits for all of it", n, restSize+1)
	}
}

// A line that was dropped, or refused, comes again with Finish; the others do not.
func TestFinishBringsWhatWasLost(t *testing.T) {
	k := journals{}
	line := func(seq int) *job { return &job{kind: jobAppend, id: "a", entry: call.Entry{Seq: seq}} }
	for _, step := range []struct {
		do   func(*job)
		seq  int
		want int
	}{
		{k.took, 1, 1},
		{k.took, 2, 2},
		{k.took, 1, 2}, // amended
		{k.lost, 3, 2}, // the backlog was full
		{k.took, 4, 2},
		{k.lost, 2, 1}, // an amendment was lost
		{k.took, 5, 1},
		{k.lost, 1, 0},
		{k.lost, 1, 0},
	} {
		if step.do(line(step.seq)); k["a"] != step.want {
			t.Errorf("after line %d: %d lines are safe, want %d", step.seq, k["a"], step.want)
		}
	}
	k.took(line(1))
	if k.written(&job{kind: jobFinish, id: "a"}); len(k) != 0 {
		t.Errorf("a finished call is remembered: %v", k)
	}
}

func TestNewerDatabaseIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	s, err := Open(t.Context(), path, "CN")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.w.db.ExecContext(t.Context(), "PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, "CN"); !errors.Is(err, ErrNewer) {
		t.Errorf("got %v, want ErrNewer", err)
	}
}

func TestClosedStoreTakesNothing(t *testing.T) {
	s := opened(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(t.Context(), ringing("late")); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}
