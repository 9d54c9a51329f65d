package server

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// always is a policy whose hours are all hours, so that the test may run at any.
func always(t *testing.T) permit.Policy {
	t.Helper()
	r, err := calendar.Load(strings.NewReader("jurisdiction: CN\ncountries: [CN]\nhours: {mon-sun: '00:00-24:00'}\nsource: [a test]\n"), "cn.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return permit.Standard(calendar.NewBook(r))
}

// A promotion that is owed leaves once, when its time has come and the person may be
// reached, and is settled; who opted out by SMS gets none, and calls go on.
func TestPromotionsAreSent(t *testing.T) {
	st := opened(t, filepath.Join(t.TempDir(), "records.db"))
	defer st.Close()
	ctx, now := t.Context(), time.Now()
	people := map[string]string{"yes": "+8613800001111", "never": "+8613800002222", "asked": "+8613800003333"}
	for id, number := range people {
		p := customer.Profile{ID: id, Numbers: []string{number}, Updated: now}
		if id != "asked" {
			p.Consent = []customer.Consent{{Purpose: "marketing", State: customer.Granted, At: now.Add(-time.Hour)}}
		}
		if _, err := st.Upsert(ctx, p); err != nil {
			t.Fatal(err)
		}
		owes(t, st, id, number, now)
	}
	owes(t, st, "later", people["yes"], now.Add(time.Hour))
	if _, err := st.OptOut(ctx, now, store.Word{Number: people["never"], Kind: store.NeverAgain, Channel: permit.SMS}); err != nil {
		t.Fatal(err)
	}
	hook := webhook.Hook{Name: "gateway", URL: "https://gateway.example", Events: []webhook.Type{webhook.MessageSend}, Fields: []webhook.Field{webhook.Numbers}}
	log := slog.New(slog.DiscardHandler)
	c := &courier{store: st, herald: &herald{hooks: []webhook.Hook{hook}, store: st, country: "CN", log: log}, policy: always(t), country: "CN", log: log, posted: map[string]string{}}
	for range 2 { // the second finds nothing new
		if err := c.look(ctx, now); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]string{}
	for _, m := range claimed(ctx, t, st, now) {
		out, ok := asked(m)
		if !ok {
			t.Fatalf("%s", m.Payload)
		}
		v, may := c.May(ctx, m)
		if got[out.Customer] = v.Why; may {
			got[out.Customer] = "may"
			c.Came(ctx, m, webhook.Verdict{State: webhook.Due}) // the first try failed
			if _, again := c.May(ctx, m); !again {
				t.Error("the second try is kept back by the first")
			}
			c.Came(ctx, m, webhook.Verdict{State: webhook.Delivered})
			if v, may := c.May(ctx, m); may || v.State != webhook.Refused {
				t.Errorf("it is sent again after it arrived: %+v", v)
			}
		}
	}
	want := map[string]string{"yes": "may", "never": "not sent: do_not_call", "asked": "not sent: no_consent"}
	for id := range want {
		if got[id] != want[id] {
			t.Errorf("%s: %q, want %q", id, got[id], want[id])
		}
	}
	if len(got) != 3 {
		t.Errorf("sent to %v: the one whose time has not come waits", got)
	}
	settled, err := st.FollowUps(ctx, store.FollowUpFilter{State: "settled"})
	if err != nil || len(settled) != 3 {
		t.Fatalf("%+v, %v", settled, err)
	}
	for _, f := range settled {
		if want := map[string]string{"yes": "sent by sms"}[f.Task.Person]; want != "" && f.Note != want || f.Who != "parley" {
			t.Errorf("%s: %q by %s", f.ID, f.Note, f.Who)
		}
	}
	if len(c.posted) != 0 {
		t.Errorf("kept though they are settled: %v", c.posted)
	}
	if a, err := st.Attempt(ctx, attemptOf("yes/promotion")); err != nil || a.Fate != fateSent || a.Channel != permit.SMS {
		t.Errorf("%+v, %v", a, err)
	}
}

func owes(t *testing.T, st *store.Store, id, number string, at time.Time) {
	t.Helper()
	k := campaign.Candidate{Campaign: "spring", Person: id, Number: customer.Parse(number, "CN"), State: campaign.Pending, Due: at, Deadline: at.AddDate(1, 0, 0)}
	if _, err := st.AddCandidates(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	err := st.SettleCandidate(t.Context(), "", k, store.Followed{Call: "call-" + id, At: at, Todo: []campaign.Follow{{
		ID: id + "/promotion", Campaign: "spring", Purpose: "marketing", Person: id, Number: number, Do: campaign.Promotion, Channel: permit.SMS, Note: "considering", At: at,
	}}})
	if err != nil {
		t.Fatal(err)
	}
}

func claimed(ctx context.Context, t *testing.T, st *store.Store, now time.Time) []webhook.Message {
	t.Helper()
	all, err := newOutbox(st).Claim(ctx, "gateway", now.Add(time.Minute), time.Minute, 10)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
