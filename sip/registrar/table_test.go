package registrar

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/sip/screen"
)

var (
	t0   = time.Unix(1_700_000_000, 0).UTC()
	desk = Flow{"UDP", netip.MustParseAddrPort("192.0.2.7:5062")}
	home = Flow{"TCP", netip.MustParseAddrPort("198.51.100.9:40001")}
)

func reg(callID string, seq uint32, flow Flow, contacts ...Contact) Request {
	return Request{User: "1001", CallID: callID, CSeq: seq, Contacts: contacts, Expires: -1, Flow: flow}
}

func at(uri string, expires time.Duration) Contact {
	return Contact{URI: uri, Q: 1000, Expires: expires}
}

func want(t *testing.T, o Outcome, code int, contacts ...string) {
	t.Helper()
	var got []string
	for _, b := range o.Bindings {
		got = append(got, b.Contact)
	}
	if o.Code != code || strings.Join(got, " ") != strings.Join(contacts, " ") {
		t.Errorf("%d %s %v, want %d %v", o.Code, o.Reason, got, code, contacts)
	}
}

func TestBindingsComeAndGo(t *testing.T) {
	tb := NewTable(Limits{})
	a, b := at("sip:1001@192.0.2.7:5062", 10*time.Minute), at("sip:1001@198.51.100.9:40001;transport=tcp", -1)
	b.Q = 500
	want(t, tb.Register(t0, reg("x", 1, desk, a)), 200, a.URI)
	want(t, tb.Register(t0, reg("y", 1, home, b)), 200, a.URI, b.URI)
	if !tb.Knows(t0, desk) || !tb.KnowsSource(t0, home.Addr.Addr()) || tb.Knows(t0, Flow{"TCP", desk.Addr}) {
		t.Error("flows")
	}
	// 10 min run out, unless refreshed
	if got := tb.Contacts(t0.Add(10*time.Minute), "1001"); len(got) != 1 || got[0].Contact != b.URI {
		t.Errorf("%+v", got)
	}
	if tb.Knows(t0.Add(10*time.Minute), desk) {
		t.Error("an expired flow is known")
	}
	want(t, tb.Register(t0.Add(10*time.Minute), reg("x", 2, desk, a)), 200, a.URI, b.URI)
	// a query changes nothing
	if o := tb.Register(t0.Add(11*time.Minute), reg("q", 1, desk)); o.Changed || len(o.Bindings) != 2 {
		t.Errorf("%+v", o)
	}
	gone := a
	gone.Expires = 0
	want(t, tb.Register(t0.Add(12*time.Minute), reg("x", 3, desk, gone)), 200, b.URI)
	if tb.KnowsSource(t0.Add(12*time.Minute), desk.Addr.Addr()) {
		t.Error("a source without a phone is known")
	}
	all := Request{User: "1001", CallID: "z", CSeq: 1, All: true}
	want(t, tb.Register(t0.Add(12*time.Minute), all), 200)
	if tb.count != 0 || len(tb.flows) != 0 || len(tb.sources) != 0 || len(tb.users) != 0 {
		t.Errorf("left behind: %+v", tb)
	}
}

func TestOrderOfRequests(t *testing.T) {
	tb := NewTable(Limits{})
	a := at("sip:1001@192.0.2.7:5062", 300*time.Second)
	want(t, tb.Register(t0, reg("x", 7, desk, a)), 200, a.URI)
	gone := at(a.URI, 0)
	want(t, tb.Register(t0, reg("x", 6, desk, gone)), 500)
	want(t, tb.Register(t0, Request{User: "1001", CallID: "x", CSeq: 6, All: true}), 500)
	// the same request again is answered again, and does not lengthen anything
	o := tb.Register(t0.Add(time.Second), reg("x", 7, desk, a))
	want(t, o, 200, a.URI)
	if o.Changed || !o.Bindings[0].Until.Equal(t0.Add(300*time.Second)) {
		t.Errorf("%+v", o)
	}
	// a phone that has started anew has another Call-ID
	want(t, tb.Register(t0, reg("y", 1, desk, gone)), 200)
}

func TestAllOrNothing(t *testing.T) {
	tb := NewTable(Limits{Contacts: 2})
	a, b, c := at("sip:1001@192.0.2.7:1", -1), at("sip:1001@192.0.2.7:2", -1), at("sip:1001@192.0.2.7:3", -1)
	want(t, tb.Register(t0, reg("x", 1, desk, a, b, c)), 403)
	short := at("sip:1001@192.0.2.7:4", 59*time.Second)
	o := tb.Register(t0, reg("x", 2, desk, a, short))
	if want(t, o, 423); o.Least != time.Minute {
		t.Error(o.Least)
	}
	if got := tb.Snapshot(t0); len(got) != 0 {
		t.Errorf("a failed REGISTER left %+v", got)
	}
	want(t, tb.Register(t0, reg("x", 3, desk, a, b)), 200, a.URI, b.URI)
	want(t, tb.Register(t0, reg("x", 4, desk, at(a.URI, 0), c)), 200, b.URI, c.URI)
	long := tb.Register(t0, reg("x", 5, desk, at(c.URI, 48*time.Hour)))
	if !long.Bindings[1].Until.Equal(t0.Add(time.Hour)) && !long.Bindings[0].Until.Equal(t0.Add(time.Hour)) {
		t.Errorf("longer than the most: %+v", long.Bindings)
	}
	full := NewTable(Limits{Total: 1})
	full.Register(t0, reg("x", 1, desk, a))
	other := reg("x", 1, desk, a)
	other.User = "1002"
	want(t, full.Register(t0, other), 503)
}

// A phone that comes back by another way is the same phone (RFC 5626 §4.1).
func TestDevice(t *testing.T) {
	tb := NewTable(Limits{})
	a, b := at("sip:1001@192.0.2.7:1", -1), at("sip:1001@198.51.100.9:2", -1)
	a.Device, b.Device = "<urn:uuid:1> 1", "<urn:uuid:1> 1"
	tb.Register(t0, reg("x", 1, desk, a))
	want(t, tb.Register(t0, reg("y", 1, home, b)), 200, b.URI)
	if tb.Knows(t0, desk) {
		t.Error("the old flow stayed")
	}
}

func TestWhoIsCalledFirst(t *testing.T) {
	tb := NewTable(Limits{})
	low, high, later := at("sip:low@x", -1), at("sip:high@x", -1), at("sip:later@x", -1)
	low.Q = 300
	tb.Register(t0, reg("1", 1, desk, low))
	tb.Register(t0, reg("2", 1, desk, high))
	want(t, tb.Register(t0.Add(time.Second), reg("3", 1, home, later)), 200, later.URI, high.URI, low.URI)
	if !tb.Mark(t0, "1001", later.URI, false) || tb.Mark(t0, "1001", later.URI, false) {
		t.Error("the same news twice")
	}
	if got := tb.Contacts(t0, "1001"); got[2].Contact != later.URI || got[2].Lost.IsZero() {
		t.Errorf("%+v", got)
	}
	// whoever registers is there
	if o := tb.Register(t0.Add(2*time.Second), reg("3", 2, home, later)); o.Bindings[0].Contact != later.URI {
		t.Errorf("%+v", o.Bindings)
	}
}

func TestSnapshot(t *testing.T) {
	tb := NewTable(Limits{})
	short := at("sip:1001@192.0.2.8", 61*time.Second)
	tb.Register(t0, reg("x", 1, desk, at("sip:1001@192.0.2.7:5062", -1), short))
	data, err := json.Marshal(tb.Snapshot(t0))
	if err != nil {
		t.Fatal(err)
	}
	var list []Binding
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	again := NewTable(Limits{})
	again.Restore(t0, list)
	if a, b := tb.Snapshot(t0), again.Snapshot(t0); !reflect.DeepEqual(a, b) || len(a) != 2 {
		t.Errorf("%+v\n%+v", a, b)
	}
	late := NewTable(Limits{Max: 10 * time.Minute})
	late.Restore(t0.Add(time.Hour/2), append(list, Binding{User: "x", Contact: "y", Until: t0.Add(time.Hour)}))
	if got := late.Snapshot(t0.Add(time.Hour / 2)); len(got) != 1 || got[0].Until.After(t0.Add(40*time.Minute)) {
		t.Errorf("%+v", got)
	}
}

// Whatever phones do, the indexes say what the bindings say.
func TestIndexesStayTrue(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	tb := NewTable(Limits{Contacts: 3, Total: 40})
	now := t0
	for i := range 5000 {
		now = now.Add(time.Duration(r.IntN(20)) * time.Second)
		f := Flow{"UDP", netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(r.IntN(9))}), uint16(1+r.IntN(3)))}
		q := Request{User: fmt.Sprint(r.IntN(20)), CallID: fmt.Sprint(r.IntN(2)), CSeq: uint32(i - r.IntN(3) + 3), Expires: -1, Flow: f, All: r.IntN(9) == 0}
		for range r.IntN(3) {
			c := at(fmt.Sprintf("sip:p%d@x", r.IntN(4)), time.Duration(r.IntN(8))*30*time.Second)
			if r.IntN(3) == 0 {
				c.Device = fmt.Sprint(r.IntN(3))
			}
			q.Contacts = append(q.Contacts, c)
		}
		tb.Register(now, q)
		list := tb.Snapshot(now)
		flows, sources, each := map[Flow]int{}, map[netip.Addr]int{}, map[string]int{}
		for _, b := range list {
			flows[b.Flow]++
			sources[b.Flow.Addr.Addr()]++
			each[b.User]++
			if !now.Before(b.Until) || each[b.User] > 3 {
				t.Fatalf("step %d: %+v", i, b)
			}
		}
		if !reflect.DeepEqual(flows, map[Flow]int(tb.flows)) || !reflect.DeepEqual(sources, map[netip.Addr]int(tb.sources)) || tb.count != len(list) || len(list) > 40 {
			t.Fatalf("step %d: %d bindings, indexes %v %v count %d", i, len(list), tb.flows, tb.sources, tb.count)
		}
	}
}

func read(t *testing.T, headers string) (Request, *screen.Fault) {
	t.Helper()
	m, fault := screen.Read([]byte(strings.ReplaceAll("REGISTER sip:parley SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa\nFrom: <sip:1001@parley>;tag=1\nTo: <sip:1001@parley>\nCall-ID: x\nCSeq: 9 REGISTER\n"+headers+"Content-Length: 0\n\n", "\n", "\r\n")))
	if fault != nil {
		t.Fatal(fault)
	}
	s, fault := m.Check()
	if fault != nil {
		t.Fatalf("%s: %v", headers, fault)
	}
	return Read(m, s)
}

func TestRead(t *testing.T) {
	r, fault := read(t, "Expires: 90\nContact: \"Desk\" <sip:1001@192.0.2.7:5062;transport=udp>;q=0.35;expires=120;+sip.instance=\"<urn:uuid:00AB>\";reg-id=1, sip:1001@192.0.2.8\nContact: <sip:x@y>;expires=soon;q=7\n")
	if fault != nil {
		t.Fatal(fault)
	}
	wanted := []Contact{
		{"sip:1001@192.0.2.7:5062;transport=udp", 350, 2 * time.Minute, "<urn:uuid:00ab> 1"},
		{"sip:1001@192.0.2.8", 1000, -1, ""},
		{"sip:x@y", 1000, time.Hour, ""},
	}
	if r.Expires != 90*time.Second || r.CSeq != 9 || r.CallID != "x" || !reflect.DeepEqual(r.Contacts, wanted) {
		t.Errorf("%+v", r)
	}
	if r, fault = read(t, "Contact: *\nExpires: 0\n"); fault != nil || !r.All {
		t.Errorf("%+v %v", r, fault)
	}
	for _, bad := range []string{"Contact: *\n", "Contact: *\nExpires: 60\n", "Contact: *\nContact: <sip:a@b>\nExpires: 0\n", "Contact: <mailto:a@b>\n", "Contact: <sips:a@b>\n", "Contact: <sip:" + strings.Repeat("a", 600) + "@b>\n"} {
		if _, fault := read(t, bad); fault == nil || fault.Code != 400 {
			t.Errorf("%.60q: %v", bad, fault)
		}
	}
}

func TestHeaders(t *testing.T) {
	tb := NewTable(Limits{})
	c := at("sip:a@b;x=y", 90*time.Second)
	c.Q = 250
	o := tb.Register(t0, reg("x", 1, desk, c))
	got := fmt.Sprint(o.Headers(t0.Add(500 * time.Millisecond)))
	if got != "[{Contact <sip:a@b;x=y>;expires=90;q=0.25} {Date Tue, 14 Nov 2023 22:13:20 GMT}]" {
		t.Error(got)
	}
	if got := fmt.Sprint(Outcome{Code: 423, Least: time.Minute}.Headers(t0)); got != "[{Min-Expires 60}]" {
		t.Error(got)
	}
}
