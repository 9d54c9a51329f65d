package bench

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/cmd/parley/bench/wire"
)

// The interrupter's manners.
const (
	listenFirst = 1500 * time.Millisecond // of unbroken prompt before it is interrupted
	listenMore  = 1500 * time.Millisecond // and up to as much again
	watchAfter  = 3 * time.Second         // what comes so long after a sound belongs to it
	broken      = 100 * time.Millisecond  // silence that counts as a pause
)

// heardPacket is one packet of the other side's.
type heardPacket struct {
	at      int64
	audible bool
	pcm     []int16
}

// interrupter lets the prompt run for a while, makes its next sound, and keeps
// every packet. Hear and Speak run on the wheel; log and said may be read once
// the flow is closed.
type interrupter struct {
	plan   []noise
	law    atomic.Pointer[wire.Law]
	log    []heardPacket
	said   []interruption
	done   chan struct{}
	since  int64 // the prompt runs unbroken since then
	last   int64 // its last audible packet
	wait   int64 // how long it must have run
	saying []byte
	at     int
}

func (i *interrupter) agreed(l *wire.Law) { i.law.Store(l) }

func (i *interrupter) Hear(p wire.Packet) {
	law := wire.LawOf(p.Type)
	if law == nil {
		return
	}
	h := heardPacket{at: p.At, pcm: law.Decode(make([]int16, 0, len(p.Payload)), p.Payload)}
	h.audible = measure.Level(h.pcm) >= measure.Audible
	i.log = append(i.log, h)
	if !h.audible {
		return
	}
	if p.At-i.last > int64(broken) {
		i.since = p.At
		i.wait = int64(listenFirst) + rand.Int64N(int64(listenMore))
	}
	i.last = p.At
}

func (i *interrupter) Speak(at int64, payload []byte) {
	law := i.law.Load()
	if law == nil {
		wire.ALaw.Silence(payload)
		return
	}
	law.Silence(payload)
	if i.saying != nil {
		i.say(at, payload)
		return
	}
	n := len(i.said)
	if n > 0 && at-i.said[n-1].end < int64(watchAfter) {
		return
	}
	if n == len(i.plan) {
		select {
		case <-i.done:
		default:
			close(i.done)
		}
		return
	}
	if i.last == 0 || at-i.last > int64(broken) || i.last-i.since < i.wait {
		return
	}
	// Sample 0 of the packet left the mouth 20 ms before the packet does.
	s := i.plan[n]
	begun := at - int64(frameLen)
	i.said = append(i.said, interruption{Kind: s.kind, Said: s.text, onset: begun + samples(s.first), end: begun + samples(s.size)})
	i.saying, i.at = s.sound.in(law), 0
	i.say(at, payload)
}

// samples is how long so many last, ns.
func samples(n int) int64 { return int64(n) * int64(time.Second) / 8000 }

func (i *interrupter) say(_ int64, payload []byte) {
	if i.at += copy(payload, i.saying[i.at:]); i.at >= len(i.saying) {
		i.saying = nil
	}
}

// judge reads from the packets what the interruption did: the first silence of
// 100 ms that begins after its onset and before limit, the sound after it, and
// where in the prompt both lie.
func judge(x *interruption, log []heardPacket, limit int64, prompt []int16) {
	last := -1
	for i, p := range log {
		if !p.audible {
			continue
		}
		if last >= 0 && p.at > limit && log[last].at > x.end+int64(watchAfter) {
			return // the prompt ran on
		}
		if last >= 0 && p.at-log[last].at > int64(broken) && log[last].at >= x.onset && log[last].at <= min(limit, x.end+int64(watchAfter)) {
			x.paused(log, last, i, prompt)
			x.Anew = x.Anew || x.restarts(log[i:], limit, prompt)
			return
		}
		last = i
	}
	if last >= 0 && len(log) > 0 && log[last].at >= x.onset && min(log[len(log)-1].at, limit)-log[last].at > int64(broken) {
		x.Paused, x.Pause = true, float64(log[last].at-x.onset)/1e6 // and it stayed silent
	}
}

// paused fills in a pause between the packets last and next.
func (x *interruption) paused(log []heardPacket, last, next int, prompt []int16) {
	x.Paused, x.Resumed = true, true
	x.Pause = float64(log[last].at-x.onset) / 1e6
	x.Gap = float64(log[next].at-log[last].at) / 1e6
	x.Resume = float64(log[next].at-x.end) / 1e6
	if prompt == nil {
		return
	}
	// Three packets on each side are 60 ms: enough to be found anywhere.
	before, after := join(log, last-2, last), join(log, next, next+2)
	b, _ := measure.Locate(prompt, before, 0, len(prompt))
	a, match := measure.Locate(prompt, after, 0, len(prompt))
	x.Match = round(match)
	x.Lost = float64(a-(b+len(before))) / 8
	x.Anew = a >= 0 && a < 160
	if x.Anew {
		x.Lost = 0
	}
}

// restarts tells whether the prompt begins again in what follows the pause, up to
// limit.
func (x *interruption) restarts(log []heardPacket, limit int64, prompt []int16) bool {
	for i := 0; i+2 < len(log) && len(prompt) > 0 && log[i].at <= min(limit, x.end+int64(watchAfter)); i++ {
		if !log[i].audible {
			continue
		}
		if o, match := measure.Locate(prompt, join(log, i, i+2), 0, 160); o >= 0 && match > 0.9 {
			return true
		}
	}
	return false
}

// join is the sound of the packets from first to last.
func join(log []heardPacket, first, last int) []int16 {
	var pcm []int16
	for i := max(first, 0); i <= last && i < len(log); i++ {
		pcm = append(pcm, log[i].pcm...)
	}
	return pcm
}
