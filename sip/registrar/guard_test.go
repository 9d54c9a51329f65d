package registrar

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
)

func TestGuard(t *testing.T) {
	g := NewGuard()
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for range UserTries - 1 {
		g.Failed(t0, a, "1001")
	}
	if g.SilentUser(t0, a, "1001") {
		t.Error("silent too early")
	}
	g.Passed(a, "1001")
	for range UserTries {
		g.Failed(t0, a, "1001")
	}
	if !g.SilentUser(t0, a, "1001") || g.SilentUser(t0, a, "1002") || g.SilentUser(t0, b, "1001") || g.SilentSource(t0, a) {
		t.Error("one phone's wrong password is one phone's")
	}
	if g.SilentUser(t0.Add(Silence), a, "1001") {
		t.Error("silence without end")
	}
	for i := range SourceTries {
		g.Failed(t0, b, "")
		if g.SilentSource(t0, b) != (i == SourceTries-1) {
			t.Errorf("after %d", i+1)
		}
	}
	six := netip.MustParseAddr("2001:db8::1")
	for range SourceTries {
		g.Failed(t0, six, "")
	}
	if !g.SilentSource(t0, netip.MustParseAddr("2001:db8::ffff")) {
		t.Error("another address of the same /64 starts anew")
	}
}

func TestGuardIsBounded(t *testing.T) {
	g := NewGuard()
	for i := range uint32(3 * maxSuspects) {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], i)
		g.Failed(t0, netip.AddrFrom4(b), fmt.Sprint(i))
	}
	if len(g.m) > maxSuspects {
		t.Error(len(g.m))
	}
	for range maxSuspects {
		g.Failed(t0.Add(Silence), netip.IPv4Unspecified(), "x")
		delete(g.m, suspect{net: network(netip.IPv4Unspecified())})
	}
	if len(g.m) > 8 {
		t.Errorf("%d stay when all is over", len(g.m))
	}
}
