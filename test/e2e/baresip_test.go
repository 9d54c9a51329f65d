package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/media"
)

// baresipConfig is a telephone without hardware: it speaks a file, plays what it
// hears into nothing, and takes its orders over TCP.
const baresipConfig = `poll_method epoll
sip_listen %[1]s
call_max_calls 4
net_interface 127.0.0.1
audio_path /usr/share/baresip
audio_player aubridge,nil
audio_source aufile,%[3]s
audio_alert aubridge,nil
audio_channels 1
rtp_timeout 0
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen %[2]s
`

// baresip is a running one.
type baresip struct {
	t      *testing.T
	uri    string // where it can be called
	log    string // file of what it prints
	conn   net.Conn
	mu     sync.Mutex
	events []map[string]any
}

func startBaresip(t *testing.T) *baresip {
	t.Helper()
	return startBaresipAs(t, "")
}

// startBaresipAs starts one whose account is the line given, a new one without.
func startBaresipAs(t *testing.T, account string) *baresip {
	t.Helper()
	dir := t.TempDir()
	sip, ctrl := freePort(t, "udp4"), freePort(t, "tcp4")
	speech := filepath.Join(dir, "speech.wav")
	f, err := os.Create(speech)
	if err != nil {
		t.Fatal(err)
	}
	if err := media.WriteWAV(f, 8000, 1, tones(20*time.Second, 440)); err != nil {
		t.Fatal(err)
	}
	f.Close()
	write(t, filepath.Join(dir, "config"), fmt.Sprintf(baresipConfig, sip, ctrl, speech))
	if account == "" {
		account = fmt.Sprintf("<sip:baresip@%s>;regint=0", sip)
	}
	write(t, filepath.Join(dir, "accounts"), account+";audio_codecs=PCMA/8000/1,PCMU/8000/1\n")
	write(t, filepath.Join(dir, "contacts"), "")
	cmd := exec.Command(tool(t, "baresip"), "-f", dir)
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	b := &baresip{t: t, uri: "sip:baresip@" + sip, log: filepath.Join(dir, "log")}
	t.Cleanup(func() {
		if b.conn != nil {
			b.conn.Close()
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
		if t.Failed() {
			t.Logf("baresip said:\n%s", read(t, filepath.Join(dir, "log")))
		}
	})
	until(t, 10*time.Second, "baresip does not listen", func() bool {
		b.conn, err = net.Dial("tcp4", ctrl)
		return err == nil
	})
	go b.listen()
	return b
}

// listen reads netstrings of JSON until the connection ends.
func (b *baresip) listen() {
	r := bufio.NewReader(b.conn)
	for {
		size, err := r.ReadString(':')
		if err != nil {
			return
		}
		n, err := strconv.Atoi(size[:len(size)-1])
		if err != nil || n > 1<<20 {
			return
		}
		buf := make([]byte, n+1) // and the comma
		if _, err := io.ReadFull(r, buf); err != nil {
			return
		}
		var m map[string]any
		if json.Unmarshal(buf[:n], &m) == nil {
			b.mu.Lock()
			b.events = append(b.events, m)
			b.mu.Unlock()
		}
	}
}

func (b *baresip) do(command, params string) {
	b.t.Helper()
	text, err := json.Marshal(map[string]string{"command": command, "params": params, "token": command})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(b.conn, "%d:%s,", len(text), text); err != nil {
		b.t.Fatal(err)
	}
}

// saw tells whether an event of that type has come.
func (b *baresip) saw(kind string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if e["type"] == kind {
			return true
		}
	}
	return false
}

// TestBaresipHoldsAndPresses has a real telephone call the echo test, be held and
// come back, press digits and hang up; the server's record must tell all of it.
func TestBaresipHoldsAndPresses(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	b := startBaresip(t)
	b.do("dial", s.uri("9106"))
	until(t, 10*time.Second, "the call is not established", func() bool { return b.saw("CALL_ESTABLISHED") })
	phase := func(want string) {
		t.Helper()
		until(t, 5*time.Second, "the call does not become "+want, func() bool { return s.phase() == want })
	}
	phase("talking")
	time.Sleep(4 * time.Second) // the greeting, then two seconds of echo
	b.do("hold", "")
	phase("held")
	held := time.Now()
	time.Sleep(time.Second)
	b.do("resume", "")
	phase("talking")
	back := time.Now()
	time.Sleep(2 * time.Second)
	for _, d := range "159#" {
		b.do("sndcode", string(d))
		time.Sleep(250 * time.Millisecond)
		b.do("sndcode", "\x04") // key released
		time.Sleep(150 * time.Millisecond)
	}
	time.Sleep(500 * time.Millisecond)
	b.do("hangup", "")
	r := s.only()
	if r.EndedBy != "them" || r.State != "finished" {
		t.Errorf("state %q, ended by %q", r.State, r.EndedBy)
	}
	if got := digitsOf(r); got != "159#" {
		t.Errorf("digits in the record: %q", got)
	}
	left, right := s.recording(r)
	at := func(ch []int16, from, to time.Duration) float64 {
		lo, hi := int(from.Seconds()*8000), int(to.Seconds()*8000)
		return measure.Level(ch[min(lo, len(ch)):min(hi, len(ch))])
	}
	h, k := held.Sub(r.Answered), back.Sub(r.Answered)
	for name, ch := range map[string][]int16{"caller": left, "echo": right} {
		before, during, after := at(ch, h-time.Second, h-300*time.Millisecond), at(ch, h+400*time.Millisecond, k-100*time.Millisecond), at(ch, k+time.Second, k+1800*time.Millisecond)
		if before < 1000 || during > before/10 || after < before/2 {
			t.Errorf("level of the %s before, during and after the hold: %.0f, %.0f, %.0f", name, before, during, after)
		}
	}
}
