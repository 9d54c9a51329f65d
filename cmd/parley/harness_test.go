package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/dialog/review"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

// bin builds the program once, as make build does, and gives its folder.
var bin = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "parley-e2e-")
	if err != nil {
		return "", err
	}
	built = dir
	cmd := exec.Command("make", "--no-print-directory", "build", "BIN="+dir)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("make build: %w\n%s", err, out)
	}
	return dir, nil
})

var built string // what TestMain removes

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(built)
	if err := storetest.StopPostgres(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func program(t *testing.T) string {
	t.Helper()
	dir, err := bin()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "parley")
}

// run runs one command to its end.
func run(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program(t), args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Dir = t.TempDir()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("parley %s does not end\n%s%s", strings.Join(args, " "), &out, &errs)
	}
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// serving is a parley serve that runs.
type serving struct {
	t         *testing.T
	cmd       *exec.Cmd
	dir       string
	sip, http string
	ended     chan struct{}
	mu        sync.Mutex
	log       strings.Builder
}

// plain is a configuration that is ready in a moment: nobody listens.
const plain = `
sip: {listen: [udp://127.0.0.1:0]}
http: {listen: 127.0.0.1:0}
media: {ports: 0-0}
trunks: [{name: loopback, match: [127.0.0.0/8]}]
speech: {asr: {engine: none}}
numbers: {"9196": line-test/play, "9197": line-test/hangup}
log: {format: json}
`

// serve starts a server with a configuration in a folder and waits until it is ready.
func serve(t *testing.T, dir, configuration string) *serving {
	t.Helper()
	path := filepath.Join(dir, "parley.yaml")
	if err := os.WriteFile(path, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &serving{t: t, dir: dir, cmd: exec.Command(program(t), "serve", "-c", path), ended: make(chan struct{})}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{})
	go s.read(stderr, ready)
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		<-s.ended
	})
	select {
	case <-ready:
	case <-s.ended:
		t.Fatalf("serve ended\n%s", s.text())
	case <-time.After(time.Minute):
		t.Fatalf("serve is not ready\n%s", s.text())
	}
	return s
}

// read takes the addresses from the log.
func (s *serving) read(stderr io.Reader, ready chan<- struct{}) {
	defer close(s.ended)
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		s.mu.Lock()
		s.log.WriteString(lines.Text() + "\n")
		s.mu.Unlock()
		var l struct{ Msg, Address, HTTP string }
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			continue
		}
		switch l.Msg {
		case "listening":
			s.sip = l.Address
		case "ready":
			s.http = "http://" + l.HTTP
			close(ready)
		}
	}
	_ = s.cmd.Wait()
}

func (s *serving) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// end waits for the server's end and gives its exit code.
func (s *serving) end() int {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		s.t.Fatalf("serve does not end\n%s", s.text())
	}
	return s.cmd.ProcessState.ExitCode()
}

func (s *serving) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

func (s *serving) get(path string) (int, string) {
	s.t.Helper()
	resp, err := http.Get(s.http + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// eventually asks until it is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	limit := time.After(30 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-limit:
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

// calling is a parley call that runs.
func (s *serving) calling(number string) *exec.Cmd {
	s.t.Helper()
	dir := s.t.TempDir()
	script := filepath.Join(dir, "quiet.yaml")
	if err := os.WriteFile(script, []byte(quiet), 0o600); err != nil {
		s.t.Fatal(err)
	}
	configuration := filepath.Join(dir, "parley.yaml")
	if err := os.WriteFile(configuration, []byte(plain), 0o600); err != nil {
		s.t.Fatal(err)
	}
	publish(s.t, script, filepath.Join(dir, "var", "reviews.db"))
	cmd := exec.Command(program(s.t), "call", "sip:"+number+"@"+s.sip, "--script", script, "-c", configuration, "--data", filepath.Join(dir, "var"))
	cmd.Dir = dir
	return cmd
}

// publish has a script reviewed: only a published one calls out.
func publish(t *testing.T, script, reviews string) {
	t.Helper()
	b, _, err := library.Pack(script)
	if err != nil {
		t.Fatal(err)
	}
	r, err := store.OpenReviews(t.Context(), reviews)
	if err != nil {
		t.Fatal(err)
	}
	e := review.Event{Script: library.ScriptName(script), Hash: b.Hash, Who: "li", At: time.Now()}
	err = r.Submit(t.Context(), b, e)
	for _, act := range []review.Act{review.Approve, review.Publish} {
		e.Act, e.Who = act, "wang"
		err = errors.Join(err, r.Record(t.Context(), e))
	}
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
}

// quiet is a script that says a word and then waits for the other side to end.
const quiet = `
script: quiet
language: en
defaults: {barge_in: off, silence: none, turns: none}
nodes:
  hello:   {stage: opening, say: "Hello.", go: waiting}
  waiting: {stage: close, wait: 60s, end: tired}
`
