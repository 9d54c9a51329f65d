// Package switchboard runs the queues: one goroutine owns the machine of
// routing/queue, gives it what calls report and passes on what it decides.
package switchboard

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/routing/queue"
)

// maxPending bounds the events that wait for the machine, which takes
// microseconds for each. Every call has a few under way.
const maxPending = 1 << 16

// Config of a Board.
type Config struct {
	Queues queue.Config
	// Absent serves a caller who is not on the line, to be called back. What it
	// gives takes what is to be done; it may wait, but not for the Board. Nil: such
	// callers are given up.
	Absent func(ctx context.Context, caller string) func(queue.Action)
	// Watch is told every action, for consoles and records. It must not block.
	Watch func(now time.Time, a queue.Action)
	Log   *slog.Logger
	Now   func() time.Time
}

// Board is a call.Switchboard.
type Board struct {
	cfg     Config
	machine *queue.Machine
	hands   map[string]func(queue.Action) // owned by Run, like offers
	offers  map[int]string                // to caller

	mu      sync.Mutex
	pending []order
	wake    chan struct{} // one wake-up is enough for all that is pending
	serves  map[string]bool
	shown   atomic.Pointer[queue.Snapshot]
	lost    atomic.Uint64
}

// order is an event, and for an Enter who acts for the caller.
type order struct {
	event queue.Event
	hand  func(queue.Action)
}

// New makes a board; Run starts it.
func New(cfg Config) (*Board, error) {
	m, err := queue.New(cfg.Queues)
	if err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	b := &Board{cfg: cfg, machine: m, hands: map[string]func(queue.Action){}, offers: map[int]string{}, wake: make(chan struct{}, 1)}
	b.know(cfg.Queues)
	return b, nil
}

func (b *Board) know(c queue.Config) {
	serves := make(map[string]bool, len(c.Queues))
	for _, q := range c.Queues {
		serves[q.Name] = true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.serves = serves
}

// Serves tells whether a queue is known.
func (b *Board) Serves(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.serves[name]
}

// Enter puts a caller in line.
func (b *Board) Enter(e queue.Enter, hand func(queue.Action)) { b.put(order{event: e, hand: hand}) }

// Tell reports what became of a caller, an offer or an agent.
func (b *Board) Tell(e queue.Event) { b.put(order{event: e}) }

func (b *Board) put(o order) {
	b.mu.Lock()
	full := len(b.pending) >= maxPending
	if !full {
		b.pending = append(b.pending, o)
	}
	b.mu.Unlock()
	if full {
		b.lost.Add(1)
		return
	}
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *Board) take() []order {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.pending
	b.pending = nil
	return all
}

// Lost counts events that found the board full; each may be a caller stuck.
func (b *Board) Lost() uint64 { return b.lost.Load() }

// Snapshot is how queues and agents stood after the last event.
func (b *Board) Snapshot() queue.Snapshot {
	if s := b.shown.Load(); s != nil {
		return *s
	}
	return queue.Snapshot{}
}

// Run drives the machine until ctx ends.
func (b *Board) Run(ctx context.Context) {
	b.show()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		b.arm(timer)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			b.step(ctx, order{event: queue.Tick{}})
		case <-b.wake:
			for _, o := range b.take() {
				b.step(ctx, o)
			}
		}
		b.show()
	}
}

func (b *Board) arm(timer *time.Timer) {
	wait := time.Hour
	if next := b.machine.Next(); !next.IsZero() {
		wait = max(0, next.Sub(b.cfg.Now()))
	}
	timer.Reset(wait)
}

func (b *Board) show() {
	s := b.machine.Snapshot(b.cfg.Now())
	b.shown.Store(&s)
}

// step tells the machine one event and passes its decisions on.
func (b *Board) step(ctx context.Context, o order) {
	if e, ok := o.event.(queue.Enter); ok && o.hand != nil {
		if _, waits := b.hands[e.Caller]; !waits {
			b.hands[e.Caller] = o.hand
		}
	}
	if c, ok := o.event.(queue.Configure); ok {
		b.know(c.Config)
	}
	now := b.cfg.Now()
	for _, a := range b.machine.Step(now, o.event) {
		if b.cfg.Watch != nil {
			b.cfg.Watch(now, a)
		}
		b.pass(ctx, a)
	}
}

// pass gives an action to whoever acts for the caller.
func (b *Board) pass(ctx context.Context, a queue.Action) {
	caller := b.callerOf(a)
	if caller == "" {
		if i, ok := a.(queue.Ignored); ok {
			b.cfg.Log.Debug("nothing to do for an event of a queue", "why", i.Why)
		}
		return
	}
	hand := b.hands[caller]
	if hand == nil && b.cfg.Absent != nil && !lettingGo(a) {
		hand = b.cfg.Absent(ctx, caller)
		b.hands[caller] = hand
	}
	switch a.(type) {
	case queue.End, queue.ToCallback: // on the line no more; whoever is called back is somebody else's to serve
		delete(b.hands, caller)
	}
	if hand == nil {
		b.cfg.Log.Warn("nobody acts for a caller in a queue", "call", caller)
		return
	}
	hand(a)
}

// lettingGo tells an action that only ends something: nobody is to be found for it
// when the caller has ended.
func lettingGo(a queue.Action) bool {
	switch a.(type) {
	case queue.CancelRing, queue.ReleaseAgent:
		return true
	}
	return false
}

// callerOf is whom an action is about, "" for nobody.
func (b *Board) callerOf(a queue.Action) string {
	switch a := a.(type) {
	case queue.RingAgent:
		b.offers[a.Offer] = a.Caller
		return a.Caller
	case queue.CancelRing:
		return b.forget(a.Offer)
	case queue.ReleaseAgent:
		return b.forget(a.Offer)
	}
	return queue.CallerOf(a)
}

func (b *Board) forget(offer int) string {
	caller := b.offers[offer]
	delete(b.offers, offer)
	return caller
}
