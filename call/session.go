package call

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/routing/queue"
)

// partingTime is what clean-up after a hangup may take.
const partingTime = 5 * time.Second

// Session is one call. One goroutine, the one that calls Run, owns all of it;
// the others only post to its mailbox.
type Session struct {
	id    string
	desk  *Desk
	mind  mind
	wires wires
	j     *journal
	box   *mailbox
	mouth mouth
	ear   ear
	clock *clock
	turn  turn
	state state
	life  life
}

// mind is the script's side of a call.
type mind struct {
	script *Script
	// language is the one that the conversation is in; it begins in the script's.
	language string
	machine  Machine           // nil until the call is answered
	vars     map[string]string // that an outbound attempt brought, or routing knew
	inbox    []dialog.Event    // told while the machine is being told something
	telling  bool
	broken   bool // the machine panicked; it is not asked again
	writing  writing
	// standing is what routing said of a place in any queue: class, priority, promise.
	standing queue.Enter
	course   course
	pick     *picker // of an outbound call: who is spoken with
}

// wires is the network's side of a call.
type wires struct {
	line  line
	leg   Leg   // nil until an outbound call is dialled
	media Media // nil until opened
	sink  *sink
	hand  *handoff // a transfer under way
	owed  string   // the call whose caller was promised this one; "" for all others
	over  *overseer
	// message is what a caller leaves for whom nobody came.
	message *message
	hands   int // transfers so far; an answer to an earlier one is stale
	move    move
	keys    digits
	reel    reel
}

// state is where a call stands.
type state struct {
	talking   bool // answered
	held      bool // the caller holds us
	echo      bool // a line test that may be silent
	listening bool // the script asked for the caller's words
	ending    bool // hang up when everything said has been heard
	last      bool // the last prompt is being played
	over      bool // the loop ends
	taping    bool // recording, or about to
	asked     int  // intents asked for and not yet answered
	cause     int  // Q.850, for our BYE
	why       string
	air       air
}

// life is what outlives the loop's own state.
type life struct {
	quit  chan struct{} // closed by dismiss
	why   string        // of the dismissal, set before quit is closed
	once  sync.Once
	seen  atomic.Pointer[Snapshot]
	legs  atomic.Pointer[lines]
	loose func() bool // the call no longer ends with the leg that began it
	wg    sync.WaitGroup
}

func newSession(d *Desk, script *Script, rec Record) *Session {
	s := &Session{
		id: rec.ID, desk: d, box: newMailbox(), clock: newClock(),
		mind: mind{script: script, language: script.Language},
	}
	s.j = &journal{rec: rec, records: d.deps.Records, watch: s.show}
	s.life.quit = make(chan struct{})
	s.wires.sink = newSink(s.box, script.Listens)
	s.mouth.init()
	s.ear.init(d, script)
	s.remember()
	return s
}

// dismiss asks a call to say its last prompt and hang up. Any goroutine may call it;
// the first one's why is kept.
func (s *Session) dismiss(why string) {
	s.life.once.Do(func() {
		s.life.why = why
		close(s.life.quit)
	})
}

// Run holds the call from ring to record. It returns when the call is over and
// every goroutine that it started has ended. The record is kept by then; the
// error tells why the call never came about, or that its record was not kept.
func (s *Session) Run(ctx context.Context) (Record, error) {
	rec, err := s.run(ctx)
	return *rec, err
}

func (s *Session) run(ctx context.Context) (*Record, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err := s.guarded(func() error { return s.wires.line.open(ctx, s) })
	if err == nil {
		err = s.guarded(func() error { s.loop(ctx); return nil })
	}
	return s.close(cancel, err)
}

// guarded turns a panic of the loop itself into a call that ends with its last
// prompt, instead of a process that ends.
func (s *Session) guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.panicked("loop", p)
			s.state.why = "an internal error"
			s.lastWords()
			err = nil
		}
	}()
	return f()
}

// panicked counts and logs a panic; the process lives.
func (s *Session) panicked(where string, p any) {
	s.desk.count.panics.Add(1)
	s.desk.deps.Log.Error("panic in a call; the call ends, the process goes on",
		"call", s.id, "where", where, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
}

// spawn runs f aside. Run waits for it. When f panics, lost tells the loop.
func (s *Session) spawn(where string, lost func(why string) event, f func()) {
	s.life.wg.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				s.panicked(where, p)
				s.box.post(lost(fmt.Sprintf("%s: internal error: %v", where, p)))
			}
		}()
		f()
	})
}

// show tells the Herald and the desk's watchers of a journal line.
func (s *Session) show(e Entry) {
	s.tellNoted(e)
	if s.desk.watched.Load() == 0 {
		return
	}
	line := e // e itself need not leave the stack
	s.desk.tellWatchers(Update{At: e.At, Snapshot: *s.life.seen.Load(), Entry: &line})
}

// remember renews what Desk.Live tells.
func (s *Session) remember() {
	r := &s.j.rec
	snap := Snapshot{
		ID: r.ID, Direction: r.Direction, Caller: masked(r.Caller), Called: masked(r.Called),
		Script: r.Script, Phase: s.phase(), Began: r.Began, Answered: r.Answered,
	}
	if s.mind.machine != nil && !s.mind.broken {
		snap.Node, snap.Turn = s.node(), s.turnNumber()
	}
	if old := s.life.seen.Load(); old == nil || *old != snap {
		s.life.seen.Store(&snap)
	}
	s.showLegs()
}

func (s *Session) phase() string {
	st := &s.state
	switch {
	case st.over || st.ending || st.last:
		return "ending"
	case s.wires.hand != nil && !s.wires.hand.joined.IsZero():
		return "joined"
	case s.wires.hand != nil:
		return "transferring"
	case st.held:
		return "held"
	case st.talking:
		return "talking"
	}
	return "ringing"
}
