package sip

import (
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// One trunk floods and a stranger floods; calls of another trunk go on.
func TestFlood(t *testing.T) {
	host := func(s string) []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix(s)} }
	e := start(t, Config{Trunks: []Trunk{
		{Name: "good", Match: host("127.0.0.1/32"), NAT: true},
		{Name: "loud", Match: host("127.0.0.2/32"), NAT: true, Rate: 2},
	}}, nil)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for _, from := range []net.IP{net.IPv4(127, 0, 0, 2), net.IPv4(127, 0, 0, 3)} {
		c, err := net.DialUDP("udp4", &net.UDPAddr{IP: from}, net.UDPAddrFromAddrPort(e.Addr("udp")))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		w := newCaller(t, "udp", e)
		w.wire = &wire{t: t, conn: c}
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				w.callID = itoa(n)
				_, _ = c.Write([]byte(w.msg("INVITE", "", offer)))
				if n%5 == 0 {
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	begun := time.Now()
	const good = 10
	for range good {
		w := newCaller(t, "udp", e)
		invite := w.msg("INVITE", "", offer)
		w.send(invite)
		res := w.read(time.Second)
		for tries := 0; res == nil || res.Status != 200; tries++ {
			if res == nil { // the flood may push a datagram out of the socket's buffer
				if tries > 20 {
					t.Fatal("no answer")
				}
				w.send(invite)
			} else if res.Status > 200 {
				t.Fatalf("refused: %d", res.Status)
			}
			res = w.read(time.Second)
		}
		w.join(res)
		w.request1("ACK", "", "")
	}
	close(stop)
	wg.Wait()
	s := e.Stats()
	if s.Unknown == 0 || s.Limited == 0 || s.Rejected[503] == 0 || s.Invites < good || s.Invites > good+4+2*uint64(time.Since(begun).Seconds()) {
		t.Errorf("stats %+v", s)
	}
}
