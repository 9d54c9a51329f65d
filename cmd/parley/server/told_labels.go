package server

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/store"
)

// LabelTeller tells webhooks of labels that change; nil when none wants to hear.
func LabelTeller(c *config.Config, log *slog.Logger) store.Teller {
	h := &herald{hooks: c.Hooks(), country: c.Callers.Country, log: log}
	if !h.wanted(webhook.LabelsSet) {
		return nil
	}
	return h.relabelled
}

// relabelled are the messages about some customers' labels, some customers in each.
func (h *herald) relabelled(asOf time.Time, all []store.LabelsChanged) (out []store.Message) {
	for some := range slices.Chunk(all, webhook.LabelsAtOnce) {
		e := webhook.Event{Type: webhook.LabelsSet, Key: fmt.Sprintf("%d/%s", asOf.UnixNano(), some[0].Customer), At: asOf}
		for _, one := range some {
			l := webhook.Labels{Customer: one.Customer, Since: asOf, Before: one.Before}
			for _, c := range one.Changes {
				l.Changes = append(l.Changes, webhook.LabelChange{Change: c, Why: one.Why[c.Label]})
			}
			e.Data.Labels = append(e.Data.Labels, l)
		}
		out = append(out, h.messages(e)...)
	}
	return out
}

// posted has the outbox looked into: what is posted beside the writer is not told of.
func (s *Server) posted() {
	if s.web.sender != nil && s.web.tell != nil {
		s.web.sender.Wake()
	}
}
