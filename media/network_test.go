package media

import (
	"testing"
	"time"

	"github.com/parley-voice/parley/media/impair"
	"golang.org/x/sys/unix"
)

// TestBadNetwork calls through a network that loses, doubles, delays and
// reorders, in real time, and looks at what both ears and the counts say.
func TestBadNetwork(t *testing.T) {
	e := newTestEngine(t, Config{})
	h := newHearing()
	a, b := mustOpen(t, e, plain, nil), mustOpen(t, e, plain, h)
	bad := impair.Config{Loss: 0.08, Duplicate: 0.05, Reorder: 0.05, Delay: 15 * time.Millisecond, Jitter: 20 * time.Millisecond, Seed: 1}
	p, err := impair.NewPipe(a.LocalAddr(), b.LocalAddr(), bad, impair.Config{})
	must(t, err)
	t.Cleanup(p.Close)
	aim(t, a, plain, p.A())
	aim(t, b, plain, p.B())
	must(t, a.Out().Clip(a.Out().Gen(), NewClip(Frame{8000, tone(700, time.Second, 9000)}), true))
	a.Start()
	b.Start()
	h.until(t, "4 s of talk", func() bool { return b.Stats().Received > 180 })
	must(t, a.SendDigits("2580"))
	h.until(t, "four digits", func() bool { return len(h.told()) == 4 })
	st, clean := b.Stats(), a.Stats()
	t.Logf("bad side %+v", st)
	if share := float64(st.Lost) / float64(st.Lost+st.Received); share < 0.02 || share > 0.2 {
		t.Errorf("%.3f lost, of 0.08 that were dropped", share)
	}
	if st.Duplicate == 0 || st.Foreign != 0 || st.MOS >= clean.MOS || st.JitterMS < 1 || st.LateMax < 5 {
		t.Errorf("bad side %+v", st)
	}
	if clean.Lost > 2 {
		t.Errorf("clean side lost %d", clean.Lost)
	}
	digits := ""
	for _, e := range h.told() {
		digits += string(e.Digit)
	}
	if digits != "2580" {
		t.Errorf("digits %q", digits)
	}
	heard := h.heard()
	if l := loudest(heard[len(heard)/2:], 700); l < 8000 {
		t.Errorf("the tone comes at %.0f", l)
	}
}

// BenchmarkVisit is one call's 20 ms: a packet received, decoded, heard, the
// next frame of a prompt sent. Both directions' kernel work on loopback counts.
func BenchmarkVisit(b *testing.B) {
	r := newRig(b)
	s, far := r.talk(Params{Codec: PCMA, DTMF: 101}, nil)
	must(b, s.Out().Clip(s.Out().Gen(), clipOf(3000, 80000), true))
	sock, err := unix.Dup(mustFD(b, far))
	must(b, err)
	defer unix.Close(sock)
	to := targetOf(s.LocalAddr(), loopback)
	pkt := make([]byte, rtpHeader+frameSize)
	pkt[0], pkt[1] = 0x80, 8
	seq := uint32(0)
	in := newInlet()
	for b.Loop() {
		seq++
		pkt[2], pkt[3] = byte(seq>>8), byte(seq)
		pkt[5], pkt[6], pkt[7] = byte(seq*160>>16), byte(seq*160>>8), byte(seq*160)
		b.StopTimer()
		to.send(sock, pkt)
		in.read(sock)
		b.StartTimer()
		r.step(1)
	}
}
