package sip

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// services is a resolver with SRV records; every name in it is this machine.
type services []*net.SRV

func (s services) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	if service != "sip" || proto != "udp" || name != "carrier.example" || len(s) == 0 {
		return "", nil, errors.New("no such record")
	}
	return name, s, nil
}

func (services) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if host == "gone.example" {
		return nil, errors.New("no such host")
	}
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

// A call goes on to the next target of SRV when one is dead, says 503 or cannot
// be found, and stays with the one that refuses.
func TestSRV(t *testing.T) {
	dead, down, good, spare := newPost(t), newPost(t), newPost(t), newPost(t)
	record := func(name string, p *post) *net.SRV {
		return &net.SRV{Target: name + ".", Port: uint16(p.LocalAddr().(*net.UDPAddr).Port)}
	}
	e := start(t, Config{
		Trunks:   []Trunk{{Name: "carrier", Host: "carrier.example", Match: loopback}},
		Resolver: services{record("a.example", dead), record("gone.example", spare), record("b.example", down), record("c.example", good), record("d.example", spare)},
	}, nil)
	at := e.Addr("udp")
	leg, err := e.Dial(within(t), Dial{Trunk: "carrier", Target: "100", Local: rtp})
	if err != nil {
		t.Fatal(err)
	}
	first := dead.to(at).request("INVITE")
	w := down.to(at)
	w.reply(w.request("INVITE"), 503, "Service Unavailable", "b", "", "")
	w = good.to(at)
	last := w.request("INVITE")
	if last.URI != first.URI || last.Get("Call-ID") != first.Get("Call-ID") || last.Get("CSeq") == first.Get("CSeq") {
		t.Errorf("%s %s, first %s %s", last.URI, last.Get("CSeq"), first.URI, first.Get("CSeq"))
	}
	w.reply(last, 486, "Busy Here", "c", "", "")
	if end := next[Ended](t, leg); end.Code != 486 {
		t.Errorf("%+v", end)
	}
	if m := spare.to(at).read(50e6); m != nil {
		t.Errorf("%s went on after a refusal", m.Method)
	}
}

func TestSRVNone(t *testing.T) {
	e := start(t, Config{Trunks: []Trunk{{Name: "c", Host: "carrier.example", Match: loopback}}, Resolver: services{{Target: "."}}}, nil)
	if _, err := e.Dial(within(t), Dial{Trunk: "c", Target: "100", Local: rtp}); err == nil || !strings.Contains(err.Error(), "takes no calls") {
		t.Error(err)
	}
	plain := start(t, Config{Trunks: []Trunk{{Name: "c", Host: "carrier.example", Match: loopback}}, Resolver: services{}}, nil)
	hops, err := plain.locateAll(within(t), "UDP", "carrier.example", 0)
	if err != nil || len(hops) != 1 || hops[0].addr.Port() != 5060 {
		t.Errorf("%v %v", hops, err)
	}
}

// A 3xx is followed within the trunk, by preference, never in a circle and not
// for ever.
func TestRedirect(t *testing.T) {
	w, e := trunkWire(t, Trunk{Name: "carrier"})
	here := w.conn.LocalAddr().String()
	redirect := func(uri, contacts string) {
		t.Helper()
		inv := w.request("INVITE")
		if inv.URI != uri {
			t.Errorf("%s, want %s", inv.URI, uri)
		}
		res := strings.Builder{}
		res.WriteString("SIP/2.0 302 Moved Temporarily\nVia: " + inv.Get("Via") + "\nFrom: " + inv.Get("From") + "\nTo: " + inv.Get("To") + ";tag=x\nCall-ID: " + inv.Get("Call-ID") + "\nCSeq: " + inv.Get("CSeq") + "\nContact: " + contacts + "\nContent-Length: 0\n\n")
		w.send(crlf(res.String()))
	}
	dial := func() *Leg {
		t.Helper()
		leg, err := e.Dial(within(t), Dial{Trunk: "carrier", Target: "100", Local: rtp})
		if err != nil {
			t.Fatal(err)
		}
		return leg
	}
	first := "sip:100@" + here
	leg := dial()
	redirect(first, "<sip:low@"+here+">;q=0.2, <sip:evil@203.0.113.9>, <sip:high@"+here+"?X-A=b>;q=0.8")
	redirect("sip:high@"+here, "<"+first+">, <sip:third@"+here+">")
	inv := w.request("INVITE")
	if inv.URI != "sip:third@"+here {
		t.Errorf("third at %s", inv.URI)
	}
	w.reply(inv, 486, "Busy Here", "y", "", "")
	if end := next[Ended](t, leg); end.Code != 486 {
		t.Errorf("%+v", end)
	}
	leg = dial()
	redirect(first, "<"+first+">") // in a circle
	if end := next[Ended](t, leg); end.Code != 302 {
		t.Errorf("%+v", end)
	}
	leg = dial()
	for i := range maxRedirects + 1 {
		uri := first
		if i > 0 {
			uri = "sip:" + itoa(i) + "@" + here
		}
		redirect(uri, "<sip:"+itoa(i+1)+"@"+here+">")
	}
	if end := next[Ended](t, leg); end.Code != 302 {
		t.Errorf("%+v", end)
	}
}
