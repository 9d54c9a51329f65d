package amd

import (
	"math"
	"time"

	"github.com/parley-voice/parley/media/tone"
)

// A beep is one sine of steady pitch and level. Voices hold neither for so long,
// and music hardly ever.
const (
	minBeep   = 180 * time.Millisecond
	maxBeep   = 4 * time.Second
	minBefore = 800 * time.Millisecond // of speech before a beep: a machine has greeted first
	beepDrift = 0.012
	beepLevel = 2.5 // dB
	beepQuiet = 12  // dB by which the sound has to fall behind it
	faxHz     = 2100
)

// beep follows a steady tone.
type beep struct {
	since  time.Duration // 0: none sounds
	pitch  float64
	level  float64
	ended  time.Duration
	length time.Duration
	hz     float64
	after  int // frames since a long enough one ended, until it is certain; 0: none waits
}

// certain is how many frames must be quiet behind a tone for it to be a beep, and
// not a note before the next.
const certain = 5

// take tells that a beep has come to its end.
func (b *beep) take(at time.Duration, r tone.Reading) bool {
	if b.since > 0 && r.Pitch != 0 && math.Abs(r.Pitch/b.pitch-1) < beepDrift && math.Abs(r.Level-b.level) < beepLevel {
		return false
	}
	if b.since > 0 {
		b.close(at - 20*time.Millisecond)
	}
	if b.after > 0 {
		if b.after > 2 && r.Level > max(b.level-beepQuiet, tone.Quiet) { // the frame at its edge may hold some of it
			b.after = 0
		} else if b.after++; b.after > certain {
			b.after = 0
			return true
		}
	}
	b.since = 0
	if r.Pitch != 0 && b.after == 0 {
		b.since, b.pitch, b.level = at-20*time.Millisecond+1, r.Pitch, r.Level
	}
	return false
}

func (b *beep) close(at time.Duration) {
	if n := at - b.since; n >= minBeep && n <= maxBeep {
		b.length, b.hz, b.ended, b.after = n, b.pitch, at, 1
	}
}

// fax tells of the answer tone of a fax or modem (ITU-T V.25, T.30).
func (b *beep) fax() bool { return math.Abs(b.hz-faxHz) <= 30 && b.length > time.Second }
