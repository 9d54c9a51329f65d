package webhook

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	inFlight = 8                // requests to one hook at once
	look     = 30 * time.Second // the longest without a look into the outbox: other processes post too
	broken   = 5 * time.Second  // until a database that failed is asked again
	spare    = 30 * time.Second // that a claim outlives its request
	parting  = 5 * time.Second  // to write down what came of the last requests
	sweep    = time.Hour        // between two forgettings
)

// Message is one request to send.
type Message struct {
	ID      string
	Hook    string
	Payload []byte // JSON
	Since   time.Time
	Tries   int // with this one
}

// Outbox holds what is to be sent. Its methods are durable when they return.
type Outbox interface {
	// Next is when a hook's next message is due, zero when none waits.
	Next(ctx context.Context, hook string) (time.Time, error)
	// Claim takes up to max messages that are due, for so long; nobody else gets them.
	Claim(ctx context.Context, hook string, now time.Time, lease time.Duration, max int) ([]Message, error)
	// Settle ends a claim.
	Settle(ctx context.Context, id string, v Verdict) error
	// Forget deletes what nobody asks for any more.
	Forget(ctx context.Context, now time.Time) error
	// Posted tells that there may be messages that were not there before.
	Posted() <-chan struct{}
}

// Courier is asked about each message that reaches a person.
type Courier interface {
	// May tells whether a message may leave now; if not, what becomes of it.
	May(ctx context.Context, m Message) (Verdict, bool)
	// Came is told what came of a message before that is written down: a process that
	// is killed in between sends it again, and May says that it went.
	Came(ctx context.Context, m Message, v Verdict)
}

// Counts are those of one hook since the start.
type Counts struct {
	Delivered uint64
	Failed    uint64 // tries
	Refused   uint64 // messages given up
}

// Config of a Sender.
type Config struct {
	Hooks   []Hook
	Outbox  Outbox
	Log     *slog.Logger
	Refused func(ctx context.Context, m Message, why string) // told of each message given up
	Courier Courier                                          // nil: every message may go at any time
	Now     func() time.Time
}

// Sender sends what lies in the outbox, each hook on its own.
type Sender struct {
	cfg   Config
	lanes []*lane
}

// lane is one hook, with its own requests in flight: one that is slow holds up
// nobody else.
type lane struct {
	hook   Hook
	client *http.Client
	wake   chan struct{}
	slots  chan struct{} // filled by the lane's loop alone
	flying sync.WaitGroup

	delivered, failed, refused atomic.Uint64
}

// NewSender makes a sender; Run starts it.
func NewSender(c Config) *Sender {
	s := &Sender{cfg: c}
	for _, h := range c.Hooks {
		s.lanes = append(s.lanes, &lane{hook: h, client: client(h), wake: make(chan struct{}, 1), slots: make(chan struct{}, inFlight)})
	}
	return s
}

// Counts are those of each hook.
func (s *Sender) Counts() map[string]Counts {
	out := map[string]Counts{}
	for _, l := range s.lanes {
		out[l.hook.Name] = Counts{l.delivered.Load(), l.failed.Load(), l.refused.Load()}
	}
	return out
}

// Wake has every hook look into the outbox now.
func (s *Sender) Wake() {
	for _, l := range s.lanes {
		l.nudge()
	}
}

func (l *lane) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Run sends until ctx ends, and returns when nothing is in flight any more. A
// request that is cut is sent again at the next start.
func (s *Sender) Run(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	for _, l := range s.lanes {
		all.Go(func() { s.drive(ctx, l) })
	}
	tick := time.NewTicker(sweep)
	defer tick.Stop()
	s.forget(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.cfg.Outbox.Posted():
			s.Wake()
		case <-tick.C:
			s.forget(ctx)
		}
	}
}

func (s *Sender) forget(ctx context.Context) {
	if err := s.cfg.Outbox.Forget(ctx, s.cfg.Now()); err != nil && ctx.Err() == nil {
		s.cfg.Log.Warn("old webhook messages were not deleted", "error", err)
	}
}

// drive serves one hook.
func (s *Sender) drive(ctx context.Context, l *lane) {
	defer l.client.CloseIdleConnections()
	defer l.flying.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		case <-timer.C:
		}
		timer.Reset(s.serve(ctx, l))
	}
}

// serve begins to send what is due, as far as there is room, and tells when to look
// again. The end of a request wakes the lane before.
func (s *Sender) serve(ctx context.Context, l *lane) time.Duration {
	for {
		free := cap(l.slots) - len(l.slots)
		if free == 0 || ctx.Err() != nil {
			return look
		}
		next, err := s.cfg.Outbox.Next(ctx, l.hook.Name)
		now := s.cfg.Now()
		switch {
		case err != nil:
			return s.trouble(ctx, l, err)
		case next.IsZero():
			return look
		case next.After(now):
			return min(next.Sub(now), look)
		}
		all, err := s.cfg.Outbox.Claim(ctx, l.hook.Name, now, l.hook.Timeout+spare, free)
		if err != nil {
			return s.trouble(ctx, l, err)
		}
		if len(all) == 0 { // another process was faster
			return time.Second
		}
		for _, m := range all {
			l.slots <- struct{}{}
			l.flying.Go(func() {
				s.send(ctx, l, m)
				<-l.slots
				l.nudge()
			})
		}
	}
}

func (s *Sender) trouble(ctx context.Context, l *lane, err error) time.Duration {
	if ctx.Err() == nil {
		s.cfg.Log.Warn("the outbox of webhooks cannot be read", "hook", l.hook.Name, "error", err)
	}
	return broken
}

// send tries once and writes down what came of it.
func (s *Sender) send(ctx context.Context, l *lane, m Message) {
	v, may := Verdict{}, true
	if s.cfg.Courier != nil {
		v, may = s.cfg.Courier.May(ctx, m)
	}
	if may {
		reply := post(ctx, l.client, l.hook, m, s.cfg.Now())
		v = Judge(s.cfg.Now(), m.Tries, reply, rand.Float64())
	}
	if ctx.Err() != nil && v.State != Delivered {
		v = Verdict{State: Due, Why: "Parley ended while it was sent", Due: s.cfg.Now()}
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	if s.cfg.Courier != nil && may {
		s.cfg.Courier.Came(end, m, v)
	}
	if err := s.cfg.Outbox.Settle(end, m.ID, v); err != nil { // it is sent again when the claim runs out
		s.cfg.Log.Warn("what came of a webhook was not written down; it may be sent twice", "hook", l.hook.Name, "message", m.ID, "error", err)
	}
	switch v.State {
	case Delivered:
		l.delivered.Add(1)
	case Due:
		if !may { // nothing failed: it waits until it may go
			return
		}
		l.failed.Add(1)
		s.cfg.Log.Info("a webhook did not arrive; it is sent again", "hook", l.hook.Name, "message", m.ID, "try", m.Tries, "why", v.Why, "again", v.Due)
	case Refused:
		l.failed.Add(1)
		l.refused.Add(1)
		s.cfg.Log.Warn("a webhook is given up", "hook", l.hook.Name, "message", m.ID, "tries", m.Tries, "why", v.Why)
		s.cfg.Refused(end, m, v.Why)
	}
}
