package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

func remarks(t *testing.T, open func() *store.Store) {
	s := open()
	defer func() { shut(t, s) }()
	const known, unknown = "+8613800138000", "+8613900139000"
	_, err := s.Upsert(t.Context(), customer.Profile{Name: "Wang Wei", Numbers: []string{known}, Tags: []string{"vip"}, Updated: T0})
	must(t, err)
	at := T0.Add(time.Hour)
	tell := func(id, number string, kind customer.RemarkKind, scope, text string) (bool, error) {
		_, again, err := s.Remark(t.Context(), customer.Remark{ID: id, Number: number, Kind: kind, Scope: scope, Text: text, Who: "crm", At: at},
			store.Message{ID: id + at.String(), Hook: "crm", Since: T0, Due: T0})
		return again, err
	}
	first := at.String()
	for i, want := range []bool{false, true} { // the same again, also after a start
		for _, r := range []struct {
			id, number  string
			kind        customer.RemarkKind
			scope, text string
		}{
			{"k", known, customer.Complains, "", "the watch is late"}, {"d", known, customer.DoNotCall, "all", ""},
			{"n", known, customer.Noted, "", "likes tea"}, {"u", unknown, customer.DoNotCall, "phone", ""},
		} {
			if again, err := tell(r.id, r.number, r.kind, r.scope, r.text); err != nil || again != want {
				t.Errorf("round %d: %s: again %v, %v", i, r.id, again, err)
			}
		}
		shut(t, s)
		s, at = open(), at.Add(time.Hour)
	}
	if _, err := tell("n", known, customer.Noted, "", "likes coffee"); !errors.Is(err, store.ErrOther) {
		t.Errorf("another note under the same key: %v", err)
	}
	told(t, s, "k"+first, "d"+first, "n"+first, "u"+first) // and of nothing twice
	f, err := s.Facts(t.Context(), customer.Parse(known, "CN"), at)
	must(t, err)
	if len(f.History.Complaints) != 1 || f.History.Complaints[0].About != "the watch is late" || !f.History.Complaints[0].Opened.Equal(T0.Add(time.Hour)) {
		t.Errorf("complaints: %+v", f.History.Complaints)
	}
	out := map[string]store.KeptWord{}
	all, err := s.OptOuts(t.Context(), store.KeptWord{}, 10)
	must(t, err)
	for _, w := range all {
		out[w.Number] = w
	}
	if w := out[known]; w.Kind != store.NeverAgain || w.Channel != permit.Every || w.Source != "crm" || w.Person == "" {
		t.Errorf("who is known opted out as %+v", w)
	}
	if w := out[unknown]; w.Kind != store.NeverAgain || w.Channel != permit.Phone || len(all) != 2 {
		t.Errorf("who is not known opted out as %+v of %d", w, len(all))
	}
	answered(t, s, known, at)
	if all, err := s.Remarks(t.Context(), []string{known}, 10); err != nil || len(all) != 3 || all[0].Who != "crm" || !all[0].At.Equal(T0.Add(time.Hour)) {
		t.Errorf("remarks: %+v, %v", all, err)
	}
}

// answered settles what a complaint made an hour after T0 leaves, which closes it.
func answered(t *testing.T, s *store.Store, number string, at time.Time) {
	t.Helper()
	due, err := s.FollowUps(t.Context(), store.FollowUpFilter{State: "open"})
	if err != nil || len(due) != 1 || due[0].Kind != store.Complaint || due[0].Number != number || !due[0].Due.Equal(T0.Add(25*time.Hour)) {
		t.Fatalf("the complaint leaves %+v, %v", due, err)
	}
	_, err = s.SettleFollowUp(t.Context(), due[0].ID, customer.Settlement{Who: "Bo", Outcome: customer.Done, Note: "called"}, at, nil)
	must(t, err)
	if f, err := s.Facts(t.Context(), customer.Parse(number, "CN"), at); err != nil || !f.History.Complaints[0].Closed.Equal(at) {
		t.Errorf("it is not closed: %+v, %v", f.History.Complaints, err)
	}
}
