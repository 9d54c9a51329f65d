package progress

import (
	"math"

	"github.com/parley-voice/parley/media/tone"
)

// Limits of one sounding of a tone, in dB and frames of 20 ms.
const (
	drop      = 6.0 // a tone that falls so far below its level has ended
	wobble    = 3.0 // one that keeps so far below, or above, is none
	maxWobble = 4   // frames of it
	maxLoose  = 5   // frames that are loud without being this tone
	audible   = 8.0 // what is louder than the last tone less this fills the gap
	maxGap    = 6   // frames of that: speech, not the edge of the next tone
	backward  = 5   // frames in which a tone may have begun unrecognised
	measure   = 1.022
)

// segmenter cuts the stream into soundings of one pitch and the gaps between.
type segmenter struct {
	open   bool
	kind   kind
	start  int     // frame at which it began
	top    float64 // its level, dBm0
	strays int     // frames below or above its level
	loose  int     // frames in a row that are not this tone
	noise  int     // frames in a row in a gap that are not silent
	levels [backward + 1]float64
	ended  int // frame at which the last sounding ended
}

// kind is what a sounding is made of; 0 is none of the tones.
type kind uint8

const (
	hz450 kind = iota + 1
	hz400
	hz425
	hz440and480
	hz480and620
	hz350and440
	hz400and450
)

var pitches = [...]tone.Pair{{}, {F1: 450}, {F1: 400}, {F1: 425}, {F1: 440, F2: 480}, {F1: 480, F2: 620}, {F1: 350, F2: 440}, {F1: 400, F2: 450}}

// kindOf allows pitches 1.5 % beside their own, and what measuring adds.
func kindOf(p tone.Pair) kind {
	best, least := kind(0), measure-1
	for k := 1; k < len(pitches); k++ {
		want := pitches[k]
		if (want.F2 == 0) != (p.F2 == 0) || p.F1 == 0 {
			continue
		}
		off := math.Abs(p.F1/want.F1 - 1)
		if want.F2 > 0 {
			off = max(off, math.Abs(p.F2/want.F2-1))
		}
		if off <= least {
			best, least = kind(k), off
		}
	}
	return best
}

func (s *segmenter) take(n int, r tone.Reading, to *past) {
	copy(s.levels[1:], s.levels[:backward])
	s.levels[0] = r.Low
	k := kindOf(r.Pair)
	if s.open {
		s.follow(n, r, k, to)
		return
	}
	if k != 0 {
		s.begin(n, r, k, to)
		return
	}
	if r.Level >= tone.Quiet && r.Level > s.top-audible {
		if s.noise++; s.noise > maxGap {
			to.clear()
		}
		return
	}
	s.noise = 0
}

// begin opens a sounding where it rose out of the quiet.
func (s *segmenter) begin(n int, r tone.Reading, k kind, to *past) {
	start := n
	for i := 1; i <= backward && n-i > s.ended && s.levels[i] >= r.Low-drop; i++ {
		start = n - i
	}
	gap := start - s.ended
	*s = segmenter{open: true, kind: k, start: start, top: r.Low, levels: s.levels, ended: s.ended}
	to.quiet(gap)
}

// follow goes on with an open sounding, or ends it.
func (s *segmenter) follow(n int, r tone.Reading, k kind, to *past) {
	switch {
	case r.Low < s.top-drop:
		s.close(n, to, s.strays <= maxWobble)
		return
	case k != s.kind:
		s.loose++
	default:
		s.loose = 0
	}
	if math.Abs(r.Low-s.top) > wobble {
		s.strays++
	}
	s.top = max(s.top, r.Low)
	if s.loose > maxLoose {
		s.close(n-s.loose, to, false)
	}
}

// close ends a sounding at frame n. One that is not sound forgets the rest.
func (s *segmenter) close(n int, to *past, sound bool) {
	s.open, s.ended, s.noise = false, n, 0
	if !sound {
		to.clear()
		return
	}
	to.sounded(s.kind, n-s.start)
}
