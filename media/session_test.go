package media

import (
	"context"
	"encoding/binary"
	"math"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"
)

// hearing is a Sink that keeps what it heard.
type hearing struct {
	mu     sync.Mutex
	pcm    []int16
	events []Event
	wake   chan struct{}
}

func newHearing() *hearing { return &hearing{wake: make(chan struct{}, 1)} }

func (h *hearing) Frame(f Frame) {
	h.mu.Lock()
	h.pcm = append(h.pcm, f.PCM...)
	h.mu.Unlock()
	h.poke()
}

func (h *hearing) Event(e Event) {
	h.mu.Lock()
	h.events = append(h.events, e)
	h.mu.Unlock()
	h.poke()
}

func (h *hearing) poke() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

func (h *hearing) heard() []int16 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]int16(nil), h.pcm...)
}

func (h *hearing) told() []Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Event(nil), h.events...)
}

// until waits for cond, looking after every frame; it fails the test after 10 s.
func (h *hearing) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	late := time.After(10 * time.Second)
	for !cond() {
		select {
		case <-h.wake:
		case <-late:
			t.Fatalf("waited 10 s for %s", what)
		}
	}
}

var loopback = netip.MustParseAddr("127.0.0.1")

func newTestEngine(t testing.TB, cfg Config) *Engine {
	t.Helper()
	if !cfg.Addr.IsValid() {
		cfg.Addr = loopback
	}
	e, err := NewEngine(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func mustOpen(t testing.TB, e *Engine, p Params, sink Sink) *Session {
	t.Helper()
	s, err := e.Open(context.Background(), p, sink)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// pair opens two sessions that send to each other, and starts both.
func pair(t testing.TB, e *Engine, p Params, sa, sb Sink) (a, b *Session) {
	t.Helper()
	a, b = mustOpen(t, e, p, sa), mustOpen(t, e, p, sb)
	aim(t, a, p, b.LocalAddr())
	aim(t, b, p, a.LocalAddr())
	a.Start()
	b.Start()
	return a, b
}

func aim(t testing.TB, s *Session, p Params, to netip.AddrPort) {
	t.Helper()
	p.Remote = to
	if err := s.Update(p); err != nil {
		t.Fatal(err)
	}
}

// tone is a sine of that frequency and peak at 8 kHz.
func tone(hz float64, d time.Duration, peak float64) []int16 {
	return toneAt(TelephoneRate, hz, d, peak)
}

func toneAt(rate int, hz float64, d time.Duration, peak float64) []int16 {
	pcm := make([]int16, int(d*time.Duration(rate)/time.Second))
	for i := range pcm {
		pcm[i] = int16(peak * math.Sin(2*math.Pi*hz*float64(i)/float64(rate)))
	}
	return pcm
}

// level is the power of one frequency in pcm, as the peak of a sine (Goertzel).
func level(pcm []int16, hz float64) float64 {
	if len(pcm) == 0 {
		return 0
	}
	var re, im float64
	for i, s := range pcm {
		p := 2 * math.Pi * hz * float64(i) / TelephoneRate
		re += float64(s) * math.Cos(p)
		im += float64(s) * math.Sin(p)
	}
	return 2 * math.Hypot(re, im) / float64(len(pcm))
}

func loudest(pcm []int16, hz float64) float64 {
	best := 0.0
	for i := 0; i+800 <= len(pcm); i += 400 {
		best = max(best, level(pcm[i:i+800], hz))
	}
	return best
}

func TestSessionsHearEachOther(t *testing.T) {
	for _, c := range []Codec{PCMU, PCMA} {
		t.Run(c.Name, func(t *testing.T) {
			e := newTestEngine(t, Config{})
			ha, hb := newHearing(), newHearing()
			a, b := pair(t, e, Params{Codec: c, DTMF: 101}, ha, hb)
			q := a.Out()
			if err := q.Clip(q.Gen(), NewClip(Frame{8000, tone(1000, 400*time.Millisecond, 8000)}), false); err != nil {
				t.Fatal(err)
			}
			if err := q.Mark(q.Gen(), 7); err != nil {
				t.Fatal(err)
			}
			ha.until(t, "the mark", func() bool { return len(ha.told()) == 1 })
			if e := ha.told()[0]; e.Kind != EventMark || e.Mark != 7 {
				t.Fatalf("event %+v", e)
			}
			hb.until(t, "the tone", func() bool { return loudest(hb.heard(), 1000) > 7500 })
			if err := a.SendDigits("19#"); err != nil {
				t.Fatal(err)
			}
			hb.until(t, "three digits", func() bool { return len(hb.told()) == 3 })
			for i, e := range hb.told() {
				if e.Kind != EventDigit || e.Digit != "19#"[i] || e.Duration != 100*time.Millisecond {
					t.Errorf("digit %d: %+v", i, e)
				}
			}
			st, other := a.Close(), b.Close()
			t.Logf("a %+v", st)
			t.Logf("b %+v", other)
			if st.Sent == 0 || other.Received == 0 || other.Lost != 0 || other.Foreign != 0 {
				t.Errorf("a %+v\nb %+v", st, other)
			}
		})
	}
}

func addrPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stereo reads a recording's two channels.
func stereo(t testing.TB, path string) (left, right []int16) {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	size := int(binary.LittleEndian.Uint32(b[40:]))
	if string(b[:4]) != "RIFF" || size > len(b)-waveHeaderSize {
		t.Fatalf("header promises %d bytes of %d", size, len(b)-waveHeaderSize)
	}
	for i := waveHeaderSize; i+4 <= waveHeaderSize+size; i += 4 {
		left = append(left, int16(binary.LittleEndian.Uint16(b[i:])))
		right = append(right, int16(binary.LittleEndian.Uint16(b[i+2:])))
	}
	return left, right
}
