package media

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestPortsAreBoundedAndRest(t *testing.T) {
	lo := freePorts(t, 6)
	e := newTestEngine(t, Config{MinPort: lo, MaxPort: lo + 5, Quarantine: 300 * time.Millisecond})
	var all []*Session
	for range 3 {
		s := mustOpen(t, e, plain, nil)
		if p := s.LocalAddr().Port(); p&1 == 1 || p < lo || p > lo+4 {
			t.Errorf("port %d outside %d-%d", p, lo, lo+5)
		}
		all = append(all, s)
	}
	_, err := e.Open(t.Context(), plain, nil)
	if !errors.Is(err, ErrNoPorts) || !strings.Contains(err.Error(), "3 of") {
		t.Errorf("fourth session: %v", err)
	}
	all[1].Close()
	if _, err := e.Open(t.Context(), plain, nil); !errors.Is(err, ErrNoPorts) || !strings.Contains(err.Error(), "1 resting") {
		t.Errorf("a port was used again at once: %v", err)
	}
	if n := e.Stats().FreePorts; n != 0 {
		t.Errorf("%d free ports", n)
	}
	for late := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		s, err := e.Open(t.Context(), plain, nil)
		if err == nil {
			if s.LocalAddr() != all[1].LocalAddr() {
				t.Errorf("port %v, want %v", s.LocalAddr(), all[1].LocalAddr())
			}
			break
		}
		if time.Now().After(late) {
			t.Fatal(err)
		}
	}
}

func TestPortsHeldByOthersAreSkipped(t *testing.T) {
	lo := freePorts(t, 4)
	fd, err := bindUDP(netip.AddrPortFrom(loopback, lo+1)) // someone sits on the RTCP port
	must(t, err)
	defer unix.Close(fd)
	e := newTestEngine(t, Config{MinPort: lo, MaxPort: lo + 3, Quarantine: -1})
	if s := mustOpen(t, e, plain, nil); s.LocalAddr().Port() != lo+2 {
		t.Errorf("port %v, want %d", s.LocalAddr(), lo+2)
	}
	if _, err := e.Open(t.Context(), plain, nil); !errors.Is(err, ErrNoPorts) {
		t.Errorf("%v", err)
	}
}

// freePorts finds n neighbouring free ports, the first even.
func freePorts(t *testing.T, n uint16) uint16 {
	t.Helper()
	for range 100 {
		s, err := bindPair(loopback, 0, true)
		must(t, err)
		lo := (s.local.Port() + 1) &^ 1
		s.close()
		free := true
		for p := lo; p < lo+n && free; p++ {
			fd, err := bindUDP(netip.AddrPortFrom(loopback, p))
			if free = err == nil; free {
				unix.Close(fd)
			}
		}
		if free {
			return lo
		}
	}
	t.Fatal("no free ports")
	return 0
}

func TestBadConfigIsExplained(t *testing.T) {
	for want, c := range map[string]Config{
		"Addr is not set": {},
		"widen the range": {Addr: loopback, MinPort: 4001, MaxPort: 4002},
		"CNAME of 300":    {Addr: loopback, CNAME: strings.Repeat("x", 300)},
	} {
		if _, err := NewEngine(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	e := newTestEngine(t, Config{MaxSessions: 1})
	for want, p := range map[string]Params{
		`"opus"`:     {Codec: Codec{Name: "opus", ClockRate: 48000}},
		"at 16000":   {Codec: Codec{Name: "PCMU", ClockRate: 16000}},
		"above 127":  {Codec: PCMU, DTMF: 200},
		"agreed for": {Codec: PCMA, DTMF: 8},
	} {
		if _, err := e.Open(t.Context(), p, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	mustOpen(t, e, plain, nil)
	if _, err := e.Open(t.Context(), plain, nil); !errors.Is(err, ErrTooMany) {
		t.Errorf("second of one: %v", err)
	}
}

// TestStartIsPrompt measures from Start to the kernel's receipt of the first
// packet, and that the packets after it keep to its slot.
func TestStartIsPrompt(t *testing.T) {
	e := newTestEngine(t, Config{Realtime: true})
	var waits []time.Duration
	for range 30 {
		far := newInlet()
		fd, err := bindUDP(netip.AddrPortFrom(loopback, 0))
		must(t, err)
		at, err := boundTo(fd, loopback)
		must(t, err)
		p := plain
		p.Remote = at
		s := mustOpen(t, e, p, nil)
		began := time.Now()
		s.Start()
		var times []int64
		for len(times) < 3 && time.Since(began) < 5*time.Second {
			if d, ok := far.read(fd); ok {
				times = append(times, d.at)
				continue
			}
			time.Sleep(200 * time.Microsecond)
		}
		s.Close()
		unix.Close(fd)
		if len(times) < 3 {
			t.Fatal("no packets")
		}
		waits = append(waits, time.Duration(times[0]-began.UnixNano()))
		if gap := time.Duration(times[1] - times[0]); gap < 5*time.Millisecond {
			t.Errorf("second packet %v after the first", gap)
		}
	}
	var worst, sum time.Duration
	for _, w := range waits {
		worst, sum = max(worst, w), sum+w
	}
	t.Logf("first packet %v after Start on average, %v at worst", sum/time.Duration(len(waits)), worst)
	if worst > time.Second {
		t.Errorf("first packet %v after Start", worst)
	}
}

// TestFlushIsPrompt measures from the decision to the last packet of speech, by
// what the queue says was sent.
func TestFlushIsPrompt(t *testing.T) {
	e := newTestEngine(t, Config{})
	h := newHearing()
	a, _ := pair(t, e, plain, h, nil)
	q := a.Out()
	var worst time.Duration
	for range 10 {
		g := q.Gen()
		must(t, q.Clip(g, clipOf(5000, 1600), true))
		h.until(t, "speech", q.Speaking)
		decided := time.Now()
		q.Pause() // what barge-in does first
		h.until(t, "silence", func() bool { return !q.Speaking() })
		worst = max(worst, q.LastAudio().Sub(decided))
		q.Flush()
		q.Resume()
	}
	t.Logf("last packet of speech %v after the decision at worst", worst)
	if worst > time.Second {
		t.Errorf("speech went on for %v", worst)
	}
}
