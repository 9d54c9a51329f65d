package silero

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/asr/asrtest"
	"github.com/parley-voice/parley/asr/models"
	"github.com/parley-voice/parley/media"
)

// TestMain brings the models that are missing.
func TestMain(m *testing.M) { asrtest.Main(m) }

func prompt(t testing.TB, name string) []int16 {
	t.Helper()
	clip, err := media.ReadClip("/usr/share/asterisk/sounds/en_US_f_Allison/" + name + ".wav")
	if err != nil {
		t.Fatalf("%v: apt-get install asterisk-core-sounds-en-wav", err)
	}
	return clip.Frame().PCM
}

func detector(t testing.TB, cfg Config) *Detector {
	t.Helper()
	d, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// heard collects a leg's verdicts.
type heard struct {
	mu  sync.Mutex
	got []asr.Activity
}

func (h *heard) add(a asr.Activity) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got = append(h.got, a)
}

func (h *heard) wait(t testing.TB, n int) []asr.Activity {
	t.Helper()
	for range 2000 {
		h.mu.Lock()
		got := h.got
		h.mu.Unlock()
		if len(got) >= n {
			return got
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%d windows of %d after 10 s", len(h.got), n)
	return nil
}

func write(t testing.TB, s asr.DetectorStream, pcm []int16) {
	t.Helper()
	for _, f := range asrtest.Frames(pcm) {
		if err := s.Write(f); err != nil {
			t.Fatal(err)
		}
	}
}

// Each leg hears its own audio, whoever shares its batches, and as if alone.
func TestBatchesDoNotMixLegs(t *testing.T) {
	speech := asrtest.Cat(asrtest.Quiet(500*time.Millisecond), prompt(t, "agent-loginok"), asrtest.Quiet(time.Second))
	windows := len(speech) / window
	cfg := Config{Tick: time.Millisecond, Backlog: time.Minute}
	var alone heard
	d := detector(t, cfg)
	s, err := d.Open(rate, alone.add)
	if err != nil {
		t.Fatal(err)
	}
	write(t, s, speech)
	want := alone.wait(t, windows)

	const legs = 9 // not a size that has a batch of its own
	var all [legs]heard
	streams := make([]asr.DetectorStream, legs)
	for i := range all {
		if streams[i], err = d.Open(rate, all[i].add); err != nil {
			t.Fatal(err)
		}
	}
	for i := range all {
		if i%2 == 0 {
			write(t, streams[i], speech)
		} else {
			write(t, streams[i], asrtest.Noise(3*time.Second, 30))
		}
	}
	for i := range all {
		n := windows
		if i%2 == 1 {
			n = 3 * rate / window
		}
		for j, a := range all[i].wait(t, n) {
			if i%2 == 0 && (math.Abs(float64(a.Speech-want[j].Speech)) > 0.01 || a.End != want[j].End) {
				t.Fatalf("leg %d, window %d: %+v, alone %+v", i, j, a, want[j])
			}
			if i%2 == 1 && a.Speech > 0.5 {
				t.Fatalf("leg %d hears speech in noise: %+v", i, a)
			}
		}
	}
}

func TestFindsSpeech(t *testing.T) {
	const lead = 800 * time.Millisecond
	for _, name := range []string{"agent-loginok", "vm-goodbye", "digits/4", "digits/7", "vm-no"} {
		pcm := prompt(t, name)
		var h heard
		s, err := detector(t, Config{Tick: time.Millisecond, Backlog: time.Minute}).Open(rate, h.add)
		if err != nil {
			t.Fatal(err)
		}
		all := asrtest.Cat(asrtest.Quiet(lead), pcm, asrtest.Quiet(time.Second))
		write(t, s, all)
		var first, last time.Duration
		for _, a := range h.wait(t, len(all)/window) {
			if a.Speech >= 0.5 {
				if first == 0 {
					first = a.End
				}
				last = a.End
			}
		}
		end := lead + time.Duration(len(pcm))*time.Second/rate
		if first < lead || first > lead+350*time.Millisecond || last < first+150*time.Millisecond || last > end+150*time.Millisecond {
			t.Errorf("%s: speech from %v to %v, the sound from %v to %v", name, first, last, lead, end)
		}
	}
}

// A machine that is too slow drops the oldest audio, and says where the gap is.
func TestBacklogDropsTheOldest(t *testing.T) {
	var h heard
	d := detector(t, Config{Tick: 50 * time.Millisecond, Backlog: 100 * time.Millisecond})
	s, err := d.Open(rate, h.add)
	if err != nil {
		t.Fatal(err)
	}
	write(t, s, asrtest.Quiet(10*time.Second))
	h.wait(t, 3)
	write(t, s, asrtest.Quiet(40*time.Millisecond))
	got := h.wait(t, 4)
	if last := got[len(got)-1].End; last < 9900*time.Millisecond {
		t.Errorf("the last window ends at %v, the audio at 10.04 s", last)
	}
	if dropped := d.Stats().Dropped; dropped < 9*time.Second || dropped > 10*time.Second {
		t.Errorf("%v dropped", dropped)
	}
}

func TestCloseSilences(t *testing.T) {
	before := runtime.NumGoroutine()
	var after, closed bool
	var mu sync.Mutex
	d := detector(t, Config{Tick: time.Millisecond})
	s, err := d.Open(rate, func(asr.Activity) {
		mu.Lock()
		defer mu.Unlock()
		after = after || closed
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		write(t, s, asrtest.Quiet(100*time.Millisecond))
		time.Sleep(time.Millisecond)
	}
	_ = s.Close()
	mu.Lock()
	closed = true
	mu.Unlock()
	time.Sleep(20 * time.Millisecond)
	mu.Lock()
	defer mu.Unlock()
	if after {
		t.Error("a verdict came after Close")
	}
	if err := s.Write(asrtest.Frames(asrtest.Quiet(media.FrameTime))[0]); err == nil {
		t.Error("Write after Close: no error")
	}
	if legs := d.Stats().Legs; legs != 0 {
		t.Errorf("%d legs left", legs)
	}
	_, _ = s.Close(), d.Close()
	if _, err := d.Open(rate, func(asr.Activity) {}); err == nil {
		t.Error("a closed detector opens legs")
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines before, %d after", before, n)
	}
}

func TestOpenRefusesOtherRates(t *testing.T) {
	if _, err := detector(t, Config{}).Open(16000, func(asr.Activity) {}); err == nil {
		t.Error("16 kHz was taken")
	}
}

func TestMissingModelSaysWhatToDo(t *testing.T) {
	if _, err := New(Config{Model: t.TempDir() + "/none.onnx"}); err == nil || !strings.Contains(err.Error(), "parley models pull") {
		t.Errorf("got %v", err)
	}
}

func TestLoaded(t *testing.T) {
	const line = "7f00-7f01 r-xp 00000000 08:01 123    "
	for maps, want := range map[string]string{
		line + "/usr/lib/libc.so.6\n" + line + "/opt/par ley/lib/libonnxruntime.so\n": "/opt/par ley/lib/libonnxruntime.so",
		line + "/x/libonnxruntime.so.1.23.2\n":                                        "/x/libonnxruntime.so.1.23.2",
		line + "/x/libonnxruntime.so (deleted)\n":                                     "",
		line + "[heap]\n": "",
		"":                "",
	} {
		if got, err := loaded(strings.NewReader(maps)); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", maps, got, err)
		}
	}
	// And the one of this very process is there.
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if path, err := loaded(f); err != nil {
		t.Errorf("%q, %v", path, err)
	}
}

// BenchmarkAudioSecond is the cost of a second of one leg's audio, in batches of n legs.
func BenchmarkAudioSecond(b *testing.B) {
	n, err := newNet(models.Path(models.Dir(), models.SileroVAD))
	if err != nil {
		b.Fatal(err)
	}
	defer n.close()
	for _, legs := range []int{1, 8, maxBatch} {
		b.Run(fmt.Sprint(legs), func(b *testing.B) {
			windows, mem, probs := make([][]float32, legs), make([]*memory, legs), make([]float32, legs)
			for i := range legs {
				windows[i], mem[i] = make([]float32, window), &memory{}
			}
			for b.Loop() {
				for range rate / window {
					if err := n.run(windows, mem, probs); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*legs), "us/leg")
			b.ReportAllocs()
		})
	}
}
