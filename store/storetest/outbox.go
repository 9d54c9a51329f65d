package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/parley-voice/parley/store"
)

func byHook(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	next := func(hook string) time.Time {
		t.Helper()
		at, err := s.NextMessage(t.Context(), hook)
		must(t, err)
		return at
	}
	if at := next("crm"); !at.IsZero() {
		t.Errorf("of an empty outbox one is due at %v", at)
	}
	select {
	case <-s.Posted():
		t.Error("told of messages before there were any")
	default:
	}
	must(t, s.PostAll(t.Context()))
	must(t, s.PostAll(t.Context(), store.Message{ID: "a", Hook: "crm", Since: T0, Due: T0},
		store.Message{ID: "b", Hook: "erp", Since: T0.Add(-time.Hour), Due: T0.Add(time.Minute)}, store.Message{ID: "c", Hook: "crm", Since: T0.Add(1), Due: T0}))
	select {
	case <-s.Posted():
	case <-time.After(10 * time.Second):
		t.Error("nobody was told that messages are durable")
	}
	c := store.Claim{Worker: "w", Now: T0.Add(time.Hour), Lease: time.Minute, Max: 9}
	got, err := s.ClaimMessages(t.Context(), "crm", c)
	if err != nil || len(got) != 2 || got[0].ID != "a" || got[1].ID != "c" {
		t.Errorf("claimed %+v, %v; want a and c, which are crm's", got, err)
	}
	if at := next("crm"); !at.Equal(c.Now.Add(c.Lease)) {
		t.Errorf("next at %v, want when the claim runs out", at)
	}
	if at := next("erp"); !at.Equal(T0.Add(time.Minute)) {
		t.Errorf("erp's is due at %v", at)
	}
	must(t, s.SettleMessage(t.Context(), "a", "w", store.Delivered, "200", time.Time{}))
	must(t, s.SettleMessage(t.Context(), "c", "w", store.MessageDue, "503", c.Now.Add(5*time.Second)))
	if at := next("crm"); !at.Equal(c.Now.Add(5 * time.Second)) {
		t.Errorf("next at %v, want when the back-off ends", at)
	}
	held(t, s, c)
	var ids string
	for after := ""; ; {
		page, err := s.Messages(t.Context(), store.MessageFilter{After: after, Limit: 2})
		must(t, err)
		for _, m := range page {
			ids, after = ids+m.ID, m.ID
		}
		if len(page) < 2 {
			break
		}
	}
	if ids != "cab" {
		t.Errorf("listed %s, want the latest first", ids)
	}
	if page, err := s.Messages(t.Context(), store.MessageFilter{Hook: "erp", Limit: 9}); err != nil || len(page) != 1 || page[0].ID != "b" {
		t.Errorf("erp's: %+v, %v", page, err)
	}
}

// held puts off the message c, which may not be sent yet: that is no try.
func held(t *testing.T, s *store.Store, c store.Claim) {
	t.Helper()
	c.Now = c.Now.Add(10 * time.Second)
	for range 3 {
		got, err := s.ClaimMessages(t.Context(), "crm", c)
		if err != nil || len(got) != 1 || got[0].ID != "c" || got[0].Tries != 2 {
			t.Fatalf("claimed %+v, %v; want c at its second try", got, err)
		}
		must(t, s.HoldMessage(t.Context(), "c", "w", "too early", c.Now))
	}
	if err := s.HoldMessage(t.Context(), "c", "other", "too early", c.Now); !errors.Is(err, store.ErrLost) {
		t.Errorf("who does not hold it put it off: %v", err)
	}
}

func byHand(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	must(t, s.PostAll(t.Context(), store.Message{ID: "gone", Since: T0, Due: T0}, store.Message{ID: "there", Since: T0, Due: T0}, store.Message{ID: "due", Since: T0, Due: T0.Add(time.Hour)}))
	now := T0.Add(time.Minute)
	_, err := s.ClaimMessages(t.Context(), "", store.Claim{Worker: "w", Now: now, Lease: time.Minute, Max: 9})
	must(t, err)
	if _, err := s.RetryMessage(t.Context(), "gone", now); !errors.Is(err, store.ErrTrying) {
		t.Errorf("one that is being tried: %v", err)
	}
	must(t, s.SettleMessage(t.Context(), "gone", "w", store.Refused, "500, 8 times", time.Time{}))
	must(t, s.SettleMessage(t.Context(), "there", "w", store.Delivered, "200", time.Time{}))
	if _, err := s.RetryMessage(t.Context(), "there", now); !errors.Is(err, store.ErrArrived) {
		t.Errorf("one that has arrived: %v", err)
	}
	if _, err := s.RetryMessage(t.Context(), "none", now); !errors.Is(err, store.ErrNoMessage) {
		t.Errorf("one that is not there: %v", err)
	}
	for _, id := range []string{"gone", "due"} { // refused, or between two tries
		if m, err := s.RetryMessage(t.Context(), id, now); err != nil || m.State != store.MessageDue || m.Tries != 0 || !m.Due.Equal(now) {
			t.Errorf("%s: %+v, %v", id, m, err)
		}
	}
	must(t, s.PostAll(t.Context(), store.Message{ID: "new", Since: T0.Add(time.Hour), Due: T0}))
	if n, err := s.ForgetMessages(t.Context(), T0.Add(time.Minute), T0.Add(time.Minute)); err != nil || n != 1 {
		t.Errorf("forgot %d, %v; want the one that arrived", n, err)
	}
	if left, err := s.Messages(t.Context(), store.MessageFilter{Limit: 9}); err != nil || len(left) != 3 {
		t.Errorf("left %+v, %v", left, err)
	}
}
