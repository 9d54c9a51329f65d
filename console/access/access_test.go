package access

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

type ring struct {
	keys   map[string]Key
	used   int
	broken error
	asked  int
}

func (r *ring) Find(_ context.Context, id string) (Key, error) {
	r.asked++
	if r.broken != nil {
		return Key{}, r.broken
	}
	k, ok := r.keys[id]
	if !ok {
		return Key{}, ErrUnknown
	}
	return k, nil
}
func (r *ring) Used(context.Context, string, time.Time) error { r.used++; return nil }
func (r *ring) Any(context.Context) (bool, error)             { return len(r.keys) > 0, r.broken }

// cut makes a key and puts it on the ring.
func (r *ring) cut(change func(*Key)) (text string) {
	id, text, hash := NewKey()
	k := Key{ID: id, Name: "test", Role: Supervisor, Hash: hash, Made: noon}
	if change != nil {
		change(&k)
	}
	if r.keys == nil {
		r.keys = map[string]Key{}
	}
	r.keys[id] = k
	return text
}

var home = netip.MustParseAddr("192.0.2.7")

func TestKeysOpenTheGate(t *testing.T) {
	r := &ring{}
	good := r.cut(nil)
	revoked := r.cut(func(k *Key) { k.Revoked = noon })
	expired := r.cut(func(k *Key) { k.Expires = noon })
	lasting := r.cut(func(k *Key) { k.Expires = noon.Add(1) })
	for _, c := range []struct{ name, header, why string }{
		{"right", "Bearer " + good, ""},
		{"right, scheme in small letters", "bearer " + good, ""},
		{"not yet expired", "Bearer " + lasting, ""},
		{"expired", "Bearer " + expired, "expired"},
		{"revoked", "Bearer " + revoked, "revoked"},
		{"wrong secret", "Bearer " + good[:len(good)-2] + "xy", "wrong"},
		{"no secret", "Bearer " + good[:20], "no key of Parley"},
		{"unknown id", "Bearer parley_000000000000_" + strings.Repeat("a", 43), "wrong"},
		{"unknown id and no secret", "Bearer parley_000000000000_", "no key of Parley"},
		{"basic", "Basic " + good, "no key of Parley"},
		{"nothing", "", "a key is needed"},
		{"endless", "Bearer " + good + strings.Repeat("a", 200), "no key of Parley"},
	} {
		g := &Gate{Keys: r, Local: true, Now: func() time.Time { return noon }}
		who, err := g.Enter(t.Context(), c.header, home)
		if c.why == "" {
			if err != nil || who.Role != Supervisor || who.Source != home {
				t.Errorf("%s: %+v %v", c.name, who, err)
			}
			continue
		}
		var d Denied
		if !errors.As(err, &d) || !strings.Contains(d.Why, c.why) {
			t.Errorf("%s: %v, want %q", c.name, err, c.why)
		}
	}
}

func TestWithoutAnyKey(t *testing.T) {
	for _, local := range []bool{true, false} {
		g := &Gate{Keys: &ring{}, Local: local, Now: time.Now}
		who, err := g.Enter(t.Context(), "", home)
		if local && (err != nil || who.Role != Viewer) {
			t.Errorf("on loopback: %+v %v", who, err)
		}
		if !local && (err == nil || !strings.Contains(err.Error(), "parley keys add")) {
			t.Errorf("reachable from outside: %+v %v", who, err)
		}
	}
	r := &ring{}
	r.cut(func(k *Key) { k.Revoked = noon }) // to revoke the last key must not open the gate
	g := &Gate{Keys: r, Local: true, Now: time.Now}
	if who, err := g.Enter(t.Context(), "", home); err == nil {
		t.Errorf("%+v", who)
	}
}

func TestBrokenKeysLetNobodyIn(t *testing.T) {
	r := &ring{}
	text := r.cut(nil)
	r.broken = errors.New("disk I/O error")
	g := &Gate{Keys: r, Local: true, Now: time.Now}
	for _, header := range []string{"", "Bearer " + text} {
		if who, err := g.Enter(t.Context(), header, home); !errors.Is(err, r.broken) {
			t.Errorf("%+v %v", who, err)
		}
	}
}

func TestWrongKeysAreLimited(t *testing.T) {
	r, now := &ring{}, noon
	good, late := r.cut(nil), r.cut(nil)
	g := &Gate{Keys: r, Now: func() time.Time { return now }}
	try := func(text string, from netip.Addr) (time.Duration, error) {
		_, err := g.Enter(t.Context(), "Bearer "+text, from)
		var d Denied
		_ = errors.As(err, &d)
		return d.Retry, err
	}
	if _, err := try(good, home); err != nil {
		t.Fatal(err)
	}
	wrong := "parley_000000000000_" + strings.Repeat("a", 43)
	for i := range burst {
		if wait, err := try(wrong, home); wait != 0 || err == nil {
			t.Fatalf("guess %d: %v %v", i, wait, err)
		}
	}
	asked := r.asked
	if wait, _ := try(wrong, home); wait != refill {
		t.Errorf("waits %v, want %v", wait, refill)
	}
	if wait, _ := try(late, home); wait == 0 {
		t.Error("a key that was not seen lately is let in during the wait")
	}
	if r.asked != asked {
		t.Error("the keys were asked during the wait")
	}
	if _, err := try(good, home); err != nil {
		t.Errorf("a key seen lately is kept out by its neighbour: %v", err)
	}
	if _, err := try(late, netip.MustParseAddr("192.0.2.8")); err != nil {
		t.Errorf("another address pays for it: %v", err)
	}
	now = now.Add(refill)
	if wait, err := try(wrong, home); wait != 0 || err == nil {
		t.Errorf("after the wait: %v %v", wait, err)
	}
}

func TestLimiterIsBounded(t *testing.T) {
	var l Limiter[netip.Addr]
	for i := range 3 * maxKeys {
		l.Hit(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), noon)
	}
	if len(l.full) > maxKeys {
		t.Errorf("%d addresses", len(l.full))
	}
	var six Limiter[netip.Addr]
	six.Hit(Place(netip.MustParseAddr("2001:db8::1")), noon)
	six.Hit(Place(netip.MustParseAddr("2001:db8::2")), noon)
	if len(six.full) != 1 {
		t.Errorf("a /64 counts as %d", len(six.full))
	}
}

func TestUseIsNotedOnceAMinute(t *testing.T) {
	r, now := &ring{}, noon
	text := r.cut(nil)
	g := &Gate{Keys: r, Now: func() time.Time { return now }}
	for range 100 {
		if _, err := g.Enter(t.Context(), "Bearer "+text, home); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Second)
	}
	if r.used != 2 {
		t.Errorf("written %d times in 100 s", r.used)
	}
}

func TestKeysDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		id, text, hash := NewKey()
		gotID, secret, ok := split(text)
		if !ok || gotID != id || !slices.Equal(Hash(secret), hash) || seen[id] || seen[secret] || len(secret) != 43 {
			t.Fatalf("%q", text)
		}
		seen[id], seen[secret] = true, true
	}
}

// The table as the requirements want it, by hand: a change of the table has to be
// made twice.
func TestPermissions(t *testing.T) {
	want := map[Role]string{
		Viewer: "calls.read agents.read queues.read ledger.read scripts.read campaigns.read events.follow",
		Agent: "calls.read agents.read agents.self queues.read customers.read customers.tag customers.note consent.read consent.set ledger.read scripts.read follow_ups.read follow_ups.settle campaigns.read campaigns.people events.follow " +
			"numbers words notes",
		Supervisor: "calls.read calls.hear calls.place calls.end calls.join agents.read agents.self agents.change queues.read " +
			"customers.read customers.tag customers.note customers.import customers.screen consent.read consent.set ledger.read ledger.prove routes.read routes.try scripts.read scripts.check " +
			"follow_ups.read follow_ups.settle campaigns.read campaigns.people campaigns.run events.follow webhooks.read webhooks.retry numbers words money notes",
		Author: "calls.read agents.read queues.read ledger.read routes.read routes.try scripts.read scripts.check campaigns.read events.follow words",
		Admin: "calls.read calls.hear calls.place calls.end calls.join agents.read agents.self agents.change queues.read " +
			"customers.read customers.tag customers.note customers.import customers.screen customers.export consent.read consent.set ledger.read ledger.prove routes.read routes.try scripts.read scripts.check " +
			"follow_ups.read follow_ups.settle campaigns.read campaigns.people campaigns.run events.follow webhooks.read webhooks.retry audit.read numbers words money notes",
	}
	for _, r := range Roles() {
		var got []string
		for _, a := range Actions() {
			if r.May(a.What) {
				got = append(got, string(a.What))
			}
		}
		for _, f := range Fields() {
			if r.Sees(f.What) {
				got = append(got, string(f.What))
			}
		}
		if strings.Join(got, " ") != want[r] {
			t.Errorf("%s:\n got %s\nwant %s", r, strings.Join(got, " "), want[r])
		}
	}
	if Role("root").May(ReadCalls) || Admin.May("calls.forge") || Admin.Sees("soul") {
		t.Error("what is not in the table is allowed")
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"13812345678":                  "+86138****5678",
		"sip:13812345678@192.0.2.1":    "+86138****5678",
		"4001234567":                   "4001234567",
		"1001":                         "1001",
		"":                             "",
		"+442079460123":                "+4420****0123",
		"refer to sip:13812345678@pbx": "refer to sip:+86138****5678@pbx",
		"ref 20260504-1":               "ref ****0504-1",
		"script a@e631d12345670197fc8adb7b1dad6714a42cb2e2d1a229f": "script a@e631d12345670197fc8adb7b1dad6714a42cb2e2d1a229f",
	} {
		got := Mask(in, "CN")
		if strings.Contains(in, " ") {
			got = MaskText(in, "CN")
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
