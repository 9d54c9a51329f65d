package server

import (
	"context"
	"errors"
	"time"

	"github.com/parley-voice/parley/cmd/parley/notary"
	"github.com/parley-voice/parley/store"
)

// headEvery is how often the ledger of consent is signed, if it grew: whoever
// changes a row that is older is found out by a head.
const headEvery = time.Minute

// openLedger reads the key of the ledger, or makes it, and that of links. That the rules of whom we may
// call can be read is seen here too: not at the first call.
func (s *Server) openLedger(context.Context, Options) (err error) {
	if s.web.policy, err = s.cfg.Policy(); err != nil {
		return WrongInput{err}
	}
	if s.web.notary, err = notary.Open(s.cfg.Data); err != nil {
		return err
	}
	return s.openLinks()
}

// notarise signs heads of the ledger until ctx ends, and once more then.
func (s *Server) notarise(ctx context.Context) {
	tick := time.NewTicker(headEvery)
	defer tick.Stop()
	for {
		s.signHead(ctx)
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			s.signHead(last)
			cancel()
			return
		case <-tick.C:
		}
	}
}

func (s *Server) signHead(ctx context.Context) {
	h, err := s.Store.SignHead(ctx, time.Now(), s.web.notary, s.web.notary.Known)
	if err == nil {
		err = notary.Export(s.cfg.Data, h.Note)
	}
	switch {
	case err == nil || errors.Is(err, store.ErrEmpty) || ctx.Err() != nil:
	case errors.Is(err, store.ErrFork):
		s.log.Error("somebody changed the ledger of consent; no head is signed", "error", err)
	default:
		s.log.Warn("the ledger of consent could not be signed; tried again in a minute", "error", err)
	}
}
