package media

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/media/impair"
)

// stream plays packets through a jitter buffer in simulated time.
type stream struct {
	buf  jitterBuffer
	pend []pending
	now  time.Duration
	out  []int16
}

type pending struct {
	at   time.Duration
	ts   uint32
	data []byte
}

func newStream() *stream {
	s := &stream{}
	s.buf.restart()
	return s
}

// tick delivers what has come and pops a frame.
func (s *stream) tick() {
	s.now += FrameTime
	rest := s.pend[:0]
	for _, p := range s.pend {
		if p.at <= s.now {
			s.buf.put(p.ts, muLaw, p.data, s.now-p.at)
		} else {
			rest = append(rest, p)
		}
	}
	s.pend = rest
	var f [frameSize]int16
	s.buf.pop(&f)
	s.out = append(s.out, f[:]...)
}

func coded(pcm []int16) []byte {
	b := make([]byte, len(pcm))
	muLaw.compress(b, pcm)
	return b
}

// run sends pcm in packets of size samples from ts on through ch and plays it.
func (s *stream) run(pcm []int16, size int, ts uint32, ch *impair.Channel) {
	var sent int
	start := s.now + 7*time.Millisecond
	for sent < len(pcm) || len(s.pend) > 0 {
		for sent < len(pcm) {
			at := start + time.Duration(sent)*time.Second/TelephoneRate
			if at > s.now+FrameTime {
				break
			}
			end := min(len(pcm), sent+size)
			for _, due := range ch.Fate(at) {
				s.pend = append(s.pend, pending{due, ts + uint32(sent), coded(pcm[sent:end])})
			}
			sent = end
		}
		s.tick()
	}
	for range 15 {
		s.tick()
	}
}

// likeness is the share of want's power that out explains at the best lag.
func likenessOf(want, out []int16) float64 {
	best := 0.0
	for lag := 0; lag < 4000 && lag+len(want) <= len(out); lag++ {
		if lag > 0 && best > 0.999 {
			break
		}
		var ab, aa, bb float64
		for i := 0; i < len(want); i += 3 {
			a, b := float64(want[i]), float64(out[lag+i])
			ab, aa, bb = ab+a*b, aa+a*a, bb+b*b
		}
		if aa > 0 && bb > 0 {
			best = max(best, ab/math.Sqrt(aa*bb))
		}
	}
	return best
}

// vowel is a voiced sound whose pitch glides, so that no lag but one fits.
func vowel(d time.Duration) []int16 {
	pcm := make([]int16, int(d*TelephoneRate/time.Second))
	phase := 0.0
	for i := range pcm {
		phase += (110 + 40*math.Sin(float64(i)/3000)) / TelephoneRate
		v := 0.0
		for k := 1.0; k < 12; k++ {
			v += math.Cos(2*math.Pi*k*phase) / k
		}
		pcm[i] = int16(3000 * v)
	}
	return pcm
}

func TestJitterBufferIsTransparentOnAGoodNetwork(t *testing.T) {
	pcm := vowel(2 * time.Second)
	for _, size := range []int{80, 160, 240, 320, 400} {
		for _, ts := range []uint32{0, 12345, math.MaxUint32 - 5000} { // the last wraps
			s := newStream()
			s.run(pcm, size, ts, impair.NewChannel(impair.Config{}))
			if l := likenessOf(pcm, s.out); l < 0.999 {
				t.Errorf("packets of %d from %d: likeness %.4f", size, ts, l)
			}
			if n := s.buf.counts.late.Load(); n != 0 {
				t.Errorf("packets of %d from %d: %d late", size, ts, n)
			}
		}
	}
}

func TestJitterBufferSurvivesBadNetworks(t *testing.T) {
	pcm := vowel(6 * time.Second)
	for name, c := range map[string]struct {
		impair.Config
		least float64 // likeness
	}{
		"duplicates": {impair.Config{Duplicate: 0.3}, 0.999},
		"reordering": {impair.Config{Reorder: 0.1, Hold: 25 * time.Millisecond}, 0.99},
		"jitter":     {impair.Config{Jitter: 60 * time.Millisecond}, 0.99},
		"5% loss":    {impair.Config{Loss: 0.05}, 0.9},
		"bursts":     {impair.Config{Loss: 0.1, Burst: 3}, 0.8},
	} {
		c.Seed = 7
		s := newStream()
		s.run(pcm, 160, 99, impair.NewChannel(c.Config))
		// Delay changes break a lag over the whole, so compare the last second,
		// where the buffer has settled.
		l := likenessOf(pcm[len(pcm)-8000:], s.out[max(0, len(s.out)-14000):])
		t.Logf("%s: likeness %.3f, late %d, concealed %d, %d ms waiting", name, l,
			s.buf.counts.late.Load(), s.buf.counts.concealed.Load(), s.buf.counts.delay.Load()/8)
		if l < c.least {
			t.Errorf("%s: likeness %.3f below %.3f", name, l, c.least)
		}
		if d := s.buf.counts.delay.Load(); d > jitterMax {
			t.Errorf("%s: %d samples wait", name, d)
		}
	}
}

// TestJitterBufferHoldsItsInvariants throws everything at the buffer: it must
// never hold more than its bound nor lose its place.
// Samples stay companded in the buffer, whichever law each packet was in.
func TestJitterBufferPlaysBothLaws(t *testing.T) {
	s := newStream()
	pcm := vowel(400 * time.Millisecond)
	var want []int16
	for i, l := 0, muLaw; i < len(pcm); i += frameSize / 2 { // packets of 10 ms, the law changes in mid-frame
		data := make([]byte, frameSize/2)
		l.compress(data, pcm[i:])
		heard := make([]int16, len(data))
		l.expand(heard, data)
		want = append(want, heard...)
		s.buf.put(uint32(i)-2000, l, data, 10*time.Millisecond)
		if l = aLaw; i%3 == 0 {
			l = muLaw
		}
		if i%frameSize != 0 {
			s.tick()
		}
	}
	if !slices.Equal(s.out, want) {
		t.Errorf("%d samples differ from the %d that were sent", len(s.out), len(want))
	}
}

func TestJitterBufferHoldsItsInvariants(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	s := newStream()
	ts := uint32(0)
	for i := range 10000 {
		for range rng.IntN(4) {
			at := ts
			switch rng.IntN(40) {
			case 0:
				at = rng.Uint32()
			case 1, 2, 3:
				at -= uint32(rng.IntN(3000))
			case 4, 5, 6:
				at += uint32(rng.IntN(3000))
			}
			s.buf.put(at, aLaw, make([]byte, rng.IntN(700)), time.Duration(rng.IntN(25))*time.Millisecond)
		}
		ts += uint32(rng.IntN(320))
		var f [frameSize]int16
		s.buf.pop(&f)
		if w := int32(s.buf.end - s.buf.next); w < 0 || w > jitterRing {
			t.Fatalf("step %d: %d samples between play and end", i, w)
		}
	}
}

func TestJitterBufferShrinksAfterJitter(t *testing.T) {
	s := newStream()
	high := int64(0)
	for i := range 2500 {
		at := time.Duration(i)*FrameTime + 7*time.Millisecond
		if i < 250 { // every tenth packet is held up by 80 ms, and those behind it
			at += max(0, 80*time.Millisecond-time.Duration(i%10)*FrameTime)
		}
		s.pend = append(s.pend, pending{at, uint32(i * frameSize), coded(constant(0, frameSize))})
	}
	for len(s.pend) > 0 {
		s.tick()
		high = max(high, s.buf.counts.delay.Load())
	}
	if end := s.buf.counts.delay.Load(); high < 480 || end > 160 {
		t.Errorf("waiting: %d samples at most, %d at last; want the delay to grow and to come back", high, end)
	}
	if n := s.buf.counts.concealed.Load(); n > 12 {
		t.Errorf("%d frames made up: the delay does not stay grown while it is needed", n)
	}
}

func TestTalkspurtsDoNotAddDelay(t *testing.T) {
	// A peer that sends nothing in pauses moves its timestamps on by their length.
	s := newStream()
	at, ts := 5*time.Millisecond, uint32(1000)
	for range 20 {
		for range 10 {
			s.pend = append(s.pend, pending{at, ts, coded(constant(3000, 160))})
			at, ts = at+FrameTime, ts+160
		}
		at, ts = at+400*time.Millisecond, ts+3200
	}
	for len(s.pend) > 0 {
		s.tick()
	}
	if d := s.buf.counts.delay.Load(); d > 160 {
		t.Errorf("%d samples wait after 20 pauses", d)
	}
	if n := s.buf.counts.late.Load(); n != 0 {
		t.Errorf("%d late", n)
	}
}

func TestConcealmentGoesOnAndFades(t *testing.T) {
	var c concealer
	pcm := vowel(200 * time.Millisecond)
	for i := 0; i < 1280; i += 160 {
		f := append([]int16(nil), pcm[i:i+160]...)
		c.good(f)
	}
	var lost [6][160]int16
	for i := range lost {
		c.conceal(lost[i][:])
	}
	first := lost[0][:]
	if l := likenessOf(pcm[1280:1360], first[:80]); l < 0.8 {
		t.Errorf("first 10 ms resemble what was lost by %.2f", l)
	}
	if p := peak(lost[0][:]); p < 2000 {
		t.Errorf("first lost frame peaks at %d", p)
	}
	if p := peak(lost[4][:]); p != 0 {
		t.Errorf("after 80 ms it still sounds at %d", p)
	}
	next := constant(9000, 160)
	c.good(next)
	if next[0] > 300 || next[39] < 8000 {
		t.Errorf("the merge begins at %d and is at %d after 5 ms", next[0], next[39])
	}
}

func BenchmarkJitterBuffer(b *testing.B) {
	var j jitterBuffer
	j.restart()
	data, ts := make([]byte, 160), uint32(0)
	var f [frameSize]int16
	for b.Loop() {
		j.put(ts, aLaw, data, 10*time.Millisecond)
		j.pop(&f)
		ts += 160
	}
}

func BenchmarkConcealment(b *testing.B) {
	var c concealer
	c.good(vowel(50 * time.Millisecond))
	var f [frameSize]int16
	for b.Loop() {
		c.lost = 0
		c.conceal(f[:])
	}
}
