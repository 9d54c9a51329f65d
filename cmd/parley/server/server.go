// Package server joins the rooms into a running Parley: SIP, media, speech,
// scripts, calls, records and the console.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/console"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/scripts"
	"github.com/parley-voice/parley/sip"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/tts"
)

// Server is a Parley that has bound its ports and loaded all it needs.
type Server struct {
	Desk     *call.Desk
	Endpoint *sip.Endpoint
	Library  *Library
	Store    *store.Store

	cfg     *config.Config
	log     *slog.Logger
	engine  *media.Engine
	speech  speech
	metrics *console.Metrics
	http    net.Listener // nil when off
	life    life
	close   []func() error // last opened first closed
}

// speech is what calls hear and speak with.
type speech struct {
	ears  *Ears
	cache *tts.Cache
}

// life tells how far a server has come.
type life struct {
	served  atomic.Bool // Serve was called
	serving atomic.Bool // and has not ended
}

// Options of Build besides the configuration.
type Options struct {
	Log    *slog.Logger
	Script string       // one to place calls with: a file (.yaml), or the name of one that ships
	Notice func(string) // told what takes long, in words; may be nil
}

// Build loads the scripts, the models and the voices, renders the fixed lines,
// and binds every port. An error names what to mend, and nothing is left open.
func Build(ctx context.Context, c *config.Config, o Options) (_ *Server, err error) {
	s := &Server{cfg: c, log: o.Log}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	for _, step := range []func(context.Context, Options) error{
		s.loadScripts, s.bind, s.openRecords, s.openSpeech, s.openDesk,
	} {
		if err := step(ctx, o); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Server) loadScripts(_ context.Context, o Options) error {
	var err error
	if s.Library, err = LoadLibrary(scripts.FS, s.cfg.Scripts, s.cfg.Record); err != nil {
		return WrongInput{err}
	}
	if err := s.addScript(o.Script); err != nil {
		return WrongInput{err}
	}
	if err := s.Library.SetNumbers(s.cfg); err != nil {
		return WrongInput{err}
	}
	return nil
}

// addScript makes sure of the script that calls are placed with.
func (s *Server) addScript(script string) error {
	if script == "" {
		return nil
	}
	if isFile(script) {
		return s.Library.AddFile(script, s.cfg.Record)
	}
	if _, ok := s.Library.Named(script); !ok {
		return fmt.Errorf("no script is named %q; %s (a file's name ends in .yaml)", script, config.Suggest(script, s.Library.Names()))
	}
	return nil
}

// WrongInput marks a configuration or a script that is wrong, as against a
// machine that cannot do what they ask.
type WrongInput struct{ error }

// Unwrap gives the error itself.
func (w WrongInput) Unwrap() error { return w.error }

// bind takes the ports before anything slow, so that a second start by mistake
// ends at once.
func (s *Server) bind(_ context.Context, o Options) error {
	c := s.cfg
	endpoint, err := sip.New(sipConfig(c), s.log.With("room", "sip"))
	if err != nil {
		return err
	}
	s.Endpoint = endpoint
	s.close = append(s.close, s.unbind)
	if c.HTTP.Listen != "off" {
		l, err := net.Listen("tcp", c.HTTP.Listen)
		if err != nil {
			return listenError(c.HTTP.Listen, err)
		}
		s.http = l
		s.close = append(s.close, func() error { return ignoreClosed(l.Close()) })
	}
	addr := mediaAddress(c, net.InterfaceAddrs)
	engine, err := media.NewEngine(media.Config{
		Addr: addr, MinPort: c.Media.Ports.First, MaxPort: c.Media.Ports.Last, Threads: c.Media.Threads,
		RTPTimeout: c.Media.RTPTimeout, MaxSessions: 2 * c.Media.MaxCalls, Realtime: c.Media.Realtime,
	})
	if err != nil {
		return fmt.Errorf("media on %s: %w", addr, err)
	}
	s.engine = engine
	s.close = append(s.close, engine.Close)
	return nil
}

func listenError(addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("http.listen: another program has %s; stop that one or choose another address (off for none)", addr)
	}
	return fmt.Errorf("http.listen: %w; choose another address (off for none)", err)
}

func sipConfig(c *config.Config) sip.Config {
	out := sip.Config{UserAgent: c.SIP.UserAgent, Advertise: c.SIP.Advertise, MaxLegs: 2 * c.Media.MaxCalls}
	for _, l := range c.SIP.Listen {
		out.Listen = append(out.Listen, sip.Listen{Network: l.Network, Addr: l.Addr.String()})
	}
	for _, t := range c.Trunks {
		out.Trunks = append(out.Trunks, sip.Trunk{
			Name: t.Name, Match: t.Match, Host: t.Host, Transport: t.Transport,
			Username: t.Username, Password: t.Password.Reveal(), Realm: t.Realm, Challenge: t.Challenge,
			NAT: t.NAT, Trusted: t.Trusted, Rate: float64(t.Rate),
		})
	}
	return out
}

func (s *Server) openRecords(ctx context.Context, _ Options) error {
	if err := os.MkdirAll(s.cfg.Data, 0o750); err != nil {
		return fmt.Errorf("the data folder: %w: make it and give it to the user that runs Parley, or change data", err)
	}
	st, err := store.Open(ctx, filepath.Join(s.cfg.Data, "records.db"))
	if err != nil {
		return err
	}
	s.Store = st
	s.close = append(s.close, st.Close)
	recovered, err := st.Recover(ctx, time.Now()) // before any call can begin
	if err != nil {
		return err
	}
	if recovered > 0 {
		s.log.Warn("calls were cut when Parley last ended; their records say so", "calls", recovered)
	}
	return nil
}

func (s *Server) openSpeech(ctx context.Context, o Options) error {
	notice(o, "loading speech models")
	ears, err := NewEars(s.cfg.Speech.ASR)
	if err != nil {
		return err
	}
	s.speech.ears = ears
	s.close = append(s.close, ears.Close)
	voices, err := NewVoices(ctx, s.cfg.Speech)
	if err != nil {
		s.log.Warn("some languages have no voice", "error", err)
	}
	s.speech.cache, err = tts.NewCache(filepath.Join(s.cfg.Data, "prompts"), voices, tts.CacheConfig{
		MemoryBytes: int64(s.cfg.Speech.Cache.Memory) << 20,
	})
	if err != nil {
		return err
	}
	notice(o, "rendering fixed lines")
	names := s.ahead(o)
	if err := s.speech.cache.Render(ctx, s.Library.Fixed(names...)); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.log.Warn("some fixed lines could not be rendered ahead", "error", err)
	}
	for _, language := range s.Library.Languages(names) {
		if len(ears.For(language)) == 0 {
			s.log.Warn("no recogniser hears this language: its callers have the keypad", "language", language)
		}
	}
	return nil
}

// ahead are the scripts that calls may need.
func (s *Server) ahead(o Options) []string {
	names := s.Library.Reached()
	if o.Script != "" { // placed, not reached by a number
		names = append(names, ScriptName(o.Script))
	}
	return names
}

func (s *Server) openDesk(ctx context.Context, o Options) error {
	prompts, err := call.RenderPrompts(ctx, s.speech.cache, s.Library.Languages(s.ahead(o)))
	if err != nil {
		s.log.Warn("some of the prompts for trouble have no voice", "error", err)
	}
	audio := call.Wheel(s.engine)
	if s.cfg.SIP.Advertise.IsValid() {
		audio = advertised{audio, s.cfg.SIP.Advertise}
	}
	recordings := ""
	if s.cfg.Record {
		recordings = filepath.Join(s.cfg.Data, "recordings")
		if err := os.MkdirAll(recordings, 0o750); err != nil {
			return fmt.Errorf("the recordings' folder: %w", err)
		}
	}
	s.metrics = console.NewMetrics(s.sources())
	s.Desk = call.NewDesk(call.Deps{
		Audio: audio, Phone: call.Phone(s.Endpoint), Scripts: s.Library, Directory: directory(s.cfg.Queues),
		Ears: s.speech.ears.For, Voice: s.speech.cache, Prompts: prompts, Records: s.Store, Meter: s.metrics,
		Log: s.log, Config: call.Config{MaxCalls: s.cfg.Media.MaxCalls, Recordings: recordings},
	})
	return nil
}

func notice(o Options, text string) {
	if o.Notice != nil {
		o.Notice(text)
	}
}

// Addr is where SIP listens, for "udp" or "tcp".
func (s *Server) Addr(network string) netip.AddrPort { return s.Endpoint.Addr(network) }

// Ears are the recognisers of a language.
func (s *Server) Ears(language string) []call.Ear { return s.speech.ears.For(language) }

// HTTPAddr is where the console listens, "" when it is off.
func (s *Server) HTTPAddr() string {
	if s.http == nil {
		return ""
	}
	return s.http.Addr().String()
}

// RecordsPath is the database of records.
func (s *Server) RecordsPath() string { return filepath.Join(s.cfg.Data, "records.db") }

// Close lets go of everything that Build took. Serve must have returned.
func (s *Server) Close() error {
	var errs []error
	for i := len(s.close) - 1; i >= 0; i-- {
		errs = append(errs, s.close[i]())
	}
	s.close = nil
	return errors.Join(errs...)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

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
	go func() { done <- s.Endpoint.Serve(ctx, answering{s.Desk}) }()
	var web *http.Server
	if s.http != nil {
		web = console.NewServer(s.handler())
		running++
		go func() { done <- web.Serve(s.http) }()
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

// answering hands legs to the desk.
type answering struct{ desk *call.Desk }

func (a answering) Inbound(ctx context.Context, leg *sip.Leg) { a.desk.Inbound(ctx, leg) }

// Drain refuses new calls with 503 and lets talks finish until ctx ends; it
// tells how many had to be cut.
func (s *Server) Drain(ctx context.Context) int {
	s.Endpoint.Drain(true)
	return s.Desk.Drain(ctx)
}
