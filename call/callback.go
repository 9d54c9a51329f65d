package call

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/sip"
)

// Callbacks places the calls that were promised to callers who did not want to
// wait: when their turn comes the agent's phone rings first, then theirs.
type Callbacks struct {
	desk *Desk
	wg   sync.WaitGroup
}

// maxTodo bounds what the switchboard may ask for one caller while a call is
// being prepared; it asks for a handful.
const maxTodo = 64

// Callbacks serves the callers whom a desk's switchboard calls back.
func (d *Desk) Callbacks() *Callbacks { return &Callbacks{desk: d} }

// Wait returns when every promised call under way is over; the context of Absent
// has ended.
func (c *Callbacks) Wait() { c.wg.Wait() }

// Absent serves one caller until the switchboard ends the place or ctx ends.
func (c *Callbacks) Absent(ctx context.Context, caller string) func(queue.Action) {
	todo := make(chan queue.Action, maxTodo)
	c.wg.Go(func() { c.serve(ctx, caller, todo) })
	return func(a queue.Action) {
		select {
		case todo <- a:
		case <-ctx.Done():
		}
	}
}

// serve holds a call for each agent that the caller is offered to, one after
// another.
func (c *Callbacks) serve(ctx context.Context, caller string, todo <-chan queue.Action) {
	var s *Session
	for {
		var a queue.Action
		select {
		case <-ctx.Done():
			return
		case a = <-todo:
		}
		if ring, ok := a.(queue.RingAgent); ok {
			s = c.begin(ctx, caller, ring)
			continue
		}
		if s != nil {
			s.box.post(directed{id: firstHand, action: a})
		}
		if end, ok := a.(queue.End); ok {
			c.desk.dropPlace(caller, end.How)
			return
		}
	}
}

// begin holds the call with an agent, aside. It gives nil when there can be none.
func (c *Callbacks) begin(ctx context.Context, caller string, ring queue.RingAgent) *Session {
	s, err := c.session(ctx, caller, ring)
	if err != nil {
		c.desk.deps.Log.Error("a promised call could not be begun", "call", caller, "error", err)
		c.desk.deps.People.Switchboard.Tell(queue.Cancel{Caller: caller})
		return nil
	}
	c.wg.Go(func() {
		defer c.desk.leave(s)
		if _, err := s.Run(ctx); err != nil {
			c.desk.deps.Log.Warn("a promised call failed", "call", caller, "error", err)
		}
	})
	return s
}

func (c *Callbacks) session(ctx context.Context, caller string, ring queue.RingAgent) (*Session, error) {
	ctx, done := context.WithTimeout(ctx, attemptBudget)
	defer done()
	p, err := c.desk.deps.People.Places.Find(ctx, caller)
	if err != nil {
		return nil, err
	}
	script, ok := c.desk.deps.Scripts.Named(p.Script)
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrNoScript, p.Script)
	}
	rec := record(sip.Info{Trunk: p.Trunk, Caller: p.Called, Called: p.Number, At: time.Now()}, script)
	s := newSession(c.desk, script, rec)
	s.wires.line, s.wires.owed, s.wires.hands = promiseLine{place: p, ring: ring}, caller, firstHand
	return s, c.desk.enter(s)
}

// firstHand is the number of the one transfer of a promised call.
const firstHand = 1

// promiseLine rings the agent; the caller is dialled when the agent is ready.
type promiseLine struct {
	place Place
	ring  queue.RingAgent
}

func (l promiseLine) open(ctx context.Context, s *Session) error {
	h := &handoff{id: firstHand, act: dialog.Transfer{Queue: l.place.Queue, Brief: l.place.Brief}, stages: stages{began: l.place.Since}}
	h.place = &waiting{queue: l.place.Queue, caller: s.caller(), back: true, offer: l.ring.Offer, kept: make(chan struct{})}
	close(h.place.kept)
	ctx, h.stop = context.WithCancel(ctx)
	s.wires.hand = h
	if err := s.begin(ctx, attemptBudget); err != nil { // an attempt that is not written down is not made
		return fmt.Errorf("not dialled: the attempt could not be written: %w", err)
	}
	if err := s.openMedia(ctx, media.Params{Codec: media.PCMA}); err != nil {
		return err
	}
	s.ringOffered(ctx, time.Now(), h, l.ring)
	return nil
}

// caller is the name that the switchboard knows this call's caller by.
func (s *Session) caller() string {
	if s.wires.owed != "" {
		return s.wires.owed
	}
	return s.id
}

// promisedCall does what is otherwise for a caller who is not on the line yet.
// It tells whether that was all.
func (s *Session) promisedCall(ctx context.Context, now time.Time, h *handoff, a queue.Action) bool {
	switch a := a.(type) {
	case queue.DialCaller:
		s.dialCaller(ctx, now, h)
	case queue.CancelDial:
		h.place.left = true
		s.finish("us", "no answer")
	case queue.Requeue: // another agent is another call
		h.place.left = true
		s.finish("us", a.Why)
	case queue.End:
		h.place.left = true
		if h.joined.IsZero() {
			s.finish("us", string(a.How)+": "+a.Why)
		}
	default:
		return false
	}
	return true
}

// dialCaller calls the caller; the agent hears it ring.
func (s *Session) dialCaller(ctx context.Context, now time.Time, h *handoff) {
	if h.audio == nil { // the agent has just gone
		return
	}
	h.place.dialled = true
	out := h.audio.Out()
	_ = out.Clip(out.Flush(), ringing(), true)
	r := &s.j.rec
	d := sip.Dial{Target: r.Called, Trunk: r.Trunk, From: r.Caller, Local: s.wires.media.LocalAddr(), Timeout: time.Minute}
	s.j.add(now, Entry{Kind: EntryTransfer, Text: "calling back", Why: "as promised"})
	s.dial(ctx, d)
}

// reached tells the switchboard that a caller who was promised a call has
// answered; false for all other calls.
func (s *Session) reached() bool {
	h := s.wires.hand
	if h == nil || h.place == nil || !h.place.back {
		return false
	}
	s.desk.deps.People.Switchboard.Tell(queue.Reached{Offer: h.place.offer})
	return true
}
