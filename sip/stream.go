package sip

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/parley-voice/parley/sip/registrar"
	"github.com/parley-voice/parley/sip/screen"
)

const (
	maxStreams       = 1024
	maxPerSource     = 32
	strangerTimeout  = 10 * time.Second // to show a password
	messageTimeout   = 10 * time.Second // between the parts of one message
	idleTimeout      = time.Hour
	writeTimeout     = 5 * time.Second
	acceptRetry      = 50 * time.Millisecond
	dialTimeout      = 5 * time.Second
	streamReadBuffer = 8192
)

// streams is the listener that sipgo accepts from: connections that peers made
// and connections that we made, all framed and screened the same.
type streams struct {
	gate     *gate
	addr     netip.AddrPort // where we listen; port 0 when we only dial
	listener net.Listener   // nil when we only dial
	ready    chan handover
	closed   chan struct{}
	wg       sync.WaitGroup

	mu       sync.Mutex
	open     map[*stream]struct{}
	sources  map[netip.Addr]int
	last     chan struct{} // of the connection handed over before
	shutting bool
}

type handover struct {
	conn *stream
	done chan struct{} // closed when sipgo has taken it
}

func newStreams(l net.Listener, addr netip.AddrPort, g *gate) *streams {
	s := &streams{
		gate: g, addr: addr, listener: l, ready: make(chan handover), closed: make(chan struct{}),
		open: map[*stream]struct{}{}, sources: map[netip.Addr]int{},
	}
	if l != nil {
		s.wg.Add(1)
		go s.acceptLoop()
	}
	return s
}

// Accept gives sipgo the next connection. That it asks again means that it has
// entered the one before into its pool.
func (s *streams) Accept() (net.Conn, error) {
	if s.last != nil {
		close(s.last)
		s.last = nil
	}
	select {
	case h := <-s.ready:
		s.last = h.done
		return h.conn, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

// Addr is the address we listen on.
func (s *streams) Addr() net.Addr { return net.TCPAddrFromAddrPort(s.addr) }

// Close ends the listener and every connection.
func (s *streams) Close() error {
	s.mu.Lock()
	if s.shutting {
		s.mu.Unlock()
		return nil
	}
	s.shutting = true
	close(s.closed)
	var conns []*stream
	for c := range s.open {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	var err error
	if s.listener != nil {
		err = s.listener.Close()
	}
	for _, c := range conns {
		_ = c.Close()
	}
	s.wg.Wait()
	return err
}

// acceptLoop outlives every error but the closing of the listener: being out of
// descriptors passes.
func (s *streams) acceptLoop() {
	defer s.wg.Done()
	for {
		c, err := s.listener.Accept()
		if err != nil {
			select {
			case <-s.closed:
				return
			case <-time.After(acceptRetry):
				continue
			}
		}
		src := addrOf(c.RemoteAddr())
		if !s.welcome(time.Now(), src.Addr()) {
			s.gate.count.unknown.Add(1)
			hardClose(c)
			continue
		}
		s.offer(s.wrap(c, src))
	}
}

// welcome turns away unknown sources, and known ones beyond their share.
func (s *streams) welcome(now time.Time, src netip.Addr) bool {
	known := s.gate.trunks.bySource(src) != nil || s.gate.peers.find(now, src) != nil || s.gate.agents.allows(src)
	s.mu.Lock()
	defer s.mu.Unlock()
	return (known || s.gate.trunks.digest != nil) && !s.shutting && len(s.open) < maxStreams && s.sources[src] < maxPerSource
}

// hardClose resets the connection: not even a FIN with options for strangers to
// read, and no TIME_WAIT for us.
func hardClose(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

func (s *streams) wrap(c net.Conn, src netip.AddrPort) *stream {
	st := &stream{Conn: c, owner: s, src: src}
	s.mu.Lock()
	s.open[st] = struct{}{}
	s.sources[src.Addr()]++
	s.mu.Unlock()
	return st
}

// forget is true the first time.
func (s *streams) forget(st *stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.open[st]; !ok {
		return false
	}
	delete(s.open, st)
	if s.sources[st.src.Addr()]--; s.sources[st.src.Addr()] <= 0 {
		delete(s.sources, st.src.Addr())
	}
	return true
}

// offer hands a connection over and waits until it can be used.
func (s *streams) offer(st *stream) bool {
	h := handover{conn: st, done: make(chan struct{})}
	select {
	case s.ready <- h:
	case <-s.closed:
		_ = st.Close()
		return false
	}
	select {
	case <-h.done:
		return true
	case <-s.closed:
		return false
	}
}

// dial makes a connection to a peer and enters it.
func (s *streams) dial(ctx context.Context, to netip.AddrPort) error {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", to.String())
	if err != nil {
		return err
	}
	if !s.offer(s.wrap(c, to)) {
		return net.ErrClosed
	}
	return nil
}

// stream reads whole screened messages off a connection.
type stream struct {
	net.Conn
	owner *streams
	src   netip.AddrPort
	raw   []byte    // read, not yet a message
	ready []byte    // screened, not yet taken
	since time.Time // when the message in raw began
	known bool
}

// Read gives the bytes of at most one screened message.
func (st *stream) Read(out []byte) (int, error) {
	for len(st.ready) == 0 {
		if err := st.fill(); err != nil {
			st.raw = nil
			return 0, io.EOF // whatever it was, for the reader the stream is over
		}
	}
	n := copy(out, st.ready)
	if st.ready = st.ready[n:]; len(st.ready) == 0 {
		st.ready = nil
	}
	return n, nil
}

// fill takes what can be taken of raw, or reads more.
func (st *stream) fill() error {
	skip, n, fault := screen.Frame(st.raw)
	if skip >= 4 {
		_, _ = st.Write([]byte("\r\n")) // RFC 5626 §3.5.1
	}
	st.raw = st.raw[skip:]
	if fault != nil {
		st.lastWord(fault)
		return fault
	}
	if n == 0 {
		return st.more()
	}
	now := time.Now()
	g := st.owner.gate
	flow := registrar.Flow{Network: "TCP", Addr: st.src}
	v := g.message(now, flow, st.raw[:n])
	st.known = st.known || v.pass != nil || g.agents.flow(now, flow)
	st.raw = st.raw[n:]
	if v.reply != nil {
		if _, err := st.Write(v.reply); err != nil {
			return err
		}
	}
	st.ready = v.pass
	return nil
}

var errSlow = errors.New("sip: message took too long")

func (st *stream) more() error {
	now := time.Now()
	until := now.Add(idleTimeout)
	if len(st.raw) == 0 {
		st.since = now
	}
	switch g := st.owner.gate; {
	case len(st.raw) > 0:
		until = st.since.Add(messageTimeout) // for the whole, or a byte at a time would hold it open
	case !st.known && g.trunks.bySource(st.src.Addr()) == nil && g.peers.find(now, st.src.Addr()) == nil:
		until = now.Add(strangerTimeout)
	}
	if err := st.SetReadDeadline(until); err != nil {
		return err
	}
	buf := make([]byte, streamReadBuffer)
	n, err := st.Conn.Read(buf)
	st.raw = append(st.raw, buf[:n]...)
	if n > 0 {
		return nil
	}
	if err == nil {
		return errSlow
	}
	return err
}

// lastWord answers a message after which the stream cannot be followed, if the
// peer is one that gets answers.
func (st *stream) lastWord(fault *screen.Fault) {
	g := st.owner.gate
	g.count.malformed.Add(1)
	m, _ := screen.Read(st.raw)
	tr := g.trunks.bySource(st.src.Addr())
	if m == nil || tr == nil || !m.IsRequest() || fault.Code == 0 {
		return
	}
	s, _ := m.Check()
	if v := g.answer(m, s, fault, st.src, tr.NAT); v.reply != nil {
		_, _ = st.Write(v.reply)
	}
}

// Write sends a whole message or fails in time.
func (st *stream) Write(p []byte) (int, error) {
	if err := st.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return st.Conn.Write(p)
}

// Close also takes the connection off the books. sipgo closes twice.
func (st *stream) Close() error {
	if !st.owner.forget(st) {
		return nil
	}
	return st.Conn.Close()
}

func addrOf(a net.Addr) netip.AddrPort {
	if t, ok := a.(*net.TCPAddr); ok {
		ap := t.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}
