package media

import (
	"net/netip"
	"sync/atomic"
	"time"
)

// Session is one leg's audio: a socket, a seat on the wheel, a playout queue.
// Its methods may be called from any goroutine. rx, tx, seat and tap belong to
// the pacer thread.
type Session struct {
	engine *Engine
	wheel  *wheel
	sock   *socket
	sink   Sink
	out    *Queue
	agreed atomic.Pointer[agreed]
	seat   seat
	rx     receiver
	tx     transmitter
	tap    tap
	report report
	ending closing
}

// LocalAddr is where the peer shall send RTP.
func (s *Session) LocalAddr() netip.AddrPort { return s.sock.local }

// Out is the playout queue.
func (s *Session) Out() *Queue { return s.out }

// Start begins to send, when the ACK came or early media is wanted: the first
// packet leaves with the wheel's next tick and sets the session's slot. With an
// empty queue it sends silence, so that the peer does not hang up on us. A
// second Start does nothing.
func (s *Session) Start() {
	s.wheel.post(&command{run: func(w *wheel) {
		if s.tx.started || !s.seat.taken {
			return
		}
		s.tx.start(w)
		s.rx.heard = w.now
		w.sit(s)
	}})
}

// Update takes what a re-INVITE agreed on: a new address, codec or direction.
// While the direction does not send, the queue holds and loses nothing.
func (s *Session) Update(p Params) error {
	if s.ending.begun.Load() {
		return ErrClosed
	}
	a, err := agree(p, s.sock.local.Addr())
	if err != nil {
		return err
	}
	s.agreed.Store(a)
	return nil
}

// SendDigits queues telephone-events (RFC 4733), 100 ms each with pauses of 80.
// The playout queue holds while they are sent.
func (s *Session) SendDigits(digits string) error {
	switch {
	case s.ending.begun.Load():
		return ErrClosed
	case s.agreed.Load().params.DTMF == 0:
		return ErrNoDTMF
	}
	return s.tx.dialer.queue(digits)
}

// Echo sends back the caller's audio, the caller's digits or both. It takes the
// place of the playout queue while audio is on.
func (s *Session) Echo(audio, digits bool) {
	s.wheel.do(func(*wheel) { s.tap.echoAudio, s.tap.echoDigits = audio, digits })
}

// visit is the session's turn: everything of these 20 ms.
func (s *Session) visit(w *wheel) {
	a := s.agreed.Load()
	s.rx.adopt(a)
	s.receive(w, a)
	s.rx.buf.excused = s.rx.digits.open()
	if a.params.Direction.receives() {
		s.rx.buf.pop(&w.pcm)
	} else {
		clear(w.pcm[:])
	}
	s.hear(w)
	s.tap.forward(&w.pcm, false)
	s.transmit(w, a)
	s.tap.forward(&s.tx.pcm, true)
	s.tap.record(w, s)
	s.watch(w, a)
}

// watch tells when the wire falls silent or comes back.
func (s *Session) watch(w *wheel, a *agreed) {
	if e, ok := s.rx.digits.expire(w.now); ok {
		s.digit(w, e, w.now)
	}
	limit := s.engine.cfg.RTPTimeout
	if !s.tx.started || limit <= 0 {
		return
	}
	if !a.params.Direction.receives() {
		s.rx.heard = max(s.rx.heard, w.now-limit) // no packets are owed on hold
		return
	}
	silent := w.now-s.rx.heard > limit
	if silent == s.rx.silent {
		return
	}
	s.rx.silent = silent
	kind := EventAlive
	if silent {
		kind = EventTimeout
	}
	s.event(Event{Kind: kind, At: w.at(w.now)})
}

// digit passes a digit that the caller pressed to whoever wants it.
func (s *Session) digit(w *wheel, e Event, at time.Duration) {
	e.At = w.at(at)
	s.event(e)
	if s.tap.echoDigits {
		s.tx.dialer.pass(e)
	}
	s.tap.forwardDigit(e)
}

// at is a time on the wheel as wall and monotonic time.
func (w *wheel) at(d time.Duration) time.Time { return w.base.Add(d) }

// hear and event call the sink as it may be called: unpinned, for a mutex in it
// that is held elsewhere must cost a late packet and not the process.
func (s *Session) hear(w *wheel) {
	procUnpin()
	s.sink.Frame(Frame{Rate: TelephoneRate, PCM: w.pcm[:]})
	procPin()
}

func (s *Session) event(e Event) {
	procUnpin()
	s.sink.Event(e)
	procPin()
}
