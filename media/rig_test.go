package media

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// rig turns a wheel by hand: sessions with real sockets in simulated time.
type rig struct {
	t   testing.TB
	e   *Engine
	w   *wheel
	all []*Session
}

func newRig(t testing.TB) *rig {
	t.Helper()
	cfg, err := Config{Addr: loopback, MinPort: 0}.withDefaults()
	must(t, err)
	w := newWheel()
	w.base = time.Now()
	e := &Engine{cfg: cfg, ports: &portPool{}, wheels: []*wheel{w}, open: map[*Session]struct{}{}}
	e.recorder, e.reporter = newRecorder(), newReporter(e.wheels)
	r := &rig{t: t, e: e, w: w}
	t.Cleanup(func() {
		for _, s := range r.all {
			r.call(func() { s.Close() })
		}
		e.reporter.close()
		e.recorder.close()
	})
	return r
}

// call runs what waits for the wheel.
func (r *rig) call(f func()) {
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	for {
		select {
		case <-done:
			return
		default:
			procPin()
			r.w.obey()
			procUnpin()
			time.Sleep(50 * time.Microsecond)
		}
	}
}

func (r *rig) open(p Params, sink Sink) *Session {
	r.t.Helper()
	s, err := r.e.build(p, sink)
	must(r.t, err)
	r.w.sit(s)
	r.all = append(r.all, s)
	return s
}

// step lets 20 ms pass n times.
func (r *rig) step(n int) {
	for range n {
		r.w.tick += wheelSlots
		r.w.now = time.Duration(r.w.tick) * wheelTick
		r.w.wall = time.Now().Add(10 * time.Millisecond).UnixNano()
		procPin()
		r.w.obey()
		for _, s := range r.all {
			if s.seat.taken {
				s.visit(r.w)
			}
		}
		procUnpin()
	}
}

// peer is a foreign endpoint that speaks RTP through pion.
type peer struct {
	t    testing.TB
	conn *net.UDPConn
	to   netip.AddrPort
	head rtp.Header
}

func newPeer(t testing.TB, to netip.AddrPort, pt uint8) *peer {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	t.Cleanup(func() { c.Close() })
	return &peer{t: t, conn: c, to: to, head: rtp.Header{Version: 2, PayloadType: pt, SequenceNumber: 65530, Timestamp: 1 << 31, SSRC: 77}}
}

func (p *peer) addr() netip.AddrPort { return p.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// send sends payload and moves the clock on by its length in G.711.
func (p *peer) send(payload []byte) {
	p.t.Helper()
	p.raw(p.head, payload)
	p.head.SequenceNumber++
	p.head.Timestamp += uint32(len(payload))
}

// event sends one telephone-event packet; the clock stays.
func (p *peer) event(pt uint8, ts uint32, marker bool, payload ...byte) {
	p.t.Helper()
	h := p.head
	h.PayloadType, h.Timestamp, h.Marker = pt, ts, marker
	p.raw(h, payload)
	p.head.SequenceNumber++
}

func (p *peer) raw(h rtp.Header, payload []byte) {
	p.t.Helper()
	b, err := (&rtp.Packet{Header: h, Payload: payload}).Marshal()
	must(p.t, err)
	_, err = p.conn.WriteToUDPAddrPort(b, p.to)
	must(p.t, err)
}

// read returns the packets that have come so far.
func (p *peer) read() []*rtp.Packet {
	p.t.Helper()
	var out []*rtp.Packet
	buf := make([]byte, 2048)
	for {
		must(p.t, p.conn.SetReadDeadline(time.Now().Add(2*time.Millisecond)))
		n, _, err := p.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return out
		}
		pkt := &rtp.Packet{}
		must(p.t, pkt.Unmarshal(append([]byte(nil), buf[:n]...)))
		out = append(out, pkt)
	}
}

// talk opens a session towards a new peer and starts it.
func (r *rig) talk(p Params, sink Sink) (*Session, *peer) {
	r.t.Helper()
	s := r.open(p, sink)
	far := newPeer(r.t, s.LocalAddr(), p.Codec.PayloadType)
	p.Remote = far.addr()
	must(r.t, s.Update(p))
	s.Start()
	return s, far
}

func voice(v int16) []byte {
	b := make([]byte, frameSize)
	muLaw.compress(b, constant(v, frameSize))
	return b
}
