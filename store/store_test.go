package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

func TestSQLite(t *testing.T) {
	storetest.Suite(t, file)
}

func TestPostgres(t *testing.T) {
	storetest.Suite(t, func(t *testing.T) string { return storetest.Postgres(t) })
}

func file(t *testing.T) string {
	return filepath.Join(t.TempDir(), "odd #name?%20 dir", "records.db")
}

// both runs a test on each database.
func both(t *testing.T, test func(t *testing.T, where string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, file(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, storetest.Postgres(t)) })
}

func TestOpenTellsWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "records.db")
	s, err := store.Open(t.Context(), path, "CN")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), path, "CN"); !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("a second server got %v, want ErrInUse and who holds it", err)
	}
	r, err := store.Read(t.Context(), path)
	if err != nil {
		t.Errorf("a reader beside the server got %v", err)
	} else if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("these are notes, not records\n", 400)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), text, "CN"); err == nil || !strings.Contains(err.Error(), "notes.txt") {
		t.Errorf("a text file: got %v, want an error that names it", err)
	}
	if _, err := store.Read(t.Context(), filepath.Join(dir, "none.db")); err == nil || !strings.Contains(err.Error(), "no records") {
		t.Errorf("no file: got %v", err)
	}
}

// childPath tells a child process of this test binary where to write.
const childPath = "PARLEY_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		writeForEver(path)
	}
	if where := os.Getenv(diallerPath); where != "" {
		dialler(where, os.Getenv(diallerTask))
	}
	code := m.Run()
	if err := storetest.StopPostgres(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// writeForEver begins calls and writes their journals until it is killed. It
// says the ID of each call whose Begin has returned.
func writeForEver(path string) {
	ctx := context.Background()
	s, err := store.Open(ctx, path, "CN")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for i := 0; ; i++ {
		id := fmt.Sprintf("c%05d", i)
		if err := s.Begin(ctx, storetest.Begun(id, storetest.T0)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(id)
		s.Append(id, call.Entry{Seq: 1, At: storetest.T0, Kind: call.EntryRecording, Text: "/recordings/" + id})
		if err := s.Answered(ctx, id, storetest.T0); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if i%3 == 0 {
			_ = s.Finish(ctx, storetest.Ended(id, storetest.T0)) // it may or may not become durable
		}
	}
}

// A kill in the middle of writing leaves exactly one record for each call that
// was begun, none of them open after the recovery.
func TestSIGKILL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.db")
	begun := map[string]bool{}
	for round := range 3 {
		sofar := killedWriter(t, filepath.Join(filepath.Dir(path), fmt.Sprint(round)), 40+round*17)
		for id := range sofar {
			begun[id] = true
		}
	}
	if len(begun) < 40 {
		t.Fatalf("the child began only %d calls", len(begun))
	}
}

func killedWriter(t *testing.T, dir string, after int) map[string]bool {
	t.Helper()
	path := filepath.Join(dir, "records.db")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childPath+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	begun := map[string]bool{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		begun[lines.Text()] = true
		if len(begun) == after {
			_ = cmd.Process.Kill() // SIGKILL; what is in the pipe is read on
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	s, err := store.Open(t.Context(), path, "CN")
	if err != nil {
		t.Fatalf("after the kill: %v", err)
	}
	defer s.Close()
	if _, err := s.Recover(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	list, err := s.List(t.Context(), store.Filter{Limit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, r := range list {
		found[r.ID]++
		if r.State != call.Interrupted && r.State != call.Finished {
			t.Errorf("%s is %s after the recovery", r.ID, r.State)
		}
		if !r.Answered.IsZero() && r.Recording == "" {
			t.Errorf("%s was answered and lost the path of its recording", r.ID)
		}
	}
	for id := range begun {
		if found[id] != 1 {
			t.Errorf("%s has %d records, want 1", id, found[id])
		}
	}
	return begun
}
