package media

import (
	"net/netip"
	"sync/atomic"
	"time"
)

// maxDrain bounds the packets of one visit, so that a flood at one port does not
// hold up the other calls.
const maxDrain = 64

// receiver is what a session knows of the peer's stream.
type receiver struct {
	agreed *agreed
	source netip.AddrPort // latched: the only address that is listened to
	dest   target         // where to send
	ssrc   uint32
	known  bool          // ssrc is
	heard  time.Duration // when the last packet came
	silent bool          // EventTimeout has been told
	seq    sequence
	times  arrivals
	buf    jitterBuffer
	digits digitReader
	counts receiveCounts
}

// receiveCounts may be read from any thread.
type receiveCounts struct {
	received  atomic.Uint64
	octets    atomic.Uint64
	duplicate atomic.Uint64
	foreign   atomic.Uint64
	malformed atomic.Uint64 // no RTP, or of a payload type that was not agreed
	ssrc      atomic.Uint32
}

// adopt takes up new Params. A new signalled address ends the latch.
func (r *receiver) adopt(a *agreed) {
	if a == r.agreed {
		return
	}
	if r.agreed == nil || r.agreed.params.Remote != a.params.Remote || !r.source.IsValid() {
		r.source = netip.AddrPort{}
		r.dest = a.rtp
	}
	r.agreed = a
}

// receive drains the socket.
func (s *Session) receive(w *wheel, a *agreed) {
	for range maxDrain {
		d, ok := w.in.read(s.sock.rtp)
		if !ok {
			return
		}
		if isRTCP(d.data) {
			s.control(w, d)
			continue
		}
		at := w.now
		if d.at != 0 {
			at += time.Duration(d.at - w.wall)
		}
		s.take(w, a, d, at)
	}
}

// take handles one datagram that should be RTP.
func (s *Session) take(w *wheel, a *agreed, d datagram, at time.Duration) {
	r := &s.rx
	p, ok := parseRTP(d.data)
	if !r.admits(d.from, a, ok, s.sock.local.Addr()) {
		r.counts.foreign.Add(1)
		return
	}
	if !ok {
		r.counts.malformed.Add(1)
		return
	}
	r.counts.received.Add(1)
	r.counts.octets.Add(uint64(len(p.payload)))
	r.heard = max(r.heard, at)
	if !r.known || p.ssrc != r.ssrc {
		r.begin(p.ssrc)
	}
	switch r.seq.see(p.seq) {
	case repeated:
		r.counts.duplicate.Add(1)
		return
	case restarted:
		r.times.restart()
		r.buf.restart()
		r.digits.restart()
	case jumped:
		return
	}
	if !a.params.Direction.receives() {
		return
	}
	if a.params.DTMF != 0 && p.pt == a.params.DTMF {
		if e, done := r.digits.see(p.ts, p.payload, at); done {
			s.digit(w, e, at)
		}
		return
	}
	if l := a.decodes(p.pt); l != nil && len(p.payload) > 0 {
		r.times.see(p.ts, at)
		r.buf.put(p.ts, l, p.payload, max(0, w.now-at))
		return
	}
	if p.pt != comfortNoise {
		r.counts.malformed.Add(1)
	}
}

// comfortNoise is a sign of life without audio (RFC 3389).
const comfortNoise = 13

// begin follows a new synchronisation source.
func (r *receiver) begin(ssrc uint32) {
	if r.known {
		r.seq.started = false
		r.seq.before = uint64(max(0, r.seq.lost.Load()))
	}
	r.ssrc, r.known = ssrc, true
	r.counts.ssrc.Store(ssrc)
	r.times.restart()
	r.buf.restart()
	r.digits.restart()
}

// admits tells whether a datagram comes from the peer. The first RTP packet from
// the signalled host latches its port for good (symmetric RTP, RFC 4961); only a
// trunk marked NAT may latch another host. Until the next Update nothing moves
// the latch: whoever could, could take the call over.
func (r *receiver) admits(from netip.AddrPort, a *agreed, rtp bool, local netip.Addr) bool {
	if r.source.IsValid() {
		return from == r.source
	}
	if from.Addr() != a.params.Remote.Addr() && !a.params.NAT {
		return false
	}
	if rtp && from.IsValid() {
		r.source = from
		r.dest = targetOf(from, local)
	}
	return true
}

// control hands an RTCP packet over to the reporter.
func (s *Session) control(w *wheel, d datagram) {
	slot := w.show.control.slot()
	if slot == nil || len(d.data) > len(slot.data) {
		w.show.dropped.Add(1)
		return
	}
	slot.session, slot.from, slot.at = s, d.from, d.at
	slot.size = copy(slot.data[:], d.data)
	w.show.control.commit()
}
