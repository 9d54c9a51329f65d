package media

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var plain = Params{Codec: PCMU, DTMF: 101}

func TestPacketsOnTheWire(t *testing.T) {
	r := newRig(t)
	s, far := r.talk(plain, nil)
	must(t, s.Out().Clip(s.Out().Gen(), clipOf(5000, 320), false))
	r.step(4)
	got := far.read()
	if len(got) != 4 {
		t.Fatalf("%d packets", len(got))
	}
	for i, p := range got {
		if p.Version != 2 || p.PayloadType != 0 || len(p.Payload) != 160 || p.SSRC != got[0].SSRC {
			t.Errorf("packet %d: %v", i, p)
		}
		if p.SequenceNumber != got[0].SequenceNumber+uint16(i) || p.Timestamp != got[0].Timestamp+uint32(160*i) {
			t.Errorf("packet %d: number %d, timestamp %d", i, p.SequenceNumber, p.Timestamp)
		}
		if p.Marker != (i == 0) {
			t.Errorf("packet %d: marker %v", i, p.Marker)
		}
		want := muLaw.quiet
		if i < 2 {
			want = voice(5000)[0]
		}
		if p.Payload[0] != want || p.Payload[159] != want {
			t.Errorf("packet %d holds %#x, want %#x: comfort silence follows speech", i, p.Payload[0], want)
		}
	}
}

func TestLatch(t *testing.T) {
	t.Run("another port of the signalled host latches once", func(t *testing.T) {
		r := newRig(t)
		s, signalled := r.talk(plain, nil)
		moved, thief := newPeer(t, s.LocalAddr(), 0), newPeer(t, s.LocalAddr(), 0)
		moved.send(voice(1000))
		r.step(1)
		thief.send(voice(1000))
		signalled.send(voice(1000))
		r.step(1)
		if n := len(moved.read()); n != 2 {
			t.Errorf("latched peer got %d packets", n)
		}
		if n := len(thief.read()) + len(signalled.read()); n != 0 {
			t.Errorf("others got %d packets", n)
		}
		if st := s.Stats(); st.Foreign != 2 || st.Received != 1 {
			t.Errorf("%+v", st)
		}
	})
	t.Run("another host latches only behind NAT", func(t *testing.T) {
		for _, nat := range []bool{false, true} {
			r := newRig(t)
			p := plain
			p.NAT, p.Remote = nat, addrPort("127.0.0.9:40000")
			s := r.open(p, nil)
			s.Start()
			far := newPeer(t, s.LocalAddr(), 0)
			far.send(voice(1000))
			r.step(2)
			if got := len(far.read()); (got > 0) != nat {
				t.Errorf("NAT %v: %d packets came back", nat, got)
			}
			if st := s.Stats(); (st.Foreign == 1) == nat {
				t.Errorf("NAT %v: %d foreign", nat, st.Foreign)
			}
		}
	})
	t.Run("a re-INVITE moves it, and only a new address does", func(t *testing.T) {
		r := newRig(t)
		s, first := r.talk(plain, nil)
		first.send(voice(1000))
		r.step(1)
		second := newPeer(t, s.LocalAddr(), 0)
		second.send(voice(1000))
		r.step(1)
		p := plain
		p.Remote = first.addr()
		must(t, s.Update(p)) // same address: the latch stays
		second.send(voice(1000))
		r.step(1)
		p.Remote = second.addr()
		must(t, s.Update(p))
		second.send(voice(1000))
		first.send(voice(1000))
		r.step(1)
		if st := s.Stats(); st.Foreign != 3 || st.Received != 2 {
			t.Errorf("%+v", st)
		}
		if n := len(second.read()); n != 1 {
			t.Errorf("new peer got %d packets", n)
		}
	})
	t.Run("noise does not latch", func(t *testing.T) {
		r := newRig(t)
		s, far := r.talk(plain, nil)
		noise := newPeer(t, s.LocalAddr(), 0)
		if _, err := noise.conn.WriteToUDPAddrPort([]byte("OPTIONS sip:x SIP/2.0"), noise.to); err != nil {
			t.Fatal(err)
		}
		far.send(voice(1000))
		r.step(1)
		if st := s.Stats(); st.Received != 1 || st.Malformed != 1 || s.rx.source != far.addr() {
			t.Errorf("latched %v: %+v", s.rx.source, st)
		}
	})
}

func TestHoldAndResume(t *testing.T) {
	for _, hold := range []func(*Params){
		func(p *Params) { p.Direction = RecvOnly },
		func(p *Params) { p.Direction = Inactive },
		func(p *Params) { p.Remote = addrPort("0.0.0.0:9") },
	} {
		r := newRig(t)
		h := newHearing()
		s, far := r.talk(plain, h)
		q := s.Out()
		must(t, q.Clip(q.Gen(), clipOf(5000, 320), false))
		must(t, q.Mark(q.Gen(), 1))
		r.step(1)
		p := plain
		p.Remote = far.addr()
		held := p
		hold(&held)
		must(t, s.Update(held))
		before := len(far.read())
		r.step(100)
		if n := len(far.read()); before != 1 || n != 0 || q.Speaking() || len(h.told()) != 0 {
			t.Fatalf("%d packets before, %d on hold, speaking %v", before, n, q.Speaking())
		}
		must(t, s.Update(p))
		r.step(2)
		got := far.read()
		if len(got) != 2 || !got[0].Marker || got[0].Payload[0] != voice(5000)[0] || got[1].Payload[0] != muLaw.quiet {
			t.Fatalf("after hold: %v; want the rest of the prompt with a marker", got)
		}
		if len(h.told()) != 1 {
			t.Errorf("events %v, want the mark", h.told())
		}
	}
}

func TestHoldMutesTheCaller(t *testing.T) {
	r := newRig(t)
	h := newHearing()
	s, far := r.talk(plain, h)
	p := plain
	p.Remote, p.Direction = far.addr(), SendOnly
	must(t, s.Update(p))
	for range 5 {
		far.send(voice(9000))
		r.step(1)
	}
	if n := peak(h.heard()); n != 0 {
		t.Errorf("heard %d on sendonly", n)
	}
	if n := len(far.read()); n != 5 {
		t.Errorf("sent %d packets on sendonly", n)
	}
}

func TestCodecAndPortChange(t *testing.T) {
	r := newRig(t)
	h := newHearing()
	s, far := r.talk(plain, h)
	must(t, s.Out().Clip(s.Out().Gen(), clipOf(5000, 1600), false))
	r.step(2)
	next := newPeer(t, s.LocalAddr(), 8)
	must(t, s.Update(Params{Codec: PCMA, Remote: next.addr()}))
	r.step(2)
	a, b := far.read(), next.read()
	if len(a) != 2 || len(b) != 2 {
		t.Fatalf("%d and %d packets", len(a), len(b))
	}
	if b[0].PayloadType != 8 || aLaw.decode[b[0].Payload[0]] < 4800 || aLaw.decode[b[0].Payload[0]] > 5200 {
		t.Errorf("after the change: %v", b[0])
	}
	if b[0].Timestamp != a[1].Timestamp+160 || b[0].SequenceNumber != a[1].SequenceNumber+1 {
		t.Error("our stream broke")
	}
	code := make([]byte, 160)
	aLaw.compress(code, constant(7000, 160))
	for range 4 {
		next.send(code)
		r.step(1)
	}
	if p := peak(h.heard()); p < 6700 || p > 7300 {
		t.Errorf("heard A-law at %d", p)
	}
	if err := s.Update(Params{Codec: Codec{Name: "G722", PayloadType: 9, ClockRate: 8000}}); !errors.Is(err, ErrCodec) {
		t.Errorf("G722: %v", err)
	}
	if err := s.SendDigits("1"); !errors.Is(err, ErrNoDTMF) {
		t.Errorf("digits without telephone-event: %v", err)
	}
}

func TestNewSourceIsFollowed(t *testing.T) {
	r := newRig(t)
	h := newHearing()
	s, far := r.talk(plain, h)
	for i := range 30 {
		if i == 10 {
			far.head.SSRC, far.head.Timestamp, far.head.SequenceNumber = 78, 5, 40000
		}
		if i == 20 {
			far.head.Timestamp += 1 << 30 // the same source jumps
		}
		far.send(voice(6000))
		r.step(1)
	}
	heard := h.heard()
	loudFrames := 0
	for i := 0; i < len(heard); i += 160 {
		if peak(heard[i:i+160]) > 5500 {
			loudFrames++
		}
	}
	if loudFrames < 26 {
		t.Errorf("%d of 30 frames heard", loudFrames)
	}
	if st := s.Stats(); st.Lost != 0 || st.Received != 30 || st.Foreign != 0 {
		t.Errorf("%+v", st)
	}
}

func TestTimeoutIsToldOnce(t *testing.T) {
	r := newRig(t)
	r.e.cfg.RTPTimeout = time.Second
	h := newHearing()
	s, far := r.talk(plain, h)
	r.step(200)
	far.send(voice(1))
	r.step(1)
	p := plain
	p.Remote, p.Direction = far.addr(), Inactive
	must(t, s.Update(p))
	r.step(200)
	got := h.told()
	if len(got) != 2 || got[0].Kind != EventTimeout || got[1].Kind != EventAlive {
		t.Errorf("events %v, want one timeout, one alive, and nothing on hold", got)
	}
}

// TestTickPathDoesNotAllocate covers all that a call does on the pacer: receive,
// digits, conceal, play, send, record, bridge.
func TestTickPathDoesNotAllocate(t *testing.T) {
	r := newRig(t)
	a, far := r.talk(plain, nil)
	b, _ := r.talk(plain, nil)
	r.call(func() {
		_, err := Join(a, b)
		must(t, err)
		must(t, a.Record(t.TempDir()+"/a.wav", RecordOptions{}))
	})
	must(t, a.Out().Clip(a.Out().Gen(), clipOf(3000, 777), true))
	must(t, a.SendDigits("123"))
	fd := targetOf(a.LocalAddr(), loopback)
	sock, err := unix.Dup(mustFD(t, far))
	must(t, err)
	defer unix.Close(sock)
	pkt := make([]byte, rtpHeader+frameSize)
	pkt[0] = 0x80
	seq := byte(0)
	n := testing.AllocsPerRun(300, func() {
		seq++
		pkt[3], pkt[6], pkt[7] = seq, byte(int(seq)*160>>8), byte(int(seq)*160)
		if seq%7 != 0 {
			fd.send(sock, pkt)
		}
		r.step(1)
	})
	if n != 0 {
		t.Errorf("%.2f allocations per visit", n)
	}
	if st := a.Stats(); st.Received < 200 || st.Sent < 250 {
		t.Errorf("nothing was measured: %+v", st)
	}
}

func mustFD(t testing.TB, p *peer) int {
	t.Helper()
	raw, err := p.conn.SyscallConn()
	must(t, err)
	fd := -1
	must(t, raw.Control(func(n uintptr) { fd = int(n) }))
	return fd
}

func TestEcho(t *testing.T) {
	r := newRig(t)
	s, far := r.talk(plain, nil)
	r.call(func() { s.Echo(true, true) })
	for range 5 {
		far.send(voice(4000))
		r.step(1)
	}
	for _, end := range []byte{0, 0x80, 0x80, 0x80} {
		far.event(101, far.head.Timestamp, end == 0, 11, end|10, 3, 32)
	}
	r.step(12)
	var audio, digits int
	for _, p := range far.read() {
		switch {
		case p.PayloadType == 0 && p.Payload[80] == voice(4000)[0]:
			audio++
		case p.PayloadType == 101 && p.Marker && p.Payload[0] == 11:
			digits++
		}
	}
	if audio < 4 || digits != 1 {
		t.Errorf("%d frames and %d digits came back", audio, digits)
	}
}
