package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
)

// overseer is a supervisor of a call, from the first ring on.
type overseer struct {
	want  Supervision
	stop  context.CancelFunc
	leg   Leg   // nil while it is being dialled
	audio Media // theirs
	voice *overheard
	since time.Time
	parts []func()
}

// on tells whether the supervisor's phone has been answered.
func (o *overseer) on() bool { return o != nil && !o.since.IsZero() }

// unpatch takes the supervisor's ears and voice off the call.
func (o *overseer) unpatch() {
	if o == nil {
		return
	}
	for _, part := range o.parts {
		part()
	}
	o.parts = nil
}

// deafSink is a supervisor's side of the wire: keys do not count.
type deafSink struct{ *overheard }

func (deafSink) Event(media.Event) {}

// onSupervise begins, changes or ends a supervision, or says why not.
func (s *Session) onSupervise(ctx context.Context, now time.Time, e supervise) error {
	o := s.wires.over
	switch {
	case e.end && o == nil:
		return ErrNotSupervised
	case e.end:
		s.dropOverseer(now, "ended")
		return nil
	case o != nil && e.want.URI != "" && e.want.URI != o.want.URI:
		return ErrSupervised
	case o == nil && e.want.URI == "":
		return ErrNotSupervised
	}
	if err := s.mayOversee(e.want.Mode); err != nil {
		return err
	}
	if o == nil {
		s.ringOverseer(ctx, now, e.want)
		return nil
	}
	o.want.Mode = e.want.Mode
	s.oversee(ctx, now)
	return nil
}

// mayOversee refuses what makes no sense as the call stands.
func (s *Session) mayOversee(m Mode) error {
	h := s.wires.hand
	switch {
	case !s.state.talking || s.state.ending || s.state.last:
		return ErrNoTalk
	case h != nil && h.joined.IsZero() && (style(h.act) == "blind" || h.place != nil && h.place.back): // the caller is as good as gone, or not there yet
		return ErrNoTalk
	case m == Whisper && !s.joined():
		return ErrNobody
	}
	return nil
}

// ringOverseer rings the supervisor's phone.
func (s *Session) ringOverseer(ctx context.Context, now time.Time, want Supervision) {
	ctx, stop := context.WithCancel(ctx)
	o := &overseer{want: want, stop: stop}
	s.wires.over = o
	s.supervised(now, o, "ringing to "+string(want.Mode))
	wait := s.desk.deps.Config.TransferWait
	a := dialog.Transfer{SIP: want.URI, Brief: string(want.Mode)}
	deps, d := s.desk.deps, s.invite(a, wait)
	voice := &overheard{}
	s.spawn("supervisor", func(why string) event { return overseerRings{o, agentRings{why: why}} }, func() {
		e := ringAgent(ctx, deps, a, d, deafSink{voice})
		e.voice = voice
		s.box.post(overseerRings{o, e})
	})
}

// onOverseerRings is the INVITE to the supervisor sent, or impossible.
func (s *Session) onOverseerRings(now time.Time, e overseerRings) {
	o := s.wires.over
	switch {
	case o != e.of: // given up meanwhile
		s.letGo("supervisor", e.leg, e.audio, goneMeanwhile)
	case e.why != "":
		s.dropOverseer(now, "not reached: "+e.why)
	default:
		o.leg, o.audio, o.voice = e.leg, e.audio, e.voice
	}
}

// overseerEvents is nil, and so never ready, while there is no leg.
func (s *Session) overseerEvents() <-chan sip.Event {
	if o := s.wires.over; o != nil && o.leg != nil {
		return o.leg.Events()
	}
	return nil
}

// onOverseer follows the supervisor's leg.
func (s *Session) onOverseer(ctx context.Context, now time.Time, e sip.Event) {
	o := s.wires.over
	switch e := e.(type) {
	case sip.Answered:
		if err := o.audio.Update(e.Params); err != nil {
			s.dropOverseer(now, "no media: "+err.Error())
			return
		}
		o.audio.Start()
		o.since = now
		s.oversee(ctx, now)
	case sip.MediaChanged:
		if err := o.audio.Update(e.Params); err != nil {
			s.j.trouble(now, s.node(), "media of the supervisor", err.Error())
		}
	case sip.Ended:
		why := "hung up"
		if !o.on() {
			why = "not reached: " + status(e.Code, e.Cause, e.Reason)
		}
		s.dropOverseer(now, why)
	}
}

// oversee brings who hears whom in line with the mode and with who talks now.
func (s *Session) oversee(ctx context.Context, now time.Time) {
	o := s.wires.over
	if !o.on() {
		return
	}
	o.unpatch()
	mode, joined := o.want.Mode, s.joined()
	if mode == TakeOver || mode == Barge && !joined {
		s.takeOver(ctx, now, o)
		return
	}
	audio, caller := s.desk.deps.Audio, s.wires.media
	var failed error
	patch := func(join func(from, to Media) (func(), error), from, to Media) {
		if failed != nil {
			return
		}
		var part func()
		if part, failed = join(from, to); failed == nil {
			o.parts = append(o.parts, part)
		}
	}
	patch(audio.Patch, caller, o.audio)
	if !joined {
		mode = Listen // whoever was whispered to has gone
		patch(audio.Overhear, caller, o.audio)
	} else {
		person := s.wires.hand.audio
		patch(audio.Patch, person, o.audio)
		if mode == Whisper || mode == Barge {
			patch(audio.Patch, o.audio, person)
		}
		if mode == Barge {
			patch(audio.Patch, o.audio, caller)
		}
	}
	if failed != nil {
		s.dropOverseer(now, "could not be let in: "+failed.Error())
		return
	}
	s.supervised(now, o, string(mode))
}

// takeOver gives the caller to the supervisor, from a person or the machine.
func (s *Session) takeOver(ctx context.Context, now time.Time, o *overseer) {
	if err := s.mayOversee(TakeOver); err != nil { // it may have changed while the phone rang
		s.dropOverseer(now, err.Error())
		return
	}
	s.wires.over = nil
	o.unpatch()
	s.supervised(now, o, string(TakeOver))
	joined, back := s.joined(), false
	if h := s.wires.hand; h != nil {
		back = h.act.Back
	}
	if joined {
		s.freeAgent(s.wires.hand)
		s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "parted from " + s.wires.hand.to, Why: "taken over"})
	}
	s.dropHand()
	if !joined {
		s.mouth.hush()
		s.tell(ctx, now, dialog.TakenOver{})
	}
	s.wires.hands++
	h := &handoff{id: s.wires.hands, act: dialog.Transfer{SIP: o.want.URI, Back: back}, to: o.want.URI, stages: stages{began: now, met: now}, stop: o.stop, leg: o.leg, audio: o.audio, voice: o.voice}
	s.wires.hand = h
	s.joinAgent(ctx, now, h)
}

// dropOverseer lets a supervisor go; the call goes on. The clean-up runs aside;
// Run waits for it.
func (s *Session) dropOverseer(now time.Time, why string) {
	o := s.wires.over
	if o == nil {
		return
	}
	s.wires.over = nil
	o.unpatch()
	o.stop()
	s.supervised(now, o, why)
	s.letGo("supervisor", o.leg, o.audio, "the supervision is over")
}

// supervised is evidence: who listened to the caller, when and how.
func (s *Session) supervised(now time.Time, o *overseer, what string) {
	s.j.add(now, Entry{Kind: EntrySupervised, Node: s.node(), Text: what, Why: o.want.URI})
}
