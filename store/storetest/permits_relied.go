package storetest

import (
	"reflect"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
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
	// A number that is nobody's is looked for as it is.
	if all, err = s.Relied(ctx, "none", "+8613700000000", []string{"marketing"}, noon); err != nil || len(all) > 0 {
		t.Errorf("a call to nobody known: %+v, %v", all, err)
	}
}

// attemptsListed: those of one campaign, in the order in which they were reserved, as far
// as each has come.
func attemptsListed(t *testing.T, open func() *store.Store) {
	s := open()
	defer func() { shut(t, s) }()
	ctx := t.Context()
	for i, c := range []struct{ id, campaign, number string }{
		{"z", "spring", his}, {"y", "autumn", hers}, {"x", "spring", "+8613700000000"}, {"w", "", "+8613700000001"},
	} {
		willing(t, s, "p"+c.id, c.number)
		r := wants(c.id, c.number)
		r.Campaign = c.campaign
		expect(t, c.id, reserve(t, s, noon.Add(time.Duration(i)*time.Second), r), "")
	}
	must(t, s.DialAttempt(ctx, noon.Add(time.Minute), "z"))
	must(t, s.AnswerAttempt(ctx, noon.Add(61*time.Second), "z"))
	_, err := s.SettleAttempt(ctx, noon.Add(2*time.Minute), "z", "answered")
	must(t, err)
	all, err := s.Attempts(ctx, "spring")
	must(t, err)
	want := []store.Attempt{
		{
			ID: "z", Person: "pz", Number: his, Purpose: "marketing", Channel: permit.Phone, Campaign: "spring", Holder: "me", At: noon,
			Went:  store.Progress{Dialled: noon.Add(time.Minute), Answered: noon.Add(61 * time.Second), Ended: noon.Add(2 * time.Minute)},
			State: store.AttemptEnded, Fate: "answered",
		},
		{
			ID: "x", Person: "px", Number: "+8613700000000", Purpose: "marketing", Channel: permit.Phone, Campaign: "spring", Holder: "me",
			At: noon.Add(2 * time.Second), State: store.AttemptReserved,
		},
	}
	if !reflect.DeepEqual(all, want) {
		t.Errorf("got\n%+v\nwant\n%+v", all, want)
	}
	if all, err = s.Attempts(ctx, "winter"); err != nil || len(all) > 0 {
		t.Errorf("of no campaign: %+v, %v", all, err)
	}
}
