package outbound

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

// A campaign does not start with people of whom too little or nothing new is known,
// and says so with the figures; it does once they were imported anew.
func TestDataThatAreNotGoodEnoughKeepACampaignFromStarting(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { refusedThenStarted(t, filepath.Join(t.TempDir(), "records.db")) })
	t.Run("postgres", func(t *testing.T) { refusedThenStarted(t, storetest.Postgres(t)) })
}

func refusedThenStarted(t *testing.T, where string) {
	s := storetest.Open(t, where)
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "spring.yaml"), []byte(strings.Replace(spring, "segment: all", "segment: reachable", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	book, err := segment.Default()
	if err != nil {
		t.Fatal(err)
	}
	u := Turner{Store: s.Editor, Folder: folder, People: People{Book: book, Country: "CN", Needs: func(string) []string { return []string{"customer.name", "order.what"} }}}
	start := func() (store.Campaign, error) {
		return u.Turn(t.Context(), "spring", "start", store.Turn{Who: "li"}, morning)
	}
	told := func(at time.Time, named int) {
		t.Helper()
		for i := range 10 {
			p := customer.Profile{ID: fmt.Sprintf("p%02d", i), Numbers: []string{number(i, '0')}, Updated: at,
				Consent: []customer.Consent{{Purpose: "marketing", State: customer.Granted, At: morning.AddDate(0, -1, 0)}}}
			if i < named {
				p.Name = "Li"
			}
			if _, err := s.Upsert(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.PortraitAll(t.Context(), label.Options{Now: morning, Currency: "CNY"}, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(what string, figures ...string) {
		t.Helper()
		_, err := start()
		if !errors.Is(err, ErrUnfit) {
			t.Fatalf("%s: %v", what, err)
		}
		for _, f := range figures {
			if !strings.Contains(err.Error(), f) {
				t.Errorf("%s: no %q in: %v", what, f, err)
			}
		}
		if _, err := s.Campaign(t.Context(), "spring"); !errors.Is(err, store.ErrNoCampaign) {
			t.Errorf("%s: it is in the store: %v", what, err)
		}
	}
	refused("nobody", "nobody is in its segment")
	told(morning.Add(-8*24*time.Hour), 8)
	refused("old and without names", "of 80.0 % of its 10 people", "customer.name of 2", "8 days old", "7 days is allowed")
	told(morning.Add(-time.Hour), 8)
	refused("without names", "customer.name of 2")
	told(morning.Add(-time.Minute), 9)
	if row, err := start(); err != nil || row.State != store.CampaignRunning {
		t.Fatalf("nine of ten are complete and fresh: %v, %+v", err, row)
	}
	c, err := campaign.Load(strings.NewReader(spring), "spring.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c.Who.Segment = "reachable"
	got, err := u.People.Fill(s.Editor)(t.Context(), morning, c, func([]campaign.Candidate) {})
	if err != nil || got.Found != 10 || got.Added != 10 || got.Data.People != 10 || got.Data.Complete != 0.9 || !got.Data.Told.Equal(morning.Add(-time.Minute)) {
		t.Errorf("filled %+v, %v", got, err)
	}
}

// The server looks as well, and looks anew each time that it is started.
func TestTheRunnerHoldsACampaignBackWhoseDataAreOld(t *testing.T) {
	inBubble(t, "00", func(r *rig) {
		r.age.Store(int64(8 * 24 * time.Hour))
		r.start(spring)
		row := r.until(store.CampaignPaused, time.Minute)
		if d, looked := DataOf(row); !strings.Contains(row.Why, "8 days old") || !looked || d.People != 2 {
			t.Errorf("why: %s; %+v", row.Why, d)
		}
		if n := len(r.phone.dialled()); n != 0 {
			t.Errorf("%d were called", n)
		}
		r.age.Store(0)
		r.start(spring)
		r.until(store.CampaignFinished, 4*time.Hour)
	})
}
