// Package rig holds what the tests of several rooms need: free ports, and a
// telephone that others wrote.
package rig

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// A test's ports lie below those that the kernel gives to whoever asks for any
// (ip_local_port_range), and above baresip's for RTP.
const firstPort, ports = 20000, 12000

// FreeAddr finds a loopback address whose port is free, for UDP and TCP, and keeps
// other tests away from it, those of other processes too: an abstract socket of
// its name is held until the test ends.
func FreeAddr(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := firstPort + rand.IntN(ports)
		hold, err := net.Listen("unix", fmt.Sprintf("@parley-test-port-%d", port))
		if err != nil {
			continue
		}
		if addr := fmt.Sprintf("127.0.0.1:%d", port); free(addr) {
			t.Cleanup(func() { hold.Close() })
			return addr
		}
		hold.Close()
	}
	t.Fatal("no free port")
	return ""
}

// free tells whether nobody listens there.
func free(addr string) bool {
	l, err := net.Listen("tcp4", addr)
	if err != nil {
		return false
	}
	defer l.Close()
	c, err := net.ListenPacket("udp4", addr)
	if err != nil {
		return false
	}
	return c.Close() == nil
}

// FreePort is the port of a FreeAddr.
func FreePort(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(FreeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	return port
}
