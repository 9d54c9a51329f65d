package server

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store"
)

// Only webhooks that take the event are told of labels, of some customers at a time.
func TestWebhooksAreToldOfLabels(t *testing.T) {
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "records.db"), "CN")
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	hook := func(name, event string) config.Webhook {
		return config.Webhook{Name: name, URL: "https://" + name + ".example", Events: []string{event}, Fields: []string{"money"}}
	}
	log := slog.New(slog.DiscardHandler)
	cfg := &config.Config{Webhooks: []config.Webhook{hook("desk", "call.ended")}}
	if LabelTeller(cfg, log) != nil {
		t.Error("nobody wants to hear of labels, and they are compared")
	}
	cfg.Webhooks = append(cfg.Webhooks, hook("crm", "customer.labels"))
	const people = 2*webhook.LabelsAtOnce + 3
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	for i := range people {
		if _, err := st.Upsert(t.Context(), customer.Profile{ID: fmt.Sprintf("c%03d", i), Numbers: []string{fmt.Sprintf("+86138001%05d", i)}, Updated: now}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := st.PortraitAll(t.Context(), label.Options{Now: now, Currency: "CNY"}, LabelTeller(cfg, log), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := st.AddEvents(t.Context(), now, customer.Event{Source: "shop", ID: "1", Customer: "c007", Kind: customer.Order, At: now, Amount: customer.Money{Cents: 900000, Currency: "CNY"}}); err != nil {
		t.Fatal(err)
	}
	later := now.Add(time.Minute)
	if _, err := st.PortraitDue(t.Context(), label.Options{Now: later, Currency: "CNY"}, LabelTeller(cfg, log)); err != nil {
		t.Fatal(err)
	}
	all, err := st.Messages(t.Context(), store.MessageFilter{Limit: 100})
	if err != nil || len(all) != 4 {
		t.Fatalf("%d messages, want 4: %v", len(all), err)
	}
	seen := map[string]int{}
	for _, m := range all {
		var got struct {
			Type      string    `json:"type"`
			Timestamp time.Time `json:"timestamp"`
			Data      webhook.Data
		}
		if err := json.Unmarshal(m.Payload, &got); err != nil || m.Hook != "crm" || got.Type != "customer.labels" || len(got.Data.Labels) > webhook.LabelsAtOnce {
			t.Fatalf("%s got %s of %d: %v", m.Hook, got.Type, len(got.Data.Labels), err)
		}
		for _, l := range got.Data.Labels {
			seen[l.Customer]++
			if !got.Timestamp.Equal(later) {
				continue
			}
			for _, c := range l.Changes {
				if c.Label == "value" && l.Customer == "c007" && l.Before.Equal(now) && l.Since.Equal(later) && c.Old == "normal" && c.New == "high" && c.Why != "" {
					seen["the purchase"]++
				}
			}
		}
	}
	if len(seen) != people+1 || seen["c007"] != 2 || seen["c008"] != 1 || seen["the purchase"] != 1 {
		t.Errorf("told of %d customers, of c007 %d times, of the purchase %d times", len(seen)-1, seen["c007"], seen["the purchase"])
	}
}

// In the first night of a month its labels are counted and the month before is told of, in
// the first of a week customers are divided; no night does it again.
func TestNightsCountLabelsAndDivideCustomers(t *testing.T) {
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "records.db"), "CN")
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	log := slog.New(slog.DiscardHandler)
	s := &Server{Store: st, cfg: load(t, "data: ./var\nclusters: {weekly: true}"), log: log}
	s.web.herald = &herald{hooks: []webhook.Hook{{Name: "crm", URL: "https://crm.example", Events: []webhook.Type{webhook.DriftMade}}}, store: st, country: "CN", log: log}
	for i := range 20 {
		if _, err := st.Upsert(t.Context(), customer.Profile{ID: fmt.Sprintf("c%03d", i), Numbers: []string{fmt.Sprintf("+86138001%05d", i)}, Updated: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	night := func(day time.Time, versions, reports int) {
		t.Helper()
		if _, err := st.PortraitAll(t.Context(), label.Options{Now: day, Currency: "CNY"}, nil, nil); err != nil {
			t.Fatal(err)
		}
		s.survey(t.Context(), day)
		all, err := st.ClusterVersions(t.Context())
		if err != nil || len(all) != versions {
			t.Errorf("%s: %d versions of clusters, want %d: %v", day.Format(time.DateOnly), len(all), versions, err)
		}
		told, err := st.Messages(t.Context(), store.MessageFilter{Hook: "crm", Limit: 10})
		if err != nil || len(told) != reports {
			t.Errorf("%s: %d reports, want %d: %v", day.Format(time.DateOnly), len(told), reports, err)
		}
	}
	first := time.Date(2026, 9, 30, 19, 30, 0, 0, time.UTC) // the first of October in Shanghai
	night(first, 1, 0)
	night(first.AddDate(0, 0, 1), 1, 0)
	night(first.AddDate(0, 0, 5), 2, 0) // a Monday in UTC
	night(first.AddDate(0, 1, 1), 3, 1)
	night(first.AddDate(0, 1, 2), 3, 1)
	r, err := st.Drift(t.Context(), first, "2026-10", func(store.Portrait) []string { return nil })
	if err != nil || r.Now != 20 || len(r.Drifted()) != 0 || MonthOf(first, "Asia/Shanghai") != "2026-10" {
		t.Errorf("%+v, %v", r, err)
	}
}
