package media

import (
	"slices"
	"sync/atomic"
)

// laneDepth is the frames that may wait between two bridged sessions. One waits
// as a rule; a wheel that catches up can bring two at once.
const laneDepth = 4

// lane carries one direction of a bridge from one pacer to another.
type lane struct {
	frames  *ring[[frameSize]int16]
	digits  *ring[Event]
	dropped atomic.Uint64
}

func newLane() *lane {
	return &lane{frames: newRing[[frameSize]int16](laneDepth), digits: newRing[Event](16)}
}

// tap is what else a session's audio goes to and comes from: echo, the sessions
// it is bridged with, the recorder. It belongs to the pacer thread.
type tap struct {
	echoAudio, echoDigits bool
	from, to              []way
	rec                   *recording
}

func (t *tap) hearFrom(w way) error {
	switch {
	case slices.ContainsFunc(t.from, func(o way) bool { return o.from == w.from && o.sent == w.sent }):
		return ErrBridged
	case len(t.from) >= maxPatches:
		return ErrCrowded
	}
	t.from = append(t.from, w)
	return nil
}

func (t *tap) giveTo(w way) error {
	if len(t.to) >= maxPatches {
		return ErrCrowded
	}
	t.to = append(t.to, w)
	return nil
}

// without never changes ways in place, so that a pacer may go through them.
func without(ways []way, w way) []way {
	var left []way
	for _, o := range ways {
		if o != w {
			left = append(left, o)
		}
	}
	return left
}

// forward gives the caller's frame to those who hear the caller, or the one that
// was sent to those who hear what the caller does.
func (t *tap) forward(pcm *[frameSize]int16, sent bool) {
	for i := range t.to {
		if t.to[i].sent != sent {
			continue
		}
		to := t.to[i].lane
		slot := to.frames.slot()
		if slot == nil {
			to.dropped.Add(1)
			continue
		}
		*slot = *pcm
		to.frames.commit()
	}
}

// forwardDigit gives the caller's digit to those who hear the caller.
func (t *tap) forwardDigit(e Event) {
	for i := range t.to {
		if t.to[i].sent {
			continue
		}
		to := t.to[i].lane
		slot := to.digits.slot()
		if slot == nil {
			to.dropped.Add(1)
			continue
		}
		*slot = e
		to.digits.commit()
	}
}

// mix adds to pcm what the sessions bring that this one hears, and tells whether
// any did. It keeps a bridge's delay at one frame by dropping older ones.
func (t *tap) mix(pcm *[frameSize]int16) bool {
	heard := false
	for i := range t.from {
		from := t.from[i].lane
		for from.frames.len() > 2 {
			from.frames.release()
			from.dropped.Add(1)
		}
		frame := from.frames.peek()
		if frame == nil {
			continue
		}
		for i, v := range frame {
			pcm[i] = int16(max(-32768, min(32767, int(pcm[i])+int(v))))
		}
		from.frames.release()
		heard = true
	}
	return heard
}

// dial hands the others' digits to the dialer.
func (t *tap) dial(d *dialer) {
	for i := range t.from {
		from := t.from[i].lane
		for e := from.digits.peek(); e != nil; e = from.digits.peek() {
			d.pass(*e)
			from.digits.release()
		}
	}
}
