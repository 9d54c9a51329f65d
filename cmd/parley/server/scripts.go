package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/dialog/intent/llm"
	"github.com/parley-voice/parley/scripts"
	"github.com/parley-voice/parley/store"
)

// renderAhead bounds how long a reload waits for the voice: what it has not
// rendered by then is rendered by the first call that needs it.
const renderAhead = 5 * time.Second

// campaignLines bounds how long a campaign's lines are made aside.
const campaignLines = 5 * time.Minute

func (s *Server) loadScripts(ctx context.Context, o Options) error {
	reviews, err := store.OpenReviews(ctx, cmp.Or(o.Reviews, s.cfg.ReviewsAt()))
	if err != nil {
		return err
	}
	s.life.close = append(s.life.close, reviews.Close)
	s.web.reviews = reviews
	src, err := source(s.cfg, reviews)
	if err != nil {
		return WrongInput{err}
	}
	if s.cfg.LLM.Model != "" {
		judge, err := llm.New(languageModel(s.cfg.LLM))
		if err != nil {
			return WrongInput{err}
		}
		s.life.close = append(s.life.close, judge.Close)
		src.Judge = judge
	}
	if s.Library, err = library.Open(ctx, src, s.cfg); err != nil {
		return WrongInput{err}
	}
	if err := s.addScript(ctx, o.Script); err != nil {
		return WrongInput{err}
	}
	s.tellForbidden(s.Library.Shelf().Names())
	return nil
}

func source(c *config.Config, v library.Versions) (library.Source, error) {
	list, err := config.ReadWords(c.Words)
	return library.Source{Shipped: scripts.FS, Versions: v, Folder: c.Scripts, Drafts: c.Drafts, Record: c.Record, Words: list}, err
}

// tellForbidden warns of scripts whose prompts hold words that the house forbids.
func (s *Server) tellForbidden(names []string) {
	for name, prompts := range s.Library.Shelf().Forbidden() {
		if slices.Contains(names, name) {
			s.log.Warn("a script says words that the house forbids", "script", name, "prompts", prompts)
		}
	}
}

// CheckScripts tells how many scripts a configuration leads to, or what is wrong
// with them. It writes nothing.
func CheckScripts(ctx context.Context, c *config.Config) (int, error) {
	shelf, err := shelfOf(ctx, c)
	if err != nil {
		return 0, err
	}
	return len(shelf.Names()), nil
}

// shelfOf reads the scripts of a configuration to look at.
func shelfOf(ctx context.Context, c *config.Config) (_ *library.Shelf, err error) {
	reviews, err := store.ReadReviews(ctx, c.ReviewsAt())
	if err != nil {
		return nil, err
	}
	var versions library.Versions
	if reviews != nil {
		defer func() { err = errors.Join(err, reviews.Close()) }()
		versions = reviews
	}
	src, err := source(c, versions)
	if err != nil {
		return nil, err
	}
	if c.LLM.Model != "" {
		src.Judge = noJudge{}
	}
	l, err := library.Open(ctx, src, c)
	if err != nil {
		return nil, err
	}
	return l.Shelf(), nil
}

// noJudge stands for a language model that is not going to be asked.
type noJudge struct{}

func (noJudge) Judge(context.Context, intent.Question) (intent.Verdict, error) {
	return intent.Verdict{}, errors.New("not asked")
}

// addScript makes sure of the script that calls are placed with.
func (s *Server) addScript(ctx context.Context, script string) error {
	if script == "" {
		return nil
	}
	if library.IsFile(script) {
		return s.Library.Add(ctx, script)
	}
	if _, ok := s.Library.Named(script); !ok {
		return fmt.Errorf("no script is named %q; %s (a file's name ends in .yaml)", script, config.Suggest(script, s.Library.Shelf().Names()))
	}
	return nil
}

// prepare renders what a new script says before calls use it. What one says that no
// number leads to is made when it is first said, and kept.
func (s *Server) prepare(ctx context.Context, shelf *library.Shelf, names []string) {
	ctx, cancel := context.WithTimeout(ctx, renderAhead)
	defer cancel()
	reached := shelf.Reached()
	ahead := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(reached, name) })
	s.speech.cache.Mark(shelf.Fixed(names...))
	if err := s.speech.cache.Render(ctx, shelf.Fixed(ahead...)); err != nil {
		s.log.Warn("some fixed lines could not be rendered ahead", "error", err)
	}
	s.warnOfLanguages(shelf, ahead)
}

// reloaded tells what a reload brought.
func (s *Server) reloaded(c library.Change) {
	if len(c.New)+len(c.Gone) > 0 {
		s.log.Info("scripts reloaded; calls in progress keep theirs", "new", c.New, "gone", c.Gone)
	}
	s.tellForbidden(c.New)
	if c.Problems != nil {
		s.log.Error("scripts were refused; the ones before them stay in use", "error", c.Problems)
	}
}
