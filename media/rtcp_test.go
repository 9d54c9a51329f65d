package media

import (
	"net"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

func TestReportsBetweenSessions(t *testing.T) {
	r := newRig(t)
	a, fa := r.talk(plain, nil)
	b, fb := r.talk(plain, nil)
	for i := range 50 {
		fa.send(voice(100))
		if i%5 == 0 {
			fb.head.SequenceNumber++ // lost on the way to b
		}
		fb.send(voice(100))
		r.step(1)
	}
	// Make each the peer of the other for RTCP: a hears b's report and answers.
	a.rx.counts.ssrc.Store(b.tx.ssrc)
	b.rx.counts.ssrc.Store(a.tx.ssrc)
	start := time.Now()
	exchange := func(from, to *Session, sent, got time.Time) {
		data, err := from.composeReport(sent, false)
		must(t, err)
		to.report.hear(data, to.tx.ssrc, got)
	}
	exchange(a, b, start, start.Add(40*time.Millisecond))
	exchange(b, a, start.Add(540*time.Millisecond), start.Add(580*time.Millisecond))
	if trip := a.report.peer.roundTrip; trip < 79*time.Millisecond || trip > 81*time.Millisecond {
		t.Errorf("round trip %v, want 80 ms", trip)
	}
	if l := a.report.peer.lost; l < 0.12 || l > 0.2 {
		t.Errorf("b reports %.3f lost, want one in six", l)
	}
	if st := b.Stats(); st.Lost != 9 && st.Lost != 10 {
		t.Errorf("b lost %d", st.Lost)
	}
}

// TestGoodbye looks at what leaves the control port when a session ends, both
// with a port of its own and multiplexed.
func TestGoodbye(t *testing.T) {
	for _, mux := range []bool{false, true} {
		r := newRig(t)
		control, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		must(t, err)
		defer control.Close()
		at := control.LocalAddr().(*net.UDPAddr).AddrPort()
		p := plain
		p.RTCPMux, p.Remote, p.RemoteRTCP = mux, addrPort("127.0.0.1:9"), at
		if mux {
			p.Remote = at
		}
		s := r.open(p, nil)
		s.Start()
		r.step(3)
		r.call(func() { s.Close() })
		buf := make([]byte, 2048)
		for {
			must(t, control.SetReadDeadline(time.Now().Add(5*time.Second)))
			n, _, err := control.ReadFromUDPAddrPort(buf)
			must(t, err)
			if !isRTCP(buf[:n]) {
				continue
			}
			packets, err := rtcp.Unmarshal(buf[:n])
			must(t, err)
			sr, isSR := packets[0].(*rtcp.SenderReport)
			bye, isBye := packets[len(packets)-1].(*rtcp.Goodbye)
			if !isSR || !isBye || sr.PacketCount != 3 || sr.OctetCount != 480 || bye.Sources[0] != s.tx.ssrc {
				t.Errorf("mux %v: %v", mux, packets)
			}
			break
		}
	}
}

// TestMuxedReportIsHeard sends a report to the RTP port.
func TestMuxedReportIsHeard(t *testing.T) {
	r := newRig(t)
	p := plain
	p.RTCPMux = true
	s, far := r.talk(p, nil)
	b, err := (&rtcp.ReceiverReport{SSRC: 3, Reports: []rtcp.ReceptionReport{{SSRC: s.tx.ssrc, FractionLost: 64}}}).Marshal()
	must(t, err)
	_, err = far.conn.WriteToUDPAddrPort(b, far.to)
	must(t, err)
	r.step(1)
	for late := time.Now().Add(5 * time.Second); s.Stats().RemoteLost != 0.25; time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("remote loss %v", s.Stats().RemoteLost)
		}
	}
}
