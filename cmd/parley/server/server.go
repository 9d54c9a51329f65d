// Package server joins the rooms into a running Parley: SIP, media, speech,
// scripts, calls, records and the console.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/asr"
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
	Store    *store.Store
	Shelves

	cfg     *config.Config
	log     *slog.Logger
	engine  *media.Engine
	speech  speech
	metrics *console.Metrics
	web     web
	hotline waiting
	life    life
}

// speech is what calls hear and speak with.
type speech struct {
	ears  *Ears
	cache *tts.Cache
}

// life tells how far a server has come, and how to go back.
type life struct {
	close   []func() error // last opened first closed
	served  atomic.Bool    // Serve was called
	serving atomic.Bool    // and has not ended
}

// Options of Build besides the configuration.
type Options struct {
	Log     *slog.Logger
	Script  string                              // one to place calls with: a file (.yaml), or the name of one that ships
	Notice  func(string)                        // told what takes long, in words; may be nil
	Wrap    func(asr.Recognizer) asr.Recognizer // put around each recogniser, to break it in a test; may be nil
	Reviews string                              // where reviews are kept, where the configuration says when empty
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
		s.makeData, s.loadScripts, s.loadRoutes, s.bind, s.openRecords, s.openLedger, s.openAccess, s.openWebhooks, s.openSpeech, s.openHotline, s.openDesk,
		s.openCampaigns,
	} {
		if err := step(ctx, o); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// WrongInput marks a configuration or a script that is wrong, as against a
// machine that cannot do what they ask.
type WrongInput struct{ error }

// Unwrap gives the error itself.
func (w WrongInput) Unwrap() error { return w.error }

func (s *Server) makeData(context.Context, Options) error {
	if err := os.MkdirAll(s.cfg.Data, 0o750); err != nil {
		return fmt.Errorf("the data folder: %w: make it and give it to the user that runs Parley, or change data", err)
	}
	return nil
}

func (s *Server) openRecords(ctx context.Context, _ Options) error {
	st, err := store.OpenNode(ctx, s.cfg.RecordsAt(), s.cfg.Callers.Country, s.cfg.Node)
	if err != nil {
		return err
	}
	s.Store = st
	s.hotline.callers = &callers{store: st}
	s.life.close = append(s.life.close, st.Close)
	s.hotline.owed = &owed{store: st, log: s.log, country: s.cfg.Callers.Country, tell: []Overdue{s.web.publish}}
	if s.cfg.Node == "" {
		s.keepTerms(ctx)
	}
	recovered, err := st.Recover(ctx, time.Now()) // before any call can begin
	if err != nil {
		return err
	}
	if recovered > 0 {
		s.log.Warn("calls were cut when Parley last ended; their records say so", "calls", recovered)
	}
	return nil
}

func (s *Server) openDesk(ctx context.Context, o Options) error {
	prompts, err := call.RenderPrompts(ctx, s.speech.cache, s.Library.Shelf().Languages(s.ahead(o)))
	if err != nil {
		s.log.Warn("some of the prompts for trouble have no voice", "error", err)
	}
	if prompts.Music, err = scripts.Clip("audio/hold-music.wav"); err != nil {
		return err
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
		s.sealLeft(ctx, recordings)
	}
	asked, err := s.outside()
	if err != nil {
		return err
	}
	s.metrics = console.NewMetrics(s.sources())
	router := s.router(ctx)
	s.Desk = call.NewDesk(call.Deps{
		Audio: audio, Phone: call.Phone(s.Endpoint), Reception: call.Reception{Scripts: scriptsAndRoutes{s.Library, s.Routes}, Router: router}, People: s.people(),
		Ears: s.speech.ears.For, Voice: s.speech.cache, Prompts: prompts, Records: s.records(), Meter: meter{s.metrics, s.regions},
		Outside: asked, Log: s.log, Config: call.Config{MaxCalls: s.cfg.Media.MaxCalls, Recordings: recordings, Mask: s.cfg.Mask, Scribes: s.scribes()},
	})
	s.hotline.backs = s.Desk.Callbacks()
	return s.takeUp(ctx)
}

// sealLeft treats what a kill has left of recordings. One that cannot be treated
// stays locked, and keeps nobody from calling.
func (s *Server) sealLeft(ctx context.Context, dir string) {
	n, err := call.SealLeft(ctx, dir, s.Store)
	if n > 0 {
		s.log.Info("recordings of calls that were cut are whole now", "recordings", n)
	}
	if err != nil {
		s.log.Warn("recordings of calls that were cut stay locked", "error", err)
	}
}

// scribes is how many recognisers may listen to people who are joined.
func (s *Server) scribes() int {
	if !s.cfg.Bridged.Transcribe {
		return 0
	}
	return s.cfg.Bridged.Streams
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
	if s.web.listener == nil {
		return ""
	}
	return s.web.listener.Addr().String()
}

// Close lets go of everything that Build took. Serve must have returned.
func (s *Server) Close() error {
	var errs []error
	for i := len(s.life.close) - 1; i >= 0; i-- {
		errs = append(errs, s.life.close[i]())
	}
	s.life.close = nil
	return errors.Join(errs...)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
