package server

import (
	"context"
	"sync"
	"time"

	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/cmd/parley/clusters"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store"
)

// Labels are looked after so often: what an event changes is computed within two
// ticks, also while all are computed.
const portraitTick = time.Second

// nightly is the hour, of the server's clock, after which all labels are computed
// once a day: what only time changes, such as r, changes then.
const nightly = 3

// portray keeps customers' labels up to date until ctx ends.
func (s *Server) portray(ctx context.Context) {
	tick := time.NewTicker(portraitTick)
	defer tick.Stop()
	var aside sync.WaitGroup
	defer aside.Wait()
	var asked time.Time
	for {
		now := time.Now()
		if now.Sub(asked) >= needsEvery {
			asked = now
			if err := s.hotline.callers.refresh(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("what buyers ask for next could not be read; tried again in a minute", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now = time.Now()
		s.portrayDue(ctx, now)
		if now.Hour() >= nightly && ctx.Err() == nil {
			if s.portrayAll(ctx, now) {
				aside.Wait() // for last night's, which is long over
				aside.Go(func() { s.survey(ctx, now) })
			}
		}
	}
}

func (s *Server) portrayDue(ctx context.Context, now time.Time) {
	n, err := s.Store.PortraitDue(ctx, s.labelled(now), s.web.tell)
	if err != nil && ctx.Err() == nil {
		s.log.Warn("labels of customers could not be computed; tried again in a second", "error", err)
	}
	if n > 0 {
		s.posted()
	}
}

// portrayAll computes all labels unless it was done today, and tells whether it did.
func (s *Server) portrayAll(ctx context.Context, now time.Time) bool {
	var last store.PortraitRun
	if _, err := s.Store.Learnt(ctx, "portraits", &last); err != nil || customer.Days(last.AsOf, now) <= 0 {
		return false
	}
	run, err := s.Store.PortraitAll(ctx, s.labelled(now), s.web.tell, func(store.PortraitRun) { s.portrayDue(ctx, time.Now()) })
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("labels of all customers could not be computed; tried again in a second", "error", err)
		}
		return false
	}
	s.posted()
	s.log.Info("labels of all customers are computed", "customers", run.Customers, "events", run.Events, "needs", run.Needs)
	return true
}

// survey looks at all customers together, once a month and once a week. It takes some
// seconds of CPU, in which what events change is computed as ever.
func (s *Server) survey(ctx context.Context, now time.Time) {
	book, err := OpenSegments(s.cfg.Segments)
	if err != nil {
		s.log.Warn("customers were not counted: the groups cannot be read", "error", err)
		return
	}
	s.countLabels(ctx, now, book)
	if s.cfg.Clusters.Weekly {
		s.divide(ctx, now, book)
	}
}

// divide divides customers into the week's clusters.
func (s *Server) divide(ctx context.Context, now time.Time, book *segment.Book) {
	d, done, err := clusters.Weekly(ctx, s.Store.Editor, book, now, s.cfg.Clusters.Count)
	switch {
	case err != nil && ctx.Err() == nil:
		s.log.Warn("customers were not divided into the week's clusters; tried again tomorrow", "error", err)
	case done:
		s.log.Info("customers are divided into the week's clusters", "version", d.Version, "clusters", len(d.Clusters))
	}
}

func (s *Server) labelled(now time.Time) label.Options {
	return label.Options{Now: now, Currency: s.cfg.Callers.Currency}
}
