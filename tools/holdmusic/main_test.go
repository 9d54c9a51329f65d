package main

import (
	"math"
	"os"
	"testing"

	"github.com/parley-voice/parley/media"
)

const shipped = "../../scripts/audio/hold-music.wav"

func read(t *testing.T) []int16 {
	t.Helper()
	file, err := os.Open(shipped)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f, err := media.ReadWAV(file)
	if err != nil || f.Rate != rate {
		t.Fatalf("%d Hz, %v", f.Rate, err)
	}
	return f.PCM
}

// What ships is what this program makes, but for rounding on other processors.
func TestShippedMusicIsCurrent(t *testing.T) {
	have, want := read(t), music()
	if len(have) != len(want) {
		t.Fatalf("%d samples, want %d: run go generate ./scripts", len(have), len(want))
	}
	for i := range want {
		if d := int(have[i]) - int(want[i]); d > 2 || d < -2 {
			t.Fatalf("sample %d is %d, want %d: run go generate ./scripts", i, have[i], want[i])
		}
	}
}

func TestMusicSuitsATelephone(t *testing.T) {
	if info, err := os.Stat(shipped); err != nil || info.Size() > 150_000 {
		t.Errorf("%d bytes (%v), at most 150,000 are to ship", info.Size(), err)
	}
	pcm := read(t)
	peak, sum, jump := 0.0, 0.0, 0.0
	for i, v := range pcm {
		peak = math.Max(peak, math.Abs(float64(v)))
		sum += float64(v) * float64(v)
		jump = math.Max(jump, math.Abs(float64(v)-float64(pcm[(i+1)%len(pcm)]))) // over the seam too
	}
	level := 10 * math.Log10(sum/float64(len(pcm))/(32768*32768))
	if peak > 16384 || level < -26 || level > -16 {
		t.Errorf("level %.1f dBFS, peak %.0f: gentle music lies at -26 to -16 with its peaks below half scale", level, peak)
	}
	seam := math.Abs(float64(pcm[0]) - float64(pcm[len(pcm)-1]))
	if seam > jump/2 {
		t.Errorf("the loop jumps by %.0f, elsewhere by %.0f at most", seam, jump)
	}
	quiet := 0
	for i := 0; i+rate/10 <= len(pcm); i += rate / 10 {
		loud := 0.0
		for _, v := range pcm[i : i+rate/10] {
			loud = math.Max(loud, math.Abs(float64(v)))
		}
		if loud < 300 {
			quiet++
		}
	}
	if quiet > 0 {
		t.Errorf("%d silent tenths of a second: a caller would think the line is dead", quiet)
	}
}
