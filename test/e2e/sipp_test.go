package e2e

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/test/rig"
)

// sipp runs a scenario of ours against a server and waits for its end.
func sipp(t *testing.T, s *server, scenario string, within time.Duration, args ...string) {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("sipp", scenario))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	dir := t.TempDir()
	errors := filepath.Join(dir, "errors")
	args = append([]string{s.sip, "-sf", file, "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", rig.FreePort(t),
		"-nostdin", "-timeout_error", "-trace_err", "-error_file", errors}, args...)
	cmd := exec.CommandContext(ctx, tool(t, "sipp"), args...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		text := read(t, errors)
		t.Fatalf("sipp %s: %v\n%s\n%s", scenario, err, text[:min(len(text), 3000)], out.String()[max(0, out.Len()-2500):])
	}
}

// arrival is one RTP packet at a rtpPort.
type arrival struct {
	at   time.Time
	kind uint8
}

// rtpPort is a UDP port that notes the payload types that come.
type rtpPort struct {
	conn net.PacketConn
	mu   sync.Mutex
	got  []arrival
}

func openRTP(t *testing.T) *rtpPort {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &rtpPort{conn: conn}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 2048)
		for {
			n, _, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if n > 12 {
				p.mu.Lock()
				p.got = append(p.got, arrival{time.Now(), buf[1] & 0x7f})
				p.mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return p
}

func (p *rtpPort) port(t *testing.T) string { return port(t, p.conn.LocalAddr().String()) }

// runs gives the payload types as they followed each other, and the longest gap.
func (p *rtpPort) runs() (kinds []uint8, packets int, gap time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, a := range p.got {
		if i > 0 {
			gap = max(gap, a.at.Sub(p.got[i-1].at))
		}
		if len(kinds) == 0 || kinds[len(kinds)-1] != a.kind {
			kinds = append(kinds, a.kind)
		}
	}
	return kinds, len(p.got), gap
}

// TestSippChangesTheMedia holds a call, resumes it on a new port, changes its
// codec and sends an INVITE without SDP; the audio must follow each time.
func TestSippChangesTheMedia(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	a, b := openRTP(t), openRTP(t)
	sipp(t, s, "reinvite.xml", 30*time.Second, "-s", "9101", "-m", "1", "-key", "porta", a.port(t), "-key", "portb", b.port(t))
	kinds, n, _ := a.runs()
	// One second at 50 packets a second, then held; generous for a busy machine.
	if !slices.Equal(kinds, []uint8{8}) || n < 30 || n > 90 {
		t.Errorf("the first port got %d packets of types %v: want about 50 of type 8, and none while held", n, kinds)
	}
	if kinds, n, gap := b.runs(); !slices.Equal(kinds, []uint8{8, 0, 8}) || n < 120 || gap > 500*time.Millisecond {
		t.Errorf("the second port got %d packets of types %v with a gap of %v: want about 150, A-law, mu-law, A-law", n, kinds, gap)
	}
	if r := s.only(); r.EndedBy != "them" || r.Answered.IsZero() {
		t.Errorf("record: %+v", r)
	}
}

// TestShortCallsLeaveNothingBehind places 200 short calls at 20 a second, one of
// five cancelled while it rings. PARLEY_E2E_CALLS asks for more.
func TestShortCallsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	calls := 200
	if n, err := strconv.Atoi(os.Getenv("PARLEY_E2E_CALLS")); err == nil {
		calls = n
	}
	s := start(t, setup{})
	sipp(t, s, "short.xml", 20*time.Second, "-m", "3", "-r", "3", "-mp", rig.FreePort(t)) // warms up what is kept for ever
	goroutines, fds, memory := s.metric("go_goroutines"), s.metric("process_open_fds"), s.metric("process_resident_memory_bytes")
	sipp(t, s, "short.xml", time.Duration(calls/20+60)*time.Second, "-m", strconv.Itoa(calls), "-r", "20", "-l", "200", "-mp", rig.FreePort(t))
	list, cancelled := s.calls(), 0
	for _, r := range list {
		if r.Answered.IsZero() {
			cancelled++
		}
	}
	if len(list) != min(calls+3, 1000) || cancelled < calls/20 || cancelled > calls/2 {
		t.Errorf("%d records of %d calls, %d of them never answered", len(list), calls+3, cancelled)
	}
	// A busy server may open the rest of its readers' pool, and keeps it: three
	// connections more, of a database, a log and its index each.
	const readers = 3 * 3
	goneWithin := time.Now().Add(50 * time.Second) // SIP keeps its transactions for 32 s (RFC 3261 §17.2.1 timer H, 13.3.1.4)
	for {
		calls, sessions := s.metric("parley_calls_active"), s.metric("parley_media_sessions")
		moreGoroutines, moreFds := s.metric("go_goroutines")-goroutines, s.metric("process_open_fds")-fds
		if calls == 0 && sessions == 0 && moreGoroutines <= 5 && moreFds <= 3+readers {
			break
		}
		if time.Now().After(goneWithin) {
			t.Fatalf("left behind after 50 s: %v calls, %v media sessions, %v goroutines, %v descriptors", calls, sessions, moreGoroutines, moreFds)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if grown := s.metric("process_resident_memory_bytes") - memory; grown > 40<<20 {
		t.Errorf("the server grew by %.0f MB", grown/(1<<20))
	}
}
