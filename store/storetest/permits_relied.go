package storetest

import (
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// reliedOn: a call's events are those that name it, and the consent that stood then.
func reliedOn(t *testing.T, open func() *store.Store) {
	s := open()
	defer func() { shut(t, s) }()
	ctx := t.Context()
	willing(t, s, "p", his)
	willing(t, s, "q", hers)
	expect(t, "a call", reserve(t, s, noon, wants("a", his)), "")
	must(t, s.DialAttempt(ctx, noon, "a"))
	expect(t, "another's call", reserve(t, s, noon, wants("b", hers)), "")
	_, err := s.SetConsent(ctx, his, customer.Consent{Purpose: "marketing", State: customer.Withdrawn, At: noon.Add(time.Minute)})
	must(t, err)
	got := ""
	all, err := s.Relied(ctx, "a", his, []string{"marketing", "recording"}, noon)
	must(t, err)
	for _, e := range all {
		got += string(e.Kind) + " " + e.Purpose + ", "
		if e.Person != "p" || e.Leaf < 0 {
			t.Errorf("%+v", e)
		}
	}
	if got != "consent marketing, reserved marketing, dialled marketing, " {
		t.Errorf("relied on %s", got)
	}
	if all, err = s.Relied(ctx, "none", "", nil, noon); err != nil || len(all) > 0 {
		t.Errorf("a call that nothing is known of: %+v, %v", all, err)
	}
}
