package storetest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// complained is a call whose caller complained, and was promised feedback in an hour.
func complained(id string) call.Record {
	r := Ended(id, T0)
	at := T0.Add(10 * time.Second)
	r.Entries = append(r.Entries,
		call.Entry{Seq: 3, At: at, Kind: call.EntryNote, Text: "tag=complaint", Why: "heard"},
		call.Entry{Seq: 4, At: at, Kind: call.EntryNote, Text: "follow_up=" + T0.Add(time.Hour).Format(time.RFC3339), Why: "rule"},
		call.Entry{Seq: 5, At: at.Add(time.Second), Kind: call.EntryNote, Text: "tag=complaint"},
		call.Entry{Seq: 6, At: at.Add(time.Second), Kind: call.EntryNote, Text: "follow_up=soon"})
	return r
}

func owed(t *testing.T, open func() *store.Store) {
	s := open()
	r := complained("a")
	must(t, s.Begin(t.Context(), Begun("a", T0)))
	for _, e := range r.Entries {
		s.Append("a", e)
	}
	must(t, s.Flush(t.Context(), "a"))
	hour := T0.Add(time.Hour).Truncate(time.Second)
	wants := func(what string, f store.FollowUpFilter, ids ...string) []store.FollowUp {
		t.Helper()
		list, err := s.FollowUps(t.Context(), f)
		if err != nil || len(list) != len(ids) {
			t.Fatalf("%s: %+v, %v; want %q", what, list, err, ids)
		}
		for i, id := range ids {
			if list[i].ID != id {
				t.Errorf("%s: %s, want %s", what, list[i].ID, id)
			}
		}
		return list
	}
	list := wants("during the call", store.FollowUpFilter{State: "open"}, "a.feedback", "a.complaint")
	if f := list[0]; !f.Due.Equal(hour) || f.Number != "+8613800001111" || f.Why != "rule" || f.Kind != store.Feedback || !list[1].Due.Equal(T0.Add(10*time.Second+24*time.Hour)) {
		t.Errorf("%+v", list)
	}
	must(t, s.Finish(t.Context(), r))
	shut(t, s)
	s = open()
	defer shut(t, s)
	wants("after the call", store.FollowUpFilter{}, "a.feedback", "a.complaint")
	wants("the second page", store.FollowUpFilter{After: "a.feedback"}, "a.complaint")
	breaches(t, s, hour)
	wants("told, and still overdue", store.FollowUpFilter{State: "overdue", Now: hour}, "a.feedback")
	settledOnce(t, s, hour)
	wants("settled", store.FollowUpFilter{State: "settled"}, "a.complaint")
	wants("open", store.FollowUpFilter{State: "open"}, "a.feedback")
}

// breaches tells of the feedback that was due at the hour, once.
func breaches(t *testing.T, s *store.Store, hour time.Time) {
	t.Helper()
	for at, want := range map[time.Time]int{hour.Add(-time.Nanosecond): 0, hour: 1, T0.Add(25 * time.Hour): 2} {
		late, err := s.Breached(t.Context(), at, 10)
		n, over, err2 := s.Owed(t.Context(), at)
		if err != nil || err2 != nil || len(late) != want || n != 2 || over != want {
			t.Errorf("at %s: %d late, %d open, %d overdue, %v, %v; want %d", at, len(late), n, over, err, err2, want)
		}
	}
	for range 2 { // another process is about to tell of it too
		must(t, s.TellBreach(t.Context(), "a.feedback", hour, store.Message{ID: "overdue a.feedback", Hook: "crm", Since: T0, Due: T0}))
	}
	if late, err := s.Breached(t.Context(), hour, 10); err != nil || len(late) != 0 {
		t.Errorf("told of twice: %+v, %v", late, err)
	}
}

// settledOnce settles the complaint, which is closed then.
func settledOnce(t *testing.T, s *store.Store, hour time.Time) {
	t.Helper()
	how := customer.Settlement{Who: "Li Na", Outcome: customer.Done, Note: "called",
		Compensation: &customer.Compensation{Kind: customer.GivenCoupon, Value: "20.00", Currency: "CNY", Code: "SORRY20", Note: "for the delay"}}
	tell := func(f store.FollowUp) []store.Message {
		return []store.Message{{ID: "settled " + f.ID + " by " + f.Who, Hook: "crm", Since: T0, Due: T0}}
	}
	f, err := s.SettleFollowUp(t.Context(), "a.complaint", how, hour, tell)
	if err != nil || !reflect.DeepEqual(f.Settlement, how) || !f.Settled.Equal(hour) {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := s.SettleFollowUp(t.Context(), "a.complaint", customer.Settlement{Who: "Bo"}, hour, tell); !errors.Is(err, store.ErrSettled) {
		t.Errorf("settled twice: %v", err)
	}
	if _, err := s.SettleFollowUp(t.Context(), "b.complaint", customer.Settlement{Who: "Bo"}, hour, tell); !errors.Is(err, store.ErrNoFollowUp) {
		t.Errorf("what is not there is settled: %v", err)
	}
	nudged(t, s)
	told(t, s, "overdue a.feedback", "settled a.complaint by Li Na")
	facts, err := s.Facts(t.Context(), customer.Parse("13800001111", "CN"), hour)
	if err != nil || len(facts.History.Complaints) != 1 || !facts.History.Complaints[0].Closed.Equal(hour) {
		t.Errorf("the complaint is not closed: %+v, %v", facts.History.Complaints, err)
	}
}

// nudged holds that the sender of this process is told that there is a message.
func nudged(t *testing.T, s *store.Store) {
	t.Helper()
	select {
	case <-s.Posted():
	default:
		t.Error("the sender is not told that there is a message")
	}
}

// told holds the outbox to the messages that are to be in it, and empties it.
func told(t *testing.T, s *store.Store, ids ...string) {
	t.Helper()
	got, err := s.ClaimMessages(t.Context(), "", store.Claim{Worker: "w", Now: T0.Add(time.Hour), Lease: time.Minute, Max: 99})
	must(t, err)
	have := map[string]bool{}
	for _, m := range got {
		have[m.ID] = true
		must(t, s.SettleMessage(t.Context(), m.ID, "w", store.Delivered, "", T0))
	}
	for _, id := range ids {
		if !have[id] {
			t.Errorf("nobody is told of %q: %v", id, have)
		}
	}
	if len(have) != len(ids) {
		t.Errorf("told of %v, want %q", have, ids)
	}
}

func owedAfterKill(t *testing.T, open func() *store.Store) {
	s := open()
	must(t, s.Begin(t.Context(), Begun("k", T0)))
	for _, e := range complained("k").Entries {
		s.Append("k", e)
	}
	must(t, s.Flush(t.Context(), "k"))
	shut(t, s)
	s = open()
	defer shut(t, s)
	_, err := s.Recover(t.Context(), T0.Add(time.Minute))
	must(t, err)
	if list, err := s.FollowUps(t.Context(), store.FollowUpFilter{State: "open"}); err != nil || len(list) != 2 {
		t.Errorf("%+v, %v", list, err)
	}
}
