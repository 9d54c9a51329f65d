package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
)

// bridge rings the person on a second leg while the caller hears the hold sound.
func (s *Session) bridge(ctx context.Context, id int, a dialog.Transfer, uui string, wait time.Duration) {
	deps, from, info := s.desk.deps, s.j.rec.Caller, s.wires.leg.Info()
	hops := 0 // RFC 3261 §16.3: one fewer than the caller's, so that a circle ends
	if info.Inbound && info.MaxForwards >= 0 {
		if hops = info.MaxForwards - 1; hops == 0 {
			hops = -1 // 0 would mean the default
		}
	}
	s.spawn("transfer", func(why string) event { return agentRings{id: id, why: why} }, func() {
		s.box.post(ringAgent(ctx, deps, a, sip.Dial{
			From: from, Display: info.Name, MaxForwards: hops, Headers: a.Headers, UserUser: uui, Timeout: wait,
		}, id))
	})
}

// ringAgent finds the person, opens media and sends the INVITE.
func ringAgent(ctx context.Context, deps Deps, a dialog.Transfer, d sip.Dial, id int) agentRings {
	to, err := deps.Directory.Find(ctx, a)
	if err != nil {
		return agentRings{id: id, why: err.Error()}
	}
	audio, err := deps.Audio.Open(ctx, media.Params{Codec: media.PCMA}, deafSink{})
	if err != nil {
		return agentRings{id: id, to: to.URI, why: err.Error()}
	}
	d.Target, d.Trunk, d.Local = to.URI, to.Trunk, audio.LocalAddr()
	leg, err := deps.Phone.Dial(ctx, d)
	if err != nil {
		audio.Close()
		return agentRings{id: id, to: to.URI, why: err.Error()}
	}
	return agentRings{id: id, to: to.URI, leg: leg, audio: audio}
}

// deafSink is the person's side: nobody listens in.
type deafSink struct{}

func (deafSink) Frame(media.Frame) {}
func (deafSink) Event(media.Event) {}

// onAgentRings is the INVITE to the person sent, or impossible.
func (s *Session) onAgentRings(ctx context.Context, now time.Time, e agentRings) {
	h := s.wires.hand
	if h == nil || h.id != e.id { // given up meanwhile
		if e.leg != nil || e.audio != nil {
			s.spawn("agent's end", func(string) event { return noted{} }, e.dispose)
		}
		return
	}
	if e.why != "" {
		s.transferFailed(ctx, now, dialog.Unreachable, e.why)
		return
	}
	h.to, h.leg, h.audio = e.to, e.leg, e.audio
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "ringing " + e.to})
}

// onAgent follows the person's leg.
func (s *Session) onAgent(ctx context.Context, now time.Time, e sip.Event) {
	h := s.wires.hand
	switch e := e.(type) {
	case sip.Answered:
		s.joinAgent(ctx, now, h, e.Params)
	case sip.MediaChanged:
		if err := h.audio.Update(e.Params); err != nil {
			s.j.trouble(now, s.node(), "media of the person", err.Error())
		}
	case sip.Ended:
		if h.joined.IsZero() {
			s.transferFailed(ctx, now, refusal(e.Code, e.Cause), status(e.Code, e.Cause, e.Reason))
			return
		}
		s.transferDone(ctx, now, "the person left")
		s.finish("them", "the person hung up")
	}
}

// joinAgent lets caller and person hear each other. Recognition ends here;
// recording goes on.
func (s *Session) joinAgent(ctx context.Context, now time.Time, h *handoff, p media.Params) {
	s.clock.stop(alarmTransfer)
	if err := h.audio.Update(p); err != nil {
		s.transferFailed(ctx, now, dialog.Unreachable, err.Error())
		return
	}
	h.audio.Start()
	s.mouth.hush()
	part, err := s.desk.deps.Audio.Join(s.wires.media, h.audio)
	if err != nil {
		s.transferFailed(ctx, now, dialog.Unreachable, err.Error())
		return
	}
	h.part, h.joined = part, now
	s.ear.close()
	s.ear.since = time.Time{}
	s.clock.clear()
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "joined " + h.to})
}
