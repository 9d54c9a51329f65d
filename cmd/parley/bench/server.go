package bench

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/parley-voice/parley/media"
)

// The scripts that a server of our own follows.
//
//go:embed scripts/*.yaml
var scripts embed.FS

// The numbers of a server of our own.
const (
	numberPlay       = "9101" // answers at once and keeps playing
	numberRing       = "9102" // rings 2 s first
	numberTranscribe = "9105"
	numberLatency    = "9201" // open and closed questions in turn
	numberBargein    = "9202" // a long prompt without a pause
)

// options of a measurement: what our own server does, and how our callers speak.
type options struct {
	record bool
	asr    string // engine: "moonshine" or "none"
	steady bool   // few calls, which must sound right: real-time threads
}

// server is a parley serve that we started and shall end.
type server struct {
	cmd  *exec.Cmd
	dir  string
	log  string
	sip  string
	http string
	done chan error
}

// config is the whole of its parley.yaml.
const config = `sip: {listen: ["udp://%[1]s"]}
trunks: [{name: bench, match: [127.0.0.0/8], rate: 10000}]
media: {address: 127.0.0.1, ports: 0-0, max_calls: 10000}
speech: {asr: {engine: %[3]s}}
scripts: ./scripts
drafts: true
numbers:
  "9101": line-test/play
  "9102": line-test/ring
  "9105": line-test/transcribe
  "9201": latency
  "9202": bargein
data: ./data
record: %[4]t
mask: false
http: {listen: "%[2]s"}
drain: 1s
log: {level: warn}
`

// startServer runs this very program's serve on loopback and waits until it is
// ready.
func startServer(ctx context.Context, o options) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "parley-bench-")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, log: filepath.Join(dir, "serve.log"), done: make(chan error, 1)}
	if err := s.furnish(o); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	if err := s.makeKey(ctx, self); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	out, err := os.Create(s.log)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	defer out.Close()
	s.cmd = exec.Command(self, "serve", "-c", filepath.Join(dir, "parley.yaml"))
	s.cmd.Stdout, s.cmd.Stderr = out, out
	if err := s.cmd.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("starting a server: %w", err)
	}
	go func() { s.done <- s.cmd.Wait() }()
	if err := s.ready(ctx); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// makeKey lets the bench read what was heard: without a key nobody sees words.
func (s *server) makeKey(ctx context.Context, self string) error {
	out, err := exec.CommandContext(ctx, self, "keys", "add", "--role", "author", "--name", "bench", "-c", filepath.Join(s.dir, "parley.yaml")).Output()
	if err != nil {
		return fmt.Errorf("making a key for the server: %w", err)
	}
	for _, w := range strings.Fields(string(out)) {
		if strings.HasPrefix(w, "parley_") {
			return os.Setenv("PARLEY_KEY", w) // where get looks for the key of any server
		}
	}
	return fmt.Errorf("parley keys add printed no key: %q", out)
}

// furnish writes the configuration, the scripts and their clip.
func (s *server) furnish(o options) error {
	sip, err := freePort("udp4")
	if err != nil {
		return err
	}
	console, err := freePort("tcp4")
	if err != nil {
		return err
	}
	s.sip, s.http = sip, "http://"+console
	text := fmt.Sprintf(config, sip, console, o.asr, o.record)
	if err := os.WriteFile(filepath.Join(s.dir, "parley.yaml"), []byte(text), 0o600); err != nil {
		return err
	}
	shipped, err := fs.Sub(scripts, "scripts")
	if err != nil {
		return err
	}
	folder := filepath.Join(s.dir, "scripts")
	if err := os.CopyFS(folder, shipped); err != nil {
		return err
	}
	clip, err := os.Create(filepath.Join(folder, "bargein.wav"))
	if err != nil {
		return err
	}
	err = media.WriteWAV(clip, 8000, 1, promptPCM())
	return errors.Join(err, clip.Close())
}

// freePort finds a port on loopback that is free now.
func freePort(network string) (string, error) {
	if strings.HasPrefix(network, "tcp") {
		l, err := net.Listen(network, "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		defer l.Close()
		return l.Addr().String(), nil
	}
	c, err := net.ListenPacket(network, "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer c.Close()
	return c.LocalAddr().String(), nil
}

// patience is how long a server may take to load models and render prompts.
const patience = 2 * time.Minute

func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		body, err := get(ctx, s.http+"/readyz")
		if err == nil {
			return body.Close()
		}
		select {
		case err := <-s.done:
			s.done <- err
			return fmt.Errorf("the server ended at once: %w\n%s", err, s.tail())
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready: %w\n%s", ctx.Err(), s.tail())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// tail is the end of what the server wrote.
func (s *server) tail() string {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-8):], "\n")
}

func (s *server) pid() int { return s.cmd.Process.Pid }

// stop ends the server, by force if it does not go, and removes what it wrote.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(15 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
	os.RemoveAll(s.dir)
}
