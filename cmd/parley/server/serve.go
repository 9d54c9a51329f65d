package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console"
	"github.com/parley-voice/parley/sip"
)

// unbind lets go of the SIP ports of an endpoint that was never served: to serve
// it for no time at all is the way.
func (s *Server) unbind() error {
	if s.life.served.Load() {
		return nil
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	return s.Endpoint.Serve(over, nobody{})
}

// Serve takes calls until ctx ends, and returns when everything that it started
// has ended. Calls in progress are cut then: Drain first.
func (s *Server) Serve(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 2)
	running := 1
	s.life.served.Store(true)
	go func() { done <- s.Endpoint.Serve(ctx, s.answering()) }()
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	var web *http.Server
	if s.web.listener != nil {
		web = console.NewServer(s.handler(ctx))
		running++
		go func() { done <- web.Serve(s.web.listener) }()
		watching.Go(func() { s.web.follow(ctx, s.Desk) })
		if f := s.floor(); f.board != nil {
			watching.Go(func() { f.follow(ctx, s.web.hub) })
		}
		defer s.web.placing.Wait()
	}
	watching.Go(func() { s.Library.Watch(ctx, s.prepare, s.reloaded) })
	watching.Go(func() { s.watchRoutes(ctx) })
	s.heed(ctx, &watching)
	watching.Go(func() { s.watchLock(ctx) })
	watching.Go(func() { s.send(ctx) })
	if s.hotline.board != nil {
		watching.Go(func() { s.hotline.board.Run(ctx) })
		defer s.hotline.backs.Wait()
	}
	s.life.serving.Store(true)
	select {
	case <-ctx.Done():
	case err = <-done: // one that ends by itself takes the other along
		running--
	}
	s.life.serving.Store(false)
	cancel()
	if web != nil {
		s.web.hub.Close() // Shutdown does not wait for WebSockets
		grace, stop := context.WithTimeout(context.Background(), 2*time.Second)
		if web.Shutdown(grace) != nil {
			_ = web.Close()
		}
		stop()
	}
	for ; running > 0; running-- {
		if e := <-done; err == nil {
			err = e
		}
	}
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// answering is who takes calls that come in.
func (s *Server) answering() sip.Handler {
	if s.cfg.Node != "" {
		return callsOut{}
	}
	return answering{s.Desk}
}

// callsOut takes no calls: the server does.
type callsOut struct{}

func (callsOut) Inbound(ctx context.Context, leg *sip.Leg) {
	_ = leg.Reject(ctx, http.StatusServiceUnavailable, "Calls Out Only") // whoever cannot be told hears nothing
}

// answering hands legs to the desk.
type answering struct{ desk *call.Desk }

func (a answering) Inbound(ctx context.Context, leg *sip.Leg) { a.desk.Inbound(ctx, leg) }

// Drain refuses new calls with 503 and lets talks finish until ctx ends; it
// tells how many had to be cut.
func (s *Server) Drain(ctx context.Context) int {
	s.hotline.outbound.Drain()
	s.Endpoint.Drain(true)
	return s.Desk.Drain(ctx)
}
