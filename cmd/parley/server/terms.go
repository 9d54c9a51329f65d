package server

import (
	"context"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/store"
)

// ReportTerms are what the figures of reports count by, out of the configuration.
func ReportTerms(c *config.Config) store.Terms {
	r := c.Reports
	t := store.Terms{
		Zone: r.Zone, Currency: c.Callers.Currency, Converted: r.Converted, Refused: r.Refused, Risk: r.Risk,
		Prices: map[string]int64{
			"outbound_call": int64(r.Prices.OutboundCall), "outbound_minute": int64(r.Prices.OutboundMinute),
			"inbound_minute": int64(r.Prices.InboundMinute), "agent_minute": int64(r.Prices.AgentMinute),
		},
		Service: map[string]time.Duration{},
	}
	for name, q := range c.Queues {
		if q.To == "" {
			t.Service[name] = q.Service.Within
		}
	}
	return t
}

// keepTerms makes the reports' views. Calls go on without them.
func (s *Server) keepTerms(ctx context.Context) {
	if err := s.Store.KeepTerms(ctx, ReportTerms(s.cfg)); err != nil {
		s.log.Warn("the views of the reports could not be made: parley report will not run", "error", err)
	}
}
