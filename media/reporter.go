package media

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// RTCP's pace: each session reports every 5 s, spread by half (RFC 3550 §6.2),
// and its control port is looked at ten times a second; the kernel's timestamps
// keep round trips exact all the same.
const (
	reportEvery = 5 * time.Second
	controlPoll = 100 * time.Millisecond
	maxControls = 8 // datagrams of one session and poll
)

// reporter is the one goroutine that does RTCP for all sessions, off the pacers.
type reporter struct {
	wheels  []*wheel
	mu      sync.Mutex
	open    map[*Session]struct{}
	foreign atomic.Uint64 // RTCP from elsewhere than the peer
	stop    chan struct{}
	ended   chan struct{}
}

func newReporter(wheels []*wheel) *reporter {
	r := &reporter{
		wheels: wheels, open: map[*Session]struct{}{},
		stop: make(chan struct{}), ended: make(chan struct{}),
	}
	go r.run()
	return r
}

func (r *reporter) run() {
	defer close(r.ended)
	tick := time.NewTicker(controlPoll)
	defer tick.Stop()
	in := newInlet()
	var all []*Session
	for {
		var now time.Time
		select {
		case <-r.stop:
			return
		case now = <-tick.C:
		}
		for _, w := range r.wheels {
			r.drain(w)
		}
		all = r.list(all[:0])
		for _, s := range all {
			r.serve(s, in, now)
		}
		clear(all)
	}
}

// drain takes what came on RTP ports (RFC 5761).
func (r *reporter) drain(w *wheel) {
	for p := w.show.control.peek(); p != nil; p = w.show.control.peek() {
		r.hear(p.session, datagram{data: p.data[:p.size], from: p.from, at: p.at})
		p.session = nil
		w.show.control.release()
	}
}

// hear gives a datagram to its session, if it comes from the peer's host.
func (r *reporter) hear(s *Session, d datagram) {
	a := s.agreed.Load()
	if host := d.from.Addr(); host != a.params.Remote.Addr() && host != a.rtcp.addr.Addr() && !a.params.NAT {
		r.foreign.Add(1)
		return
	}
	at := time.Now()
	if d.at != 0 {
		at = time.Unix(0, d.at)
	}
	s.report.mu.Lock()
	defer s.report.mu.Unlock()
	if !s.report.closed {
		s.report.hear(d.data, s.tx.ssrc, at)
	}
}

// serve reads a session's control port and sends its report when due.
func (r *reporter) serve(s *Session, in *inlet, now time.Time) {
	for range maxControls {
		if s.sock.rtcp < 0 {
			break
		}
		d, ok := s.readControl(in)
		if !ok {
			break
		}
		r.hear(s, d)
	}
	s.report.mu.Lock()
	defer s.report.mu.Unlock()
	if s.report.closed || now.Before(s.report.due) || s.tx.counts.began.Load() == 0 {
		return
	}
	s.report.due = now.Add(spreadReport())
	s.sendReport(now, false)
}

// readControl reads under the lock that Close takes before it gives the
// descriptor back.
func (s *Session) readControl(in *inlet) (datagram, bool) {
	s.report.mu.Lock()
	defer s.report.mu.Unlock()
	if s.report.closed {
		return datagram{}, false
	}
	return in.read(s.sock.rtcp)
}

// spreadReport is the time to the next report: 0.5 to 1.5 of the interval.
func spreadReport() time.Duration {
	return reportEvery/2 + rand.N(reportEvery)
}

// sendReport sends one compound packet; report.mu is held. One that cannot be
// sent is lost like any other datagram.
func (s *Session) sendReport(now time.Time, bye bool) {
	a := s.agreed.Load()
	to, fd := a.rtcp, s.sock.rtcp
	if fd < 0 || a.params.RTCPMux {
		fd = s.sock.rtp
	}
	if to.size == 0 {
		return
	}
	data, err := s.composeReport(now, bye)
	if err == nil {
		_ = to.send(fd, data)
	}
}

// leave sends BYE if the peer ever got a report or a packet, and ends the
// session's RTCP: after it the descriptors may be closed.
func (r *reporter) leave(s *Session) {
	r.mu.Lock()
	delete(r.open, s)
	r.mu.Unlock()
	s.report.mu.Lock()
	defer s.report.mu.Unlock()
	if s.tx.counts.began.Load() != 0 && !s.report.closed {
		s.sendReport(time.Now(), true)
	}
	s.report.closed = true
}

func (r *reporter) join(s *Session) {
	s.report.due = time.Now().Add(spreadReport() / 2)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open[s] = struct{}{}
}

func (r *reporter) list(all []*Session) []*Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.open {
		all = append(all, s)
	}
	return all
}

func (r *reporter) close() {
	close(r.stop)
	<-r.ended
}
