package server

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/store"
)

var began = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func opened(t *testing.T, where string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), where, "GB")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What is overdue is told of once, also over a restart, and again as long as
// somebody who is told fails.
func TestOverdueIsToldOnce(t *testing.T) {
	where := filepath.Join(t.TempDir(), "records.db")
	s := opened(t, where)
	r := call.Record{ID: "a", Direction: "inbound", Caller: "+442079460001", Began: began, Answered: began, Ended: began, State: call.Finished,
		Entries: []call.Entry{{Seq: 1, At: began, Kind: call.EntryNote, Text: "follow_up=2026-03-04T13:00:00Z", Why: "first_complaint"}}}
	if err := errors.Join(s.Finish(t.Context(), r), s.Flush(t.Context(), "a")); err != nil {
		t.Fatal(err)
	}
	h := func(s *store.Store) *herald {
		return &herald{hooks: []webhook.Hook{{Name: "crm", Events: []webhook.Type{webhook.FollowUpLate, webhook.FollowUpDone}}}, store: s, country: "GB"}
	}
	var log strings.Builder
	told, failing := []string{}, true
	watching := func(s *store.Store) *owed {
		return &owed{store: s, herald: h(s), log: slog.New(slog.NewTextHandler(&log, nil)), country: "GB", tell: []Overdue{func(_ context.Context, f store.FollowUp) error {
			if failing {
				return errors.New("the outbox is full")
			}
			told = append(told, f.ID)
			return nil
		}}}
	}
	o := watching(s)
	due := began.Add(time.Hour)
	if err := o.look(t.Context(), due.Add(-time.Nanosecond)); err != nil || o.counted().Open != 1 || o.counted().Overdue != 0 || log.Len() > 0 {
		t.Errorf("too soon: %v %+v %s", err, o.counted(), log.String())
	}
	if err := o.look(t.Context(), due); err == nil || o.counted().Breached != 0 {
		t.Errorf("a failure to tell is no failure: %v", err)
	}
	failing = false
	for range 2 {
		if err := o.look(t.Context(), due); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = opened(t, where)
	defer s.Close()
	if err := watching(s).look(t.Context(), due.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if strings.Join(told, " ") != "a.feedback" || o.counted().Breached != 1 || o.counted().Overdue != 1 {
		t.Errorf("told %q, %+v", told, o.counted())
	}
	if strings.Contains(log.String(), "+442079460001") || !strings.Contains(log.String(), "first_complaint") {
		t.Errorf("%s", log.String())
	}
	if late := toldOf(t, s, webhook.FollowUpLate); len(late) != 1 || !strings.Contains(late[0], `"id":"a.feedback"`) || strings.Contains(late[0], "442079460001") {
		t.Errorf("webhooks are told of what is overdue: %q", late)
	}
	u := followUps{s, h(s), "GBP"}
	how := customer.Settlement{Who: "Bo", Note: "called", Compensation: &customer.Compensation{Kind: customer.GivenRefund, Value: "12.5"}}
	if _, err := u.Settle(t.Context(), "none", how); !errors.Is(err, api.ErrNotFound) {
		t.Error(err)
	}
	if _, err := u.Settle(t.Context(), "a.feedback", customer.Settlement{Who: "Bo", Note: "x", Compensation: &customer.Compensation{Kind: "gold"}}); !errors.Is(err, api.ErrInvalid) {
		t.Error(err)
	}
	if f, err := u.Settle(t.Context(), "a.feedback", how); err != nil || f.Who != "Bo" || f.Outcome != customer.Done || f.Compensation.Value != "12.50" || f.Compensation.Currency != "GBP" {
		t.Errorf("%+v %v", f, err)
	}
	if _, err := u.Settle(t.Context(), "a.feedback", how); !errors.Is(err, api.ErrConflict) {
		t.Error(err)
	}
	if done := toldOf(t, s, webhook.FollowUpDone); len(done) != 1 || !strings.Contains(done[0], `"in_time":false,"who":"Bo","outcome":"done","compensation":{"kind":"refund","value":"12.50","currency":"GBP"}`) {
		t.Errorf("webhooks are told of what was settled: %q", done)
	}
}

// Who waits keeps what was asked of the queue over a restart, and the brief.
func TestPlacesKeepWhatWasAsked(t *testing.T) {
	where := filepath.Join(t.TempDir(), "records.db")
	s := opened(t, where)
	want := call.Place{ID: "a", Queue: "service", Number: "+447911123456", Brief: "Ms Wang", Since: began, Standing: queue.Enter{
		Class: "vip", Priority: 80, Promise: queue.Promise{Within: 30 * time.Second, Then: queue.Supervisor, Queue: "supervisors"},
		Needs: []queue.Need{{Skill: "senior", Level: 1, Relax: []queue.Relax{{After: 20 * time.Second}}}}, Since: began}}
	if err := newPlaces(s, nil).Keep(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	old := store.Callback{ID: "old", Call: "old", Number: "+447911123457", Queue: "service", Since: began.Add(time.Second), State: store.OnLine}
	if err := errors.Join(s.Wait(t.Context(), old), s.Close()); err != nil {
		t.Fatal(err)
	}
	s = opened(t, where)
	defer s.Close()
	if _, err := s.Recover(t.Context(), began.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	got, err := newPlaces(s, nil).restore(t.Context(), s.Reader)
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v %v", got, err)
	}
	if asksOf(got[0]) != asksOf(want) || got[0].Number != want.Number || !got[0].Since.Equal(began) {
		t.Errorf("%+v, want %+v", got[0], want)
	}
	if got[1].Standing.Priority != 0 || got[1].ID != "old" {
		t.Errorf("%+v", got[1])
	}
}
