package server

import (
	"context"
	"time"

	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/customer/drift"
	"github.com/parley-voice/parley/store"
)

// MonthOf is the month of reports that a time lies in.
func MonthOf(t time.Time, zone string) string {
	if where, err := time.LoadLocation(zone); err == nil { // checked when the configuration was read
		t = t.In(where)
	}
	return t.Format("2006-01")
}

// GroupsOf tells which groups of a book customers are in at now.
func GroupsOf(b *segment.Book, now time.Time) store.Groups {
	return func(p store.Portrait) (names []string) {
		r := segment.Row{Customer: p.Customer, Labels: p.Labels, AsOf: p.AsOf.In(now.Location()), Cluster: p.Cluster}
		for _, g := range b.Groups {
			if b.Holds(g.Segment, r, now) {
				names = append(names, g.Name)
			}
		}
		return names
	}
}

// countLabels counts all labels in the first night of a month, and tells how they moved
// in the one before.
func (s *Server) countLabels(ctx context.Context, now time.Time, book *segment.Book) {
	r, done, err := s.Store.CountLabels(ctx, now, MonthOf(now, s.cfg.Reports.Zone), GroupsOf(book, now), s.web.herald.drifted)
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("the labels of the month were not counted; tried again tomorrow", "error", err)
		}
		return
	}
	if !done || r.Month == "" {
		return
	}
	for _, l := range r.Drifted() {
		s.log.Warn("a label drifted", "month", r.Month, "label", l.Label, "psi", l.PSI)
	}
	s.log.Info("labels of the month are counted", "month", r.Month, "customers", r.Now, "drifted", len(r.Drifted()))
	if s.web.sender != nil {
		s.web.sender.Wake()
	}
}

// drifted are the messages of a month's drift. Of labels that hardly moved there is the
// index alone.
func (h *herald) drifted(r drift.Report) []store.Message {
	if h == nil {
		return nil
	}
	told := r
	told.Labels = nil
	for _, l := range r.Labels {
		if l.Verdict == drift.IsStable {
			l.Values = nil
		}
		told.Labels = append(told.Labels, l)
	}
	return h.messages(webhook.Event{Type: webhook.DriftMade, Key: r.Month, At: r.Until, Data: webhook.Data{Drift: &told}})
}
