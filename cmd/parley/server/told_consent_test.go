package server

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// Only webhooks that take the event are told of a consent that is taken back, and of the
// number no more than they may know.
func TestWebhooksAreToldOfConsentTakenBack(t *testing.T) {
	st := opened(t, filepath.Join(t.TempDir(), "records.db"))
	defer st.Close()
	hook := func(name, event string) config.Webhook {
		return config.Webhook{Name: name, URL: "https://" + name + ".example", Events: []string{event}}
	}
	log := slog.New(slog.DiscardHandler)
	cfg := &config.Config{Webhooks: []config.Webhook{hook("desk", "do_not_call.set")}}
	if ConsentTeller(cfg, log) != nil {
		t.Error("nobody wants to hear of consent, and it is looked for")
	}
	cfg.Webhooks = append(cfg.Webhooks, hook("crm", "consent.withdrawn"))
	st.OnWithdrawn(ConsentTeller(cfg, log))
	for i, state := range []customer.Answer{customer.Granted, customer.Withdrawn} { // of a source that tells no time
		_, err := st.Upsert(t.Context(), customer.Profile{ID: "c1", Numbers: []string{"+8613800001111"}, Updated: time.Unix(int64(i), 0),
			Source: "crm.csv", Consent: []customer.Consent{{Purpose: "marketing", State: state}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := st.Messages(t.Context(), store.MessageFilter{Limit: 10})
	if err != nil || len(all) != 1 || all[0].Hook != "crm" {
		t.Fatalf("%+v, %v", all, err)
	}
	body := string(all[0].Payload)
	for _, want := range []string{`"type":"consent.withdrawn"`, `"customer":"c1"`, `"number":"+86138****1111"`, `"purpose":"marketing"`, `"state":"withdrawn"`, `"source":"crm.csv"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
}
