package asr

import (
	"time"

	"github.com/parley-voice/parley/media"
)

// Activity is a detector's verdict on one window of a leg's audio.
type Activity struct {
	End    time.Duration // where the window ends, in audio since the stream opened
	Length time.Duration // of the window
	Speech float32       // probability that someone speaks, 0..1
}

// Detector judges for all legs, in one batch, whether someone speaks. It is
// safe for concurrent use.
type Detector interface {
	// Open begins to judge one leg's audio of rate Hz. heard gets the windows'
	// verdicts in order, one at a time, on a goroutine of the detector's (or on
	// Write's): it must return at once and must not call the stream.
	Open(rate int, heard func(Activity)) (DetectorStream, error)
	// Hang is how long after the end of sound its windows still count as speech.
	Hang() time.Duration
}

// DetectorStream is one leg's side of a Detector.
type DetectorStream interface {
	// Write takes the next audio. It never blocks: a full queue drops its oldest
	// audio, counted, and the next window's End leaps over the gap. It copies f.
	Write(f media.Frame) error
	// Close ends the stream; when it has returned heard is not called again.
	Close() error
}
