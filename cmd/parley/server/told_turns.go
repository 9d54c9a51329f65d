package server

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/outbound"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/store"
)

// DecisionTeller tells webhooks of what is decided of a campaign's wordings.
func DecisionTeller(c *config.Config, log *slog.Logger) func(outbound.Turned) []store.Message {
	h := &herald{hooks: c.Hooks(), country: c.Callers.Country, log: log}
	return h.turned
}

// turned are the messages of one decision.
func (h *herald) turned(t outbound.Turned) []store.Message {
	d := &webhook.Decision{Campaign: t.Campaign, Version: t.Version, Act: string(t.Act), Variant: t.Variant, Who: t.Who, Why: t.Why}
	e := webhook.Event{Type: webhook.Decided, At: t.At, Data: webhook.Data{Decision: d},
		Key: fmt.Sprintf("%s/%d/%s/%s/%s", t.Campaign, t.Version, t.Act, t.Variant, t.At.UTC().Format(time.RFC3339Nano))}
	if t.Act == experiment.GoBack || t.Act == experiment.AskBack {
		asked := t.Act == experiment.AskBack
		e.Type, d.Act, d.Variant = webhook.RolledBack, string(experiment.GoBack), ""
		d.Rollback = &webhook.Rollback{Script: t.Script, Variants: t.Variants, Before: t.From, After: t.To, Asked: asked}
	}
	return h.messages(e)
}
