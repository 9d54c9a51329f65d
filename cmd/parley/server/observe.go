package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console"
	"github.com/parley-voice/parley/store"
)

// handler is the console over this server.
func (s *Server) handler() http.Handler {
	return console.New(console.Config{
		Calls: records{s.Store}, Live: s.Desk.Live, Ready: s.waits, Notes: s.notes,
		Metrics: s.metrics.Registry, Local: loopback(s.http.Addr()),
	})
}

func loopback(a net.Addr) bool {
	addr, err := netip.ParseAddrPort(a.String())
	return err == nil && addr.Addr().IsLoopback()
}

// waits tells what keeps new calls away. Models are loaded and ports are bound
// before anything is served.
func (s *Server) waits() []string {
	var out []string
	if !s.life.serving.Load() {
		out = append(out, "not serving yet, or no longer")
	}
	if s.Desk.Draining() {
		out = append(out, "draining")
	}
	return out
}

// sources are what the metrics ask for.
func (s *Server) sources() console.Sources {
	return console.Sources{
		Active:   func() int { return s.Desk.Stats().Active },
		Sessions: func() int { return s.engine.Stats().Sessions },
		Pacing: func() console.Pacing {
			e := s.engine.Stats()
			return console.Pacing{P50: e.PacingP50, P99: e.PacingP99, Max: e.PacingMax}
		},
		QueueDrops:   s.drops,
		Registered:   s.registered,
		Routes:       s.routesNow,
		SIPResponses: func() map[int]uint64 { return s.Endpoint.Stats().Rejected },
	}
}

// registered tells with which trunks we are.
func (s *Server) registered() map[string]bool {
	out := map[string]bool{}
	for _, r := range s.Endpoint.Registrations() {
		out[r.Trunk] = time.Now().Before(r.Until)
	}
	return out
}

// drops counts what every bounded queue let fall.
func (s *Server) drops() map[string]uint64 {
	desk, engine, sip := s.Desk.Stats(), s.engine.Stats(), s.Endpoint.Stats()
	return map[string]uint64{
		"call_mailbox": desk.MailboxDrops,
		"call_events":  desk.EventDrops,
		"asr_frames":   desk.FrameDrops,
		"watchers":     desk.WatcherDrops,
		"recording":    engine.RecordDrops,
		"rtcp":         engine.RTCPDrops,
		"leg_events":   sip.Dropped,
	}
}

// records reads the store in the console's words.
type records struct{ store *store.Store }

func (r records) Get(ctx context.Context, id string) (call.Record, error) {
	rec, err := r.store.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return rec, console.ErrNotFound
	}
	return rec, err
}

func (r records) List(ctx context.Context, q console.Query) ([]call.Record, error) {
	return r.store.List(ctx, store.Filter{
		Since: q.Since, State: q.State, Outcome: q.Outcome, Script: q.Script, Limit: q.Limit,
	})
}
