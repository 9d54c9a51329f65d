package server

import (
	"context"
	"time"

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
			s.portrayAll(ctx, now)
		}
	}
}

func (s *Server) portrayDue(ctx context.Context, now time.Time) {
	if _, err := s.Store.PortraitDue(ctx, s.labelled(now)); err != nil && ctx.Err() == nil {
		s.log.Warn("labels of customers could not be computed; tried again in a second", "error", err)
	}
}

// portrayAll computes all labels unless it was done today.
func (s *Server) portrayAll(ctx context.Context, now time.Time) {
	var last store.PortraitRun
	if _, err := s.Store.Learnt(ctx, "portraits", &last); err != nil || customer.Days(last.AsOf, now) <= 0 {
		return
	}
	run, err := s.Store.PortraitAll(ctx, s.labelled(now), func(store.PortraitRun) { s.portrayDue(ctx, time.Now()) })
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("labels of all customers could not be computed; tried again in a second", "error", err)
		}
		return
	}
	s.log.Info("labels of all customers are computed", "customers", run.Customers, "events", run.Events, "needs", run.Needs)
}

func (s *Server) labelled(now time.Time) label.Options {
	return label.Options{Now: now, Currency: s.cfg.Callers.Currency}
}
