package media

import (
	"sync/atomic"
	"time"
)

// The jitter buffer's bounds, in samples.
const (
	jitterMax   = 1600 // 200 ms: more than this waiting is skipped
	jitterHold  = 4 * time.Millisecond
	jitterSpare = FrameTime + 6*time.Millisecond
	stallCount  = 5 * frameSize // stalls beyond this are a silent peer, not concealment
	shrinkQuiet = 400           // peak below which a frame is cut out at once
	shrinkWait  = 50            // frames to wait for such a one
)

// jitterBuffer holds received samples at their RTP timestamps, so that packets
// of any length, order or codec play alike, and gives out 20 ms at a time.
//
// It begins with no delay. When it runs dry it makes frames up without moving
// on, which is how its delay grows; when for a while every packet has come more
// than a frame too early, it cuts a quiet frame out, which is how it shrinks.
// It belongs to the pacer thread.
type jitterBuffer struct {
	ring    sampleRing
	next    uint32 // timestamp of the next sample to play
	end     uint32 // timestamp after the newest sample
	stalled int    // samples made up since it ran dry
	hold    int    // frames to wait before the first
	behind  int    // packets in a row that were wholly late
	excused bool   // the peer sends a digit instead: dry is no loss
	started bool
	slack   slackWindow
	plc     concealer
	counts  jitterCounts
}

// jitterCounts are what other threads may read of a jitter buffer.
type jitterCounts struct {
	late      atomic.Uint64 // packets after their turn, or skipped to bound the delay
	concealed atomic.Uint64 // frames made up
	delay     atomic.Int64  // samples that wait
}

// slackWindow is the least time by which packets came before their turn.
type slackWindow struct {
	least  time.Duration
	seen   int
	length int // packets of the window; doubled after each underrun
	cut    bool
	waited int
}

const (
	slackShort = 128
	slackLong  = 512
)

// restart forgets the source and what waits, as at a new SSRC.
func (j *jitterBuffer) restart() {
	j.started = false
	j.slack = slackWindow{length: slackShort}
}

// put takes a packet's samples: companded bytes of law l that begin at ts. early
// is the time from their arrival to the coming pop.
func (j *jitterBuffer) put(ts uint32, l *law, coded []byte, early time.Duration) {
	coded = coded[:min(len(coded), jitterMax)]
	rel := int32(ts - j.next)
	if !j.started || rel > jitterRing-int32(len(coded)) || rel < -TelephoneRate {
		j.begin(ts, early)
		rel = 0
	}
	if rel+int32(len(coded)) <= 0 {
		j.counts.late.Add(1)
		if j.behind++; j.behind < 10 {
			return
		}
		j.begin(ts, early) // its clock was set back a little: follow it
		rel = 0
	}
	j.behind = 0
	if rel < 0 {
		coded, ts, rel = coded[-rel:], j.next, 0
	}
	j.ring.put(ts, l, coded)
	if e := ts + uint32(len(coded)); int32(e-j.end) > 0 {
		j.end = e
	}
	if j.stalled == 0 {
		j.slack.see(early + time.Duration(j.hold)*FrameTime + time.Duration(rel)*time.Second/TelephoneRate)
	}
}

// begin starts a stream at ts. A packet that came just before the pop would make
// every later one miss its turn: wait a frame.
func (j *jitterBuffer) begin(ts uint32, early time.Duration) {
	clear(j.ring.have[:])
	j.started, j.next, j.end, j.stalled, j.behind = true, ts, ts, 0, 0
	j.slack = slackWindow{length: slackShort}
	j.hold = 0
	if early < jitterHold {
		j.hold = 1
	}
}

// pop gives the next 20 ms, made up where nothing came.
func (j *jitterBuffer) pop(out *[frameSize]int16) {
	switch {
	case !j.started:
		clear(out[:])
		return
	case j.hold > 0:
		j.hold--
		j.plc.conceal(out[:])
		return
	}
	if j.stalled > 0 && j.end != j.next {
		n := min(j.gap(), j.stalled) // the stall has already stood in for it
		j.skip(n)
		j.stalled -= n
	}
	j.bound()
	if int32(j.end-j.next) < frameSize {
		j.stall(out)
		return
	}
	j.stalled = 0
	if j.slack.cut && j.shrink(out) {
		return
	}
	j.play(out)
	j.counts.delay.Store(int64(int32(j.end - j.next)))
}

// stall makes a frame up without moving on.
func (j *jitterBuffer) stall(out *[frameSize]int16) {
	j.plc.conceal(out[:])
	if j.stalled < stallCount && !j.excused {
		j.counts.concealed.Add(1)
	}
	if j.stalled < 1<<30 {
		j.stalled += frameSize
	}
	j.slack = slackWindow{length: slackLong}
}

// play gives the next frame and moves on: runs of what is there and runs of
// what is lost.
func (j *jitterBuffer) play(out *[frameSize]int16) {
	lost := false
	for n := 0; n < frameSize; {
		if k := j.run(frameSize-n, true); k > 0 {
			j.take(out[n : n+k])
			j.plc.good(out[n : n+k])
			n += k
			continue
		}
		k := j.run(frameSize-n, false)
		j.plc.conceal(out[n : n+k])
		j.skip(k)
		n += k
		lost = true
	}
	if lost {
		j.counts.concealed.Add(1)
	}
}

// bound skips what waits beyond the greatest delay.
func (j *jitterBuffer) bound() {
	over := int(int32(j.end-j.next)) - jitterMax
	if over <= 0 {
		return
	}
	over = (over + frameSize - 1) / frameSize * frameSize
	j.counts.late.Add(uint64(over / frameSize))
	j.skip(over)
}

// shrink cuts a frame out by fading from one into the next, if it is quiet or
// has waited long for a quiet one.
func (j *jitterBuffer) shrink(out *[frameSize]int16) bool {
	if j.run(2*frameSize, true) < 2*frameSize {
		return false
	}
	var second [frameSize]int16
	at := j.next
	j.ring.read(out[:], at)
	j.ring.read(second[:], at+frameSize)
	if peak(out[:]) > shrinkQuiet && j.slack.waited < shrinkWait {
		j.slack.waited++
		return false
	}
	for i := range out {
		out[i] = int16((int(out[i])*(frameSize-i) + int(second[i])*i) / frameSize)
	}
	j.skip(2 * frameSize)
	j.plc.good(out[:])
	j.slack = slackWindow{length: slackShort}
	return true
}

// take copies samples out and moves past them.
func (j *jitterBuffer) take(out []int16) {
	j.ring.read(out, j.next)
	j.skip(len(out))
}

// gap is how many samples are missing before the first that is there.
func (j *jitterBuffer) gap() int { return j.run(int(int32(j.end-j.next)), false) }

// run counts how many samples from next on are all there, or all missing.
func (j *jitterBuffer) run(limit int, there bool) int { return j.ring.have.run(j.next, limit, there) }

// skip moves n samples on and forgets them.
func (j *jitterBuffer) skip(n int) {
	j.ring.have.mark(j.next, n, false)
	j.next += uint32(n)
}

// see takes how long before its turn a packet came.
func (w *slackWindow) see(early time.Duration) {
	if w.seen == 0 || early < w.least {
		w.least = early
	}
	if w.seen++; w.seen < w.length {
		return
	}
	if w.least > jitterSpare {
		w.cut = true
	}
	w.seen = 0
}

func peak(pcm []int16) int {
	p := 0
	for _, s := range pcm {
		p = max(p, int(s), -int(s))
	}
	return p
}
