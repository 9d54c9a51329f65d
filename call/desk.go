package call

import (
	"context"
	"errors"
	"log/slog"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Desk takes calls and places them. It knows every live call, and bounds them.
type Desk struct {
	deps  Deps
	feed  *feeder
	count counters

	mu       sync.Mutex
	live     map[string]*Session
	watchers map[*Watcher]struct{}
	draining bool
	idle     chan struct{} // closed when the last call of a drain has ended
	watched  atomic.Int32  // len(watchers), to be looked at without the lock
}

type counters struct {
	taken, refused, unwritten, stale, panics, lost atomic.Uint64
	unscribed                                      atomic.Uint64
	scribing                                       atomic.Int64 // streams now
	mailbox, wire, frames, watcherDrops            atomic.Uint64
}

// Reasons for a call that was not taken or not placed.
var (
	ErrDraining = errors.New("the server is draining and takes no new calls")
	ErrFull     = errors.New("all lines are in use")
	ErrNoScript = errors.New("no such script")
	ErrTwice    = errors.New("a call of this id is in progress")
	ErrVersion  = errors.New("another version of the script is in use")
	ErrDraft    = errors.New("this version of the script is not published, and only published ones may call out")
)

// NewDesk makes a desk. It starts no goroutine.
func NewDesk(d Deps) *Desk {
	d.Config = d.Config.withDefaults()
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Meter == nil {
		d.Meter = noMeter{}
	}
	if d.Prompts == nil {
		d.Prompts = &Prompts{}
	}
	return &Desk{
		deps: d, feed: newFeeder(),
		live:     make(map[string]*Session),
		watchers: make(map[*Watcher]struct{}),
	}
}

type noMeter struct{}

func (noMeter) Turn(string, Timing)   {}
func (noMeter) Stopped(time.Duration) {}
func (noMeter) Rung(string)           {}
func (noMeter) Ended(Record)          {}

// Inbound answers a leg and holds the conversation. It returns when the call is
// over and everything that it started has ended; it always sends a final response.
func (d *Desk) Inbound(own context.Context, leg Inbound) {
	s := d.admit(own, leg)
	if s == nil {
		return
	}
	defer d.leave(s)
	ctx, cancel := context.WithCancel(context.WithoutCancel(own))
	defer cancel()
	s.life.loose = context.AfterFunc(own, cancel)
	defer s.life.loose()
	_, _ = s.run(ctx) // the record has been kept; an error is in it
}

// admit puts a leg's call on the desk, or refuses it and gives nil. It is apart
// because what a function puts on the stack below a call stays as long as the
// call, and the stacks of waiting calls are a good part of their memory.
func (d *Desk) admit(ctx context.Context, leg Inbound) *Session {
	info := leg.Info()
	to, ok := d.route(ctx, info)
	switch {
	case !ok:
		d.refuse(ctx, leg, to, Rejection{404, "no script answers this number"})
		return nil
	case to.Reject.Code != 0:
		d.refuse(ctx, leg, to, to.Reject)
		return nil
	}
	s := newSession(d, to.Script, record(info, to.Script))
	s.wires.line, s.wires.leg = inboundLine{leg: leg, notes: to.Notes}, leg
	s.mind.vars, s.mind.standing, s.mind.course.Course = to.Vars, to.Standing, to.Course
	s.mind.course.box = to.Mailbox
	if to.First != nil {
		s.mind.course.off = &Turnoff{To: *to.First}
	}
	if err := d.enter(s); err != nil {
		code := 503
		if errors.Is(err, ErrFull) {
			code = 486
		}
		d.refuse(ctx, leg, to, Rejection{code, err.Error()})
		return nil
	}
	return s
}

// refuse rejects a leg and keeps a record of it, without a wait for the latter.
func (d *Desk) refuse(ctx context.Context, leg Inbound, to Routed, r Rejection) {
	d.count.refused.Add(1)
	code, why := r.Code, r.Why
	rec := record(leg.Info(), to.Script)
	rec.State, rec.SIPCode, rec.EndedBy, rec.Why, rec.Ended = Failed, code, "us", why, rec.Began
	for i, e := range to.Notes {
		e.Seq, e.At = i+1, rec.Began
		rec.Entries = append(rec.Entries, e)
	}
	if err := d.deps.Records.Finish(ctx, rec); err != nil {
		d.count.lost.Add(1)
	}
	if err := leg.Reject(ctx, code, why); err != nil {
		d.deps.Log.Warn("a leg could not be refused", "call", rec.ID, "error", err)
	}
	d.deps.Log.Info("call refused", "call", rec.ID, "caller", masked(rec.Caller), "called", masked(rec.Called), "code", code, "why", why)
	d.deps.Meter.Ended(rec)
}

// Hangup has a live call say its last prompt and end; why goes on record. It tells
// whether there is a call of this id.
func (d *Desk) Hangup(id, why string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, ok := d.live[id]
	if ok {
		s.dismiss(why)
	}
	return ok
}

// enter puts a call on the desk, or says why not. Watchers are told.
func (d *Desk) enter(s *Session) error {
	if err := d.admitted(s); err != nil {
		return err
	}
	if d.watched.Load() > 0 {
		d.tellWatchers(Update{At: s.j.rec.Began, Snapshot: *s.life.seen.Load()})
	}
	return nil
}

func (d *Desk) admitted(s *Session) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.draining {
		return ErrDraining
	}
	if limit := d.deps.Config.MaxCalls; limit > 0 && len(d.live) >= limit {
		return ErrFull
	}
	if d.live[s.id] != nil {
		return ErrTwice
	}
	d.live[s.id] = s
	d.count.taken.Add(1)
	return nil
}

func (d *Desk) leave(s *Session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.live, s.id)
	if d.idle != nil && len(d.live) == 0 {
		close(d.idle)
		d.idle = nil
	}
}

// Live tells of all calls, the oldest first.
func (d *Desk) Live() []Snapshot {
	d.mu.Lock()
	list := make([]Snapshot, 0, len(d.live))
	for _, s := range d.live {
		list = append(list, *s.life.seen.Load())
	}
	d.mu.Unlock()
	sort.Slice(list, func(i, j int) bool { return list[i].Began.Before(list[j].Began) })
	return list
}

// Stats counts what the desk did.
func (d *Desk) Stats() Stats {
	d.mu.Lock()
	active := len(d.live)
	d.mu.Unlock()
	c := &d.count
	return Stats{
		Active: active, Taken: c.taken.Load(), Refused: c.refused.Load(), Unwritten: c.unwritten.Load(),
		MailboxDrops: c.mailbox.Load(), EventDrops: c.wire.Load(), FrameDrops: c.frames.Load(),
		StaleTurns: c.stale.Load(), WatcherDrops: c.watcherDrops.Load(), Panics: c.panics.Load(),
		LostFinishes: c.lost.Load(), Unscribed: c.unscribed.Load(),
	}
}
