package media

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// socket is a session's pair of UDP ports. RTP is read and written by raw,
// non-blocking system calls on the pacer thread, never through Go's poller.
type socket struct {
	rtp, rtcp int // descriptors; rtcp is -1 where RTCP is multiplexed
	local     netip.AddrPort
}

// expedited is the DSCP EF of voice (RFC 5865, RFC 4594 §4.1) in the TOS octet.
const expedited = 46 << 2

// openPorts binds a pair of ports from the pool, skipping those that someone
// else holds.
func openPorts(addr netip.Addr, pool *portPool, mux bool) (*socket, error) {
	tries := pool.size()
	if pool.any() {
		tries = 64
	}
	for range tries {
		var port uint16
		if !pool.any() {
			p, err := pool.take(time.Now())
			if err != nil {
				return nil, err
			}
			port = p
		}
		s, err := bindPair(addr, port, mux)
		if err == nil {
			return s, nil
		}
		if port != 0 {
			pool.give(port, time.Now())
		}
		if !errors.Is(err, unix.EADDRINUSE) {
			return nil, fmt.Errorf("media: bind %s port %d: %w", addr, port, err)
		}
	}
	return nil, fmt.Errorf("%w: every port is held by another program: change the range", ErrNoPorts)
}

// bindPair binds port and, without mux, the next one for RTCP (RFC 3550 §11).
func bindPair(addr netip.Addr, port uint16, mux bool) (*socket, error) {
	fd, err := bindUDP(netip.AddrPortFrom(addr, port))
	if err != nil {
		return nil, err
	}
	local, err := boundTo(fd, addr)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	s := &socket{rtp: fd, rtcp: -1, local: local}
	if mux {
		return s, nil
	}
	if local.Port()&1 == 1 || local.Port() == 0xffff {
		unix.Close(fd)
		return nil, unix.EADDRINUSE // the kernel chose an odd one: try again
	}
	if s.rtcp, err = bindUDP(netip.AddrPortFrom(addr, local.Port()+1)); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return s, nil
}

func bindUDP(at netip.AddrPort) (int, error) {
	family := unix.AF_INET
	var sa unix.Sockaddr = &unix.SockaddrInet4{Port: int(at.Port()), Addr: as4(at.Addr())}
	if !at.Addr().Unmap().Is4() {
		family = unix.AF_INET6
		sa = &unix.SockaddrInet6{Port: int(at.Port()), Addr: at.Addr().As16()}
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if err := unix.Bind(fd, sa); err != nil {
		unix.Close(fd)
		return -1, err
	}
	// Neither option is needed to talk: without them packets are timed by the
	// wheel and carry no priority.
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	if family == unix.AF_INET {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TOS, expedited)
	} else {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, expedited)
	}
	return fd, nil
}

func boundTo(fd int, addr netip.Addr) (netip.AddrPort, error) {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}, err
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(addr, uint16(sa.Port)), nil
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(addr, uint16(sa.Port)), nil
	}
	return netip.AddrPort{}, errors.New("socket of no IP family")
}

// close closes both descriptors.
func (s *socket) close() {
	unix.Close(s.rtp)
	if s.rtcp >= 0 {
		unix.Close(s.rtcp)
	}
}

func as4(a netip.Addr) [4]byte {
	if a = a.Unmap(); a.Is4() {
		return a.As4()
	}
	return [4]byte{}
}

// maxPacket is the longest datagram that is read whole; longer ones are no audio.
const maxPacket = 2048

// inlet is one thread's buffers for recvmsg.
type inlet struct {
	buf  [maxPacket]byte
	name [unix.SizeofSockaddrInet6]byte
	ctl  [8]uint64
	iov  unix.Iovec
	msg  unix.Msghdr
}

func newInlet() *inlet {
	in := &inlet{}
	in.iov.Base = &in.buf[0]
	in.iov.SetLen(len(in.buf))
	in.msg.Name = &in.name[0]
	in.msg.Iov = &in.iov
	in.msg.SetIovlen(1)
	in.msg.Control = (*byte)(unsafe.Pointer(&in.ctl[0]))
	return in
}

// datagram is what one read brought: its bytes lie in the inlet until the next.
type datagram struct {
	data []byte
	from netip.AddrPort
	at   int64 // kernel's receive time, CLOCK_REALTIME ns; 0 unknown
}

// read takes one datagram without blocking; false when there is none.
func (in *inlet) read(fd int) (datagram, bool) {
	in.msg.Namelen = uint32(len(in.name))
	in.msg.SetControllen(len(in.ctl) * 8)
	n, _, errno := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd),
		uintptr(unsafe.Pointer(&in.msg)), unix.MSG_DONTWAIT)
	if errno != 0 {
		return datagram{}, false
	}
	if in.msg.Flags&unix.MSG_TRUNC != 0 {
		n = 0
	}
	return datagram{data: in.buf[:n], from: in.sender(), at: in.stamp()}, true
}

func (in *inlet) sender() netip.AddrPort {
	port := uint16(in.name[2])<<8 | uint16(in.name[3])
	switch *(*uint16)(unsafe.Pointer(&in.name[0])) {
	case unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(in.name[4:8])), port)
	case unix.AF_INET6:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(in.name[8:24])).Unmap(), port)
	}
	return netip.AddrPort{}
}

// stamp reads SCM_TIMESTAMPNS from the first control message.
func (in *inlet) stamp() int64 {
	const head = unix.SizeofCmsghdr
	if in.msg.Controllen < head+uint64(unsafe.Sizeof(unix.Timespec{})) {
		return 0
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(&in.ctl[0]))
	if h.Level != unix.SOL_SOCKET || h.Type != unix.SCM_TIMESTAMPNS {
		return 0
	}
	ts := (*unix.Timespec)(unsafe.Pointer(&in.ctl[head/8]))
	return ts.Nano()
}

// target is an address in the kernel's form.
type target struct {
	addr netip.AddrPort
	raw  [unix.SizeofSockaddrInet6]byte
	size uintptr
}

// targetOf is the address in the family of a socket bound to local.
func targetOf(addr netip.AddrPort, local netip.Addr) target {
	t := target{addr: addr}
	if !addr.IsValid() || addr.Port() == 0 || addr.Addr().IsUnspecified() {
		return t // nowhere: c=0.0.0.0 and port 0 mean hold (RFC 3264 §8.4)
	}
	t.raw[2], t.raw[3] = byte(addr.Port()>>8), byte(addr.Port())
	if local.Unmap().Is4() {
		if !addr.Addr().Unmap().Is4() {
			return t
		}
		*(*uint16)(unsafe.Pointer(&t.raw[0])) = unix.AF_INET
		a := as4(addr.Addr())
		copy(t.raw[4:], a[:])
		t.size = unix.SizeofSockaddrInet4
		return t
	}
	*(*uint16)(unsafe.Pointer(&t.raw[0])) = unix.AF_INET6
	a := addr.Addr().As16()
	copy(t.raw[8:], a[:])
	t.size = unix.SizeofSockaddrInet6
	return t
}

// send sends one datagram without blocking.
func (t *target) send(fd int, data []byte) unix.Errno {
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd),
		uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)), unix.MSG_DONTWAIT,
		uintptr(unsafe.Pointer(&t.raw[0])), t.size)
	return errno
}
