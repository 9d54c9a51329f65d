package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

var signals = behaviours{
	"signals of people are told, and make them due": signalled,
}

func signalled(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	for i, id := range []string{"a", "b", "c"} {
		_, err := s.Upsert(ctx, customer.Profile{ID: id, Numbers: []string{[]string{his, hers, "+8613800005555"}[i]}, Updated: T0})
		must(t, err)
	}
	did := func(id, who string, kind customer.EventKind, after time.Duration) customer.Event {
		ev := customer.Event{Source: "shop", ID: id, Customer: who, Kind: kind, At: T0.Add(after), Product: "shoe"}
		if kind == customer.Order {
			ev.Amount = customer.Money{Cents: 100, Currency: "CNY"}
		}
		return ev
	}
	_, err := s.AddEvents(ctx, T0, did("1", "a", customer.Cart, time.Second), did("2", "a", customer.Order, 2*time.Second), did("3", "b", customer.Browse, time.Minute),
		did("4", "c", customer.Complained, time.Minute), did("5", "c", customer.Cart, time.Hour), did("6", "b", customer.Cart, -time.Second))
	must(t, err)
	if got, err := s.Signalled(ctx, T0, T0.Add(time.Minute), 9); err != nil || !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("who gave a signal: %v, %v", got, err)
	}
	if got, err := s.Signalled(ctx, T0, T0.Add(time.Hour), 1); err != nil || !slices.Equal(got, []string{"c"}) {
		t.Errorf("the latest signal alone: %v, %v", got, err)
	}
	got, err := s.SignalsOf(ctx, T0, "a", "b", "nobody")
	want := []timing.Signal{{ID: "shop/1", Kind: timing.Carted, Item: "shoe", At: T0.Add(time.Second)}, {ID: "shop/2", Kind: timing.Bought, Item: "shoe", At: T0.Add(2 * time.Second)}}
	if must(t, err); !slices.Equal(got["a"], want) || len(got["b"]) != 1 || len(got) != 2 {
		t.Errorf("signals: %+v", got)
	}
	later := T0.Add(24 * time.Hour)
	done := target("c", campaign.Normal, T0)
	done.State = campaign.Done
	_, err = s.AddCandidates(ctx, target("a", campaign.Normal, later), target("b", campaign.Normal, later), done)
	must(t, err)
	there, err := s.CandidatesOf(ctx, "spring", "a", "b", "c", "nobody")
	if must(t, err); len(there) != 3 {
		t.Fatalf("candidates: %+v", there)
	}
	raise := func(who string, now time.Time) bool {
		t.Helper()
		is := there[who]
		is.Priority, is.Due, is.Last.Signal = campaign.Triggered, T0, T0
		ok, err := s.RaiseCandidate(ctx, now, there[who], is)
		must(t, err)
		return ok
	}
	if !raise("a", T0) || raise("a", T0) || raise("c", T0) {
		t.Error("a is raised once, and c, who is done, never")
	}
	if _, who := claimSome(t, s, "w", T0, 9); who != "a" {
		t.Errorf("due is %q, want a alone", who)
	}
	if _, who := claimSome(t, s, "w", later, 9); who != "b" && who != "ab" {
		t.Errorf("a day later %q is due", who)
	}
	if raise("b", later) {
		t.Error("b was raised while somebody works on it")
	}
}
