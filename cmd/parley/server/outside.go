package server

import (
	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog/compose"
	"github.com/parley-voice/parley/dialog/lookup"
	"github.com/parley-voice/parley/dialog/model"
)

// languageModel is the server of the configured language model.
func languageModel(c config.LLM) model.Config {
	return model.Config{URL: c.URL, Key: c.Key.Reveal(), Model: c.Model}
}

// outside makes ready whom scripts may ask, and tells of scripts that ask others.
func (s *Server) outside() (call.Outside, error) {
	cfg := lookup.Config{Hosts: s.cfg.Lookups.Hosts, Private: s.cfg.Lookups.Private}
	for _, c := range s.cfg.Lookups.Secrets {
		cfg.Secrets = append(cfg.Secrets, lookup.Secret{Name: c.Name, Host: c.Host, Header: c.Header, Value: c.Value.Reveal()})
	}
	client := lookup.New(cfg)
	s.life.close = append(s.life.close, func() error { client.Close(); return nil })
	out := call.Outside{Lookup: client}
	if c := s.cfg.LLM; c.Model != "" {
		composer, err := compose.New(languageModel(c))
		if err != nil {
			return out, WrongInput{err}
		}
		s.life.close = append(s.life.close, composer.Close)
		out.Composer = composer
	}
	for name, asks := range s.Library.Shelf().Outside() {
		for _, f := range asks.Lookups {
			if err := client.Check(f); err != nil {
				s.log.Warn("a script asks where it may not: each time it takes its on_fail", "script", name, "error", err)
			}
		}
		if asks.Model && out.Composer == nil {
			s.log.Warn("a script needs a language model and none is configured (llm.model): it says its fallback", "script", name)
		}
	}
	return out, nil
}
