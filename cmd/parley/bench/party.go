package bench

import (
	"sync/atomic"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/cmd/parley/bench/wire"
)

// listener keeps every packet's arrival and speaks a loop of sound. Hear and
// Speak run on the wheel; the rest may be read once the flow is closed.
type listener struct {
	law      atomic.Pointer[wire.Law]
	loop     *sound
	at       int
	arrivals []measure.Arrival
	heard    int   // audible packets
	first    int64 // arrival of the first packet, ns
	pcm      []int16
}

// sound is a caller's line in both laws.
type sound struct{ a, mu []byte }

func newSound(pcm []int16) *sound {
	return &sound{wire.ALaw.Encode(pcm), wire.MuLaw.Encode(pcm)}
}

func (s *sound) in(l *wire.Law) []byte {
	if l.Type == wire.PCMU {
		return s.mu
	}
	return s.a
}

func (l *listener) agreed(law *wire.Law) { l.law.Store(law) }

func (l *listener) Hear(p wire.Packet) {
	law := wire.LawOf(p.Type)
	if law == nil {
		return // telephone-event, comfort noise
	}
	if l.first == 0 {
		l.first = p.At
	}
	l.arrivals = append(l.arrivals, measure.Arrival{At: p.At, Seq: p.Seq})
	// One packet in ten is enough to know that there is sound at all.
	if len(l.arrivals)%10 == 0 {
		if l.pcm = law.Decode(l.pcm[:0], p.Payload); measure.Level(l.pcm) >= measure.Audible {
			l.heard++
		}
	}
}

func (l *listener) Speak(_ int64, payload []byte) {
	law := l.law.Load()
	if l.loop == nil || law == nil {
		wire.ALaw.Silence(payload)
		return
	}
	codes := l.loop.in(law)
	if l.at+len(payload) > len(codes) {
		l.at = 0
	}
	l.at += copy(payload, codes[l.at:])
}
