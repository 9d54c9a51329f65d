package server

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/routes"
	"github.com/parley-voice/parley/console/api"
)

const hotline = "routes: hotline\nversion: 1\nqueues: [a]\nrules: []\ndefault: {to: {queue: a}}\n"

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A bad file is told in the log, in the metrics and beside "ready", with its
// place, until it is mended.
func TestARefusedTableIsShown(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.yaml")
	put(t, file, hotline)
	book, err := routes.Open(file, nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	s := &Server{cfg: config.Default(), log: slog.New(slog.NewTextHandler(&log, nil)), Shelves: Shelves{Routes: book}}
	if len(s.notes()) > 0 {
		t.Errorf("%q", s.notes())
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.watchRoutes(ctx) }()
	until := func(what string, ok func() bool) {
		t.Helper()
		for range 100 {
			if ok() {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("%s: %+v", what, book.Status())
	}
	put(t, file, strings.Replace(hotline, "queue: a", "queue: b", 1))
	until("refused", func() bool { return len(s.notes()) == 1 })
	want := file + `:5:23: there is no queue "b"`
	if notes := s.notes(); len(notes) != 1 || !strings.Contains(notes[0], want) {
		t.Errorf("%q", notes)
	}
	if r, ok := s.routesNow(); !ok || r.Refused != 1 || r.Version != 1 || r.Table != "hotline" || !strings.Contains(r.Wrong, want) {
		t.Errorf("%+v", r)
	}
	put(t, file, strings.Replace(hotline, "version: 1", "version: 2", 1))
	until("mended", func() bool { return len(s.notes()) == 0 && book.Table().Version == 2 })
	cancel()
	<-done
	for _, want := range []string{"level=ERROR", `there is no queue`, ":5:23", "routes reloaded", "version=2"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, log.String())
		}
	}
}

func TestCheckRoutes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.yaml")
	c := config.Default()
	c.Data = t.TempDir()
	if found, err := CheckRoutes(t.Context(), c); found != "" || err != nil {
		t.Errorf("%q %v", found, err)
	}
	c.Routes = file
	put(t, file, hotline)
	if _, err := CheckRoutes(t.Context(), c); err == nil || !strings.Contains(err.Error(), file+":3:10: the queue a is not configured") {
		t.Errorf("%v", err)
	}
	c.Queues = map[string]config.Queue{"a": {To: "sip:4100@192.0.2.20"}}
	if found, err := CheckRoutes(t.Context(), c); err != nil || found != "hotline, version 1 (rules 1, in mid-call 0, queues 1)" {
		t.Errorf("%q %v", found, err)
	}
	put(t, file, strings.Replace(hotline, "queue: a", "script: surveys", 1))
	if _, err := CheckRoutes(t.Context(), c); err == nil || !strings.Contains(err.Error(), "no script is named so") {
		t.Errorf("%v", err)
	}
}

// The table as the API shows, checks, explains and tests it.
func TestTheTableThroughTheAPI(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.yaml")
	put(t, file, hotline)
	book, err := routes.Open(file, nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	rules, ctx := table{book, file}, t.Context()
	if f, err := rules.Current(ctx); err != nil || f.Text != hotline || len(f.Hash) != 64 || f.Loaded.IsZero() {
		t.Errorf("%+v %v", f, err)
	}
	found, err := rules.Check(ctx, strings.Replace(hotline, "queue: a", "queue: b", 1))
	if err != nil || len(found) != 1 || found[0].Severity != "error" || found[0].Line != 5 || found[0].Column != 23 {
		t.Errorf("%+v %v", found, err)
	}
	if e, err := rules.Explain(ctx, "", map[string]string{"customer.risk": "high"}); err != nil || e.To == "" || e.Rule == "" {
		t.Errorf("%+v %v", e, err)
	}
	if _, err := rules.Explain(ctx, "", map[string]string{"customer.rsk": "high"}); !errors.Is(err, api.ErrInvalid) {
		t.Errorf("%v", err)
	}
	if _, err := rules.Test(ctx, ""); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("without tests beside it: %v", err)
	}
	shipped := filepath.Join("..", "..", "..", "routes", "hotline.en.yaml")
	if book, err = routes.Open(shipped, nil, time.Now()); err != nil {
		t.Fatal(err)
	}
	if r, err := (table{book, shipped}).Test(ctx, ""); err != nil || r.Passed < 5 || len(r.Failed) > 0 {
		t.Errorf("%+v %v", r, err)
	}
}
