package media

import (
	"fmt"
	"os"
	"time"
)

// Clip is an immutable prompt, shared by every call that plays it: linear PCM at
// 8 kHz and the same samples already companded, so that playing it costs a copy.
type Clip struct {
	pcm  []int16
	pcmu []byte
	pcma []byte
}

// NewClip resamples f to 8 kHz where needed and encodes it. It copies f. A frame
// of an impossible rate gives an empty clip.
func NewClip(f Frame) *Clip {
	pcm, err := Resample(f.PCM, f.Rate, TelephoneRate)
	if err != nil {
		pcm = nil
	}
	c := &Clip{pcm: pcm, pcmu: make([]byte, len(pcm)), pcma: make([]byte, len(pcm))}
	muLaw.compress(c.pcmu, pcm)
	aLaw.compress(c.pcma, pcm)
	return c
}

// ReadClip reads a WAV file: PCM16, A-law or mu-law, mono or stereo, 8 to 48 kHz.
func ReadClip(path string) (*Clip, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("media: clip: %w", err)
	}
	defer file.Close()
	f, err := ReadWAV(file)
	if err != nil {
		return nil, fmt.Errorf("media: clip %s: %w", path, err)
	}
	return NewClip(f), nil
}

// Duration is how long the clip sounds.
func (c *Clip) Duration() time.Duration {
	return time.Duration(len(c.pcm)) * time.Second / TelephoneRate
}

// Frame gives the clip's audio at 8 kHz. The samples are shared: do not write.
func (c *Clip) Frame() Frame { return Frame{Rate: TelephoneRate, PCM: c.pcm} }

// coded gives the clip in l's companding.
func (c *Clip) coded(l *law) []byte {
	if l == aLaw {
		return c.pcma
	}
	return c.pcmu
}
