package media

import (
	"encoding/binary"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// transmitter is our stream to the peer.
type transmitter struct {
	started bool
	fresh   bool // the next audio packet begins a talkspurt: marker
	seq     uint16
	ts      uint32
	ssrc    uint32
	tick    int64 // of the last visit
	pkt     [rtpHeader + frameSize]byte
	pcm     [frameSize]int16 // what left, linear; silence where nothing did
	dialer  *dialer
	counts  sendCounts
	pacing  histogram
}

// sendCounts may be read from any thread.
type sendCounts struct {
	packets atomic.Uint64
	octets  atomic.Uint64
	errors  atomic.Uint64
	skipped atomic.Uint64 // frames that the wheel was too late for
	began   atomic.Int64  // wall clock ns of the first packet; 0: none yet
	firstTS atomic.Uint32 // its RTP timestamp
}

// begin chooses the stream's random beginnings (RFC 3550 §5.1).
func (t *transmitter) begin() {
	t.seq, t.ts, t.ssrc = uint16(rand.Uint32()), rand.Uint32(), rand.Uint32()
	t.fresh, t.dialer = true, newDialer()
}

// start opens the tap; the first packet leaves at the next visit.
func (t *transmitter) start(w *wheel) {
	t.started = true
	t.tick = 0
	t.counts.firstTS.Store(t.ts)
	t.counts.began.Store(w.at(w.now).UnixNano())
}

// advance moves our clock to this visit, over visits that the wheel skipped.
func (t *transmitter) advance(tick int64) {
	if t.tick != 0 {
		n := (tick - t.tick + wheelSlots/2) / wheelSlots
		t.ts += uint32(n) * frameSize
		if n > 1 {
			t.counts.skipped.Add(uint64(n - 1))
		}
	}
	t.tick = tick
}

// transmit sends this visit's packet.
func (s *Session) transmit(w *wheel, a *agreed) {
	t := &s.tx
	clear(t.pcm[:])
	if !t.started {
		return
	}
	t.advance(w.tick)
	if !a.params.Direction.Sends() || s.rx.dest.size == 0 {
		s.out.sent(0, nil, time.Time{})
		t.fresh = true
		return
	}
	s.tap.dial(t.dialer)
	if a.params.DTMF == 0 {
		t.dialer.drop()
	} else if payload, stamp, first := t.dialer.step(t.ts); payload != nil {
		n := copy(t.pkt[rtpHeader:], payload)
		s.send(w, a.params.DTMF, stamp, first, n)
		s.out.sent(0, nil, time.Time{})
		t.fresh = true
		return
	}
	coded := (*[frameSize]byte)(t.pkt[rtpHeader:])
	n := s.compose(w, a.law, coded)
	at := s.send(w, a.params.Codec.PayloadType, t.ts, t.fresh, frameSize)
	t.fresh = false
	s.out.sent(n, t.pcm[:], at)
	s.tell(at)
}

// compose puts this visit's audio together and returns how many samples of it
// came from the queue.
func (s *Session) compose(w *wheel, l *law, coded *[frameSize]byte) int {
	t := &s.tx
	if s.tap.echoAudio {
		t.pcm = w.pcm
		l.compress(coded[:], t.pcm[:])
		return 0
	}
	n := 0
	if !t.dialer.waiting() {
		n = s.out.fill(l, coded, &t.pcm)
	}
	l.silence(coded[n:])
	if s.tap.mix(&t.pcm) {
		l.compress(coded[:], t.pcm[:])
	}
	return n
}

// send completes the header and sends; it returns when.
func (s *Session) send(w *wheel, pt uint8, ts uint32, marker bool, size int) time.Time {
	t := &s.tx
	t.pkt[0], t.pkt[1] = 0x80, pt
	if marker {
		t.pkt[1] |= 0x80
	}
	binary.BigEndian.PutUint16(t.pkt[2:], t.seq)
	binary.BigEndian.PutUint32(t.pkt[4:], ts)
	binary.BigEndian.PutUint32(t.pkt[8:], t.ssrc)
	now := time.Since(w.base)
	errno := s.rx.dest.send(s.sock.rtp, t.pkt[:rtpHeader+size])
	t.seq++
	if errno != 0 {
		t.counts.errors.Add(1)
	} else {
		t.counts.packets.Store(t.counts.packets.Load() + 1)
		t.counts.octets.Store(t.counts.octets.Load() + uint64(size))
	}
	off := now - time.Duration(w.tick)*wheelTick
	t.pacing.add(off)
	w.show.pacing.add(off)
	return w.at(now)
}

// tell passes the marks on whose packets have left.
func (s *Session) tell(at time.Time) {
	p := &s.out.out
	for i := range p.nnote {
		e := p.notes[i]
		if e.At.IsZero() {
			e.At = at
		}
		s.event(e)
	}
	p.nnote = 0
}
