package impair

import (
	"math"
	"net"
	"net/netip"
	"testing"
	"time"
)

func TestChannelKeepsItsShares(t *testing.T) {
	const n = 50000
	for _, c := range []Config{
		{Loss: 0.05}, {Loss: 0.2, Burst: 4}, {Duplicate: 0.1}, {Loss: 1}, {},
	} {
		ch := NewChannel(c)
		lost, twice, runs := 0, 0, 0
		before := false
		for i := range n {
			f := ch.Fate(time.Duration(i) * 20 * time.Millisecond)
			if len(f) == 0 {
				lost++
				if !before {
					runs++
				}
			}
			if len(f) == 2 {
				twice++
			}
			before = len(f) == 0
		}
		if got := float64(lost) / n; math.Abs(got-c.Loss) > 0.02 {
			t.Errorf("%+v: lost %.3f", c, got)
		}
		if got := float64(twice) / n; math.Abs(got-c.Duplicate*(1-c.Loss)) > 0.01 {
			t.Errorf("%+v: doubled %.3f", c, got)
		}
		if c.Burst > 1 {
			if mean := float64(lost) / float64(runs); math.Abs(mean-c.Burst) > 0.3 {
				t.Errorf("%+v: mean run %.2f", c, mean)
			}
		}
	}
}

func TestChannelReordersOnlyWhatItHolds(t *testing.T) {
	ch := NewChannel(Config{Jitter: 50 * time.Millisecond, Delay: 10 * time.Millisecond})
	last := time.Duration(0)
	for i := range 1000 {
		at := ch.Fate(time.Duration(i) * 20 * time.Millisecond)[0]
		if at < last {
			t.Fatalf("packet %d overtakes: %v before %v", i, at, last)
		}
		last = at
	}
}

func TestPipeCarriesBothWays(t *testing.T) {
	open := func() *net.UDPConn {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	addr := func(c *net.UDPConn) netip.AddrPort { return c.LocalAddr().(*net.UDPAddr).AddrPort() }
	a, b := open(), open()
	p, err := NewPipe(addr(a), addr(b), Config{Duplicate: 1}, Config{Loss: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := a.WriteToUDPAddrPort([]byte("hello"), p.A()); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 64)
	for range 2 {
		b.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, from, err := b.ReadFromUDPAddrPort(buf)
		if err != nil || string(buf[:n]) != "hello" || from != p.B() {
			t.Fatalf("%q from %v: %v", buf[:n], from, err)
		}
	}
	if _, err := b.WriteToUDPAddrPort([]byte("lost"), p.B()); err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(5 * time.Second); p.Lost.Load() == 0; {
		if time.Now().After(late) {
			t.Fatal("the lossy direction lost nothing")
		}
		time.Sleep(time.Millisecond)
	}
}
