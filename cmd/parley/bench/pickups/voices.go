package pickups

import (
	"bytes"
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
	babble, mu   bool
	lead         float64 // seconds before the first word
}

// takeOf draws one.
func takeOf(r *rand.Rand, zh bool) take {
	voices := []string{"en-us", "en-gb", "en-us+f3", "en-gb+f2", "en-us+m3", "en-gb-scotland", "en-us+f4", "en-gb+m7"}
	if zh {
		voices = []string{"cmn-latn-pinyin", "cmn-latn-pinyin+f3", "cmn-latn-pinyin+m3", "cmn-latn-pinyin+f2"}
	}
	return take{
		voice: voices[r.IntN(len(voices))], speed: 120 + r.IntN(110), pitch: 25 + r.IntN(50),
		level: -30 + 20*r.Float64(), snr: 10 + 25*r.Float64(), babble: r.IntN(3) == 0, mu: r.IntN(2) == 0, lead: 0.15 + 1.2*r.Float64(),
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
func carried(r *rand.Rand, t take, pcm, crowd []float64) []int16 {
	rms := math.Pow(10, (t.level-t.snr-3.14)/20) * 32767 / math.Sqrt2
	out := make([]int16, len(pcm))
	at := 0
	if len(crowd) > 0 {
		at = r.IntN(len(crowd))
	}
	for i, v := range pcm {
		noise := rms * r.NormFloat64()
		if t.babble && len(crowd) > 0 {
			noise = rms * crowd[(at+i)%len(crowd)]
		}
		s := int16(max(-32768, min(32767, v+noise)))
		if t.mu {
			out[i] = g711.DecodeUlawFrame(g711.EncodeUlawFrame(s))
		} else {
			out[i] = g711.DecodeAlawFrame(g711.EncodeAlawFrame(s))
		}
	}
	return out
}

// crowd is six voices at once, of RMS 1.
func crowd(ctx context.Context, r *rand.Rand) ([]float64, error) {
	sum := make([]float64, 8*8000)
	for range 6 {
		t := takeOf(r, false)
		one, err := spoken(ctx, t, "and so we went on to the market where they had a good deal of fruit and fish and talked about it until the evening came")
		if err != nil {
			return nil, err
		}
		off := r.IntN(len(sum))
		for i := range sum {
			sum[(i+off)%len(sum)] += one[i%len(one)]
		}
	}
	var square float64
	for _, v := range sum {
		square += v * v
	}
	rms := math.Sqrt(square / float64(len(sum)))
	for i := range sum {
		sum[i] /= rms
	}
	return sum, nil
}
