package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
)

// maxWaiting bounds the says that wait behind the one being spoken.
const maxWaiting = 32

// Say IDs of what the call itself plays; the machine never hears of them.
const (
	filler = -1
	hold   = -2
	nobody = -3
	leave  = -4 // asks for a message; recorded behind it
	drop   = -5 // a message left with a machine
)

// mouth is what a call has to say: says wait in line, one at a time is turned
// into audio, and marks tell what has been heard. Only the loop uses it.
type mouth struct {
	q       Queue
	gen     media.Gen
	waiting []dialog.Say
	run     int                // numbers utterances; results of an older one are stale
	stop    context.CancelFunc // of the utterance being made; nil when none is
	making  dialog.Say
	mark    uint64                // of making
	marks   map[uint64]dialog.Say // says whose end has yet to leave
	lastNo  uint64                // marks and cues so far
	paused  bool                  // by the machine
	held    bool                  // by the caller
	mute    bool                  // synthesis is lost
	second  bool                  // a substitute speaks for the first voice
	silent  time.Time             // all was queued and nothing leaves since then
	filled  time.Time             // a filler ended then
}

func (m *mouth) init() { m.marks = make(map[uint64]dialog.Say) }

func (m *mouth) attach(q Queue) { m.q, m.gen = q, q.Gen() }

// hush drops everything that is being spoken or waits.
func (m *mouth) hush() {
	if m.stop != nil {
		m.stop()
		m.stop = nil
	}
	m.run++
	m.waiting = nil
	clear(m.marks)
	if m.q == nil {
		return
	}
	m.gen = m.q.Flush()
	m.paused = false
	m.move()
}

func (m *mouth) pause()  { m.paused = true; m.move() }
func (m *mouth) resume() { m.paused = false; m.move() }

func (m *mouth) hold(on bool) { m.held = on; m.move() }

// move brings the queue to what machine and caller together ask for.
func (m *mouth) move() {
	if m.q == nil {
		return
	}
	if m.paused || m.held {
		m.q.Pause()
	} else {
		m.q.Resume()
	}
}

// idle tells that nothing is being said and nothing waits.
func (m *mouth) idle() bool {
	return m.stop == nil && len(m.waiting) == 0 && len(m.marks) == 0
}

// number gives the next mark or cue its number.
func (m *mouth) number() uint64 { m.lastNo++; return m.lastNo }

// left takes a mark that was passed; ok is false for one of a dropped say.
func (m *mouth) left(now time.Time, n uint64) (dialog.Say, bool) {
	say, ok := m.marks[n]
	if delete(m.marks, n); ok && say.ID == filler {
		m.filled = now
	}
	return say, ok
}

// overdue takes a say that must have been heard: all of it was queued and nothing
// has left for a second, so its mark was lost on a full mailbox.
func (m *mouth) overdue(now time.Time) (dialog.Say, bool) {
	if m.stop != nil || m.paused || m.held || len(m.marks) == 0 || m.q.Speaking() {
		m.silent = time.Time{}
		return dialog.Say{}, false
	}
	if m.silent.IsZero() {
		m.silent = now
	}
	if now.Sub(m.silent) < time.Second {
		return dialog.Say{}, false
	}
	var first uint64
	for n := range m.marks {
		if first == 0 || n < first {
			first = n
		}
	}
	return m.left(now, first)
}

// interject plays a clip ahead of whatever is still being made.
func (m *mouth) interject(c *media.Clip) {
	if m.q == nil || m.q.Clip(m.gen, c, false) != nil {
		return // full: then it is not silent either
	}
	if n := m.number(); m.q.Mark(m.gen, n) == nil {
		m.marks[n] = dialog.Say{ID: filler}
	}
}

// speaking tells that more than a filler is being heard. The wheel still speaks
// for a tick when a filler's mark has passed.
func (m *mouth) speaking(now time.Time) bool {
	return m.q.Speaking() && !m.filling() && now.Sub(m.filled) > 3*media.FrameTime
}

func (m *mouth) filling() bool {
	for _, say := range m.marks {
		if say.ID == filler {
			return true
		}
	}
	return false
}
