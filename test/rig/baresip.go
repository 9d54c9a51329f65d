package rig

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// baresipConfig is a telephone without hardware: it speaks a file or nothing,
// plays what it hears into nothing, and takes its orders over TCP.
const baresipConfig = `poll_method epoll
sip_listen %[1]s
call_max_calls 4
net_interface 127.0.0.1
audio_path /usr/share/baresip
audio_player aubridge,nil
audio_source %[3]s
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

// Telephone says what a Baresip is to be.
type Telephone struct {
	Account string // line of its accounts file without codecs; "" registers nowhere and is called at URI
	Speech  string // WAV file that it speaks; "" is silent
}

// Baresip is a running baresip.
type Baresip struct {
	URI string // where it can be called without registering

	t    *testing.T
	log  string
	conn net.Conn
	stop func()

	mu     sync.Mutex
	events []string // types, in order
	waited int      // events that Await has gone past
}

// StartBaresip starts one; it ends with the test.
func StartBaresip(t *testing.T, o Telephone) *Baresip {
	t.Helper()
	path, err := exec.LookPath("baresip")
	if err != nil {
		t.Fatal("baresip is missing: make deps-test installs it")
	}
	dir := t.TempDir()
	sip, control, source := FreeAddr(t), FreeAddr(t), "aubridge,nil"
	if o.Speech != "" {
		source = "aufile," + o.Speech
	}
	b := &Baresip{t: t, URI: "sip:baresip@" + sip, log: filepath.Join(dir, "log")}
	if o.Account == "" {
		o.Account = "<" + b.URI + ">;regint=0"
	}
	for name, text := range map[string]string{
		"config":   fmt.Sprintf(baresipConfig, sip, control, source),
		"accounts": o.Account + ";audio_codecs=PCMA/8000/1,PCMU/8000/1\n", "contacts": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := os.Create(b.log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(path, "-f", dir)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	b.stop = sync.OnceFunc(b.ender(cmd))
	t.Cleanup(b.stop)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if b.conn, err = net.Dial("tcp4", control); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("baresip does not listen")
		}
	}
	go b.listen(b.conn)
	return b
}

// ender ends the program by its PID and shows what it said if the test failed.
func (b *Baresip) ender(cmd *exec.Cmd) func() {
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	return func() {
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
		if b.t.Failed() {
			b.t.Logf("baresip said:\n%s", b.Said())
		}
	}
}

// Stop ends it before the test does.
func (b *Baresip) Stop() { b.stop() }

// Said is what it has printed.
func (b *Baresip) Said() string {
	text, err := os.ReadFile(b.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// listen reads netstrings of JSON until the connection ends.
func (b *Baresip) listen(conn net.Conn) {
	r := bufio.NewReader(conn)
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
		var m struct{ Type string }
		if json.Unmarshal(buf[:n], &m) == nil && m.Type != "" {
			b.mu.Lock()
			b.events = append(b.events, m.Type)
			b.mu.Unlock()
		}
	}
}

// Do gives an order: dial, accept, hangup, hold, resume, sndcode, transfer.
func (b *Baresip) Do(command, params string) {
	b.t.Helper()
	text, err := json.Marshal(map[string]string{"command": command, "params": params, "token": command})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(b.conn, "%d:%s,", len(text), text); err != nil {
		b.t.Fatal(err)
	}
}

// Accept takes the call that comes in. On a busy machine baresip tells of a call a
// moment before it can be accepted, and passes over the order: it is given again.
func (b *Baresip) Accept() {
	b.t.Helper()
	before := b.count("CALL_ESTABLISHED")
	for range 4 {
		b.Do("accept", "")
		for end := time.Now().Add(2500 * time.Millisecond); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if b.count("CALL_ESTABLISHED") > before {
				return
			}
		}
	}
}

// count is how many events of that type have come.
func (b *Baresip) count(kind string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if e == kind {
			n++
		}
	}
	return n
}

// Saw tells whether an event of that type has ever come.
func (b *Baresip) Saw(kind string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Contains(b.events, kind)
}

// Await waits for the next event of that type; what came before it is gone past.
func (b *Baresip) Await(kind string) {
	b.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !b.Took(kind); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.t.Fatalf("baresip: no %s", kind)
		}
	}
}

// Took goes past the next event of that type, if it has come.
func (b *Baresip) Took(kind string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.events[b.waited:], kind)
	b.waited += i + 1 // nothing for -1
	return i >= 0
}
