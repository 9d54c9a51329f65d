package vad

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

const rate = 8000

// line makes audio: noise of a level throughout, and voices from-to.
type span struct{ from, to time.Duration }

func line(length time.Duration, noise, voice float64, spans ...span) []int16 {
	rng := rand.New(rand.NewPCG(4, 2))
	pcm := make([]int16, int(length*rate/time.Second))
	phase := 0.0
	for i := range pcm {
		v := noise * rng.NormFloat64()
		at := time.Duration(i) * time.Second / rate
		phase += (130 + 20*math.Sin(float64(i)/2000)) / rate
		for _, s := range spans {
			if at >= s.from && at < s.to {
				in := (at - s.from).Seconds()
				buzz := 0.0
				for k := 1.0; k < 15; k++ {
					buzz += math.Sin(2*math.Pi*k*phase) / k
				}
				v += voice * buzz * (0.6 + 0.4*math.Cos(2*math.Pi*4*in)) // four syllables a second
			}
		}
		pcm[i] = int16(max(-32768, min(32767, v)))
	}
	return pcm
}

// listen feeds 20 ms frames and returns the edges and when each was told.
func listen(t *testing.T, pcm []int16, c Config) (edges []Edge, told []time.Duration) {
	t.Helper()
	d, err := New(rate, c)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pcm); i += 160 {
		before := len(edges)
		edges = d.Write(pcm[i:min(len(pcm), i+160)], edges)
		for range edges[before:] {
			told = append(told, time.Duration(i+160)*time.Second/rate)
		}
	}
	return edges, told
}

func TestOnsetAndEnd(t *testing.T) {
	ms := time.Millisecond
	talk := span{1500 * ms, 2700 * ms}
	for name, c := range map[string]struct{ noise, voice float64 }{
		"clean and loud": {3, 6000}, "clean and quiet": {3, 600}, "digital silence": {0, 3000},
		"20 dB of noise": {200, 4000}, "15 dB of noise": {400, 4000},
	} {
		edges, told := listen(t, line(4*time.Second, c.noise, c.voice, talk), Config{})
		if len(edges) != 2 || edges[0].Kind != Onset || edges[1].Kind != End {
			t.Errorf("%s: edges %v", name, edges)
			continue
		}
		if late := told[0] - talk.from; late < 0 || late > 60*ms {
			t.Errorf("%s: onset told %v after it", name, late)
		}
		if off := edges[0].At - talk.from; off < -20*ms || off > 20*ms {
			t.Errorf("%s: onset off by %v", name, off)
		}
		if off := edges[1].At - talk.to; off < -80*ms || off > 30*ms {
			t.Errorf("%s: end off by %v", name, off)
		}
		if late := told[1] - edges[1].At; late < 200*ms || late > 240*ms {
			t.Errorf("%s: end told %v after it", name, late)
		}
	}
}

func TestNoFalseOnsets(t *testing.T) {
	click := line(5*time.Second, 10, 0)
	for i := 8000; i < 8040; i++ {
		click[i] = 20000
	}
	dc := line(5*time.Second, 5, 0)
	for i := range dc {
		dc[i] += 3000
	}
	for name, pcm := range map[string][]int16{
		"silence": make([]int16, 5*rate), "faint noise": line(5*time.Second, 30, 0),
		"a click of 5 ms": click, "a DC offset": dc[800:],
	} {
		if edges, _ := listen(t, pcm, Config{}); len(edges) != 0 && (name != "a DC offset" || len(edges) > 2) {
			t.Errorf("%s: %v", name, edges)
		}
	}
}

func TestLoudSteadyNoiseBecomesTheFloor(t *testing.T) {
	edges, _ := listen(t, line(20*time.Second, 700, 0), Config{})
	for _, e := range edges {
		if e.At > 2*time.Second {
			t.Errorf("noise that stays is still speech: %v", edges)
			break
		}
	}
}

func TestPausesShorterThanHangDoNotSplit(t *testing.T) {
	ms := time.Millisecond
	edges, _ := listen(t, line(4*time.Second, 3, 4000, span{1000 * ms, 1500 * ms}, span{1620 * ms, 2200 * ms}), Config{})
	if len(edges) != 2 {
		t.Errorf("edges %v", edges)
	}
}

func TestChunksDoNotMatter(t *testing.T) {
	pcm := line(3*time.Second, 20, 4000, span{time.Second, 2 * time.Second})
	want, _ := listen(t, pcm, Config{})
	d, err := New(rate, Config{})
	if err != nil {
		t.Fatal(err)
	}
	var got []Edge
	for i := 0; i < len(pcm); i += 37 {
		got = d.Write(pcm[i:min(len(pcm), i+37)], got)
	}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%v, want %v", got, want)
	}
	if d.Heard() != 3*time.Second {
		t.Errorf("heard %v", d.Heard())
	}
}

func TestNothingIsAllocated(t *testing.T) {
	d, err := New(rate, Config{})
	if err != nil {
		t.Fatal(err)
	}
	pcm, edges := line(20*time.Millisecond, 500, 0), make([]Edge, 0, 4)
	if n := testing.AllocsPerRun(200, func() { edges = d.Write(pcm, edges[:0]) }); n != 0 {
		t.Errorf("%.1f allocations a frame", n)
	}
	if _, err := New(11025, Config{}); err == nil {
		t.Error("11025 Hz was taken")
	}
}

func BenchmarkFrame(b *testing.B) {
	d, err := New(rate, Config{})
	if err != nil {
		b.Fatal(err)
	}
	pcm := line(20*time.Millisecond, 500, 0)
	for b.Loop() {
		d.Write(pcm, nil)
	}
}
