package media

import (
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// The wheel turns by a millisecond; a session is visited once in 20.
const (
	wheelTick  = time.Millisecond
	wheelSlots = int64(FrameTime / wheelTick)
	// maxBehind is how far the wheel catches up tick by tick after a stall; beyond
	// it, it skips, so that calls do not burst seconds of audio.
	maxBehind = 200
	overrun   = 5 * time.Millisecond
)

// wheel is one pacer thread: it sleeps to absolute deadlines and visits the
// sessions of each slot. All but the atomics belong to the thread.
type wheel struct {
	base  time.Time // of tick 0
	mono  int64     // base on CLOCK_MONOTONIC, ns
	tick  int64
	now   time.Duration // since base, when this tick began
	wall  int64         // the same instant on CLOCK_REALTIME, ns
	slots [wheelSlots]*Session
	load  [wheelSlots]int
	in    *inlet
	pcm   [frameSize]int16 // the caller's frame of the session being visited

	inbox atomic.Pointer[command]
	ended chan struct{}
	show  wheelShow
}

// wheelShow is what other threads may see of a wheel.
type wheelShow struct {
	pacing   histogram
	overruns atomic.Uint64
	cpu      atomic.Int64
	control  *ring[controlPacket] // RTCP that came on RTP ports
	dropped  atomic.Uint64        // of those
	spare    *blocks              // for recordings
	sessions atomic.Int32         // that the engine gave it
}

// command is work handed to the thread; it runs between ticks.
type command struct {
	run  func(*wheel)
	done chan struct{}
	next *command
}

func newWheel() *wheel {
	w := &wheel{in: newInlet(), ended: make(chan struct{})}
	w.show.control = newRing[controlPacket](256)
	w.show.spare = newBlocks()
	return w
}

// turn is the thread: it tells on ready whether it got SCHED_RR and returns when
// stop is set.
func (w *wheel) turn(realtime bool, stop *atomic.Bool, ready chan<- bool) {
	runtime.LockOSThread() // never unlocked: the thread dies with its priority
	defer close(w.ended)
	ready <- becomePacer(realtime)
	w.base, w.mono = time.Now(), monotonic()
	procPin()
	rested := int64(0)
	for !stop.Load() {
		w.tick++
		rested = w.sleep(rested)
		w.stamp()
		w.obey()
		w.visit()
		if w.tick%1000 == 0 {
			w.show.cpu.Store(int64(threadCPU()))
		}
	}
	w.obey()
	procUnpin()
}

// sleep waits for the tick. A wheel that has had no time to sleep for a whole
// turn is overloaded: it then rests for a tick, because under SCHED_RR nothing
// else would run on its core. rested is the last tick that it slept for.
func (w *wheel) sleep(rested int64) int64 {
	due, now := w.tick*int64(wheelTick), int64(time.Since(w.base))
	switch {
	case due > now:
		rested = w.tick
	case w.tick-rested > wheelSlots:
		due, rested = now+int64(wheelTick), w.tick
	}
	deadline := unix.NsecToTimespec(w.mono + due)
	for !sleepPinned(&deadline) {
	}
	return rested
}

// stamp reads the clocks once for the tick.
func (w *wheel) stamp() {
	t := time.Now()
	w.now, w.wall = t.Sub(w.base), t.UnixNano()
	late := w.now - time.Duration(w.tick)*wheelTick
	if late > overrun {
		w.show.overruns.Add(1)
	}
	if skip := int64(late/wheelTick) - maxBehind; skip > 0 {
		w.tick += skip
	}
}

// visit serves the sessions of this tick's slot.
func (w *wheel) visit() {
	for s := w.slots[w.tick%wheelSlots]; s != nil; {
		next := s.seat.next // s may leave
		s.visit(w)
		s = next
	}
}

// do runs f on the thread and waits for it; false when the thread has ended.
func (w *wheel) do(f func(*wheel)) bool {
	c := &command{run: f, done: make(chan struct{})}
	w.post(c)
	select {
	case <-c.done:
		return true
	case <-w.ended:
		select {
		case <-c.done:
			return true
		default:
			return false
		}
	}
}

// post hands c over without waiting.
func (w *wheel) post(c *command) {
	for {
		c.next = w.inbox.Load()
		if w.inbox.CompareAndSwap(c.next, c) {
			return
		}
	}
}

// obey runs what was posted, oldest first.
func (w *wheel) obey() {
	if w.inbox.Load() == nil {
		return
	}
	var oldest *command
	for c := w.inbox.Swap(nil); c != nil; {
		next := c.next
		c.next, oldest = oldest, c
		c = next
	}
	procUnpin()
	for c := oldest; c != nil; c = c.next {
		c.run(w)
		if c.done != nil {
			close(c.done)
		}
	}
	procPin()
}

// seat is a session's place on the wheel.
type seat struct {
	next, prev *Session
	slot       int64
	taken      bool
}

// sit puts s into this tick's slot or the next one's, whichever is emptier, so
// that its first visit comes at once.
func (w *wheel) sit(s *Session) {
	w.leave(s)
	slot := w.tick % wheelSlots
	if n := (slot + 1) % wheelSlots; w.load[n] < w.load[slot] {
		slot = n
	}
	first := w.slots[slot]
	s.seat = seat{next: first, slot: slot, taken: true}
	if first != nil {
		first.seat.prev = s
	}
	w.slots[slot] = s
	w.load[slot]++
}

// leave takes s off the wheel.
func (w *wheel) leave(s *Session) {
	if !s.seat.taken {
		return
	}
	if s.seat.prev != nil {
		s.seat.prev.seat.next = s.seat.next
	} else {
		w.slots[s.seat.slot] = s.seat.next
	}
	if s.seat.next != nil {
		s.seat.next.seat.prev = s.seat.prev
	}
	w.load[s.seat.slot]--
	s.seat = seat{}
}
