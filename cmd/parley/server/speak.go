package server

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/tts"
)

func (s *Server) openSpeech(ctx context.Context, o Options) error {
	notice(o, "loading speech models")
	ears, err := NewEars(s.cfg.Speech.ASR)
	if err != nil {
		return err
	}
	if o.Wrap != nil {
		ears.wrap(o.Wrap)
	}
	s.speech.ears = ears
	s.life.close = append(s.life.close, ears.Close)
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
	names, shelf := s.ahead(o), s.Library.Shelf()
	s.speech.cache.Mark(shelf.Fixed(shelf.Names()...))
	if err := s.speech.cache.Render(ctx, shelf.Fixed(names...)); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.log.Warn("some fixed lines could not be rendered ahead", "error", err)
	}
	s.renderRoutes(ctx)
	s.warnOfLanguages(shelf, names)
	return nil
}

// campaignAhead makes ready what a campaign says, while its first calls ring.
func (s *Server) campaignAhead(ctx context.Context, c *campaign.Campaign) {
	ctx, cancel := context.WithTimeout(ctx, campaignLines)
	defer cancel()
	shelf := s.Library.Shelf()
	var lines []tts.Utterance
	for _, v := range c.Wording.Variants {
		lines = append(lines, shelf.Fixed(v.Script)...)
		if script, ok := shelf.Named(v.Script); ok && c.Line.Pickup.Say != "" {
			lines = append(lines, tts.Utterance{Text: c.Line.Pickup.Say, Language: script.Language})
		}
	}
	if err := s.speech.cache.Render(ctx, lines); err != nil {
		s.log.Warn("some lines of a campaign could not be rendered ahead; they are made when they are said", "campaign", c.ID, "error", err)
	}
}

// warnOfLanguages tells which languages of the named scripts nothing hears or speaks.
func (s *Server) warnOfLanguages(shelf *library.Shelf, names []string) {
	heard := shelf.Languages(shelf.Listening(names))
	for _, language := range shelf.Languages(names) {
		for _, what := range s.cfg.Speech.Lacks(language, slices.Contains(heard, language)) {
			s.log.Warn("a language is not set up", "language", language, "lacks", what)
		}
	}
}

// ahead are the scripts that calls may need.
func (s *Server) ahead(o Options) []string {
	names := s.Library.Shelf().Reached()
	if o.Script != "" { // placed, not reached by a number
		names = append(names, library.ScriptName(o.Script))
	}
	return names
}
