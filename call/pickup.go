package call

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media/amd"
	"github.com/parley-voice/parley/sip"
)

// EntryPickup is what a call found at the other end: Text is the pickup.Status,
// Score how sure it is, Why what speaks for it. A later one corrects it.
const EntryPickup EntryKind = "pickup"

// Detection says how an attempt finds out who picked up. The zero value listens
// before the answer only, for what is the matter with a number.
type Detection struct {
	Listen bool // after the answer too, and act on a machine
	// Wait holds the script back until it is known who picked up, Within at most.
	// Without it the script begins at once and is broken off for a machine.
	Wait    bool
	Within  time.Duration // 0: 3 s
	Machine OnMachine
	Message string // Leave: what is said after the beep
	Clip    string // Leave, in the place of Message: one of the script's
}

// OnMachine is what becomes of a call that a machine answered.
type OnMachine string

// The ways with a machine.
const (
	HangUp OnMachine = "" // at once
	Leave  OnMachine = "message"
	GoOn   OnMachine = "go_on" // the script sees call.answered_by
)

// Times of an attempt's listening.
const (
	wordsFor    = 15 * time.Second // after the answer, words belong to the greeting
	maxEarly    = 16               // announcements, and turns of a greeting, that are kept
	verdictLate = time.Second      // behind Within, for a verdict that found the mailbox full
	answeredBy  = "call.answered_by"
)

var (
	alarmPickup = alarm{own: true, name: "pickup"} // no verdict has come
	alarmBeep   = alarm{own: true, name: "beep"}   // nor has a beep, so far
)

// phrases are what machines and networks say; read-only.
var phrases = pickup.Standard()

// picker is an attempt's search for who picked up. Only the loop uses it.
type picker struct {
	plan  Detection
	seen  pickup.Evidence
	said  string // of the turn under way
	ear   *lineEar
	tap   *tap
	held  bool   // the script waits for the verdict
	vigil *vigil // the beep is awaited, or the message is being left
	acted bool
	cause int // Q.850, of a provisional response
}

// listenIn begins to listen to the line, before there is any sound.
func (s *Session) listenIn(plan Detection) {
	p := &picker{plan: plan, ear: &lineEar{box: s.box, cfg: amd.Config{Within: plan.Within}}}
	p.tap = &tap{slots: make([]slot, tapFrames), lost: func() { s.box.offer(noted{}) }}
	p.tap.stream.Store(&earStream{Stream: p.ear})
	p.tap.open.Store(true)
	s.mind.pick, s.wires.sink.line = p, p.tap
	s.desk.feed.add(p.tap)
}

// stopListeningIn lets the line go. It may be called again.
func (s *Session) stopListeningIn() {
	if p := s.mind.pick; p != nil && p.tap != nil {
		p.tap.open.Store(false)
		s.desk.feed.remove(p.tap)
		p.tap = nil
	}
}

// pickedUp tells whether the script has to wait for who picked up.
func (s *Session) pickedUp(now time.Time) bool {
	p := s.mind.pick
	if p == nil {
		return false
	}
	if !p.plan.Listen {
		s.stopListeningIn()
		return false
	}
	p.seen.Answered, p.said = true, ""
	p.ear.answered.Store(true)
	if p.plan.Wait {
		p.held = true
		within := p.plan.Within
		if within <= 0 {
			within = 3 * time.Second
		}
		s.clock.set(now, alarmPickup, within+verdictLate)
	}
	return p.held
}

// onOverheard takes what the line told.
func (s *Session) onOverheard(ctx context.Context, now time.Time, e lineTold) {
	p := s.mind.pick
	if p == nil {
		return
	}
	if e.tone.Tone != 0 && len(p.seen.Tones) < maxEarly {
		p.seen.Tones = append(p.seen.Tones, e.tone)
	}
	if e.verdict.Why != "" {
		p.seen.Timing = e.verdict
	}
	if e.done {
		s.stopListeningIn()
	}
	if p.vigil != nil && e.waited {
		p.vigil.turns = e.turns
	}
	switch {
	case p.vigil != nil && e.beeped:
		s.onBeep(ctx, now)
	case p.seen.Answered:
		s.judgePickup(ctx, now)
	}
}

// greeted takes words of the line. It tells whether they were no turn of a
// conversation: an announcement before the answer, or a greeting that the script
// has not heard.
func (s *Session) greeted(ctx context.Context, now time.Time, text string, final bool) bool {
	p := s.mind.pick
	switch {
	case p == nil || text == "":
		return false
	case !s.state.talking:
		p.said = text // networks refuse in the middle of a word
		if final && len(p.seen.Early) < maxEarly {
			p.said = ""
			p.seen.Early = append(p.seen.Early, text)
			s.j.add(now, Entry{Kind: EntryNote, Text: "early=" + text})
		}
		return true
	case !p.seen.Answered || now.Sub(s.j.rec.Answered) > wordsFor && p.vigil == nil:
		return false
	}
	alone := p.held || p.vigil != nil
	if p.said = text; final {
		p.said = ""
		if len(p.seen.Greeting) < maxEarly {
			p.seen.Greeting = append(p.seen.Greeting, text)
		}
		if alone {
			s.j.add(now, Entry{Kind: EntryNote, Text: "greeting=" + text})
		}
	}
	s.judgePickup(ctx, now)
	return alone || s.state.over
}

// judgePickup draws what is known together and acts on it.
func (s *Session) judgePickup(ctx context.Context, now time.Time) {
	p := s.mind.pick
	if p.vigil != nil {
		s.awaitBeep(ctx, now)
		return
	}
	seen := p.seen
	if p.said != "" {
		seen.Greeting = append(seen.Greeting[:len(seen.Greeting):len(seen.Greeting)], p.said)
	}
	f := pickup.Judge(phrases, seen)
	open := f.Status == pickup.Unknown && seen.Timing.Why == "" // there is no verdict yet
	if p.acted || open {
		return
	}
	s.found(ctx, now, f)
	switch {
	case f.Status == pickup.Human || f.Status == pickup.Unknown || f.Status == pickup.Screening || p.plan.Machine == GoOn:
		s.letBegin(ctx, now)
	default:
		s.meetMachine(ctx, now, f)
	}
}

// found writes down what the call found, and tells the script.
func (s *Session) found(ctx context.Context, now time.Time, f pickup.Finding) {
	old := s.j.rec.Pickup
	s.j.rec.Pickup = &f
	if old != nil && old.Status == f.Status {
		return
	}
	s.j.add(now, Entry{Kind: EntryPickup, Node: s.node(), Text: string(f.Status), Score: f.Confidence, Why: strings.Join(f.Why, "; ")})
	if f.Status.Answerer() {
		s.mind.vars = maps.Clone(s.mind.vars)
		if s.mind.vars == nil {
			s.mind.vars = map[string]string{}
		}
		s.mind.vars[answeredBy] = string(f.Status)
		s.tell(ctx, now, dialog.Learned{Name: answeredBy, Value: string(f.Status)})
	}
}

// letBegin lets the script begin that waited.
func (s *Session) letBegin(ctx context.Context, now time.Time) {
	p := s.mind.pick
	if !p.held {
		return
	}
	p.held = false
	s.clock.stop(alarmPickup)
	s.startMachine(ctx, now)
}

// noVerdict lets begin a script for which no verdict came.
func (s *Session) noVerdict(ctx context.Context, now time.Time) {
	if p := s.mind.pick; p != nil && p.held {
		s.found(ctx, now, pickup.Finding{Status: pickup.Unknown, Why: []string{"no verdict came in time"}})
		s.letBegin(ctx, now)
	}
}

// notPickedUp judges an attempt that was not answered.
func (s *Session) notPickedUp(ctx context.Context, now time.Time, e sip.Ended) {
	p := s.mind.pick
	if p == nil || s.state.talking {
		return
	}
	p.seen.Final = pickup.Final{
		Code: e.Code, Cause: e.Cause, Text: e.Reason,
		Ours:    e.By == sip.Us && (e.Code == 408 || e.Code == 487),
		Network: e.By == sip.Network,
	}
	if p.seen.Final.Cause == 0 {
		p.seen.Final.Cause = p.cause
	}
	if p.said != "" {
		p.seen.Early = append(p.seen.Early, p.said)
		s.j.add(now, Entry{Kind: EntryNote, Text: "early=" + p.said, Why: "the turn was not over"})
	}
	s.found(ctx, now, pickup.Judge(phrases, p.seen))
}
