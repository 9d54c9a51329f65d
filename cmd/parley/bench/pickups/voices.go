package pickups

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"

	"github.com/zaf/g711"

	"github.com/parley-voice/parley/media"
)

// take is one way in which a line is said and carried.
type take struct {
	voice        string
	speed, pitch int
	level, snr   float64 // dBm0 of speech, dB
	noise        noise
	mu           bool
	lead         float64 // seconds before the first word
}

// noise is what is heard behind the voice.
type noise int

const (
	hiss  noise = iota // white
	crowd              // six voices
	aside              // one other voice: a television
	car                // white noise below 300 Hz
	noises
)

// takeOf draws one.
func (s set) takeOf(r *rand.Rand, zh bool) take {
	voices := s.en
	if zh {
		voices = s.zh
	}
	return take{
		voice: voices[r.IntN(len(voices))], speed: 120 + r.IntN(110), pitch: 25 + r.IntN(50), noise: noise(r.IntN(int(noises))),
		level: -30 + 20*r.Float64(), snr: 10 + 25*r.Float64(), mu: r.IntN(2) == 0, lead: 0.15 + 1.2*r.Float64(),
	}
}

// spoken lets espeak-ng say a line.
func spoken(ctx context.Context, t take, text string) ([]float64, error) {
	out, err := exec.CommandContext(ctx, "espeak-ng", "-v", t.voice, "-s", strconv.Itoa(t.speed), "-p", strconv.Itoa(t.pitch), "--stdout", text).Output()
	if err != nil {
		return nil, fmt.Errorf("espeak-ng: %w", err)
	}
	at := bytes.Index(out, []byte("data"))
	if at < 0 || len(out) < 44 {
		return nil, fmt.Errorf("espeak-ng gave no sound for %q", text)
	}
	rate := int(binary.LittleEndian.Uint32(out[24:]))
	pcm := make([]int16, (len(out)-at-8)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(out[at+8+2*i:]))
	}
	pcm = media.NewClip(media.Frame{Rate: rate, PCM: pcm}).Frame().PCM
	floats := make([]float64, len(pcm))
	for i, v := range pcm {
		floats[i] = float64(v)
	}
	return floats, nil
}

// leveled brings speech to a level, dBm0, measured where it is loud.
func leveled(pcm []float64, level float64) []float64 {
	var sum float64
	n := 0
	for _, v := range pcm {
		if math.Abs(v) > 200 {
			sum, n = sum+v*v, n+1
		}
	}
	if n == 0 {
		return pcm
	}
	gain := math.Pow(10, (level-3.14)/20) * 32767 / math.Sqrt2 / math.Sqrt(sum/float64(n))
	for i := range pcm {
		pcm[i] *= gain
	}
	return pcm
}

// carried puts noise under a sound and takes it through a companding.
func carried(r *rand.Rand, t take, pcm, noise []float64) []int16 {
	rms := math.Pow(10, (t.level-t.snr-3.14)/20) * 32767 / math.Sqrt2
	out := make([]int16, len(pcm))
	at := r.IntN(len(noise))
	for i, v := range pcm {
		s := int16(max(-32768, min(32767, v+rms*noise[(at+i)%len(noise)])))
		if t.mu {
			out[i] = g711.DecodeUlawFrame(g711.EncodeUlawFrame(s))
		} else {
			out[i] = g711.DecodeAlawFrame(g711.EncodeAlawFrame(s))
		}
	}
	return out
}

// behind makes 8 s of each noise, of RMS 1.
func (s set) behind(ctx context.Context, r *rand.Rand) (all [noises][]float64, err error) {
	for i := range all {
		all[i] = make([]float64, 8*8000)
	}
	low := 0.0
	for i := range all[hiss] {
		all[hiss][i] = r.NormFloat64()
		low += (all[hiss][i] - low) * 2 * math.Pi * 300 / 8000
		all[car][i] = low
	}
	if err := cmp.Or(s.talk(ctx, r, 6, all[crowd]), s.talk(ctx, r, 1, all[aside])); err != nil {
		return all, err
	}
	for _, one := range all {
		var square float64
		for _, v := range one {
			square += v * v
		}
		for i := range one {
			one[i] /= math.Sqrt(square / float64(len(one)))
		}
	}
	return all, nil
}

// talk adds so many voices at once.
func (s set) talk(ctx context.Context, r *rand.Rand, voices int, to []float64) error {
	for range voices {
		one, err := spoken(ctx, s.takeOf(r, false), s.aside)
		if err != nil {
			return err
		}
		off := r.IntN(len(to))
		for i := range to {
			to[(i+off)%len(to)] += one[i%len(one)]
		}
	}
	return nil
}
