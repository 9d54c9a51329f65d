package media

import (
	"sync/atomic"
	"time"
)

// frameSize is the samples, and in G.711 the bytes, of 20 ms.
const frameSize = TelephoneRate / 50

// audible is the peak below which a packet counts as silence: about -48 dBm0.
const audible = 128

// maxNotes bounds the marks that one tick can pass; the rest wait for the next.
const maxNotes = 8

// playout is the pacer's end of a Queue. Fields without atomic belong to the
// pacer thread.
type playout struct {
	head  *item // the last item that was used up; its next is being played
	off   int   // samples of that next which have been played
	gen   Gen   // of the last fill
	cues  [maxNotes]uint64
	ncue  int
	notes [maxNotes]Event
	nnote int
	spoke time.Time // when the last packet with queued audio left; zero when it was followed by one without

	taken    atomic.Uint64 // items used up
	speaking atomic.Bool
	span     span
}

// span is when one generation's audible packets left.
type span struct {
	gen   atomic.Uint32
	first atomic.Int64 // wall clock, ns
	last  atomic.Int64
}

// fill takes up to 20 ms from the queue, as linear samples and companded. It
// returns how many samples it found; the rest of both is left alone. Marks that
// it passed wait in notes until the packet has left.
func (q *Queue) fill(l *law, coded *[frameSize]byte, pcm *[frameSize]int16) int {
	p, n := &q.out, 0
	if g := q.Gen(); g != p.gen {
		p.gen, p.ncue = g, 0
		p.stopped()
	}
	if q.paused.Load() {
		p.stopped()
		return 0
	}
	for {
		it := p.head.next.Load()
		switch {
		case it == nil:
			return n
		case it.gen != p.gen:
			p.advance(it)
		case it.kind == itemMark || it.kind == itemCue:
			if !p.pass(it) {
				return n
			}
		case n == frameSize:
			return n
		default:
			n += q.take(it, l, coded[n:], pcm[n:])
		}
	}
}

// stopped notes that what was being played has been cut off.
func (p *playout) stopped() {
	if !p.spoke.IsZero() && p.nnote+p.ncue < maxNotes {
		p.note(Event{Kind: EventStopped, At: p.spoke})
		p.spoke = time.Time{}
	}
}

// pass notes a mark; it returns false when there is no room until the next tick.
func (p *playout) pass(it *item) bool {
	if p.nnote+p.ncue == maxNotes {
		return false
	}
	if it.kind == itemMark {
		p.note(Event{Kind: EventMark, Mark: it.mark})
	} else {
		p.cues[p.ncue] = it.mark
		p.ncue++
	}
	p.advance(it)
	return true
}

// take copies what it can of one item's audio and returns how many samples.
func (q *Queue) take(it *item, l *law, coded []byte, pcm []int16) int {
	p, samples := &q.out, it.pcm
	if it.kind == itemClip {
		samples = it.clip.pcm
	}
	k := copy(pcm, samples[p.off:])
	if it.kind == itemClip {
		copy(coded, it.clip.coded(l)[p.off:])
	} else {
		l.compress(coded, pcm[:k])
		q.consumed(p.gen, k)
	}
	p.off += k
	if p.off == len(samples) {
		p.off = 0
		if !it.loop {
			p.advance(it)
		}
	}
	return k
}

// consumed gives k streamed samples back to Room, unless a Flush already has.
func (q *Queue) consumed(g Gen, k int) {
	for {
		s := q.state.Load()
		if Gen(s>>32) != g || q.state.CompareAndSwap(s, s-uint64(k)) {
			return
		}
	}
}

// advance lets go of it.
func (p *playout) advance(it *item) {
	p.head, p.off = it, 0
	it.clip, it.pcm = nil, nil // the head stays linked; its audio need not
	p.taken.Add(1)
}

func (p *playout) note(e Event) {
	p.notes[p.nnote] = e
	p.nnote++
}

// sent tells the queue that the packet of the last fill left at that time.
func (q *Queue) sent(n int, pcm []int16, at time.Time) {
	p := &q.out
	if p.speaking.Load() != (n > 0) {
		p.speaking.Store(n > 0)
	}
	p.spoke = time.Time{}
	if n > 0 {
		p.spoke = at
	}
	if n == 0 || !loud(pcm[:n]) {
		return
	}
	for _, number := range p.cues[:p.ncue] {
		p.note(Event{Kind: EventCue, Mark: number})
	}
	p.ncue = 0
	ns, gen := at.UnixNano(), uint32(p.gen)
	if p.span.gen.Load() != gen {
		p.span.first.Store(ns)
		p.span.gen.Store(gen)
	}
	p.span.last.Store(ns)
}

// heard reads one of the times if it belongs to generation g.
func (p *playout) heard(ns *atomic.Int64, g Gen) time.Time {
	t := ns.Load()
	if t == 0 || Gen(p.span.gen.Load()) != g {
		return time.Time{}
	}
	return time.Unix(0, t)
}

// loud tells whether any sample is audible.
func loud(pcm []int16) bool {
	for _, s := range pcm {
		if s > audible || s < -audible {
			return true
		}
	}
	return false
}
