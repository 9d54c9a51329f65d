// Package rig holds what the tests of several rooms need: free ports, and a
// telephone that others wrote.
package rig

import (
	"net"
	"testing"
)

// FreeAddr finds a loopback address whose port is free now, for UDP and TCP.
func FreeAddr(t *testing.T) string {
	t.Helper()
	for range 20 {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		c, err := net.ListenPacket("udp4", l.Addr().String())
		l.Close()
		if err == nil {
			c.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("no free port")
	return ""
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
