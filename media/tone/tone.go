// Package tone tells which sines a frame of telephone audio is made of: one of
// any pitch in 20 ms, or one or two of the pitches of call-progress tones over
// 80 ms. Speech, music and noise are made of more, and so of none.
package tone

import "math"

// Sizes of a frame, and the span over which low pairs are told apart: 80 ms
// separate sines 12.5 Hz from each other, and 440 and 480 Hz stand 40 apart.
const (
	Frame   = 160 // samples, 20 ms at 8 kHz
	spanLen = 4   // frames
)

// Silence is the level of no sound at all, dBm0.
const Silence = -100

// Quiet is the level below which a frame is not looked at, dBm0: tones are
// specified down to -40, and lines have noise below -50.
const Quiet = -44

// Reading is what a frame holds.
type Reading struct {
	Level float64 // dBm0 (ITU-T G.711: a sine at the A-law limit has +3.14), without DC
	Low   float64 // dBm0 of what lies below about 900 Hz
	Pitch float64 // Hz of the one sine that these 20 ms are; 0 if they are not
	Pair  Pair    // of the last 80 ms
}

// Pair is one or two sines between 300 and 660 Hz, F1 < F2. F2 is 0 when there is
// one, both are 0 when the sound is something else.
type Pair struct{ F1, F2 float64 }

// Listener reads one stream of frames. It allocates nothing after its making and
// belongs to one goroutine. The zero value is ready.
type Listener struct {
	low  decimator
	span [spanLen]part
	at   int // the part to be written next
}

// part is one frame's share of the span.
type part struct {
	full, low float64 // energy, both per sample of 8 kHz
	known     bool    // bins is filled: otherwise the frame is no low tone
	bins      [nbins]complex64
}

// fullScale is the RMS of a sine at +3.14 dBm0 whose peak is 32767.
const fullScale = 32767 / math.Sqrt2

// dBm0 is the level of a mean square.
func dBm0(square float64) float64 {
	if square < 1e-3 {
		return Silence
	}
	return 10*math.Log10(square/(fullScale*fullScale)) + 3.14
}

// Read takes the next 20 ms at 8 kHz. A shorter frame is filled with silence, a
// longer one cut.
func (l *Listener) Read(pcm []int16) Reading {
	var x [Frame]float32
	sum := 0
	for i := range min(len(pcm), Frame) {
		sum += int(pcm[i])
	}
	mean, energy := float32(sum)/Frame, float32(0)
	for i := range min(len(pcm), Frame) {
		v := float32(pcm[i]) - mean
		x[i] = v
		energy += v * v
	}
	var y [lowFrame]float32
	l.low.take(&x, &y)
	low := float32(0)
	for _, v := range y {
		low += v * v
	}
	p := &l.span[l.at]
	l.at = (l.at + 1) % spanLen
	p.full, p.low = float64(energy)/Frame, float64(low)/lowFrame
	r := Reading{Level: dBm0(p.full), Low: dBm0(p.low)}
	p.known = r.Level >= Quiet && p.low >= lowShare*p.full
	if p.known {
		p.analyse(&y)
	}
	if r.Level < Quiet {
		return r
	}
	r.Pitch = pitch(&x, float64(energy))
	if p.known {
		r.Pair = l.pair()
	}
	return r
}
