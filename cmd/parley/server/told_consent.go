package server

import (
	"log/slog"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/store"
)

// ConsentTeller tells webhooks of consents that are taken back; nil when none wants to
// hear.
func ConsentTeller(c *config.Config, log *slog.Logger) func(store.Withdrawal) []store.Message {
	h := &herald{hooks: c.Hooks(), country: c.Callers.Country, log: log}
	if !h.wanted(webhook.ConsentGone) {
		return nil
	}
	return func(w store.Withdrawal) []store.Message { return h.messages(ofWithdrawal(w)) }
}

func ofWithdrawal(w store.Withdrawal) webhook.Event {
	e := webhook.Event{Type: webhook.ConsentGone, At: w.At, Data: webhook.Data{Consent: &webhook.Consent{
		Customer: w.Customer, Number: w.Number, Purpose: w.Answer.Purpose, State: string(w.Answer.State), At: w.At, Source: w.Source,
	}}}
	if w.At.Unix() == 0 { // a source that tells no time: it is known since now
		e.At = time.Now()
		e.Data.Consent.At = e.At
	}
	e.Key = w.Customer + "\x00" + w.Answer.Purpose + "\x00" + e.At.UTC().Format(time.RFC3339Nano)
	return e
}
