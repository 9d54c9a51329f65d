package sip

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/parley-voice/parley/sip/registrar"
)

// datagrams is a UDP socket that hands on only what the gate lets through. Its
// reader never gives up on an error: the loop behind it would end for good.
type datagrams struct {
	*net.UDPConn
	gate *gate
	addr netip.AddrPort // bound
	in   []byte
}

func listenUDP(addr netip.AddrPort, g *gate) (*datagrams, error) {
	network := "udp4"
	if addr.Addr().Is6() && !addr.Addr().Is4In6() {
		network = "udp"
	}
	c, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, err
	}
	// bursts of calls must not overflow the kernel's default of 208 KiB; less
	// than asked for is what unprivileged processes get, and still good
	_ = c.SetReadBuffer(4 << 20)
	_ = c.SetWriteBuffer(4 << 20)
	bound := c.LocalAddr().(*net.UDPAddr).AddrPort()
	return &datagrams{UDPConn: c, gate: g, addr: bound, in: make([]byte, 65536)}, nil
}

// ReadFrom blocks until a good message has come. One goroutine calls it.
func (d *datagrams) ReadFrom(out []byte) (int, net.Addr, error) {
	pause := time.Millisecond
	for {
		n, src, err := d.ReadFromUDPAddrPort(d.in)
		if errors.Is(err, net.ErrClosed) {
			return 0, nil, err
		}
		if err != nil {
			time.Sleep(pause) //nolint:forbidigo // out of kernel memory or the like: nothing to wait for
			pause = min(2*pause, time.Second)
			continue
		}
		pause = time.Millisecond
		src = netip.AddrPortFrom(src.Addr().Unmap(), src.Port())
		v := d.gate.message(time.Now(), registrar.Flow{Network: "UDP", Addr: src}, d.in[:n])
		switch {
		case v.reply != nil:
			_, _ = d.WriteToUDPAddrPort(v.reply, v.to) // lost like any datagram
		case len(v.pass) > len(out):
			d.gate.count.malformed.Add(1)
		case v.pass != nil:
			return copy(out, v.pass), net.UDPAddrFromAddrPort(src), nil
		}
	}
}
