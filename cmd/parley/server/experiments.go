package server

import (
	"context"
	"errors"
	"time"

	"github.com/parley-voice/parley/cmd/parley/outbound"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/store"
)

// wordings are the scripts as campaigns know them: which version of each is spoken, and
// how the former one is published again.
func (s *Server) wordings() outbound.Scripts {
	return outbound.Scripts{Reviews: s.web.reviews, Audit: s.audit, Tell: DecisionTeller(s.cfg, s.log.With("room", "webhook")), Spoken: func(name string) (string, bool) {
		script, ok := s.Library.Named(name)
		if !ok || script.Draft {
			return "", false
		}
		return script.Hash, true
	}}
}

// audit writes a line of the audit log, also of a server without HTTP.
func (s *Server) audit(ctx context.Context, d store.Deed) (err error) {
	if s.web.access != nil {
		return s.web.access.Write(ctx, d)
	}
	a, err := store.OpenAccess(ctx, s.cfg.AccessAt())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Write(ctx, d)
}

// experiments tells the API how wordings do, and takes what people decide.
type experiments struct {
	store  *store.Store
	herald *herald
}

func (e experiments) Experiment(ctx context.Context, campaign string) (api.Experiment, error) {
	out, err := outbound.Experiment(ctx, e.store.Reader, campaign, time.Now())
	return out, inWords(err)
}

func (e experiments) Decide(ctx context.Context, campaign string, d api.DecideExperiment) (api.Experiment, error) {
	if err := outbound.Decide(ctx, e.store.Editor, campaign, d, time.Now(), e.herald.turned); err != nil {
		return api.Experiment{}, inWords(err)
	}
	return e.Experiment(ctx, campaign)
}
