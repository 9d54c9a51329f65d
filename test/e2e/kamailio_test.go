package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/parley-voice/parley/test/rig"
)

// kamailioCFG is a proxy that records its route and sends everything to one
// server. It writes each method that it relays within a dialog to its log.
const kamailioCFG = `debug=1
log_stderror=yes
children=1
disable_tcp=yes
auto_aliases=no
listen=udp:%[1]s
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "xlog.so"
request_route {
	if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
	if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
	if (has_totag()) {
		if (loose_route()) { xlog("L_ALERT", "RELAYED $rm\n"); t_relay(); exit; }
		if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
		sl_send_reply("404", "Not Here");
		exit;
	}
	record_route();
	$du = "sip:%[2]s";
	t_relay();
}
`

// kamailio starts a proxy in front of s and gives its address and its log.
func kamailio(t *testing.T, s *server) (addr, log string) {
	t.Helper()
	dir := t.TempDir()
	addr, log = rig.FreeAddr(t), filepath.Join(dir, "log")
	write(t, filepath.Join(dir, "kamailio.cfg"), fmt.Sprintf(kamailioCFG, addr, s.sip))
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(tool(t, "kamailio"), "-f", filepath.Join(dir, "kamailio.cfg"), "-DD", "-E", "-m", "16", "-M", "4", "-Y", dir)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its children are in its group
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-done
		}
		if t.Failed() {
			t.Logf("kamailio said:\n%s", read(t, log))
		}
	})
	until(t, 10*time.Second, "kamailio does not answer", func() bool { return answersOptions(addr) })
	return addr, log
}

// answersOptions tells whether a SIP server answers at addr at all.
func answersOptions(addr string) bool {
	conn, err := net.Dial("udp4", addr)
	if err != nil {
		return false
	}
	defer conn.Close()
	fmt.Fprintf(conn, "OPTIONS sip:%[1]s SIP/2.0\r\nVia: SIP/2.0/UDP %[2]s;branch=z9hG4bKprobe%[3]d;rport\r\nMax-Forwards: 0\r\n"+
		"From: <sip:probe@%[2]s>;tag=1\r\nTo: <sip:%[1]s>\r\nCall-ID: probe%[3]d\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
		addr, conn.LocalAddr(), time.Now().UnixNano())
	_ = conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	n, err := conn.Read(make([]byte, 2048))
	return err == nil && n > 0
}

// TestKamailioInFront calls through a proxy that stays in the dialog: what either
// side sends later must take the recorded route.
func TestKamailioInFront(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	proxy, log := kamailio(t, s)

	t.Run("we hang up", func(t *testing.T) {
		p := ringAt(t, "sip:9106@"+proxy, "4711")
		p.hears(time.Now(), 5*time.Second, "the echo test's greeting")
		p.quiet(500*time.Millisecond, 10*time.Second)
		p.press("42#")
		until(t, 10*time.Second, "the digits do not come back", func() bool { return p.digits() == "42#" })
		p.hangup()
		if r := s.finished(p.call.ID); r.EndedBy != "them" {
			t.Errorf("ended by %q", r.EndedBy)
		}
	})
	t.Run("the server hangs up", func(t *testing.T) {
		p := ringAt(t, "sip:9104@"+proxy, "4711")
		p.gone(12 * time.Second)
		if r := s.finished(p.call.ID); r.EndedBy != "us" {
			t.Errorf("ended by %q", r.EndedBy)
		}
	})
	text := read(t, log)
	if n := strings.Count(text, "RELAYED BYE"); n < 2 {
		t.Errorf("the proxy relayed %d BYEs: want the caller's and the server's", n)
	}
	if n := strings.Count(text, "RELAYED ACK"); n < 2 {
		t.Errorf("the proxy relayed %d ACKs, want 2", n)
	}
}
