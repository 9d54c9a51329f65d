package server

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/routing"
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
	s := &Server{Store: st, cfg: load(t, "data: ./var"), log: slog.New(slog.DiscardHandler), hotline: waiting{callers: &callers{store: st}}}
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

// Who bought a kettle is told on the agent's screen to want a repair probably, with
// the sample; nothing of it is computed while the telephone rings.
func TestThePredictedNeedIsThereBeforeTheAnswer(t *testing.T) {
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "records.db"), "CN")
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	now := time.Now()
	var events []customer.Event
	for i := range 40 {
		id := fmt.Sprintf("c%02d", i)
		if _, err := st.Upsert(t.Context(), customer.Profile{ID: id, Numbers: []string{fmt.Sprintf("+86138001380%02d", i)}, Updated: now}); err != nil {
			t.Fatal(err)
		}
		events = append(events, customer.Event{Source: "shop", ID: "o" + id, Customer: id, Kind: customer.Order, Product: "kettle", Amount: customer.Money{Cents: 100, Currency: "CNY"}, At: now.AddDate(0, 0, -200)})
		if i < 28 {
			events = append(events, customer.Event{Source: "shop", ID: "r" + id, Customer: id, Kind: customer.AfterSales, Product: "kettle", At: now.AddDate(0, 0, -150)})
		}
	}
	if kept, err := st.AddEvents(t.Context(), now, events...); err != nil || kept.New != len(events) {
		t.Fatal(kept, err)
	}
	for range 2 { // what all tell is counted first, then told of each
		if _, err := st.PortraitAll(t.Context(), label.Options{Now: now, Currency: "CNY"}, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	c := &callers{store: st}
	if err := c.refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	hook := webhook.Hook{Name: "crm", URL: "https://crm.example", Events: []webhook.Type{webhook.CallOffered}}
	h := &herald{hooks: []webhook.Hook{hook}, store: st, callers: c, country: "CN", log: slog.New(slog.DiscardHandler)}
	if err := h.Offer(t.Context(), call.Offer{Record: call.Record{ID: "a", Direction: "inbound", Caller: "13800138039"}, At: now}); err != nil {
		t.Fatal(err)
	}
	posted, err := st.Messages(t.Context(), store.MessageFilter{Hook: "crm", Limit: 10})
	if err != nil || len(posted) != 1 {
		t.Fatalf("%d messages, %v", len(posted), err)
	}
	for _, want := range []string{`"predicted_need":"aftersales (kettle)"`, `"need_why":"28 of 40 who bought kettle (70 %, at least `} {
		if !strings.Contains(string(posted[0].Payload), want) {
			t.Errorf("no %s in %s", want, posted[0].Payload)
		}
	}
	f, err := c.Facts(t.Context(), customer.Parse("13800138039", "CN"), now)
	if facts := routing.OfCaller(now, "4001", f); err != nil || facts["customer.predicted_need"] != "aftersales (kettle)" || !strings.HasPrefix(facts["customer.need_why"], "28 of 40") {
		t.Errorf("%v, %v", facts, err)
	}
	if f, err := c.Facts(t.Context(), customer.Parse("13800138039", "CN"), now.AddDate(0, 0, 31)); err != nil || f.Need.What != "" {
		t.Errorf("after a month it is still told: %+v, %v", f.Need, err)
	}
}
