package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/test/rig"
)

// setup is what a test's server is to be.
type setup struct {
	numbers string            // YAML of the numbers beyond the line tests
	scripts map[string]string // file to text
	speech  string            // YAML of the speech block; "" hears nothing
	more    string            // further top-level YAML
	data    string            // data folder; "" is a new one
	env     []string
}

// server is a running parley serve.
type server struct {
	t    *testing.T
	dir  string
	data string
	sip  string
	http string
	cmd  *exec.Cmd
	done chan struct{}
	once sync.Once

	open   sync.Once
	reader *store.Reader
}

const parleyYAML = `sip: {listen: ["udp://%[1]s", "tcp://%[1]s"]}
trunks:
  - {name: local, match: [127.0.0.0/8], host: 127.0.0.1:9, rate: 10000}
media: {address: 127.0.0.1, ports: 0-0}
speech: %[3]s
scripts: ./scripts
drafts: true
numbers:
  "9101": line-test/play
  "9102": line-test/ring
  "9103": line-test/digits
  "9104": line-test/hangup
  "9105": line-test/transcribe
  "9106": line-test/echo
%[4]s
data: %[5]s
http: {listen: "%[2]s"}
drain: 2s
log: {level: info}
%[6]s
`

// start runs a server and waits until it is ready. It ends with the test.
func start(t *testing.T, o setup) *server {
	t.Helper()
	s := &server{t: t, dir: t.TempDir(), data: o.data, sip: rig.FreeAddr(t), done: make(chan struct{})}
	if s.data == "" {
		s.data = filepath.Join(s.dir, "data")
	}
	if o.speech == "" {
		o.speech = "{asr: {engine: none}}"
	}
	console := rig.FreeAddr(t)
	s.http = "http://" + console
	for name, text := range o.scripts {
		write(t, filepath.Join(s.dir, "scripts", name), text)
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "scripts"), 0o755); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(s.dir, "parley.yaml")
	write(t, config, fmt.Sprintf(parleyYAML, s.sip, console, o.speech, o.numbers, s.data, o.more))
	s.cmd = exec.Command(program, "serve", "-c", config)
	s.cmd.Env = append(os.Environ(), o.env...)
	log, err := os.Create(s.log())
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait() // how it ended is seen from what the test asked
		close(s.done)
	}()
	t.Cleanup(s.stop)
	s.ready()
	return s
}

func (s *server) log() string { return filepath.Join(s.dir, "serve.log") }

func (s *server) ready() {
	s.t.Helper()
	until(s.t, 60*time.Second, "the server is not ready", func() bool {
		select {
		case <-s.done:
			s.t.Fatalf("the server ended:\n%s", read(s.t, s.log()))
		default:
		}
		resp, err := http.Get(s.http + "/readyz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// stop ends the server by its PID and shows its log if the test failed.
func (s *server) stop() {
	s.once.Do(func() {
		if s.t.Failed() {
			s.t.Logf("its records: %s", s.journals())
		}
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-s.done:
		case <-time.After(20 * time.Second):
			s.t.Errorf("the server does not end on SIGTERM")
			_ = s.cmd.Process.Kill()
			<-s.done
		}
		if s.t.Failed() {
			text := read(s.t, s.log())
			s.t.Logf("the server's log ends so:\n%s", text[max(0, len(text)-6000):])
		}
	})
}

// records reads the records beside the server, whole and not as the API shows them.
func (s *server) records() *store.Reader {
	s.t.Helper()
	s.open.Do(func() {
		r, err := store.Read(context.Background(), filepath.Join(s.data, "records.db"))
		if err != nil {
			s.t.Fatal(err)
		}
		s.reader = r
		s.t.Cleanup(func() { _ = r.Close() })
	})
	return s.reader
}

// journals are the records of the latest calls, for people who look into a failure.
func (s *server) journals() string {
	records, err := store.Read(context.Background(), filepath.Join(s.data, "records.db"))
	if err != nil {
		return err.Error()
	}
	defer func() { _ = records.Close() }()
	list, err := records.List(context.Background(), store.Filter{Limit: 3})
	if err != nil {
		return err.Error()
	}
	var all []byte
	for _, r := range list {
		if whole, err := records.Get(context.Background(), r.ID); err == nil {
			r = whole
		}
		text, err := json.Marshal(r)
		if err != nil {
			return err.Error()
		}
		all = append(append(all, text...), '\n')
	}
	return string(all)
}

// kill ends the server as a power cut would.
func (s *server) kill() {
	s.once.Do(func() {
		_ = s.cmd.Process.Kill()
		<-s.done
	})
}

// uri is the SIP address of a number.
func (s *server) uri(number string) string { return "sip:" + number + "@" + s.sip }

func (s *server) get(path string, into any) error {
	resp, err := http.Get(s.http + path)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// calls lists the records, newest first.
func (s *server) calls() []call.Record {
	s.t.Helper()
	list, err := s.records().List(s.t.Context(), store.Filter{Limit: 1000})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// finished waits for the finished record of a call, by its Call-ID or its id.
func (s *server) finished(id string) call.Record {
	s.t.Helper()
	records := s.records()
	var r call.Record
	until(s.t, 10*time.Second, "no finished record of call "+id, func() (ended bool) {
		var err error
		r, err = records.Get(s.t.Context(), id)
		return err == nil && r.State != call.Ringing && r.State != call.Talking
	})
	return r
}

// only waits for the one finished call of a server that had one call.
func (s *server) only() call.Record {
	s.t.Helper()
	var list []call.Record
	until(s.t, 10*time.Second, "no record", func() bool {
		list = s.calls()
		return len(list) > 0 && list[0].State != call.Ringing && list[0].State != call.Talking
	})
	if len(list) != 1 {
		s.t.Fatalf("%d records of one call", len(list))
	}
	return s.finished(list[0].ID)
}

// metric reads one sample of /metrics; 0 if it is not there.
func (s *server) metric(name string) float64 {
	s.t.Helper()
	resp, err := http.Get(s.http + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			v, err := strconv.ParseFloat(rest, 64)
			if err != nil {
				s.t.Fatal(err)
			}
			return v
		}
	}
	return 0
}

// until polls ok, and fails the test if it does not come true in time.
func until(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s within %s", what, within)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// listenUDP binds addr, if nobody else has.
func listenUDP(addr string) (net.PacketConn, error) { return net.ListenPacket("udp4", addr) }

// port is the port of an address.
func port(t *testing.T, addr string) string {
	t.Helper()
	_, p, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
