package server

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// What an event, a call of our own and a complaint change is on the labels within
// five seconds, of which the loop takes one or two.
func TestWhatHappensIsOnTheLabelsSoon(t *testing.T) {
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "records.db"), "CN")
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s := &Server{Store: st, cfg: load(t, "data: ./var"), log: slog.New(slog.DiscardHandler)}
	now := time.Now()
	if _, err := st.Upsert(t.Context(), customer.Profile{ID: "c1", Numbers: []string{"+8613800138000"}, Updated: now}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { s.portray(ctx); close(done) }()
	defer func() { cancel(); <-done }()

	for _, c := range []struct {
		label  string
		happen func() error
	}{
		{"value=high", func() error {
			_, err := st.AddEvents(ctx, time.Now(), customer.Event{Source: "shop", ID: "1", Customer: "c1", Kind: customer.Order, At: now, Amount: customer.Money{Cents: 900000, Currency: "CNY"}})
			return err
		}},
		{"calls_30d=1", func() error {
			r := call.Record{ID: "a", Direction: "inbound", Caller: "13800138000", Called: "4001", State: call.Finished, Began: now.Add(-time.Minute), Answered: now.Add(-time.Minute), Ended: now}
			if err := st.Finish(ctx, r); err != nil {
				return err
			}
			return st.Flush(ctx, "a")
		}},
		{"complained=true", func() error {
			return st.Complain(ctx, customer.Complaint{ID: "k", Number: "+8613800138000", Opened: time.Now()})
		}},
	} {
		if err := c.happen(); err != nil {
			t.Fatal(err)
		}
		began, there := time.Now(), false
		for !there && time.Since(began) < time.Minute {
			time.Sleep(50 * time.Millisecond)
			if err := st.Portraits(ctx, func(p store.Portrait) error {
				there = strings.Contains(p.Labels, "\n"+c.label+"\n")
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if !there {
			t.Errorf("%s never came", c.label)
		}
		t.Logf("%s after %v", c.label, time.Since(began).Round(time.Millisecond))
	}
}
