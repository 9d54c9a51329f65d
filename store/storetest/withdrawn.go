package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// withdrawalsTold: what is told of consents taken back is posted with them, once for
// each, whoever told; a word against being reached is told otherwise.
func withdrawalsTold(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx, n := t.Context(), 0
	s.OnWithdrawn(func(w store.Withdrawal) []store.Message {
		n++
		return []store.Message{{ID: fmt.Sprintf("%d %s %s %s %s", n, w.Customer, w.Number, w.Answer.Purpose, w.Answer.State), Hook: "crm", Since: noon, Due: noon}}
	})
	expect := func(what string, want ...string) {
		t.Helper()
		outboxHas(t, s, what, want...)
	}
	set := func(purpose string, state customer.Answer, after time.Duration) {
		t.Helper()
		_, err := s.SetConsent(ctx, "p", customer.Consent{Purpose: purpose, State: state, At: noon.Add(after)})
		must(t, err)
	}
	answers := func(state customer.Answer, purposes ...string) (all []customer.Consent) {
		for _, p := range purposes {
			all = append(all, customer.Consent{Purpose: p, State: state, At: noon.Add(time.Hour)})
		}
		return all
	}
	willing(t, s, "p", his)
	set("profiling", customer.Refused, 0)
	expect("a refusal of what was never granted")
	_, err := s.OptOut(ctx, noon, store.Word{Person: "p", Kind: store.NeverAgain})
	must(t, err)
	expect("an opt-out")
	set("marketing", customer.Withdrawn, 0)
	first := "1 p " + his + " marketing withdrawn"
	expect("taken back", first)
	select {
	case <-s.Posted():
	default:
		t.Error("the sender is not told that something was posted")
	}
	set("marketing", customer.Withdrawn, 0)
	set("marketing", customer.Withdrawn, time.Minute)
	set("marketing", customer.Granted, -time.Minute)
	expect("told again, and an older answer", first)
	again := customer.Profile{ID: "p", Numbers: []string{his}, Updated: noon.Add(time.Hour), Consent: answers(customer.Refused, "marketing", "service")}
	for range 2 {
		upsert(t, s, again)
	}
	second := "2 p " + his + " service refused"
	expect("an import that knows of it, and takes another back", first, second)
	willing(t, s, "q", hers)
	_, err = s.Merge(ctx, "q", "p", noon.Add(2*time.Hour))
	must(t, err)
	expect("a merge", first, second, "3 q "+his+" marketing refused", "4 q "+his+" service refused")
}

// outboxHas wants the outbox to hold these messages.
func outboxHas(t *testing.T, s *store.Store, what string, want ...string) {
	t.Helper()
	got, err := s.Messages(t.Context(), store.MessageFilter{Limit: 100})
	must(t, err)
	var ids []string
	for _, m := range got {
		ids = append(ids, m.ID)
	}
	slices.Sort(ids)
	if !slices.Equal(ids, want) {
		t.Errorf("%s: told %q, want %q", what, ids, want)
	}
}
