package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// promoted keeps a promotion that is owed by SMS, and the message that went for it.
func promoted(t *testing.T, s *store.Store) (settle func() error) {
	t.Helper()
	ctx, n := t.Context(), customer.Parse(his, "CN")
	willing(t, s, "p", his)
	k := campaign.Candidate{Campaign: "spring", Person: "p", Number: n, State: campaign.Pending, Due: noon, Deadline: noon.AddDate(1, 0, 0)}
	_, err := s.AddCandidates(ctx, k)
	must(t, err)
	must(t, s.SettleCandidate(ctx, "", k, store.Followed{Call: "c", At: noon, Todo: []campaign.Follow{{ID: "f", Campaign: "spring", Person: "p", Number: his,
		Do: campaign.Promotion, Channel: permit.SMS, Note: "considering", At: noon}}}))
	must(t, s.PostOwed(ctx, "f", "m", store.Message{ID: "out", Hook: "gateway", Since: noon, Due: noon}))
	r := wants("m", his)
	r.Channel = permit.SMS
	_, d, err := s.Send(ctx, noon, r, policy(t))
	if must(t, err); !d.Allowed {
		t.Fatalf("%+v", d)
	}
	_, err = s.SettleAttempt(ctx, noon, "m", "sent")
	must(t, err)
	return func() error {
		return s.SettleSent(ctx, "f", "m", customer.Settlement{Who: store.Itself, Outcome: customer.Done, Note: "sent by sms"}, noon, nil)
	}
}

// receive keeps a receipt, and gives what came of it: "settled" or "reopened" when the
// follow-up was, which is told then and only then.
func receive(t *testing.T, s *store.Store, state customer.ReceiptState, after time.Duration) (kept customer.ReceiptState, what string) {
	t.Helper()
	r := customer.Receipt{State: state, Code: "001", At: noon.Add(after)}
	got, _, err := s.KeepReceipt(t.Context(), noon.Add(after), "m", r, func(f store.FollowUp) []store.Message {
		if what = "settled"; f.Settled.IsZero() {
			what = "reopened"
		}
		return []store.Message{{ID: what, Hook: "crm", Since: noon, Due: noon}}
	})
	must(t, err)
	return got.State, what
}

// notDelivered: what was settled as sent is owed again when the message did not arrive,
// once, and done when it did after all.
func notDelivered(t *testing.T, open func() *store.Store) {
	s := open()
	defer func() { shut(t, s) }()
	settle := promoted(t, s)
	must(t, settle())
	for i, c := range []struct {
		told, kept customer.ReceiptState
		what       string
		open       bool
	}{
		{customer.ReceiptDelayed, customer.ReceiptDelayed, "", false},
		{customer.ReceiptRejected, customer.ReceiptRejected, "reopened", true},
		{customer.ReceiptRejected, customer.ReceiptRejected, "", true},
		{customer.ReceiptExpired, customer.ReceiptRejected, "", true},
		{customer.ReceiptDelivered, customer.ReceiptDelivered, "settled", false},
		{customer.ReceiptFailed, customer.ReceiptDelivered, "", false},
	} {
		at := time.Duration(i+1) * time.Hour
		if kept, what := receive(t, s, c.told, at); kept != c.kept || what != c.what {
			t.Errorf("%d %s: %s is kept, %q came of it; want %s, %q", i, c.told, kept, what, c.kept, c.what)
		}
		all, err := s.FollowUps(t.Context(), store.FollowUpFilter{})
		if must(t, err); len(all) != 1 || all[0].Settled.IsZero() != c.open || all[0].Sending.Receipt.State != c.kept || all[0].Sending.Message != "m" {
			t.Errorf("%d %s: %+v", i, c.told, all)
		}
		if c.what == "reopened" && (!all[0].Due.Equal(noon.Add(at+permit.Day)) || !all[0].Sending.Reopened.Equal(noon.Add(at)) || all[0].Who != "") {
			t.Errorf("opened again: %+v", all[0])
		}
	}
	outboxHas(t, s, "in the outbox", "out", "reopened", "settled")
	found, err := s.Receipts(t.Context(), []string{"m", "none"})
	if must(t, err); len(found) != 1 || found["m"].Code != "001" || !found["m"].At.Equal(noon.Add(5*time.Hour)) {
		t.Errorf("%+v", found)
	}
	events, err := s.PermitEvents(t.Context(), store.EventFilter{Kind: store.EventReceipt})
	if must(t, err); len(events) != 3 || events[1].Detail != "rejected, 001" || events[1].Ref != "m" {
		t.Errorf("events: %+v", events)
	}
}

// receiptsRace: a receipt may be faster than the gateway's answer, what a person settled
// stays, and only messages have receipts.
func receiptsRace(t *testing.T, open func() *store.Store) {
	s := open()
	defer func() { shut(t, s) }()
	settle := promoted(t, s)
	if _, what := receive(t, s, customer.ReceiptFailed, time.Second); what != "" {
		t.Errorf("of what is not settled it is told that it was %s", what)
	}
	if err := settle(); !errors.Is(err, store.ErrUndelivered) {
		t.Errorf("settled as sent though it did not arrive: %v", err)
	}
	_, err := s.SettleFollowUp(t.Context(), "f", customer.Settlement{Who: "Li Na", Outcome: customer.Done, Note: "called"}, noon, nil)
	must(t, err)
	if _, what := receive(t, s, customer.ReceiptDelivered, time.Minute); what != "" {
		t.Errorf("what a person settled was %s", what)
	}
	expect(t, "a call", reserve(t, s, noon, wants("call", his)), "")
	for _, id := range []string{"call", "none"} {
		if _, _, err := s.KeepReceipt(t.Context(), noon, id, customer.Receipt{State: customer.ReceiptDelivered, At: noon}, nil); !errors.Is(err, store.ErrNoAttempt) {
			t.Errorf("%s: %v", id, err)
		}
	}
	all, err := s.FollowUps(t.Context(), store.FollowUpFilter{State: "settled"})
	if must(t, err); !slices.ContainsFunc(all, func(f store.FollowUp) bool { return f.Who == "Li Na" }) {
		t.Errorf("%+v", all)
	}
}
