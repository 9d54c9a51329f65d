package storetest

import (
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/store"
)

// messaged: tries of one message take one place, an opt-out between two of them stops
// it, and calls are counted apart.
func messaged(t *testing.T, open func() *store.Store) {
	s := open()
	defer func() { shut(t, s) }()
	ctx := t.Context()
	willing(t, s, "p", his)
	send := func(id string, now time.Time) string {
		t.Helper()
		r := wants(id, his)
		r.Channel = permit.SMS
		a, d, err := s.Send(ctx, now, r, policy(t))
		must(t, err)
		if d.Allowed && (a.State != store.AttemptDialled || !a.Went.Dialled.Equal(noon)) {
			t.Errorf("%s: %+v", id, a)
		}
		codes := ""
		for _, r := range d.Reasons {
			codes += string(r.Code) + " "
		}
		return codes
	}
	for try := range 3 {
		expect(t, "each try of the first", send("m1", noon.Add(time.Duration(try)*time.Second)), "")
	}
	expect(t, "the second", send("m2", noon), "")
	expect(t, "the third", send("m3", noon), "person_week number_week")
	expect(t, "a later try of the second", send("m2", noon.Add(time.Minute)), "")
	expect(t, "a try in the night", send("m2", noon.Add(12*time.Hour)), "hours")
	expect(t, "a call", reserve(t, s, noon, wants("c", his)), "")
	_, err := s.SettleAttempt(ctx, noon, "m1", "sent")
	must(t, err)
	_, err = s.OptOut(ctx, noon, store.Word{Number: his, Kind: store.NeverAgain, Channel: permit.SMS})
	must(t, err)
	for _, id := range []string{"m1", "m2"} { // one went, one is stopped between two tries
		r := wants(id, his)
		r.Channel = permit.SMS
		_, _, err = s.Send(ctx, noon, r, policy(t))
		stopped(t, id, err)
	}
	expect(t, "after never by SMS", send("m4", noon.Add(8*permit.Day)), "do_not_call")
}
