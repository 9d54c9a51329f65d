package asr

import (
	"fmt"

	"github.com/parley-voice/parley/media"
)

// CheckRate tells whether streams can be opened for audio of rate Hz (0 is 8000):
// every engine hears what the telephone carries, and resamples for itself.
func CheckRate(rate int) error {
	if rate != 0 && rate != media.TelephoneRate {
		return fmt.Errorf("asr: streams take %d Hz, not %d: resample first", media.TelephoneRate, rate)
	}
	return nil
}

// CheckFrame tells whether f can be taken by a stream opened at rate Hz: it
// holds audio, at that rate, and at most a second of it.
func CheckFrame(f media.Frame, rate int) error {
	if rate == 0 {
		rate = media.TelephoneRate
	}
	switch {
	case f.Rate != rate:
		return fmt.Errorf("asr: frame of %d Hz in a stream of %d Hz: resample it first", f.Rate, rate)
	case len(f.PCM) == 0 || len(f.PCM) > rate:
		return fmt.Errorf("asr: frame of %d samples: want 20 ms, %d samples", len(f.PCM), rate/50)
	}
	return nil
}
