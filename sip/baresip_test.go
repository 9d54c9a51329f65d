package sip

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
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/parley-voice/parley/sip/registrar"
)

// baresipConfig is a telephone without hardware that takes its orders over TCP.
const baresipConfig = `poll_method epoll
sip_listen %[1]s
net_interface 127.0.0.1
audio_player aubridge,nil
audio_source aubridge,nil
audio_alert aubridge,nil
module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen %[2]s
`

// baresip is a real telephone.
type baresip struct {
	t      *testing.T
	conn   net.Conn
	events chan string
	stop   func()
}

func newBaresip(t *testing.T, account string) *baresip {
	t.Helper()
	path, err := exec.LookPath("baresip")
	if err != nil {
		t.Skip("baresip is not installed: apt install baresip-core")
	}
	dir := t.TempDir()
	control := "127.0.0.1:" + freePort(t)
	for name, text := range map[string]string{
		"config": fmt.Sprintf(baresipConfig, "127.0.0.1:"+freePort(t), control), "accounts": account + "\n", "contacts": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	cmd := exec.Command(path, "-f", dir)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	b := &baresip{t: t, events: make(chan string, 256)}
	b.stop = sync.OnceFunc(func() {
		if b.conn != nil {
			_ = b.conn.Close()
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
		if t.Failed() {
			t.Logf("baresip said:\n%s", out.String())
		}
	})
	t.Cleanup(b.stop)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if b.conn, err = net.Dial("tcp4", control); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("baresip does not listen")
		}
	}
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
		var m struct{ Type string }
		if json.Unmarshal(buf[:n], &m) == nil && m.Type != "" {
			select {
			case b.events <- m.Type:
			default:
			}
		}
	}
}

func (b *baresip) do(command, params string) {
	b.t.Helper()
	text, _ := json.Marshal(map[string]string{"command": command, "params": params})
	if _, err := fmt.Fprintf(b.conn, "%d:%s,", len(text), text); err != nil {
		b.t.Fatal(err)
	}
}

// await waits for an event.
func (b *baresip) await(kind string) {
	b.t.Helper()
	for deadline := time.After(10 * time.Second); ; {
		select {
		case e := <-b.events:
			if e == kind {
				return
			}
		case <-deadline:
			b.t.Fatalf("baresip: no %s", kind)
		}
	}
}

// onceRegistered waits until the phone is.
func onceRegistered(t *testing.T, e *Endpoint, user string) registrar.Binding {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if list := e.Contacts(user); len(list) > 0 {
			return list[0]
		}
		if time.Now().After(deadline) {
			t.Fatal("the phone does not register")
		}
	}
}

// A real telephone registers, is called, calls in and takes its registration back.
func TestBaresipAgent(t *testing.T) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			inbound := newLegs(t)
			e := start(t, withAgents(Registrar{}), inbound.handle)
			b := newBaresip(t, fmt.Sprintf("<sip:1001@%s;transport=%s>;auth_pass=secret;regint=600;answermode=auto;audio_codecs=PCMA/8000/1", e.Addr(network), network))
			got := onceRegistered(t, e, "1001")
			if got.Flow.Network != strings.ToUpper(network) || got.Device == "" || !strings.HasPrefix(got.UserAgent, "baresip") {
				t.Errorf("%+v", got)
			}
			leg, err := e.Dial(within(t), Dial{Target: "1001", Local: rtp, From: "4711"})
			if err != nil {
				t.Fatal(err)
			}
			next[Answered](t, leg)
			if err := leg.Hangup(within(t), 16, ""); err != nil {
				t.Error(err)
			}
			b.await("CALL_CLOSED")
			b.do("dial", "*11")
			in := inbound.next(t)
			if i := in.Info(); i.Agent != "1001" || i.Called != "*11" {
				t.Errorf("%+v", i)
			}
			if _, err := in.Answer(within(t), rtp); err != nil {
				t.Fatal(err)
			}
			b.await("CALL_ESTABLISHED")
			b.do("hangup", "")
			if end := next[Ended](t, in); end.By != Them {
				t.Errorf("%+v", end)
			}
			b.stop() // which takes the registration back
			for deadline := time.Now().Add(5 * time.Second); len(e.Registered()) > 0; time.Sleep(20 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("still registered: %+v", e.Registered())
				}
			}
		})
	}
}

// An agent presses "transfer" on a real telephone.
func TestBaresipTransfers(t *testing.T) {
	e := start(t, withAgents(Registrar{}), nil)
	b := newBaresip(t, fmt.Sprintf("<sip:1001@%s>;auth_pass=secret;regint=600;answermode=auto;audio_codecs=PCMA/8000/1", e.Addr("udp")))
	onceRegistered(t, e, "1001")
	leg, err := e.Dial(within(t), Dial{Target: "1001", Local: rtp})
	if err != nil {
		t.Fatal(err)
	}
	next[Answered](t, leg)
	b.await("CALL_ESTABLISHED")
	b.do("transfer", "sip:1002@parley.example")
	r := next[ReferAsked](t, leg)
	if r.To != "sip:1002@parley.example" || r.Replaces != "" {
		t.Errorf("%+v", r)
	}
	if err := r.Accept(); err != nil {
		t.Fatal(err)
	}
	if err := r.Notify(within(t), 180, "Ringing"); err != nil {
		t.Error(err)
	}
	if err := r.Notify(within(t), 200, "OK"); err != nil {
		t.Error(err)
	}
	// the telephone leaves when the transfer has succeeded
	if end := next[Ended](t, leg); end.By != Them {
		t.Errorf("%+v", end)
	}
}
