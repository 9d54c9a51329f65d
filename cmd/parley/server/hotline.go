package server

import (
	"context"
	"errors"
	"slices"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/call/switchboard"
	"github.com/parley-voice/parley/cmd/parley/outbound"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/store"
)

// waiting is where callers wait for agents; all but what is owed to them is zero
// without queues of our own.
type waiting struct {
	owed   *owed
	board  *switchboard.Board
	places *places
	backs  *call.Callbacks

	outbound *outbound.Floor // people who are called, and may come to wait
	called   outbound.People
	callers  *callers
}

// openHotline makes the switchboard. The desk that carries it out comes later.
func (s *Server) openHotline(context.Context, Options) (err error) {
	c := s.cfg.Hotline()
	if len(c.Queues) == 0 {
		return nil
	}
	h := &s.hotline
	h.places = newPlaces(s.Store, s.web.herald)
	h.board, err = switchboard.New(switchboard.Config{
		Queues: c, Log: s.log,
		Absent: func(ctx context.Context, caller string) func(queue.Action) { return h.backs.Absent(ctx, caller) },
	})
	if err != nil {
		return err
	}
	for id, a := range s.cfg.Agents {
		if a.Always {
			h.board.Tell(queue.LogIn{Agent: id})
		}
	}
	return nil
}

// people are those to whom the desk hands callers.
func (s *Server) people() call.People {
	p := call.People{Directory: directory(s.cfg.Addresses()), Voicemails: voicemails{s.Store, s.web.herald}}
	if s.cfg.AgentRules.Transfer {
		p.Exchange = exchange{agents: s.cfg.Agents, queues: s.cfg.Queues, rules: s.cfg.AgentRules}
	}
	if s.web.herald != nil {
		p.Herald = s.web.herald
	}
	if s.hotline.board != nil {
		p.Switchboard, p.Places = s.hotline.board, s.hotline.places
		codes := s.cfg.AgentRules.Codes
		if pauses := s.cfg.AgentRules.Pauses; len(pauses) > 0 && !slices.Contains(pauses, codes.Reason) {
			codes.Reason = pauses[0]
		}
		p.Clerk = clerk{board: s.hotline.board, codes: codes, language: codes.Language}
	}
	return p
}

// takeUp puts those back in line who waited when the process last ended. They
// are called back.
func (s *Server) takeUp(ctx context.Context) (err error) {
	h := s.hotline
	if h.board == nil {
		return nil
	}
	r, err := store.Read(ctx, s.cfg.RecordsAt())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	places, err := h.places.restore(ctx, r)
	if err != nil {
		return err
	}
	for _, p := range places {
		e := p.Standing // priority, promise and skills as before
		e.Caller, e.Queue, e.Since, e.Callback = p.ID, p.Queue, p.Since, true
		h.board.Tell(e)
	}
	if len(places) > 0 {
		s.log.Warn("callers waited when Parley last ended; they are called back", "callers", len(places))
	}
	return nil
}
