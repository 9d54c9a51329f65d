package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestTheWireAsWiresharkSeesIt captures one call and reads it back with tshark:
// payload type, marker, timestamps, sequence numbers and SSRC by RFC 3550 and 3551.
func TestTheWireAsWiresharkSeesIt(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	file := filepath.Join(t.TempDir(), "call.pcap")
	capture := exec.Command(tool(t, "tshark"), "-q", "-i", "lo", "-f", "udp and not port "+port(t, s.sip), "-w", file)
	var log bytes.Buffer
	capture.Stderr = &log
	if err := capture.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = capture.Wait(); close(done) }()
	t.Cleanup(func() { _ = capture.Process.Kill(); <-done })
	until(t, 15*time.Second, "tshark does not capture", func() bool {
		select {
		case <-done:
			t.Skipf("no right to capture on lo: run as root, or let dumpcap capture: %s", &log)
		default:
		}
		info, err := os.Stat(file)
		return err == nil && info.Size() > 0
	})
	p := ring(t, s, "9104") // silent for five seconds, then hangs up
	p.gone(15 * time.Second)
	q := ring(t, s, "9106") // speaks, and is silent when nobody speaks
	q.hears(time.Now().Add(-5*time.Second), 10*time.Second, "the greeting")
	q.quiet(500*time.Millisecond, 10*time.Second)
	q.hangup()
	_ = capture.Process.Signal(syscall.SIGINT)
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("tshark does not end")
	}
	for name, from := range map[string]uint16{"silent call": p.call.Media().Remote.Port(), "greeting": q.call.Media().Remote.Port()} {
		checkStream(t, name, file, from)
	}
}

// rtpRow is one packet as tshark decodes it.
type rtpRow struct{ kind, marker, seq, time, ssrc, size uint64 }

func checkStream(t *testing.T, name, file string, from uint16) {
	t.Helper()
	src := strconv.Itoa(int(from))
	cmd := exec.Command(tool(t, "tshark"), "-r", file, "-d", "udp.port=="+src+",rtp", "-Y", "udp.srcport=="+src+" && rtp", "-T", "fields",
		"-e", "rtp.p_type", "-e", "rtp.marker", "-e", "rtp.seq", "-e", "rtp.timestamp", "-e", "rtp.ssrc", "-e", "udp.length")
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v: %s", err, &log)
	}
	var rows []rtpRow
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) != 6 {
			t.Fatalf("%s: tshark says %q", name, line)
		}
		var n [6]uint64
		for i := range f {
			if f[i] == "True" {
				f[i] = "1"
			} else if f[i] == "False" {
				f[i] = "0"
			}
			if n[i], err = strconv.ParseUint(f[i], 0, 64); err != nil {
				t.Fatal(err)
			}
		}
		rows = append(rows, rtpRow{n[0], n[1], n[2], n[3], n[4], n[5]})
	}
	if len(rows) < 50 {
		t.Fatalf("%s: only %d packets", name, len(rows))
	}
	markers := 0
	for i, r := range rows {
		if r.marker == 1 {
			markers++
		}
		if r.kind != 8 || r.ssrc != rows[0].ssrc || r.size != 8+12+160 {
			t.Fatalf("%s: packet %d: type %d, SSRC %#x (first %#x), %d bytes", name, i, r.kind, r.ssrc, rows[0].ssrc, r.size)
		}
		if i == 0 {
			continue
		}
		if before := rows[i-1]; uint16(r.seq-before.seq) != 1 || uint32(r.time-before.time)%160 != 0 || uint32(r.time-before.time) > 160*50 {
			t.Fatalf("%s: packet %d: sequence number %d after %d, timestamp %d after %d", name, i, r.seq, before.seq, r.time, before.time)
		}
		// Between packets without a marker the timestamp moves by one frame.
		if r.marker == 0 && uint32(r.time-rows[i-1].time) != 160 {
			t.Errorf("%s: packet %d: the timestamp jumps by %d without a marker", name, i, uint32(r.time-rows[i-1].time))
		}
	}
	if rows[0].marker != 1 || markers > 6 {
		t.Errorf("%s: %d markers, the first packet's is %d: want one at the start of each talkspurt (RFC 3551 §4.1)", name, markers, rows[0].marker)
	}
	t.Logf("%s: %d packets, %d markers", name, len(rows), markers)
}
