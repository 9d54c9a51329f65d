package uac

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Agent is one UDP socket and the calls on it.
type Agent struct {
	conn  *net.UDPConn
	local netip.AddrPort
	wait  sync.WaitGroup

	mu    sync.Mutex
	calls map[string]*Call
}

// New binds a socket at addr and starts reading it.
func New(addr netip.Addr) (*Agent, error) {
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var err error
		cerr := c.Control(func(fd uintptr) {
			err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
		})
		if cerr != nil {
			return cerr
		}
		return err
	}}
	pc, err := lc.ListenPacket(context.Background(), "udp4", netip.AddrPortFrom(addr, 0).String())
	if err != nil {
		return nil, fmt.Errorf("binding a SIP socket: %w", err)
	}
	a := &Agent{conn: pc.(*net.UDPConn), calls: map[string]*Call{}}
	_ = a.conn.SetReadBuffer(4 << 20) // as much as the kernel grants
	a.local = a.conn.LocalAddr().(*net.UDPAddr).AddrPort()
	a.wait.Go(a.read)
	return a, nil
}

// Close frees the socket and waits for its reader. Calls are ended by then.
func (a *Agent) Close() {
	a.conn.Close()
	a.wait.Wait()
}

// Local is the agent's own SIP address.
func (a *Agent) Local() netip.AddrPort { return a.local }

func (a *Agent) read() {
	buf, oob := make([]byte, 65536), make([]byte, 128)
	for {
		n, oobn, _, from, err := a.conn.ReadMsgUDPAddrPort(buf, oob)
		if err != nil {
			return
		}
		at := received(oob[:oobn])
		m, err := parse(buf[:n])
		if err != nil {
			continue
		}
		m.body = append([]byte(nil), m.body...)
		a.dispatch(m, at, from)
	}
}

// received is the kernel's receive time of a packet, or now.
func received(oob []byte) time.Time {
	cs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return time.Now()
	}
	for _, c := range cs {
		if c.Header.Level == unix.SOL_SOCKET && c.Header.Type == unix.SCM_TIMESTAMPNS && len(c.Data) >= 16 {
			return time.Unix(int64(binary.NativeEndian.Uint64(c.Data)), int64(binary.NativeEndian.Uint64(c.Data[8:])))
		}
	}
	return time.Now()
}

func (a *Agent) dispatch(m *message, at time.Time, from netip.AddrPort) {
	a.mu.Lock()
	c := a.calls[m.get("call-id")]
	a.mu.Unlock()
	if m.method != "" {
		a.request(c, m, at, from)
		return
	}
	if c != nil {
		c.response(m, at)
	}
}

// request answers what a server sends within a call: BYE ends it, a re-INVITE
// gets the same media again, everything else a plain 200.
func (a *Agent) request(c *Call, m *message, at time.Time, from netip.AddrPort) {
	switch {
	case m.method == "ACK":
		return
	case c == nil:
		a.send(reply(m, 481, "Call/Transaction Does Not Exist", "", ""), from)
	case m.method == "INVITE":
		a.send(reply(m, 200, "OK", "<"+c.contact()+">", offer(c.req.RTP)), from)
	default:
		a.send(reply(m, 200, "OK", "", ""), from)
		if m.method == "BYE" {
			c.ended(at)
		}
	}
}

func (a *Agent) send(b []byte, to netip.AddrPort) { _, _ = a.conn.WriteToUDPAddrPort(b, to) }

func (a *Agent) add(c *Call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls[c.ID] = c
}

// linger keeps a call's transactions alive for retransmissions, then forgets it.
const linger = 5 * time.Second

func (a *Agent) forget(c *Call) {
	time.AfterFunc(linger, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.calls, c.ID)
	})
}

// random gives n random bytes in hexadecimal.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// branch is a new transaction's (RFC 3261 §8.1.1.7).
func branch() string { return "z9hG4bK" + random(8) }
