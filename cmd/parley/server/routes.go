package server

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/cmd/parley/routes"
	"github.com/parley-voice/parley/console"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/routing/queue"
)

// Shelves is what authors and supervisors write, read again when it changes.
type Shelves struct {
	Library *library.Library
	Routes  *routes.Book // nil: the configuration names no table
	regions *routes.Regions
}

func (s *Server) loadRoutes(context.Context, Options) (err error) {
	if s.cfg.Routes == "" {
		return nil
	}
	there := func() routing.Names { return placesIn(s.cfg, s.Library.Shelf().Names()) }
	if s.Routes, err = routes.Open(s.cfg.Routes, there, time.Now()); err != nil {
		return WrongInput{err}
	}
	if err := s.Routes.Speak(s.Library.Made, s.home); err != nil {
		return WrongInput{err}
	}
	return nil
}

// home is the queue of ours where an agent takes calls, "" for nobody's agent.
func (s *Server) home(agent string) string {
	for _, q := range s.cfg.Agents[agent].Queues {
		if _, ok := s.cfg.Queues[q]; ok && s.cfg.Queues[q].To == "" {
			return q
		}
	}
	return ""
}

// placesIn is what a table of routes may lead to: queues and agents of the
// configuration. An address for all other queues takes any of them.
func placesIn(c *config.Config, scripts []string) routing.Names {
	n := routing.Names{Scripts: scripts}
	if _, any := c.Queues["*"]; any {
		return n
	}
	n.Queues = slices.AppendSeq([]string{}, maps.Keys(c.Queues))
	n.Agents = slices.AppendSeq(slices.Clone(n.Queues), maps.Keys(c.Agents)) // one of no queue is rung as queues.NAME says
	slices.Sort(n.Queues)
	slices.Sort(n.Agents)
	return n
}

// router makes what decides where calls go. Without a table it tells scripts who
// calls, and the called number decides.
func (s *Server) router(ctx context.Context) call.Router {
	if s.Routes != nil {
		s.regions = routes.NewRegions()
		if err := s.regions.Recall(ctx, time.Now(), s.Store.Sought, s.Routes); err != nil {
			s.log.Warn("how regions were answered before the start is not known", "error", err)
		}
	}
	r := routes.NewRouter(routes.Config{Book: s.Routes, Customers: s.hotline.callers, Country: s.cfg.Callers.Country,
		Scripts: s.Library.Named, Queues: s.queuesNow(), Regions: s.regions})
	s.life.close = append(s.life.close, func() error { r.Wait(); return nil })
	return r
}

// queuesNow shows how our queues stand; nil when we keep none.
func (s *Server) queuesNow() func() queue.Snapshot {
	if s.hotline.board == nil {
		return nil
	}
	return s.hotline.board.Snapshot
}

// scriptsAndRoutes finds scripts of the library and those of rules.
type scriptsAndRoutes struct {
	call.Scripts
	book *routes.Book
}

// Named is a script of either.
func (s scriptsAndRoutes) Named(name string) (*call.Script, bool) {
	if found, ok := s.Scripts.Named(name); ok || s.book == nil {
		return found, ok
	}
	return s.book.Named(name)
}

// meter tells metrics and regions of records.
type meter struct {
	call.Meter
	regions *routes.Regions
}

// Ended is told of each record.
func (m meter) Ended(r call.Record) {
	m.Meter.Ended(r)
	if m.regions != nil {
		m.regions.Ended(r)
	}
}

// CheckRoutes reads a configuration's table of routes and tells what it holds;
// "" when there is none.
func CheckRoutes(ctx context.Context, c *config.Config) (string, error) {
	if c.Routes == "" {
		return "", nil
	}
	var names []string
	if shelf, err := shelfOf(ctx, c); err == nil { // the check of the scripts tells of them
		names = shelf.Names()
	}
	t, err := routes.Read(c.Routes, placesIn(c, names))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, version %d (rules %d, in mid-call %d, queues %d)", t.ID, t.Version, len(t.Rules), len(t.During), len(t.Queues)), nil
}

// watchRoutes reads the table again whenever its file changes, until ctx ends.
func (s *Server) watchRoutes(ctx context.Context) {
	if s.Routes == nil {
		return
	}
	s.Routes.Watch(ctx, func(now routes.Status) {
		if now.Wrong != nil {
			s.log.Error("the table of routes was refused; the one before it stays in use", "table", now.Table, "version", now.Version, "error", now.Wrong)
			return
		}
		s.log.Info("routes reloaded; calls in progress stay where they are", "table", now.Table, "version", now.Version)
		s.renderRoutes(ctx)
	})
}

// renderRoutes makes ready what the rules say. Until it is, a call that needs a
// line waits for the voice.
func (s *Server) renderRoutes(ctx context.Context) {
	if s.Routes == nil || s.speech.cache == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, renderAhead)
	defer cancel()
	if err := s.speech.cache.Render(ctx, s.Routes.Ahead()); err != nil {
		s.log.Warn("some lines of the routes could not be rendered ahead", "error", err)
	}
}

// routesNow is how the table's last reading went, for metrics.
func (s *Server) routesNow() (r console.Routes, ok bool) {
	if s.Routes == nil {
		return r, false
	}
	now := s.Routes.Status()
	return console.Routes{Table: now.Table, Version: now.Version, Reloads: now.Reloads, Refused: now.Refused, Wrong: now.Told()}, true
}

// notes are what an operator should know although calls are taken.
func (s *Server) notes() []string {
	if r, ok := s.routesNow(); ok && r.Wrong != "" {
		return []string{"routes: the file is refused, version " + fmt.Sprint(r.Version) + " stays in use: " + r.Wrong}
	}
	return nil
}
