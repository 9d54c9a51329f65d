package impair

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// maxWaiting bounds the packets that one direction holds back; more are lost.
const maxWaiting = 4096

// Pipe joins two UDP endpoints through two bad channels. Endpoint a sends to
// A(), endpoint b to B(); each sees the other's packets come from there.
type Pipe struct {
	sides [2]*net.UDPConn
	ends  [2]netip.AddrPort
	done  chan struct{}
	wait  sync.WaitGroup

	Passed atomic.Uint64 // packets delivered, copies included
	Lost   atomic.Uint64
}

// NewPipe listens on two free loopback ports. ab impairs what a sends, ba what b
// sends.
func NewPipe(a, b netip.AddrPort, ab, ba Config) (*Pipe, error) {
	p := &Pipe{ends: [2]netip.AddrPort{a, b}, done: make(chan struct{})}
	for i := range p.sides {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			p.Close()
			return nil, err
		}
		p.sides[i] = c
	}
	p.carry(0, 1, ab)
	p.carry(1, 0, ba)
	return p, nil
}

// A is where endpoint a sends.
func (p *Pipe) A() netip.AddrPort { return p.local(0) }

// B is where endpoint b sends.
func (p *Pipe) B() netip.AddrPort { return p.local(1) }

func (p *Pipe) local(i int) netip.AddrPort {
	return p.sides[i].LocalAddr().(*net.UDPAddr).AddrPort()
}

// Close stops both directions and waits for them; packets on the way are lost.
func (p *Pipe) Close() {
	select {
	case <-p.done:
	default:
		close(p.done)
	}
	for _, c := range p.sides {
		if c != nil {
			_ = c.Close()
		}
	}
	p.wait.Wait()
}

// held is a packet on its way.
type held struct {
	data []byte
	due  time.Time
}

// carry forwards what comes in on side from out of side to.
func (p *Pipe) carry(from, to int, c Config) {
	queue := make(chan held, maxWaiting)
	p.wait.Add(2)
	go func() {
		defer p.wait.Done()
		defer close(queue)
		p.read(from, NewChannel(c), queue)
	}()
	go func() {
		defer p.wait.Done()
		p.deliver(to, queue)
	}()
}

func (p *Pipe) read(from int, ch *Channel, queue chan<- held) {
	epoch := time.Now()
	buf := make([]byte, 2048)
	for {
		n, _, err := p.sides[from].ReadFromUDPAddrPort(buf)
		if err != nil {
			return // closed
		}
		fates := ch.Fate(time.Since(epoch))
		if len(fates) == 0 {
			p.Lost.Add(1)
		}
		for _, at := range fates {
			select {
			case queue <- held{append([]byte(nil), buf[:n]...), epoch.Add(at)}:
			default:
				p.Lost.Add(1)
			}
		}
	}
}

// deliver sends what waits when its time comes, earliest first.
func (p *Pipe) deliver(to int, queue <-chan held) {
	var waiting []held
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if len(waiting) > 0 {
			timer.Reset(time.Until(waiting[0].due))
		}
		select {
		case h, ok := <-queue:
			if !ok {
				return
			}
			at := len(waiting)
			for at > 0 && waiting[at-1].due.After(h.due) {
				at--
			}
			waiting = append(waiting, held{})
			copy(waiting[at+1:], waiting[at:])
			waiting[at] = h
		case <-timer.C:
		}
		now := time.Now()
		n := 0
		for ; n < len(waiting) && !waiting[n].due.After(now); n++ {
			if _, err := p.sides[to].WriteToUDPAddrPort(waiting[n].data, p.ends[to]); err == nil {
				p.Passed.Add(1)
			}
		}
		waiting = waiting[:copy(waiting, waiting[n:])]
	}
}
