package wire

import (
	"net/netip"
	"sync"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	body := []byte{1, 2, 3, 4}
	plain := make([]byte, headerSize, 64)
	head(plain, 8, true, 0xfffe, 160, 77)
	plain = append(plain, body...)
	padded := append(append([]byte{}, plain...), 0, 0, 3)
	padded[0] |= 0x20
	extended := append([]byte{}, plain[:headerSize]...)
	extended = append(extended, 0xbe, 0xde, 0, 1, 9, 9, 9, 9)
	extended = append(extended, body...)
	extended[0] |= 0x10
	contributed := append([]byte{}, plain[:headerSize]...)
	contributed = append(contributed, 9, 9, 9, 9)
	contributed = append(contributed, body...)
	contributed[0] |= 1
	for name, b := range map[string][]byte{"plain": plain, "padded": padded, "extended": extended, "contributed": contributed} {
		p, ok := parse(b)
		if !ok || p.Seq != 0xfffe || p.Time != 160 || p.SSRC != 77 || p.Type != 8 || !p.Marker || string(p.Payload) != string(body) {
			t.Errorf("%s: %v %+v", name, ok, p)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{0x80, 8, 0, 1, 0, 0, 0, 160, 0, 0, 0, 7, 0xd5})
	f.Add([]byte{0xbf, 8, 0, 1, 0, 0, 0, 160, 0, 0, 0, 7, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, ok := parse(b); ok && len(p.Payload) > len(b)-headerSize {
			t.Fatalf("a payload of %d bytes in %d", len(p.Payload), len(b))
		}
	})
}

func TestLawsKeepTheirSign(t *testing.T) {
	for _, l := range []*Law{ALaw, MuLaw} {
		in := []int16{0, 1000, -1000, 32000, -32000}
		out := l.Decode(nil, l.Encode(in))
		for i := range in {
			if d := int(out[i]) - int(in[i]); d > 1100 || d < -1100 {
				t.Errorf("type %d: %d came back as %d", l.Type, in[i], out[i])
			}
		}
		if LawOf(l.Type) != l {
			t.Errorf("type %d is not found", l.Type)
		}
	}
}

// parrot says a running number and notes what it hears.
type parrot struct {
	mu    sync.Mutex
	said  byte
	heard []Packet
	sent  []int64
}

func (p *parrot) Hear(k Packet) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k.Payload = append([]byte{}, k.Payload...)
	p.heard = append(p.heard, k)
}

func (p *parrot) Speak(at int64, payload []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range payload {
		payload[i] = p.said
	}
	p.said++
	p.sent = append(p.sent, at)
}

func (p *parrot) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.heard)
}

func TestTwoFlowsHearEachOther(t *testing.T) {
	w, err := NewWheel(netip.MustParseAddr("127.0.0.1"), 2, false)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	a, b := open(t, w), open(t, w)
	defer a.Close()
	defer b.Close()
	pa, pb := &parrot{}, &parrot{}
	b.Listen(pb)
	a.Start(pa, b.Local(), PCMA)
	b.Start(pb, a.Local(), PCMA)
	for deadline := time.Now().Add(5 * time.Second); pa.count() < 20 || pb.count() < 20; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("heard %d and %d packets", pa.count(), pb.count())
		}
	}
	pb.mu.Lock()
	defer pb.mu.Unlock()
	for i, k := range pb.heard[:20] {
		if k.Payload[0] != byte(i) || k.Type != PCMA || k.Marker != (i == 0) {
			t.Fatalf("packet %d: %+v", i, k)
		}
		if i > 0 && (k.Seq != pb.heard[i-1].Seq+1 || k.Time != pb.heard[i-1].Time+160 || k.SSRC != pb.heard[0].SSRC) {
			t.Fatalf("packet %d does not follow the one before", i)
		}
		pa.mu.Lock()
		travel := k.At - pa.sent[i]
		pa.mu.Unlock()
		if travel < 0 || travel > int64(time.Second) {
			t.Fatalf("packet %d travelled %d ns", i, travel)
		}
	}
	if len(w.Lag()) == 0 {
		t.Fatal("the wheel does not know how late it is")
	}
}

func open(t *testing.T, w *Wheel) *Flow {
	t.Helper()
	f, err := w.Open()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestKeysAreEventsWithThreeEnds(t *testing.T) {
	k := keys{kind: 101, queue: []byte("5#")}
	s := stream{kind: PCMA, marked: true, seq: 9, time: 1000, ssrc: 1}
	type event struct {
		code, ends, packets int
		time                uint32
		duration            int
	}
	var got []event
	audio := 0
	for range 60 {
		b := make([]byte, headerSize+PayloadSize)
		n := k.packet(b, s)
		s.seq, s.time = s.seq+1, s.time+PayloadSize
		if n == 0 {
			audio++
			continue
		}
		p, ok := parse(b[:n])
		if !ok || p.Type != 101 {
			t.Fatalf("%+v", p)
		}
		if p.Marker {
			got = append(got, event{code: int(p.Payload[0]), time: p.Time})
		}
		e := &got[len(got)-1]
		if e.packets++; p.Time != e.time {
			t.Errorf("the timestamp moved within an event")
		}
		if p.Payload[1]&0x80 != 0 {
			e.ends++
		}
		e.duration = int(p.Payload[2])<<8 | int(p.Payload[3])
	}
	if len(got) != 2 || got[0].code != 5 || got[1].code != 11 || audio != 60-20 {
		t.Fatalf("events %+v, %d packets of audio", got, audio)
	}
	for _, e := range got {
		if e.ends != 3 || e.packets != 10 || e.duration != 8*160 {
			t.Errorf("event %+v", e)
		}
	}
}

func TestTheWheelDoesNotCatchUpForSeconds(t *testing.T) {
	for _, c := range []struct{ behind, want int64 }{
		{-1e6, 0}, {0, 0}, {200e6, 0}, {219e6, 0}, {220e6, 20}, {10e9, 9800},
	} {
		if got := skip(c.behind); got != c.want {
			t.Errorf("%d ms behind: %d slots left out, want %d", c.behind/1e6, got, c.want)
		}
	}
}
