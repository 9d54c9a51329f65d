package media

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

func rtpSeeds(f *testing.F) {
	for _, h := range []rtp.Header{
		{Version: 2, PayloadType: 8, SequenceNumber: 1, Timestamp: 160, SSRC: 9},
		{Version: 2, Marker: true, PayloadType: 101, CSRC: []uint32{1, 2}},
		{Version: 2, Extension: true, ExtensionProfile: 0xBEDE, Extensions: nil},
	} {
		b, err := (&rtp.Packet{Header: h, Payload: make([]byte, 20)}).Marshal()
		must(f, err)
		f.Add(b)
	}
	f.Add([]byte{0xa0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 2})
	f.Add([]byte{0x90, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
}

// FuzzParseRTP holds our parser to pion's on what both accept.
func FuzzParseRTP(f *testing.F) {
	rtpSeeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		p, ok := parseRTP(b)
		if !ok {
			return
		}
		if len(p.payload) > len(b)-rtpHeader {
			t.Fatal("payload longer than the packet")
		}
		var want rtp.Packet
		if want.Unmarshal(b) != nil {
			return
		}
		if p.seq != want.SequenceNumber || p.ts != want.Timestamp || p.ssrc != want.SSRC ||
			p.pt != want.PayloadType || p.marker != want.Marker || !bytes.Equal(p.payload, want.Payload) {
			t.Fatalf("%+v, pion %+v", p, want)
		}
	})
}

// FuzzSession sends a started session whatever; it must go on talking.
func FuzzSession(f *testing.F) {
	rtpSeeds(f)
	r := newRig(f)
	s, far := r.talk(plain, newHearing())
	far.send(voice(1))
	r.step(1)
	f.Fuzz(func(t *testing.T, b []byte) {
		before := s.tx.counts.packets.Load()
		if len(b) > 0 && len(b) < 60000 {
			if _, err := far.conn.WriteToUDPAddrPort(b, far.to); err != nil {
				t.Skip("the kernel refused the datagram: ", err)
			}
		}
		r.step(2)
		if s.tx.counts.packets.Load() != before+2 {
			t.Fatal("it fell silent")
		}
	})
}

func FuzzRTCP(f *testing.F) {
	for _, p := range []rtcp.Packet{
		&rtcp.SenderReport{SSRC: 1, NTPTime: 1 << 40, Reports: []rtcp.ReceptionReport{{SSRC: 5, FractionLost: 9, LastSenderReport: 7, Delay: 3}}},
		&rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: 5}}},
		&rtcp.Goodbye{Sources: []uint32{1}, Reason: "x"},
	} {
		b, err := p.Marshal()
		must(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var r report
		r.hear(b, 5, time.Unix(1e9, 0))
		if r.peer.lost < 0 || r.peer.lost > 1 || r.peer.roundTrip < 0 || r.peer.roundTrip > time.Minute {
			t.Fatalf("%+v", r.peer)
		}
	})
}

func TestSequence(t *testing.T) {
	for name, c := range map[string]struct {
		in   []uint16
		want []arrival
		lost int64
	}{
		"in order":  {[]uint16{1, 2, 3}, []arrival{inOrder, inOrder, inOrder}, 0},
		"wrap":      {[]uint16{65534, 65535, 0, 1}, []arrival{0, 0, 0, 0}, 0},
		"loss":      {[]uint16{1, 2, 5}, []arrival{0, 0, 0}, 2},
		"reorder":   {[]uint16{1, 3, 2, 4}, []arrival{0, 0, reordered, 0}, 0},
		"duplicate": {[]uint16{1, 2, 2, 1, 3}, []arrival{0, 0, repeated, repeated, 0}, 0},
		"restart":   {[]uint16{1, 2, 30000, 30001, 30002}, []arrival{0, 0, jumped, restarted, 0}, 0},
		"stray":     {[]uint16{1, 2, 30000, 3, 4}, []arrival{0, 0, jumped, 0, 0}, 0},
	} {
		var s sequence
		for i, n := range c.in {
			if got := s.see(n); got != c.want[i] {
				t.Errorf("%s: number %d (%d) is %d, want %d", name, i, n, got, c.want[i])
			}
		}
		if l := s.lost.Load(); l != c.lost {
			t.Errorf("%s: %d lost, want %d", name, l, c.lost)
		}
	}
}

func TestJitterAndLateness(t *testing.T) {
	var a arrivals
	for i := range 2000 {
		at := time.Duration(i) * FrameTime
		if i%100 == 50 {
			at += 30 * time.Millisecond
		}
		a.see(uint32(i*160)+1<<31, at)
	}
	late := spreadOf(&a.late)
	if late.p50 > 0.05 || late.max < 29 || late.max > 31 {
		t.Errorf("lateness %+v", late)
	}
	if j := time.Duration(a.shown.Load()); j <= 0 || j > 5*time.Millisecond {
		t.Errorf("jitter %v", j)
	}
}

func TestMOS(t *testing.T) {
	for _, c := range []struct{ loss, delay, least, most float64 }{
		{0, 50, 4.35, 4.45}, {0.01, 50, 4.2, 4.4}, {0.05, 50, 3.4, 4.1},
		{0.2, 50, 1.5, 2.9}, {1, 50, 1, 1.5}, {0, 400, 3, 4},
	} {
		if m := mos(c.loss, c.delay); m < c.least || m > c.most {
			t.Errorf("loss %.2f, %v ms: %.2f, want %.2f to %.2f", c.loss, c.delay, m, c.least, c.most)
		}
	}
}

func TestHistogram(t *testing.T) {
	var h histogram
	for i := range 1000 {
		h.add(time.Duration(i) * 10 * time.Microsecond)
	}
	s := spreadOf(&h)
	if s.p50 < 4.9 || s.p50 > 5.2 || s.p99 < 9.8 || s.p99 > 10 || s.max != 9.99 {
		t.Errorf("%+v", s)
	}
	for d := time.Duration(0); d < 200*time.Millisecond; d += 7 * time.Microsecond {
		if b := binOf(d); b < allBins-1 && (edge(b) <= d || b > 0 && edge(b-1) > d) {
			t.Fatalf("%v lies in bin %d up to %v", d, b, edge(b))
		}
	}
}
