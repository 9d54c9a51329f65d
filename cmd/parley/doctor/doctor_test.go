package doctor

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/term"
)

var update = flag.Bool("update", false, "write the golden files")

const configuration = `
sip: {listen: [udp://127.0.0.1:5060, tcp://127.0.0.1:5060]}
trunks:
  - {name: carrier, host: sip.carrier.example, username: u, password: p}
  - {name: pbx, match: [10.0.0.0/8]}
media: {ports: 30000-30199, max_calls: 100}
speech:
  asr: {second: {engine: ws, url: "ws://127.0.0.1:2700"}}
numbers: {4001: member-callback.en}
data: /var/lib/parley
`

func load(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Load(strings.NewReader(text), "parley.yaml", func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func well() Machine {
	return Machine{
		Bind:      func(string, string) error { return nil },
		Models:    func() error { return nil },
		Hear:      func(context.Context, config.ASREngine) error { return nil },
		Speak:     func(context.Context, string) (time.Duration, error) { return 21 * time.Millisecond, nil },
		Scripts:   func() (int, error) { return 8, nil },
		Routes:    func() (string, error) { return "hotline, version 3 (rules 9, in mid-call 5, queues 7)", nil },
		Realtime:  func() error { return nil },
		Disk:      func(string) (uint64, error) { return 50e9, nil },
		Files:     func() (uint64, uint64, error) { return 1024, 1 << 20, nil },
		Options:   func(context.Context, string) (time.Duration, error) { return 1234567, nil },
		Installed: func(string) bool { return true },
		Now:       func() time.Time { return time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC) },
	}
}

func ill() Machine {
	no := errors.New("connection refused")
	return Machine{
		Bind: func(network, addr string) error {
			switch {
			case addr == "127.0.0.1:5060" && network == "udp":
				return fmt.Errorf("listen: %w", syscall.EADDRINUSE)
			case network == "tcp" && addr == "127.0.0.1:8080":
				return fmt.Errorf("listen: %w", syscall.EACCES)
			case addr == "0.0.0.0:30000":
				return syscall.EADDRINUSE
			case network == "tcp":
				return fmt.Errorf("listen: %w", syscall.EADDRNOTAVAIL)
			}
			return nil
		},
		Now:    func() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) },
		Models: func() error { return errors.New("moonshine/tokens.txt is missing") },
		Hear:   func(context.Context, config.ASREngine) error { return no },
		Speak: func(_ context.Context, language string) (time.Duration, error) {
			return 0, errors.New("cannot speak " + language)
		},
		Scripts:   func() (int, error) { return 0, errors.New("x.yaml:3:1: unknown key \"nodez\"") },
		Routes:    func() (string, error) { return "", errors.New("r.yaml:5:23: there is no fact \"calls_1hr\"") },
		Realtime:  func() error { return syscall.EPERM },
		Disk:      func(string) (uint64, error) { return 50e6, nil },
		Files:     func() (uint64, uint64, error) { return 256, 512, nil },
		Options:   func(context.Context, string) (time.Duration, error) { return 0, context.DeadlineExceeded },
		Installed: func(string) bool { return false },
	}
}

func TestFindings(t *testing.T) {
	for name, m := range map[string]Machine{"well": well(), "ill": ill()} {
		t.Run(name, func(t *testing.T) {
			fs := Examine(context.Background(), load(t, configuration), m)
			if Healthy(fs) != (name == "well") {
				t.Errorf("healthy: %v", Healthy(fs))
			}
			var b strings.Builder
			Write(term.Printer{W: &b}, fs)
			b.WriteString("\n")
			if err := WriteJSON(&b, fs); err != nil {
				t.Fatal(err)
			}
			path := "testdata/" + name + ".txt"
			if *update {
				if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil || string(want) != b.String() {
				t.Errorf("%v; got\n%s", err, b.String())
			}
		})
	}
}

// Whatever is not well says what to do.
func TestEveryFaultHasARemedy(t *testing.T) {
	bare := load(t, "speech: {asr: {engine: none}}\nmedia: {realtime: false, ports: 0-0}\nhttp: {listen: off}")
	found := Examine(context.Background(), bare, well())
	found = append(found, Examine(context.Background(), load(t, configuration), ill())...)
	m := ill()
	m.Bind = func(string, string) error { return errors.New("odd") }
	m.Disk = func(string) (uint64, error) { return 0, syscall.EROFS }
	m.Files = func() (uint64, uint64, error) { return 0, 0, errors.New("odd") }
	found = append(found, Examine(context.Background(), load(t, configuration), m)...)
	for _, f := range found {
		if (f.State == OK) != (f.Mend == "") {
			t.Errorf("%s is %s with remedy %q", f.Check, f.State, f.Mend)
		}
		if strings.Contains(f.Found+f.Mend, "\n") {
			t.Errorf("%s takes more than a line", f.Check)
		}
	}
}

func TestProbes(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if err := Bind("tcp", taken.Addr().String()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a taken TCP port: %v", err)
	}
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	if err := Bind("udp", packets.LocalAddr().String()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a taken UDP port: %v", err)
	}
	if err := Bind("udp", "127.0.0.1:0"); err != nil {
		t.Errorf("a free port: %v", err)
	}
	dir := t.TempDir()
	if free, err := Disk(dir + "/new/folder"); err != nil || free == 0 {
		t.Errorf("disk: %d, %v", free, err)
	}
	if left, _ := os.ReadDir(dir + "/new/folder"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := os.WriteFile(dir+"/file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Disk(dir + "/file"); err == nil {
		t.Error("a file was taken for a folder")
	}
	if soft, hard, err := Files(); err != nil || soft == 0 || hard < soft {
		t.Errorf("files: %d, %d, %v", soft, hard, err)
	}
	if err := Realtime(); err != nil && !errors.Is(err, syscall.EPERM) {
		t.Errorf("realtime: %v", err)
	}
	if !Installed("sh") || Installed("no-such-program-here") {
		t.Error("installed programs")
	}
}

// Messages without a link to opt out by are told of; a site that sends none hears nothing.
func TestMessages(t *testing.T) {
	const hook = `
webhooks:
  - {name: gateway, url: "https://gateway.example", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, events: [message.send], fields: [numbers]}
`
	for text, want := range map[string]State{"": "", hook: Warn, hook + "http: {public_url: https://parley.example}\n": OK} {
		found := messages(t.Context(), load(t, text), well())
		if want == "" && len(found) > 0 || want != "" && (len(found) != 1 || found[0].State != want || (found[0].Mend == "") != (want == OK)) {
			t.Errorf("%s: %+v, want %q", text, found, want)
		}
	}
}
