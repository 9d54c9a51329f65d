package media

import "sync/atomic"

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

// tap is what else a session's audio goes to and comes from: echo, the other
// side of a bridge, the recorder. It belongs to the pacer thread.
type tap struct {
	echoAudio, echoDigits bool
	from, to              *lane
	rec                   *recording
}

// forward gives the caller's frame to the other side.
func (t *tap) forward(pcm *[frameSize]int16) {
	if t.to == nil {
		return
	}
	slot := t.to.frames.slot()
	if slot == nil {
		t.to.dropped.Add(1)
		return
	}
	*slot = *pcm
	t.to.frames.commit()
}

// forwardDigit gives the caller's digit to the other side.
func (t *tap) forwardDigit(e Event) {
	if t.to == nil {
		return
	}
	if slot := t.to.digits.slot(); slot != nil {
		*slot = e
		t.to.digits.commit()
		return
	}
	t.to.dropped.Add(1)
}

// other is the frame of the other side to send now, nil when there is none. It
// keeps the bridge's delay at one frame by dropping older ones.
func (t *tap) other() *[frameSize]int16 {
	if t.from == nil {
		return nil
	}
	for t.from.frames.len() > 2 {
		t.from.frames.release()
		t.from.dropped.Add(1)
	}
	return t.from.frames.peek()
}

// taken lets go of the frame that other gave.
func (t *tap) taken() { t.from.frames.release() }

// dial hands the other side's digits to the dialer.
func (t *tap) dial(d *dialer) {
	if t.from == nil {
		return
	}
	for e := t.from.digits.peek(); e != nil; e = t.from.digits.peek() {
		d.pass(*e)
		t.from.digits.release()
	}
}
