// Package media carries audio between the network and the rest of Parley: RTP,
// codecs, jitter buffer, paced playout, digits, bridging and recording.
//
// It knows nothing of SIP, scripts or speech engines. Lower floors return
// values and counters; they do not log.
package media

import "time"

// FrameTime is the length of every frame on the wheel.
const FrameTime = 20 * time.Millisecond

// TelephoneRate is the sample rate of G.711 in Hz.
const TelephoneRate = 8000

// Frame is a run of mono signed 16-bit PCM at Rate Hz. Frames on the wheel hold
// exactly 20 ms (Rate/50 samples); a speaker's last frame may be shorter.
type Frame struct {
	Rate int
	PCM  []int16
}

// Duration is how long f sounds.
func (f Frame) Duration() time.Duration {
	if f.Rate <= 0 {
		return 0
	}
	return time.Duration(len(f.PCM)) * time.Second / time.Duration(f.Rate)
}
