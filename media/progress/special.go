package progress

import (
	"math"

	"github.com/parley-voice/parley/media/tone"
)

// special hears three rising tones in a row (ITU-T E.180 §6).
type special struct {
	pitch  float64 // of the sounding under way, mean; 0: none
	frames int
	gap    int // frames since the last one ended
	before [2]sounding
	n      int // of before
}

type sounding struct {
	pitch  float64
	frames int
}

// Limits of a part of the sequence, in frames, and its bands in Hz.
const (
	shortest = 9  // 180 ms: 274 ms less the frames at its edges
	longest  = 24 // 480 ms
	maxSplit = 5  // 100 ms between parts: 30 are allowed, an edge costs a frame or two
	steady   = 0.025
)

var bands = [3][2]float64{{890, 1015}, {1325, 1460}, {1725, 1840}}

// message is one meaning of the sequence.
type message struct {
	region string
	code   Code
	pitch  [2]float64 // of the first two
	long   [2]bool    // 380 ms, else 274; ITU-T: 330
}

var messages = []message{
	{"us", Intercept, [2]float64{913.8, 1370.6}, [2]bool{false, false}},
	{"us", Vacant, [2]float64{985.2, 1370.6}, [2]bool{true, false}},
	{"us", Reorder, [2]float64{913.8, 1428.5}, [2]bool{false, true}},
	{"us", NoCircuits, [2]float64{985.2, 1428.5}, [2]bool{true, true}},
	{"us", NoCircuits, [2]float64{913.8, 1370.6}, [2]bool{true, true}},
	{"itu", "", [2]float64{950, 1400}, [2]bool{true, true}},
}

func (s *special) take(r tone.Reading) (message, bool) {
	if r.Pitch != 0 && s.frames > 0 && math.Abs(r.Pitch/s.pitch-1) < steady {
		s.frames++
		s.pitch += (r.Pitch - s.pitch) / float64(s.frames)
		if s.frames > longest {
			s.n = 0
		}
		return message{}, false
	}
	var m message
	ok := false
	if s.frames > 0 {
		m, ok = s.end()
	}
	s.frames, s.pitch = 0, 0
	if r.Pitch != 0 {
		s.frames, s.pitch = 1, r.Pitch
	}
	if s.gap++; s.gap > maxSplit && s.frames == 0 {
		s.n = 0
	}
	return m, ok
}

// end takes a sounding that is over.
func (s *special) end() (message, bool) {
	part := sounding{s.pitch, s.frames}
	if part.frames < 3 { // between two tones a frame may hold anything
		return message{}, false
	}
	in := part.pitch >= bands[s.n][0] && part.pitch <= bands[s.n][1]
	if !in || part.frames < shortest || part.frames > longest || s.n > 0 && s.gap > maxSplit+1 {
		s.n, s.gap = 0, 0
		if part.pitch < bands[0][0] || part.pitch > bands[0][1] || part.frames < shortest || part.frames > longest {
			return message{}, false
		}
	}
	s.gap = 0
	if s.n < 2 {
		s.before[s.n] = part
		s.n++
		return message{}, false
	}
	s.n = 0
	return s.meaning(), true
}

// meaning is the message that pitches and lengths come nearest to.
func (s *special) meaning() message {
	best, least := message{}, math.Inf(1)
	for _, m := range messages {
		off := 0.0
		for i, p := range s.before {
			off += math.Pow((p.pitch/m.pitch[i]-1)/0.01, 2)
			want := 274.0
			if m.code == "" {
				want = 330
			} else if m.long[i] {
				want = 380
			}
			off += math.Pow((float64(p.frames*20)-want)/40, 2)
		}
		if off < least {
			best, least = m, off
		}
	}
	return best
}
