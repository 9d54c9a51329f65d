package call

import (
	"time"

	"github.com/parley-voice/parley/asr"
)

// turn times one turn: from the caller's last sound to our first packet. Only
// the loop uses it.
type turn struct {
	asked     int // the turn that the detector was asked about last
	seq       int // of the journal's line, 0 when none
	timing    Timing
	lastSound time.Time // when the caller's last sound came from the wire
	awaiting  bool      // words were heard and no reply has begun
	reply     int       // the Say that replies
	cueNo     uint64    // the cue of that Say; 0 when not yet made
	barged    bool      // the caller began while we spoke
	halt      halt      // our speech giving way
}

func (t *turn) onset(_ time.Time, speaking bool) { t.barged = speaking }

func (t *turn) words(lastSound time.Time, w asr.Transcript) {
	decided := w.At
	if decided.IsZero() {
		decided = lastSound
	}
	t.timing = Timing{
		Endpoint: max(ms(decided.Sub(lastSound)), 0), Decode: ms(w.Decode),
		SpeechMS: ms(w.End - w.Start), Barged: t.barged,
	}
	t.lastSound, t.awaiting, t.reply, t.cueNo, t.barged = lastSound, true, nobody, 0, false
}

// noReply tells that what was heard asks for no answer: a cough, an "uh-huh".
func (t *turn) noReply() { t.awaiting, t.barged = false, false }

// replyBy notes the Say that answers. One that queues behind speech measures
// that speech, not us, and is left out.
func (t *turn) replyBy(say int, silent bool) {
	if !t.awaiting || t.reply != nobody {
		return
	}
	if !silent {
		t.awaiting = false
		return
	}
	t.reply = say
}

func (t *turn) cue(say int, n uint64) {
	if t.awaiting && say == t.reply && t.cueNo == 0 {
		t.cueNo = n
	}
}

// began is a cue that was passed: true when it was the reply's.
func (t *turn) began(n uint64, at time.Time) bool {
	if !t.awaiting || t.cueNo == 0 || n != t.cueNo {
		return false
	}
	t.awaiting = false
	t.timing.Reply = ms(at.Sub(t.lastSound))
	return true
}

// onReply writes a turn's timing down once our first packet has left.
func (s *Session) onReply(at time.Time, n uint64) {
	if !s.turn.began(n, at) {
		return
	}
	timing := s.turn.timing
	s.j.amend(s.turn.seq, func(e *Entry) { e.Timing = &timing })
	s.desk.deps.Meter.Turn(s.mind.script.ID, timing)
}
