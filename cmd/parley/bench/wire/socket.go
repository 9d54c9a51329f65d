package wire

import (
	"fmt"
	"net/netip"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batch is how many packets one system call takes. One is the rule at 50 packets
// a second; more come after a hold-up.
const batch = 8

// socket is a UDP socket whose packets carry the kernel's receive time.
type socket struct {
	fd    int
	local netip.AddrPort
}

func openSocket(addr netip.Addr) (*socket, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("opening an RTP socket: %w", err)
	}
	s := &socket{fd: fd}
	if err := s.bind(addr); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("binding an RTP socket to %s: %w", addr, err)
	}
	return s, nil
}

func (s *socket) bind(addr netip.Addr) error {
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return err
	}
	if err := unix.Bind(s.fd, &unix.SockaddrInet4{Addr: addr.As4()}); err != nil {
		return err
	}
	name, err := unix.Getsockname(s.fd)
	if err != nil {
		return err
	}
	s.local = netip.AddrPortFrom(addr, uint16(name.(*unix.SockaddrInet4).Port))
	return nil
}

func (s *socket) close() { unix.Close(s.fd) }

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
	_   [4]byte
}

// inbox is the memory that packets are received into, one for each thread.
type inbox struct {
	msgs [batch]mmsghdr
	iovs [batch]unix.Iovec
	data [batch][1600]byte
	ctrl [batch][64]byte
}

func newInbox() *inbox {
	in := &inbox{}
	for i := range in.msgs {
		in.iovs[i].Base = &in.data[i][0]
		in.iovs[i].SetLen(len(in.data[i]))
		in.msgs[i].hdr.Iov = &in.iovs[i]
		in.msgs[i].hdr.SetIovlen(1)
		in.msgs[i].hdr.Control = &in.ctrl[i][0]
	}
	return in
}

// drain gives every packet that waits on s to take, with its receive time, and
// says how many there were.
func (in *inbox) drain(s *socket, take func(at int64, b []byte)) int {
	total := 0
	for {
		for i := range in.msgs {
			in.msgs[i].hdr.SetControllen(len(in.ctrl[i]))
		}
		// RawSyscall: with MSG_DONTWAIT it never blocks, so the runtime need not know.
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&in.msgs[0])), batch, unix.MSG_DONTWAIT, 0, 0)
		if errno != 0 {
			return total
		}
		for i := range int(n) {
			m := &in.msgs[i]
			take(receiveTime(in.ctrl[i][:m.hdr.Controllen]), in.data[i][:m.n])
		}
		if total += int(n); n < batch {
			return total
		}
	}
}

// receiveTime finds SCM_TIMESTAMPNS among a packet's control messages.
func receiveTime(ctrl []byte) int64 {
	const header = unix.SizeofCmsghdr
	for len(ctrl) >= header {
		h := (*unix.Cmsghdr)(unsafe.Pointer(&ctrl[0]))
		if h.Len < header || int(h.Len) > len(ctrl) {
			break
		}
		if h.Level == unix.SOL_SOCKET && h.Type == unix.SCM_TIMESTAMPNS && h.Len >= header+16 {
			ts := (*unix.Timespec)(unsafe.Pointer(&ctrl[header]))
			return ts.Nano()
		}
		ctrl = ctrl[min((int(h.Len)+7)&^7, len(ctrl)):]
	}
	return Now()
}

// send sends b to sa. A full socket buffer loses the packet, as a network would.
func (s *socket) send(b []byte, sa *unix.RawSockaddrInet4) bool {
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), unix.MSG_DONTWAIT,
		uintptr(unsafe.Pointer(sa)), unix.SizeofSockaddrInet4)
	runtime.KeepAlive(b)
	return errno == 0
}

// rawAddr is addr as sendto(2) takes it.
func rawAddr(addr netip.AddrPort) unix.RawSockaddrInet4 {
	p := addr.Port()
	return unix.RawSockaddrInet4{Family: unix.AF_INET, Port: p<<8 | p>>8, Addr: addr.Addr().As4()}
}

// Now is the wall clock in ns, the clock of the kernel's receive times.
func Now() int64 { return clock(unix.CLOCK_REALTIME) }

func clock(id int32) int64 {
	var ts unix.Timespec
	if unix.ClockGettime(id, &ts) != nil {
		return 0
	}
	return ts.Nano()
}

// sleepUntil sleeps to an instant of CLOCK_MONOTONIC.
func sleepUntil(ns int64) {
	ts := unix.NsecToTimespec(ns)
	for unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &ts, nil) == unix.EINTR {
	}
}
