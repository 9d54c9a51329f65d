package server

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/console/unsubscribe"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// toldOf gives the messages of a type in the outbox.
func toldOf(t *testing.T, st *store.Store, what webhook.Type) (all []string) {
	t.Helper()
	got, err := st.Messages(t.Context(), store.MessageFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range got {
		if strings.HasPrefix(string(m.Payload), `{"type":"`+string(what)+`"`) {
			all = append(all, string(m.Payload))
		}
	}
	return all
}

// A link in a message that was sent closes its channel, or all, for its reader alone:
// what is reserved is cancelled, what rings marked, the ledger and webhooks told, once.
func TestOptingOutByALink(t *testing.T) {
	st := opened(t, filepath.Join(t.TempDir(), "records.db"))
	defer st.Close()
	ctx, now := t.Context(), time.Now()
	people := map[string]string{"p1": "+8613800001111", "p2": "+8613800002222", "gone": "+8613800003333"}
	for id, number := range people {
		p := customer.Profile{ID: id, Numbers: []string{number}, Updated: now, Language: "en",
			Consent: []customer.Consent{{Purpose: "marketing", State: customer.Granted, At: now.Add(-time.Hour)}}}
		if _, err := st.Upsert(ctx, p); err != nil {
			t.Fatal(err)
		}
		owes(t, st, id, number, now)
	}
	hook := webhook.Hook{Name: "gateway", URL: "https://gateway.example", Events: []webhook.Type{webhook.MessageSend, webhook.DoNotCall, webhook.FollowUpDone}, Fields: []webhook.Field{webhook.Numbers}}
	log := slog.New(slog.DiscardHandler)
	h := &herald{hooks: []webhook.Hook{hook}, store: st, country: "CN", log: log}
	links := &unsubscribe.Links{Base: "https://parley.example", Key: bytes.Repeat([]byte{7}, 32)}
	c := &courier{store: st, herald: h, policy: always(t), links: links, country: "CN", log: log, posted: map[string]string{}}
	if err := c.look(ctx, now); err != nil {
		t.Fatal(err)
	}
	link := map[string]string{}
	for _, m := range claimed(ctx, t, st, now) {
		out, ok := asked(m)
		if _, may := c.May(ctx, m); !ok || !may {
			t.Fatalf("%s", m.Payload)
		}
		link[out.Customer] = strings.TrimPrefix(out.Unsubscribe, "https://parley.example")
		if strings.Contains(out.Unsubscribe, out.Customer) || strings.Contains(out.Unsubscribe, "1380") || !strings.HasPrefix(link[out.Customer], unsubscribe.Path) {
			t.Errorf("%s", out.Unsubscribe)
		}
		c.Came(ctx, m, webhook.Verdict{State: webhook.Delivered})
	}
	if n := len(toldOf(t, st, webhook.FollowUpDone)); n != len(people) {
		t.Errorf("told of %d promotions that were sent", n)
	}
	var notes []string
	page := &unsubscribe.Page{Links: *links, Log: log, Now: time.Now, Book: optOuts{st, h, func(_ context.Context, target, what string) { notes = append(notes, target+" "+what) }}}
	click := func(who, scope string) int {
		t.Helper()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, link[who], strings.NewReader("scope="+scope))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		page.ServeHTTP(w, r)
		return w.Code
	}
	may := func(who string, channel permit.Channel) bool {
		t.Helper()
		d, err := st.May(ctx, now, permit.Request{Person: who, Number: customer.Parse(people[who], "CN"), Purpose: "marketing", Channel: channel}, always(t))
		if err != nil {
			t.Fatal(err)
		}
		return !d.Has(permit.DoNotCall)
	}
	reserve := func(id string) {
		t.Helper()
		r := permit.Request{ID: id, Person: "p1", Number: customer.Parse(people["p1"], "CN"), Purpose: "marketing", Channel: permit.Phone, Holder: "me"}
		if _, d, err := st.Reserve(ctx, now, r, always(t)); err != nil || !d.Allowed {
			t.Fatalf("%+v, %v", d, err)
		}
	}
	for range 2 { // replayed
		if code := click("p1", "this"); code != 200 || may("p1", permit.SMS) || !may("p1", permit.Phone) || !may("p2", permit.SMS) {
			t.Errorf("by this channel: %d", code)
		}
	}
	reserve("rings")
	if err := st.DialAttempt(ctx, now, "rings"); err != nil {
		t.Fatal(err)
	}
	reserve("waits")
	for range 2 {
		if code := click("p1", "all"); code != 200 || may("p1", permit.Phone) || !may("p2", permit.Phone) {
			t.Errorf("by every channel: %d", code)
		}
	}
	if a, err := st.Attempt(ctx, "waits"); err != nil || a.State != store.AttemptCancelled {
		t.Errorf("what was reserved is %s, %v", a.State, err)
	}
	if stop, err := st.ToStop(ctx, "me"); err != nil || len(stop) != 1 || stop[0].ID != "rings" {
		t.Errorf("what rings: %+v, %v", stop, err)
	}
	events, err := st.PermitEvents(ctx, store.EventFilter{Kind: store.EventOptOut})
	if err != nil || len(events) != 2 || events[0].Source != "web" || events[0].Leaf < 0 || events[0].Person != "p1" || events[0].Channel != "sms" || events[1].Channel != "all" {
		t.Errorf("the ledger: %+v, %v", events, err)
	}
	said := toldOf(t, st, webhook.DoNotCall)
	if len(said) != 2 || len(notes) != 2 || !strings.Contains(said[0]+said[1], `"customer":"p1","kind":"do_not_call","scope":"all","who":"web"`) {
		t.Errorf("webhooks: %q, audit log: %q", said, notes)
	}
	// One was erased, and one is the same person as another by now.
	if _, err := st.Erase(ctx, now, "gone", func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if code := click("gone", "this"); code != 200 || len(toldOf(t, st, webhook.DoNotCall)) != 2 {
		t.Errorf("of one who was erased: %d", code)
	}
	people["p3"] = "+8613800004444"
	if _, err := st.Upsert(ctx, customer.Profile{ID: "p3", Numbers: []string{people["p3"]}, Updated: now}); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Merge(ctx, "p3", "p2", now); err != nil {
		t.Fatal(err)
	}
	if code := click("p2", "all"); code != 200 || may("p2", permit.SMS) || may("p3", permit.Phone) {
		t.Errorf("of one who was merged into another: %d", code)
	}
	link["p2"] = links.To("msg-000000000000000000000000", now)[len(links.Base):]
	if code := click("p2", "this"); code != 404 {
		t.Errorf("of a message that was never sent: %d", code)
	}
}
