package server

import (
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// A promotion that did not arrive is owed again and told of, is not sent a second time by
// itself, and is told of again when a person settles it.
func TestPromotionsThatDidNotArrive(t *testing.T) {
	st := opened(t, filepath.Join(t.TempDir(), "records.db"))
	defer st.Close()
	ctx, now := t.Context(), time.Now()
	const number = "+8613800001111"
	if _, err := st.Upsert(ctx, customer.Profile{ID: "p", Numbers: []string{number}, Updated: now,
		Consent: []customer.Consent{{Purpose: "marketing", State: customer.Granted, At: now.Add(-time.Hour)}}}); err != nil {
		t.Fatal(err)
	}
	owes(t, st, "p", number, now)
	hooks := []webhook.Hook{{Name: "gateway", Events: []webhook.Type{webhook.MessageSend}, Fields: []webhook.Field{webhook.Numbers}},
		{Name: "crm", Events: []webhook.Type{webhook.FollowUpDone, webhook.FollowUpOpen}}}
	h := &herald{hooks: hooks, store: st, country: "CN", log: slog.New(slog.DiscardHandler)}
	c := &courier{store: st, herald: h, policy: always(t), country: "CN", log: h.log, posted: map[string]string{}}
	look := func() {
		t.Helper()
		if err := c.look(ctx, now); err != nil {
			t.Fatal(err)
		}
	}
	look()
	for _, m := range claimed(ctx, t, st, now) {
		if _, may := c.May(ctx, m); !may {
			t.Fatal("it may not be sent")
		}
		c.Came(ctx, m, webhook.Verdict{State: webhook.Delivered})
	}
	r := receipts{st, h}
	if _, _, err := r.Receipt(ctx, "msg-none", customer.Receipt{State: customer.ReceiptFailed, At: now}); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("an unknown message: %v", err)
	}
	id := attemptOf("p/promotion")
	if _, fresh, err := r.Receipt(ctx, id, customer.Receipt{State: customer.ReceiptFailed, Code: "13800001111", At: now}); err != nil || !fresh {
		t.Fatalf("%v, %v", fresh, err)
	}
	c.posted = map[string]string{} // as after a restart
	look()
	u := followUps{st, h, "CNY"}
	open, err := u.FollowUps(ctx, api.FollowUpQuery{State: "open", Limit: 10})
	if err != nil || len(open) != 1 || open[0].Sending.Receipt.State != "failed" || len(c.posted) != 0 {
		t.Fatalf("%+v, %v, posted %v", open, err, c.posted)
	}
	if _, err := u.Settle(ctx, open[0].ID, customer.Settlement{Who: "Li Na", Outcome: customer.Done, Note: "called"}); err != nil {
		t.Fatal(err)
	}
	all, err := messages{store: st}.Messages(ctx, api.MessageQuery{Limit: 10})
	if err != nil || len(all) != 4 { // sent, settled, opened again, settled
		t.Fatalf("%+v, %v", all, err)
	}
	for _, m := range all {
		if sent := m.Hook == "gateway"; sent != (m.Message == id && m.Receipt != nil && m.Receipt.State == "failed") {
			t.Errorf("%+v", m)
		}
	}
	kept, err := st.Messages(ctx, store.MessageFilter{Hook: "crm", Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range kept {
		if strings.Contains(string(m.Payload), "13800001111") {
			t.Errorf("a number goes to a webhook that may not have it: %s", m.Payload)
		}
	}
}
