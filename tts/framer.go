package tts

import "github.com/parley-voice/parley/media"

// Framer cuts samples that come in runs of any length into frames of 20 ms.
// Every frame owns its samples.
type Framer struct {
	rate int
	emit func(media.Frame) error
	rest []int16
}

// NewFramer returns a Framer for samples at rate Hz.
func NewFramer(rate int, emit func(media.Frame) error) *Framer {
	return &Framer{rate: rate, emit: emit}
}

// Write takes over pcm's samples by copying and emits each frame that is full.
// The error is emit's.
func (f *Framer) Write(pcm []int16) error {
	size := f.rate / 50
	for len(pcm) > 0 {
		n := min(size-len(f.rest), len(pcm))
		if f.rest == nil {
			f.rest = make([]int16, 0, size)
		}
		f.rest = append(f.rest, pcm[:n]...)
		pcm = pcm[n:]
		if len(f.rest) < size {
			return nil
		}
		if err := f.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// Flush emits what is left as a last, shorter frame.
func (f *Framer) Flush() error {
	if len(f.rest) == 0 {
		return nil
	}
	frame := media.Frame{Rate: f.rate, PCM: f.rest}
	f.rest = nil
	return f.emit(frame)
}
