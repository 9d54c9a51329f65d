package server

import (
	"context"
	"fmt"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/cmd/parley/routes"
	"github.com/parley-voice/parley/console"
)

// Shelves is what authors and supervisors write, read again when it changes.
type Shelves struct {
	Library *library.Library
	Routes  *routes.Book // nil: the configuration names no table
}

func (s *Server) loadRoutes(context.Context, Options) (err error) {
	if s.cfg.Routes == "" {
		return nil
	}
	names := func() []string { return s.Library.Shelf().Names() }
	if s.Routes, err = routes.Open(s.cfg.Routes, names, time.Now()); err != nil {
		return WrongInput{err}
	}
	return nil
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
	t, err := routes.Read(c.Routes, names)
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
	})
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
