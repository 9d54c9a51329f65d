package media

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Config of an Engine. The zero value of each field but Addr has a default.
type Config struct {
	Addr        netip.Addr    // local address to bind; it goes into the SDP as it is
	MinPort     uint16        // RTP ports are the even ones of MinPort..MaxPort; RTCP takes the next
	MaxPort     uint16        // 0 with MinPort 0: any free port
	Threads     int           // pacer threads; 0: half the cores, at least 1
	RTPTimeout  time.Duration // silence on the wire before EventTimeout; 0: 30 s, < 0: never
	MaxSessions int           // 0: 4000
	Realtime    bool          // ask the kernel for SCHED_RR on the pacer threads
	Quarantine  time.Duration // rest of a closed port before it is used again; 0: 3 s, < 0: none
	QueueLimit  time.Duration // streamed speech that one queue holds; 0: 20 s
	CNAME       string        // RTCP name of this host; empty: parley@Addr
}

// Errors of the engine and its sessions.
var (
	ErrClosed  = errors.New("media: closed")
	ErrNoPorts = errors.New("media: no free RTP port")
	ErrTooMany = errors.New("media: too many sessions")
	ErrCodec   = errors.New("media: codec is not spoken here")
	ErrNoDTMF  = errors.New("media: the peer did not agree on telephone-event")
)

// Engine runs the pacer threads, the recorder and the RTCP of all sessions.
type Engine struct {
	cfg      Config
	ports    *portPool
	wheels   []*wheel
	realtime bool // every wheel has SCHED_RR
	stopping atomic.Bool
	recorder *recorder
	reporter *reporter

	mu     sync.Mutex
	open   map[*Session]struct{}
	count  int // sessions admitted, those being opened included
	closed bool
}

func (c Config) withDefaults() (Config, error) {
	if !c.Addr.IsValid() {
		return c, errors.New("media: Config.Addr is not set: give the address that callers can reach")
	}
	if c.Threads <= 0 {
		c.Threads = max(1, runtime.NumCPU()/2)
	}
	if c.RTPTimeout == 0 {
		c.RTPTimeout = 30 * time.Second
	}
	if c.MaxSessions <= 0 {
		c.MaxSessions = 4000
	}
	if c.Quarantine == 0 {
		c.Quarantine = 3 * time.Second
	}
	if c.QueueLimit <= 0 {
		c.QueueLimit = 20 * time.Second
	}
	if c.CNAME == "" {
		c.CNAME = "parley@" + c.Addr.String()
	}
	if len(c.CNAME) > 255 {
		return c, fmt.Errorf("media: CNAME of %d bytes: RTCP takes 255", len(c.CNAME))
	}
	return c, nil
}

// NewEngine starts the pacer threads. GOMAXPROCS should be Procs by then.
func NewEngine(cfg Config) (*Engine, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	ports, err := newPortPool(cfg.MinPort, cfg.MaxPort, cfg.Quarantine)
	if err != nil {
		return nil, err
	}
	e := &Engine{cfg: cfg, ports: ports, realtime: cfg.Realtime, open: map[*Session]struct{}{}}
	ready := make(chan bool)
	for range cfg.Threads {
		w := newWheel()
		e.wheels = append(e.wheels, w)
		go w.turn(cfg.Realtime, &e.stopping, ready)
		e.realtime = <-ready && e.realtime
	}
	e.recorder = newRecorder()
	e.reporter = newReporter(e.wheels)
	return e, nil
}

// Close ends every session and waits for every thread.
func (e *Engine) Close() error {
	e.mu.Lock()
	already := e.closed
	e.closed = true
	var all []*Session
	for s := range e.open {
		all = append(all, s)
	}
	e.mu.Unlock()
	for _, s := range all {
		s.Close()
	}
	if already {
		return nil
	}
	e.reporter.close()
	e.recorder.close()
	e.stopping.Store(true)
	for _, w := range e.wheels {
		<-w.ended
	}
	return nil
}

// Open binds a port and receives at once; it sends only after Start. A nil sink
// drops what comes. A sink with a method Drops() uint64 has it shown in Stats.
func (e *Engine) Open(ctx context.Context, p Params, sink Sink) (*Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s, err := e.build(p, sink)
	if err != nil {
		return nil, err
	}
	if !s.wheel.do(func(w *wheel) { w.sit(s) }) || !e.enlist(s) {
		s.Close()
		return nil, ErrClosed
	}
	return s, nil
}

// build makes a session with its ports, not yet on the wheel.
func (e *Engine) build(p Params, sink Sink) (*Session, error) {
	if sink == nil {
		sink = deaf{}
	}
	a, err := agree(p, e.cfg.Addr)
	if err != nil {
		return nil, err
	}
	s := &Session{engine: e, sink: sink, out: newQueue(e.cfg.QueueLimit)}
	s.agreed.Store(a)
	s.tx.begin()
	s.rx.buf.restart()
	s.ending.done = make(chan struct{})
	if err := e.admit(s); err != nil {
		return nil, err
	}
	if s.sock, err = openPorts(e.cfg.Addr, e.ports, p.RTCPMux); err != nil {
		e.dismiss(s)
		return nil, err
	}
	e.reporter.join(s)
	return s, nil
}

// admit counts s in and gives it the least busy wheel.
func (e *Engine) admit(s *Session) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.closed:
		return ErrClosed
	case e.count >= e.cfg.MaxSessions:
		return fmt.Errorf("%w: %d are open, the most that are allowed", ErrTooMany, e.count)
	}
	e.count++
	s.wheel = e.wheels[0]
	for _, w := range e.wheels[1:] {
		if w.show.sessions.Load() < s.wheel.show.sessions.Load() {
			s.wheel = w
		}
	}
	s.wheel.show.sessions.Add(1)
	return nil
}

// enlist makes Close see s; false when it has run already.
func (e *Engine) enlist(s *Session) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.open[s] = struct{}{}
	}
	return !e.closed
}

// dismiss counts s out.
func (e *Engine) dismiss(s *Session) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.open, s)
	e.count--
	s.wheel.show.sessions.Add(-1)
}

// deaf is the sink of a session that nobody listens to.
type deaf struct{}

func (deaf) Frame(Frame) {}
func (deaf) Event(Event) {}
