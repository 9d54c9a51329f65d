package storetest

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

var campaigns = behaviours{
	"a campaign is started, paused, stopped and started anew":    turned,
	"candidates are added once, claimed in order, and settled":   candidatesClaimed,
	"a lease that has run out is another's":                      leaseGone,
	"candidates are counted by how they stand":                   candidatesCounted,
	"what is promised after a call is told once when it is late": promised,
	"windows are counted from what people began":                 momentsRead,
	"a candidate of a window before is renewed, once":            renewed,
}

// target is somebody whom a campaign is to call.
func target(person string, priority int, due time.Time) campaign.Candidate {
	return campaign.Candidate{Campaign: "spring", Person: person, Number: customer.Parse(his, "CN"), State: campaign.Pending,
		Priority: priority, Score: 1.5, Due: due, Deadline: T0.Add(30 * 24 * time.Hour), Zones: []string{"Asia/Shanghai"}}
}

func turned(t *testing.T, open func() *store.Store) {
	s := open()
	defer func() { shut(t, s) }()
	ctx := t.Context()
	if _, err := s.Campaign(ctx, "spring"); !errors.Is(err, store.ErrNoCampaign) {
		t.Errorf("one that was never started: %v", err)
	}
	c, err := s.StartCampaign(ctx, T0, "spring", "a: 1", "li")
	if must(t, err); c.Version != 1 || c.State != store.CampaignRunning || !c.Began.Equal(T0) {
		t.Errorf("started as %+v", c)
	}
	must(t, s.FilledCampaign(ctx, "spring", 1, `{"complete":1}`))
	if _, err := s.StartCampaign(ctx, T0, "spring", "a: 1", "li"); !errors.Is(err, store.ErrTurn) {
		t.Errorf("started twice: %v", err)
	}
	running := []store.CampaignState{store.CampaignRunning}
	c, err = s.TurnCampaign(ctx, T0.Add(time.Hour), "spring", running, store.CampaignPaused, store.Turn{Who: "breaker", Why: "5 of 9 failed", Ringing: store.CancelRing})
	if must(t, err); c.State != store.CampaignPaused || c.Why != "5 of 9 failed" || c.Ringing != store.CancelRing {
		t.Errorf("paused as %+v", c)
	}
	if _, err := s.TurnCampaign(ctx, T0, "spring", running, store.CampaignPaused, store.Turn{}); !errors.Is(err, store.ErrTurn) {
		t.Errorf("paused twice: %v", err)
	}
	shut(t, s)
	s = open()
	if kept, err := s.Campaign(ctx, "spring"); err != nil || kept != func() store.Campaign { c.Filled = 1; return c }() {
		t.Errorf("kept as %+v, %v; want %+v", kept, err, c)
	}
	c, err = s.StartCampaign(ctx, T0, "spring", "a: 1", "li")
	if must(t, err); c.Version != 1 || c.Filled != 1 || c.Ringing != store.LetRing {
		t.Errorf("went on as %+v", c)
	}
	_, err = s.TurnCampaign(ctx, T0, "spring", running, store.CampaignStopped, store.Turn{Who: "li"})
	must(t, err)
	c, err = s.StartCampaign(ctx, T0, "spring", "a: 2", "wang")
	if must(t, err); c.Version != 2 || c.Filled == c.Version || c.Who != "wang" {
		t.Errorf("started anew as %+v", c)
	}
	all, err := s.Campaigns(ctx)
	if must(t, err); len(all) != 1 || all[0] != c {
		t.Errorf("listed as %+v", all)
	}
}

func claimSome(t *testing.T, s *store.Store, worker string, at time.Time, most int) (all []campaign.Candidate, who string) {
	t.Helper()
	all, err := s.ClaimCandidates(t.Context(), "spring", store.Claim{Worker: worker, Now: at, Lease: time.Minute, Max: most})
	must(t, err)
	for _, k := range all {
		who += k.Person
	}
	return all, who
}

func candidatesClaimed(t *testing.T, open func() *store.Store) {
	s := open()
	defer func() { shut(t, s) }()
	ctx := t.Context()
	people := []campaign.Candidate{target("a", 0, T0), target("b", 5, T0.Add(time.Second)), target("c", 5, T0), target("d", 9, T0.Add(time.Hour))}
	if n, err := s.AddCandidates(ctx, people...); err != nil || n != 4 {
		t.Errorf("%d were added, %v; want 4", n, err)
	}
	other := target("a", 0, T0)
	other.Campaign = "autumn"
	if n, err := s.AddCandidates(ctx, append(slices.Clone(people), other)...); err != nil || n != 1 {
		t.Errorf("%d were added again, %v; want 1: of the other campaign", n, err)
	}
	now := T0.Add(time.Minute)
	got, who := claimSome(t, s, "w1", now, 2)
	if who != "cb" {
		t.Fatalf("w1 got %s, want c and b: priority goes first", who)
	}
	if _, who := claimSome(t, s, "w2", now, 9); who != "a" {
		t.Errorf("w2 got %s, want a", who)
	}
	c := got[0].Reserve().Dial(now)
	c.State, c.Due, c.Last.Status = campaign.Waiting, now.Add(time.Hour), pickup.Busy
	must(t, s.SettleCandidate(ctx, "w1", c, store.Followed{}))
	if err := s.SettleCandidate(ctx, "w1", c, store.Followed{}); !errors.Is(err, store.ErrLost) {
		t.Errorf("settled twice: %v", err)
	}
	b := got[1]
	b.State, b.Variant, b.Last.Outcome, b.Last.Why = campaign.Done, "warm", "interested", "interested"
	must(t, s.SettleCandidate(ctx, "w1", b, store.Followed{}))
	shut(t, s)
	s = open()
	all, err := s.Candidates(ctx, "spring", "", "a", 2)
	must(t, err)
	if !reflect.DeepEqual(all, []campaign.Candidate{b, c}) {
		t.Errorf("kept as %+v,\nwant %+v", all, []campaign.Candidate{b, c})
	}
	if n, err := s.AddCandidates(ctx, people...); err != nil || n != 0 {
		t.Errorf("%d came in anew, %v; want none: who has an outcome keeps it", n, err)
	}
	if _, who := claimSome(t, s, "w3", now.Add(2*time.Hour), 9); who != "dca" {
		t.Errorf("w3 got %s, want d, c and a, whose lease has run out", who)
	}
}

func leaseGone(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	_, err := s.AddCandidates(ctx, target("a", 0, T0), target("b", 0, T0))
	must(t, err)
	got, _ := claimSome(t, s, "w1", T0, 1)
	must(t, s.RenewCandidates(ctx, "w1", "spring", T0.Add(10*time.Minute)))
	if _, who := claimSome(t, s, "w2", T0.Add(2*time.Minute), 9); who != "b" {
		t.Errorf("w2 got %s, want b alone: a's lease was renewed", who)
	}
	if _, who := claimSome(t, s, "w2", T0.Add(10*time.Minute), 1); who != "a" {
		t.Errorf("w2 got %s, want a: its lease has run out", who)
	}
	todo := campaign.Follow{ID: "spring/a/1/agent", Campaign: "spring", Person: "a", Do: campaign.Agent, At: T0}
	if err := s.SettleCandidate(ctx, "w1", got[0], store.Followed{Call: "x", At: T0, Todo: []campaign.Follow{todo}}); !errors.Is(err, store.ErrLost) {
		t.Errorf("w1 settles what is another's: %v", err)
	}
	if left, err := s.FollowUps(ctx, store.FollowUpFilter{}); err != nil || len(left) != 0 {
		t.Errorf("w1's follow was kept all the same: %+v, %v", left, err)
	}
	if n, err := s.FreeCandidates(ctx, "w2"); err != nil || n != 2 {
		t.Errorf("%d were w2's, %v; want 2", n, err)
	}
	if _, who := claimSome(t, s, "w3", T0.Add(10*time.Minute), 9); who != "ab" {
		t.Errorf("w3 got %s, want both", who)
	}
}

func candidatesCounted(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	done := target("c", 0, T0)
	done.State, done.Last.Outcome, done.Last.Status, done.Tries = campaign.Done, "interested", pickup.Human, 2
	_, err := s.AddCandidates(t.Context(), target("a", 0, T0.Add(time.Hour)), target("b", 0, T0.Add(time.Minute)), done)
	must(t, err)
	got, next, err := s.CountCandidates(t.Context(), "spring")
	must(t, err)
	want := []store.CandidateCount{{State: campaign.Done, Status: "human", Outcome: "interested", People: 1, Tries: 2}, {State: campaign.Pending, People: 2}}
	if !slices.Equal(got, want) || !next.Equal(T0.Add(time.Minute)) {
		t.Errorf("counted as %+v, next at %v", got, next)
	}
	if got, next, err := s.CountCandidates(t.Context(), "autumn"); err != nil || len(got) != 0 || !next.IsZero() {
		t.Errorf("a campaign without people: %+v, %v, %v", got, next, err)
	}
}

func promised(t *testing.T, open func() *store.Store) {
	s := open()
	defer func() { shut(t, s) }()
	ctx := t.Context()
	_, err := s.AddCandidates(ctx, target("a", 0, T0))
	must(t, err)
	got, _ := claimSome(t, s, "w", T0, 1)
	agent := campaign.Follow{ID: "spring/a/1/agent", Campaign: "spring", Person: "a", Number: his, Do: campaign.Agent, Queue: "sales", Note: "interested",
		At: T0, Promised: T0.Add(24 * time.Hour)}
	mail := campaign.Follow{ID: "spring/a/1/promotion", Campaign: "spring", Person: "a", Number: his, Do: campaign.Promotion, Template: "coupon", Note: "maybe", At: T0.Add(72 * time.Hour)}
	low := campaign.Follow{ID: "spring/a/1/low_priority", Campaign: "spring", Person: "a", Do: campaign.LowPriority}
	mark := campaign.Follow{ID: "spring/a/1/mark_number", Campaign: "spring", Person: "a", Number: hers, Do: campaign.MarkNumber, Note: "empty_number", At: T0}
	got[0].State = campaign.Done
	must(t, s.SettleCandidate(ctx, "w", got[0], store.Followed{Call: "call-1", At: T0, Todo: []campaign.Follow{mail, agent, low, mark, agent}}))
	shut(t, s)
	s = open()
	all, err := s.FollowUps(ctx, store.FollowUpFilter{State: "open"})
	want := []store.FollowUp{
		{ID: agent.ID, Call: "call-1", Number: his, Kind: store.AgentCall, Why: "campaign spring: interested", Opened: T0, Due: agent.Promised, Task: &agent},
		{ID: mail.ID, Call: "call-1", Number: his, Kind: store.Promotion, Why: "campaign spring: maybe", Opened: T0, Due: mail.At.Add(24 * time.Hour), Task: &mail},
	}
	if must(t, err); !reflect.DeepEqual(all, want) {
		t.Errorf("to be done: %+v,\nwant %+v", all, want)
	}
	if late, err := s.Breached(ctx, agent.Promised.Add(time.Second), 9); err != nil || len(late) != 1 || late[0].ID != agent.ID {
		t.Errorf("broken: %+v, %v; want the agent's", late, err)
	}
	marks, err := s.MarkedNumbers(ctx, []string{his, hers})
	if must(t, err); len(marks) != 1 || marks[hers] != "empty_number" {
		t.Errorf("marked: %v", marks)
	}
}

func momentsRead(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	upsert(t, s, customer.Profile{ID: "c1", Numbers: []string{his}, Updated: T0})
	upsert(t, s, customer.Profile{ID: "c2", Numbers: []string{hers}, Updated: T0})
	upsert(t, s, customer.Profile{ID: "c3", Updated: T0})
	day := func(n int) time.Time { return T0.Add(time.Duration(n) * 24 * time.Hour) }
	event := func(who string, kind customer.EventKind, at time.Time) customer.Event {
		return customer.Event{Source: "shop", ID: who + string(kind) + at.String(), Customer: who, Kind: kind, At: at, Amount: customer.Money{Cents: 100, Currency: "CNY"}}
	}
	addEvents(t, s, event("c1", customer.Browse, day(-20)), event("c1", customer.Order, day(-15)), event("c1", customer.Order, day(-9)), event("c1", customer.Browse, day(-8)),
		event("c1", customer.Order, day(1)), // is to come
		event("c1", customer.Contact, day(-30)), event("c1", customer.Refund, day(-1)), event("c2", customer.Contact, day(-3)))
	in := call.Record{ID: "in", Direction: "inbound", Caller: his, Called: "4001", State: call.Finished, Began: day(-2), Answered: day(-2), Ended: day(-2).Add(time.Minute)}
	out := call.Record{ID: "out", Direction: "outbound", Caller: "4001", Called: hers, State: call.Finished, Began: day(-2), Answered: day(-2), Ended: day(-2).Add(time.Minute)}
	for _, r := range []call.Record{in, out} {
		must(t, s.Finish(ctx, r))
		must(t, s.Flush(ctx, r.ID))
	}
	must(t, s.Complain(ctx, customer.Complaint{ID: "k", Number: hers, Opened: day(-25)}))
	all, err := s.Moments(ctx, T0, "c1", "c2", "c3")
	must(t, err)
	for who, want := range map[string]campaign.Moments{
		"c1": {Joined: day(-20), Bought: day(-9), Seen: day(-2)},
		"c2": {Joined: day(-25), Seen: day(-25)}, // our call is no sign of theirs
		"c3": {},
	} {
		if got := all[who]; !got.Joined.Equal(want.Joined) || !got.Bought.Equal(want.Bought) || !got.Seen.Equal(want.Seen) {
			t.Errorf("%s: %+v, want %+v", who, got, want)
		}
	}
}

func renewed(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	_, err := s.AddCandidates(ctx, target("p", campaign.Normal, T0))
	must(t, err)
	claim := store.Claim{Worker: "w", Now: T0, Lease: time.Minute, Max: 5}
	got, err := s.ClaimCandidates(ctx, "spring", claim)
	if must(t, err); len(got) != 1 {
		t.Fatalf("%d claimed", len(got))
	}
	was, fresh := got[0], target("p", campaign.Normal, T0)
	fresh.Last.Window = T0
	renew := func(what string, was campaign.Candidate, want bool) {
		t.Helper()
		done, err := s.RenewCandidate(ctx, T0, was, was.Renew(fresh))
		if must(t, err); done != want {
			t.Errorf("%s: %v", what, done)
		}
	}
	renew("somebody works on them", was, false)
	over := was
	over.State, over.Tries = campaign.Done, 2
	must(t, s.SettleCandidate(ctx, "w", over, store.Followed{}))
	renew("read before they were settled", was, false)
	renew("a conversation was had", over, true)
	renew("once", over, false)
	got, err = s.ClaimCandidates(ctx, "spring", claim)
	if must(t, err); len(got) != 1 || got[0].Tries != 2 || got[0].Last.Void != 2 || !got[0].Last.Window.Equal(T0) {
		t.Errorf("claimed again: %+v", got)
	}
}
