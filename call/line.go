package call

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
)

// line is how a call comes about: it rings here, or it is dialled.
type line interface {
	// open does what is due before the loop. An error ends the call at once.
	open(ctx context.Context, s *Session) error
}

// inboundLine answers a leg.
type inboundLine struct {
	leg   Inbound
	notes []Entry // of its route
}

func (l inboundLine) open(ctx context.Context, s *Session) error {
	_ = s.begin(ctx, s.desk.deps.Config.WriteBudget) // write, then act; a broken database is counted, the call goes on
	for _, e := range l.notes {
		s.j.add(time.Now(), e)
	}
	if err := l.leg.Ring(ctx); err != nil {
		return fmt.Errorf("ring: %w", err)
	}
	params, offered := l.leg.Params()
	if !offered { // the offer goes out with our 200; begun learns what was agreed
		params = media.Params{Codec: media.PCMA}
	}
	if err := s.openMedia(ctx, params); err != nil {
		s.state.cause = causeCongestion
		return err
	}
	s.openEar(ctx)
	s.clock.set(time.Now(), alarmAnswer, s.mind.script.After)
	return nil
}

// facts are the variables that a script may use of a call, beside those that the
// attempt brought. What is not known is left out; so is a number that the caller
// withheld, and no script can read it out.
func facts(id string, info sip.Info, given map[string]string) map[string]string {
	known := map[string]string{"call.id": id, "call.from": info.Caller, "call.to": info.Called, "trunk": info.Trunk}
	if info.Inbound {
		known["caller.number"], known["caller.name"], known["called.number"] = info.Caller, info.Name, info.Called
	}
	if info.Withheld {
		delete(known, "call.from")
		delete(known, "caller.number")
		delete(known, "caller.name")
	}
	maps.DeleteFunc(known, func(_, v string) bool { return v == "" })
	for name, v := range given {
		if _, ours := known[name]; !ours {
			known[name] = v
		}
	}
	return known
}

// answer writes the moment down and sends the 200, aside.
func (s *Session) answer(ctx context.Context, leg Inbound) {
	local := s.wires.media.LocalAddr()
	s.spawn("answer", func(why string) event { return answered{err: fmt.Errorf("%s", why)} }, func() {
		at := time.Now()
		s.writeAnswer(ctx, at)
		p, err := leg.Answer(ctx, local)
		s.box.post(answered{params: p, err: err})
	})
}

// outboundLine dials.
type outboundLine struct{ attempt Attempt }

// attemptBudget is how long an attempt waits to be written down. Nobody listens
// yet, and what is not written is not dialled.
const attemptBudget = 5 * time.Second

func (l outboundLine) open(ctx context.Context, s *Session) error {
	if err := s.begin(ctx, attemptBudget); err != nil { // an attempt that is not written down is not made
		return fmt.Errorf("not dialled: the attempt could not be written: %w", err)
	}
	a := l.attempt
	s.listenIn(a.Pickup)
	if err := s.openMedia(ctx, media.Params{Codec: media.PCMA}); err != nil {
		return err
	}
	s.openEar(ctx)
	if a.Timeout <= 0 {
		a.Timeout = time.Minute
	}
	if a.Gate != nil {
		if err := a.Gate.Dial(ctx); err != nil {
			return fmt.Errorf("not dialled: %w", err)
		}
	}
	// The endpoint keeps the ringing time; this alarm is for an endpoint that does not.
	s.clock.set(time.Now(), alarmDial, a.Timeout+partingTime)
	d := sip.Dial{
		Target: a.To, Trunk: a.Trunk, From: a.From, Display: a.Display, Headers: a.Headers,
		Local: s.wires.media.LocalAddr(), Timeout: a.Timeout,
	}
	s.dial(ctx, d)
	return nil
}

// mayGoOn tells whoever gave leave for an attempt that it was answered, and ends the
// call when they take it back.
func (s *Session) mayGoOn(ctx context.Context, at time.Time) {
	l, ok := s.wires.line.(outboundLine)
	if !ok || l.attempt.Gate == nil {
		return
	}
	if err := l.attempt.Gate.Answered(ctx, at); err != nil {
		s.dismiss(err.Error())
	}
}

// dial calls the other side, aside.
func (s *Session) dial(ctx context.Context, d sip.Dial) {
	s.spawn("dial", func(why string) event { return dialled{err: fmt.Errorf("%s", why)} }, func() {
		leg, err := s.desk.deps.Phone.Dial(ctx, d)
		s.box.post(dialled{leg: leg, err: err})
	})
}

// begin makes the record durable within a budget.
func (s *Session) begin(ctx context.Context, budget time.Duration) error {
	rec := s.j.snapshot()
	return s.durable(ctx, "the record", budget, func(ctx context.Context) error {
		return s.desk.deps.Records.Begin(ctx, rec)
	})
}

func (s *Session) writeAnswer(ctx context.Context, at time.Time) {
	_ = s.durable(ctx, "the answer", s.desk.deps.Config.WriteBudget, func(ctx context.Context) error { // counted
		return s.desk.deps.Records.Answered(ctx, s.id, at)
	})
}

// durable gives a write its budget and counts it when it fails: the store keeps
// it in memory and writes it later.
func (s *Session) durable(ctx context.Context, what string, budget time.Duration, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	err := write(ctx)
	if err != nil {
		s.desk.count.unwritten.Add(1)
		s.desk.deps.Meter.Rung("store")
		s.desk.deps.Log.Warn("not durable in time", "call", s.id, "what", what, "error", err)
	}
	return err
}

func (s *Session) openMedia(ctx context.Context, p media.Params) error {
	m, err := s.desk.deps.Audio.Open(ctx, p, s.wires.sink)
	if err != nil {
		return fmt.Errorf("no media: %w", err)
	}
	s.wires.media = m
	s.mouth.attach(m.Out())
	return nil
}

// onAnswered begins the conversation: the ACK of an inbound call has come.
func (s *Session) onAnswered(ctx context.Context, now time.Time, e answered) {
	if e.err != nil {
		s.finish("them", "the answer failed: "+e.err.Error())
		return
	}
	s.begun(ctx, now, e.params)
}

func (s *Session) onDialled(ctx context.Context, now time.Time, e dialled) {
	if e.err != nil {
		s.notPickedUp(ctx, now, sip.Ended{By: sip.Network, Reason: e.err.Error()})
		s.finish("network", "not dialled: "+e.err.Error())
		return
	}
	s.wires.leg = e.leg
	s.j.rec.CallID = e.leg.Info().CallID
}

// begun starts the audio and the script.
func (s *Session) begun(ctx context.Context, now time.Time, p media.Params) {
	s.clock.stop(alarmDial)
	if err := s.wires.media.Update(p); err != nil {
		s.j.trouble(now, "", "media", err.Error())
	}
	s.wires.media.Start()
	s.state.talking = true
	if !p.Direction.Sends() {
		s.state.held = true
		s.mouth.hold(true)
		s.clock.freeze(now)
	}
	s.j.rec.State, s.j.rec.Answered = Talking, now
	if s.reached() || s.pickedUp(now) {
		return
	}
	s.startMachine(ctx, now)
}

// onLeg follows the caller's leg.
func (s *Session) onLeg(ctx context.Context, now time.Time, e sip.Event) {
	switch e := e.(type) {
	case sip.Progress:
		if s.mind.pick != nil && e.Cause != 0 {
			s.mind.pick.cause = e.Cause
		}
		if e.Early != nil {
			if err := s.wires.media.Update(*e.Early); err != nil {
				s.j.trouble(now, "", "early media", err.Error())
			}
		}
	case sip.Answered:
		s.spawn("answered", func(string) event { return noted{} }, func() {
			s.writeAnswer(ctx, now)
			s.mayGoOn(ctx, now)
		})
		s.begun(ctx, now, e.Params)
	case sip.MediaChanged:
		s.onMediaChanged(now, e.Params)
	case sip.Digit:
		s.onDigit(ctx, now, e.Digit, byInfo)
	case sip.ReferProgress:
		s.onReferProgress(ctx, now, e)
	case sip.ReferAsked: // callers go where the script sends them
		_ = e.Refuse(603, "Decline")
		s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "refused to the caller", Why: "a transfer to " + e.Number})
	case sip.Replaced:
		s.succeed(ctx, now, s.wires.leg, s.wires.media, e)
	case sip.Ended:
		if s.succeeding(s.wires.leg, e) {
			return
		}
		s.onEnded(ctx, now, e)
	}
}

// onEnded is the caller's leg gone, whoever ended it.
func (s *Session) onEnded(ctx context.Context, now time.Time, e sip.Ended) {
	s.partFromHand(ctx, now, e)
	r := &s.j.rec
	r.SIPCode, r.Cause = e.Code, e.Cause
	s.notPickedUp(ctx, now, e)
	if s.state.why == "" {
		s.state.why = e.Reason
	}
	s.tell(ctx, now, dialog.HungUp{By: e.By.String()})
	s.finish(e.By.String(), s.state.why)
}

// finish ends the loop. The first reason stands.
func (s *Session) finish(by, why string) {
	if s.state.over {
		return
	}
	s.state.over = true
	s.j.rec.EndedBy = by
	s.j.rec.Why = why
}
