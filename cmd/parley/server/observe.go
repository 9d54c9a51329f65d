package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/parley-voice/parley/console"
	"github.com/parley-voice/parley/store"
)

// handler is the console over this server. Calls that it places live as long as ctx.
func (s *Server) handler(ctx context.Context) http.Handler {
	return console.New(console.Config{
		API: s.api(ctx), Unsubscribe: s.unsubscribes(), Ready: s.waits, Notes: s.notes, Metrics: s.metrics.Registry, Local: loopback(s.web.listener.Addr()),
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
	if errors.Is(s.Store.Held(), store.ErrInUse) {
		out = append(out, lockTaken)
	}
	return out
}

// sources are what the metrics ask for.
func (s *Server) sources() console.Sources {
	sources := console.Sources{
		Active:   func() int { return s.Desk.Stats().Active },
		Sessions: func() int { return s.engine.Stats().Sessions },
		Pacing: func() console.Pacing {
			e := s.engine.Stats()
			return console.Pacing{P50: e.PacingP50, P99: e.PacingP99, Max: e.PacingMax}
		},
		QueueDrops:   s.drops,
		Registered:   s.registered,
		Routes:       s.routesNow,
		FollowUps:    s.hotline.owed.counted,
		Webhooks:     s.told,
		SIPResponses: func() map[int]uint64 { return s.Endpoint.Stats().Rejected },
	}
	if board := s.hotline.board; board != nil {
		sources.Queues = board.Snapshot
	}
	return sources
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
		"talks":        desk.Unscribed,
		"recording":    engine.RecordDrops,
		"rtcp":         engine.RTCPDrops,
		"leg_events":   sip.Dropped,
		"live_events":  s.web.dropped(),
		"webhooks":     s.web.herald.dropped(),
	}
}
