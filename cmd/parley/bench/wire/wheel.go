package wire

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// The wheel: each flow owns one of 20 slots, a millisecond apart.
const (
	slots  = 20
	slotNS = int64(1e6)
)

// Party is what one flow hears and says. A wheel's thread calls it, so it must
// not block.
type Party interface {
	// Hear gets each packet that came, before the Speak of the same slot.
	Hear(p Packet)
	// Speak fills payload with the next 20 ms. The packet leaves at once; at is
	// the time, ns since the epoch, at which it does.
	Speak(at int64, payload []byte)
}

// Wheel sends and receives for many flows on a few locked threads.
type Wheel struct {
	addr    netip.Addr
	threads []*thread
	wait    sync.WaitGroup

	mu   sync.Mutex
	next int
}

// NewWheel starts so many threads, whose flows bind to addr (IPv4). Real-time
// threads (SCHED_RR, where the system permits it) are for a few calls on a busy
// machine: what they say then comes as steadily as from a telephone. Many calls
// would take the processor from the server under test.
func NewWheel(addr netip.Addr, threads int, realtime bool) (*Wheel, error) {
	if !addr.Is4() {
		return nil, errors.New("bench speaks IPv4 only: give an IPv4 address")
	}
	w := &Wheel{addr: addr}
	for range max(threads, 1) {
		t := &thread{start: clock(unix.CLOCK_MONOTONIC), in: newInbox()}
		w.threads = append(w.threads, t)
		w.wait.Go(func() { t.run(realtime) })
	}
	return w, nil
}

// Close ends the threads and waits for them. Flows are closed by then or leak.
func (w *Wheel) Close() {
	for _, t := range w.threads {
		t.mu.Lock()
		t.done = true
		t.mu.Unlock()
	}
	w.wait.Wait()
}

// Lag is how late the wheel's own packets left, ms: what to hold against a
// server's figures when it is large.
func (w *Wheel) Lag() []float64 {
	var all []float64
	for _, t := range w.threads {
		t.mu.Lock()
		all = append(all, t.lag...)
		t.mu.Unlock()
	}
	return all
}

// Lost is how many packets the wheel never sent because it was too late.
func (w *Wheel) Lost() int {
	n := 0
	for _, t := range w.threads {
		t.mu.Lock()
		n += t.lost
		t.mu.Unlock()
	}
	return n
}

// Open binds a port. Nothing is sent before Start; packets that come wait.
func (w *Wheel) Open() (*Flow, error) {
	s, err := openSocket(w.addr)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	n := w.next
	w.next++
	w.mu.Unlock()
	f := &Flow{socket: s, thread: w.threads[n%len(w.threads)], slot: n / len(w.threads) * 7 % slots}
	f.seq, f.time, f.ssrc = uint16(rand.Uint32()), rand.Uint32(), rand.Uint32()
	return f, nil
}

// Flow is one call's RTP, both ways.
type Flow struct {
	socket *socket
	thread *thread
	slot   int
	party  Party
	to     unix.RawSockaddrInet4
	sends  bool
	stream
	keys keys
	buf  [headerSize + PayloadSize]byte
}

// stream is what the next packet carries.
type stream struct {
	kind   uint8 // payload type
	marked bool  // the first packet has left
	seq    uint16
	time   uint32
	ssrc   uint32
}

// Local is the address that packets must be sent to.
func (f *Flow) Local() netip.AddrPort { return f.socket.local }

// Listen gives what comes to p from the next slot on, without sending.
func (f *Flow) Listen(p Party) { f.join(p, false) }

// Start also sends to remote, 50 packets a second of the payload type.
func (f *Flow) Start(p Party, remote netip.AddrPort, payloadType uint8) {
	f.thread.mu.Lock()
	f.to, f.kind = rawAddr(remote), payloadType
	f.thread.mu.Unlock()
	f.join(p, true)
}

func (f *Flow) join(p Party, sends bool) {
	t := f.thread
	t.mu.Lock()
	defer t.mu.Unlock()
	fresh := f.party == nil
	f.party, f.sends = p, f.sends || sends
	if fresh {
		t.wheel[f.slot] = append(t.wheel[f.slot], f)
	}
}

// Close leaves the wheel and frees the port. The party is not called after it.
func (f *Flow) Close() {
	t := f.thread
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.wheel[f.slot]
	for i, g := range list {
		if g == f {
			t.wheel[f.slot] = append(list[:i:i], list[i+1:]...)
			break
		}
	}
	f.socket.close()
}

// thread is one locked OS thread and its flows. The mutex is held for one slot at
// a time; others take it only to open and close flows.
type thread struct {
	start int64
	in    *inbox

	mu    sync.Mutex
	wheel [slots][]*Flow
	done  bool
	lag   []float64
	lost  int // packets that were never sent, see maxBehind
}

// maxBehind is how far a thread that was kept from the processor catches up, ns.
// Beyond it whole turns are left out and counted: no telephone sends seconds of
// audio at once, and a server that has to take them is measured wrong.
const maxBehind = 200e6

// skip tells how many slots to leave out, in whole turns.
func skip(behind int64) int64 {
	return max(0, behind-maxBehind) / (slots * slotNS) * slots
}

// maxLag bounds the samples kept of our own lateness: 30 minutes of slots.
const maxLag = 30 * 60 * 1000

func (t *thread) run(realtime bool) {
	// Never unlocked: the thread and its scheduling end with this goroutine.
	runtime.LockOSThread()
	if realtime {
		_ = unix.SchedSetAttr(0, &unix.SchedAttr{Policy: unix.SCHED_RR, Priority: 10}, 0)
	}
	for n := int64(0); ; n++ {
		due := t.start + n*slotNS
		sleepUntil(due)
		missed := skip(clock(unix.CLOCK_MONOTONIC) - due)
		n += missed
		due += missed * slotNS
		t.mu.Lock()
		t.lost += int(missed/slots) * t.flows()
		if t.done {
			t.mu.Unlock()
			return
		}
		if flows := t.wheel[n%slots]; len(flows) > 0 {
			if late := clock(unix.CLOCK_MONOTONIC) - due; len(t.lag) < maxLag {
				t.lag = append(t.lag, float64(late)/1e6)
			}
			for _, f := range flows {
				f.tick(t.in)
			}
		}
		t.mu.Unlock()
	}
}

// flows counts what the thread serves; t.mu is held.
func (t *thread) flows() int {
	n := 0
	for _, slot := range t.wheel {
		n += len(slot)
	}
	return n
}

func (f *Flow) tick(in *inbox) {
	in.drain(f.socket, func(at int64, b []byte) {
		if p, ok := parse(b); ok {
			p.At = at
			f.party.Hear(p)
		}
	})
	if !f.sends {
		return
	}
	size := len(f.buf)
	if n := f.keys.packet(f.buf[:], f.stream); n > 0 {
		size = n
	} else {
		head(f.buf[:], f.kind, !f.marked, f.seq, f.time, f.ssrc)
		f.party.Speak(Now(), f.buf[headerSize:])
	}
	f.socket.send(f.buf[:size], &f.to)
	f.marked = true
	f.seq++
	f.time += PayloadSize
}
