package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/routing/queue"
)

// onWire takes what the pacer saw on the caller's wire.
func (s *Session) onWire(ctx context.Context, now time.Time, e media.Event) {
	switch e.Kind {
	case media.EventDigit:
		s.onDigit(ctx, now, e.Digit, byRTP)
	case media.EventMark:
		if say, ok := s.mouth.left(now, e.Mark); ok {
			s.onSpoken(ctx, now, say)
		}
	case media.EventCue:
		s.onReply(e.At, e.Mark)
	case media.EventStopped:
		s.onSilenced(e.At)
	case media.EventTimeout:
		s.j.trouble(now, s.node(), "no audio from the caller", "RTP stopped; the leg decides whether they are gone")
	case media.EventAlive:
		s.j.trouble(now, s.node(), "audio from the caller is back", "")
	}
}

func (s *Session) fired(ctx context.Context, now time.Time, a alarm) {
	s.tell(ctx, now, dialog.Fired{Timer: a.name})
}

// source is how a digit came.
type source uint8

const (
	byRTP  source = iota // RFC 4733
	byInfo               // SIP INFO (RFC 6086)
)

// sameDigit is how far apart the two reports of one key press may be.
const sameDigit = 500 * time.Millisecond

// digits drops the second report of a key that a peer sends both ways.
type digits struct {
	last [2][]press // by source: not yet matched by the other
}

type press struct {
	digit byte
	at    time.Time
}

// take tells whether a digit is a new key press.
func (d *digits) take(now time.Time, digit byte, by source) bool {
	other := d.last[1-by][:0]
	fresh := true
	for _, p := range d.last[1-by] {
		switch {
		case now.Sub(p.at) > sameDigit: // too old to be this one
		case fresh && p.digit == digit:
			fresh = false
		default:
			other = append(other, p)
		}
	}
	d.last[1-by] = other
	if !fresh {
		return false
	}
	mine := d.last[by]
	if len(mine) >= 16 {
		mine = append(mine[:0], mine[1:]...)
	}
	d.last[by] = append(mine, press{digit, now})
	return true
}

// onDigit gives a key to the script, or to the person the caller is joined with;
// telephone-events pass through the bridge by themselves.
func (s *Session) onDigit(ctx context.Context, now time.Time, digit byte, by source) {
	if !s.state.talking || !s.wires.keys.take(now, digit, by) {
		return
	}
	if s.joined() {
		s.keyed(now, 0, digit)
		if by == byInfo {
			if err := s.wires.hand.audio.SendDigits(string(rune(digit))); err != nil {
				s.j.trouble(now, s.node(), "a key did not reach the person", err.Error())
			}
		}
		return
	}
	s.keyed(now, s.j.add(now, Entry{Kind: EntryDigits, Node: s.node(), Turn: s.turnNumber(), Text: string(rune(digit))}), digit)
	if s.wires.message != nil {
		if digit == keyDone {
			s.messageDone(ctx, now)
		}
		return
	}
	if h := s.wires.hand; h != nil && h.place != nil && h.place.asked && digit == keyTake {
		h.place.asked = false
		s.desk.deps.People.Switchboard.Tell(queue.TakeCallback{Caller: s.id})
		return
	}
	s.tell(ctx, now, dialog.Pressed{Digit: digit})
}

// onMediaChanged follows a re-INVITE. A caller who holds us hears nothing, so
// the script's clocks stand still and speech waits, and both go on afterwards.
func (s *Session) onMediaChanged(now time.Time, p media.Params) {
	if err := s.wires.media.Update(p); err != nil {
		s.j.trouble(now, s.node(), "media", err.Error())
	}
	held := !p.Direction.Sends()
	if held == s.state.held {
		return
	}
	s.state.held = held
	s.mouth.hold(held)
	if held {
		s.clock.freeze(now)
		s.j.add(now, Entry{Kind: EntryNote, Node: s.node(), Text: "hold=on"})
		return
	}
	s.clock.thaw(now)
	s.j.add(now, Entry{Kind: EntryNote, Node: s.node(), Text: "hold=off"})
}
