package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/parley-voice/parley/cmd/parley/server"
)

// ServeCmd is parley serve.
type ServeCmd struct {
	Settings
}

// Run serves until a signal, then drains.
func (c *ServeCmd) Run(ctx context.Context, m *Main) error {
	cfg, err := c.load(m)
	if err != nil {
		return err
	}
	spareCores(m.Env)
	log := newLog(m.Stderr, cfg.Log)
	signals, stop := m.Signals()
	defer stop()
	s, err := build(ctx, signals, func(ctx context.Context) (*server.Server, error) {
		return server.Build(ctx, cfg, server.Options{Log: log})
	})
	if err != nil {
		return err
	}
	for _, l := range cfg.SIP.Listen {
		addr := l.Addr
		if addr.Port() == 0 {
			addr = s.Addr(l.Network)
		}
		log.Info("listening", "sip", l.Network, "address", addr.String())
	}
	log.Info("ready", "http", s.HTTPAddr(), "scripts", len(s.Library.Shelf().Names()), "numbers", len(cfg.Numbers), "trunks", len(cfg.Trunks))
	if len(cfg.Trunks) == 0 {
		log.Warn("no trunks are configured, so every call is met with silence: docs/trunks.md shows how to add one")
	}
	err = serve(ctx, s, signals, cfg.Drain, log)
	return errors.Join(err, s.Close())
}

// withSignal gives a context that the next signal ends. stop lets the signals go
// and returns when nothing listens any more.
func withSignal(ctx context.Context, signals <-chan os.Signal) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	over, listened := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(listened)
		select {
		case s := <-signals:
			cancel(fmt.Errorf("ended by a signal (%s)", s))
		case <-over:
		}
	}()
	return ctx, func() {
		close(over)
		<-listened
		cancel(nil)
	}
}

// build builds a server; a signal meanwhile ends it.
func build(ctx context.Context, signals <-chan os.Signal, f func(context.Context) (*server.Server, error)) (*server.Server, error) {
	ctx, stop := withSignal(ctx, signals)
	s, err := f(ctx)
	cause := context.Cause(ctx)
	stop()
	if cause != nil {
		if s != nil {
			return nil, errors.Join(cause, s.Close())
		}
		return nil, cause
	}
	var input server.WrongInput
	if errors.As(err, &input) {
		return nil, wrong{err}
	}
	return s, err
}

// serve runs a server until a signal, and then drains it.
func serve(ctx context.Context, s *server.Server, signals <-chan os.Signal, limit time.Duration, log *slog.Logger) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		return <-served
	case <-signals:
	}
	log.Info("draining: new calls get 503; a second signal ends at once", "calls", s.Desk.Stats().Active, "deadline", limit)
	cut := drain(ctx, s, signals, limit, cancel)
	err := <-served
	if cut > 0 {
		err = errors.Join(err, fmt.Errorf("%d calls were cut short: they had not ended in time", cut))
	}
	return err
}

// drain refuses new calls, waits for those in progress, at most until limit or
// a signal, and then ends the serving. It tells how many calls were cut.
func drain(ctx context.Context, s *server.Server, signals <-chan os.Signal, limit time.Duration, end func()) (cut int) {
	patient, giveUp := context.WithTimeout(ctx, limit)
	defer giveUp()
	drained := make(chan int, 1)
	go func() { drained <- s.Drain(patient) }()
	select {
	case cut = <-drained:
		end()
	case <-signals:
		giveUp()
		end()
		cut = <-drained
	}
	return cut
}
