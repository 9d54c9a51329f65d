package server

import (
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/notary"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/customer"
)

// Whatever the API can ask of people is connected.
func TestPeopleAreConnected(t *testing.T) {
	s := &Server{cfg: config.Default(), web: web{}}
	v := reflect.ValueOf(s.ofPeople())
	for i := range v.NumField() {
		if v.Field(i).IsNil() {
			t.Errorf("%s is connected to nothing: its operations answer 501", v.Type().Field(i).Name)
		}
	}
}

// What the API sets counts at once in what it answers, and is proven by the ledger.
func TestConsentThroughTheAPI(t *testing.T) {
	dir := t.TempDir()
	st := opened(t, filepath.Join(dir, "records.db"))
	defer st.Close()
	key, err := notary.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := config.Default().Policy()
	if err != nil {
		t.Fatal(err)
	}
	ctx, now := t.Context(), time.Now()
	if _, err := st.Upsert(ctx, customer.Profile{ID: "p1", Numbers: []string{"+8613800001111", "+8613900139000"}, Updated: now.Add(-time.Hour)}); err != nil {
		t.Fatal(err)
	}
	c := consents{st, "CN", policy}
	codes := func(who, purpose string, want int) (all []permit.Code) {
		t.Helper()
		got, err := c.May(ctx, who, api.MayQuery{Purpose: purpose, Channel: permit.SMS})
		if err != nil || len(got) != want {
			t.Fatalf("%s: %+v, %v", who, got, err)
		}
		for _, r := range got[0].Reasons {
			if r.Code != permit.Hours && r.Code != permit.Holiday && r.Code != permit.UnknownYear { // whatever the hour of this test
				all = append(all, r.Code)
			}
		}
		return all
	}
	if got := codes("p1", "service", 2); !slices.Equal(got, []permit.Code{permit.NoConsent}) {
		t.Errorf("without a record: %v", got)
	}
	answer := customer.Consent{Purpose: "service", State: customer.Granted, Source: "form 7", At: now.Add(-time.Minute)}
	for range 2 { // the same again is no second event
		if s, err := c.SetConsent(ctx, "139 0013 9000", answer); err != nil || s.Customer != "p1" || len(s.Consent) != 1 || len(s.Events) != 1 || !s.Events[0].Proven {
			t.Fatalf("%+v, %v", s, err)
		}
	}
	if got := codes("p1", "service", 2); got != nil {
		t.Errorf("granted: %v", got)
	}
	answer.State, answer.At = customer.Withdrawn, now
	if s, err := c.SetConsent(ctx, "p1", answer); err != nil || s.Consent[0].State != customer.Withdrawn || len(s.Events) != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	if got := codes("+8613800001111", "service", 1); !slices.Equal(got, []permit.Code{permit.Refused}) {
		t.Errorf("withdrawn: %v", got)
	}
	if _, err := c.SetConsent(ctx, "+8613800009999", answer); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("of nobody: %v", err)
	}
	if _, err := c.Standing(ctx, "p9"); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("of nobody: %v", err)
	}
	l := ledgerBook{st, key.Public}
	if _, _, err := l.Head(ctx); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("before any head: %v", err)
	}
	pinned, err := st.SignHead(ctx, now, key, key.Known)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := (remarked{people{st, config.Callers{Country: "CN"}}, nil}).Remark(ctx, "+8613800001111", customer.Remark{ID: "r", Kind: customer.DoNotCall, Scope: "sms", Who: "gateway", At: now}); err != nil {
		t.Fatal(err)
	}
	if got := codes("p1", "marketing", 2); !slices.Contains(got, permit.DoNotCall) {
		t.Errorf("never by SMS: %v", got)
	}
	if got, err := c.May(ctx, "p1", api.MayQuery{Purpose: "marketing", Channel: permit.Phone}); err != nil || got[0].Has(permit.DoNotCall) {
		t.Errorf("never by SMS forbids calls: %+v, %v", got, err)
	}
	if _, err := st.SignHead(ctx, now, key, key.Known); err != nil {
		t.Fatal(err)
	}
	h, public, err := l.Head(ctx)
	if err != nil || h.Size != 3 || public != key.Public {
		t.Errorf("%+v %q %v", h, public, err)
	}
	g, err := l.Growth(ctx, pinned.Size)
	if _, _, wrong := g.Check(key.Known); err != nil || wrong != nil || g.From != pinned.Note {
		t.Errorf("%v %v", err, wrong)
	}
	if _, err := l.Growth(ctx, 1); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("from a head that never was: %v", err)
	}
	s, err := c.Standing(ctx, "p1")
	if err != nil || len(s.OptOuts) != 1 || s.OptOuts[0].Channel != "sms" {
		t.Fatalf("%+v, %v", s, err)
	}
	p, err := l.Proof(ctx, s.Events[0].ID)
	if _, wrong := p.Check(key.Known); err != nil || wrong != nil || p.Event.Detail != "granted" {
		t.Errorf("%+v %v %v", p.Event, err, wrong)
	}
	if _, err := l.Proof(ctx, 99); !errors.Is(err, api.ErrNotFound) {
		t.Error(err)
	}
}
