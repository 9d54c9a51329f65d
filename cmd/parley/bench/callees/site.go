package callees

import (
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/dialog/review"
	"github.com/parley-voice/parley/store"
)

//go:embed site
var files embed.FS

// name is that of the campaign and of its script.
const name = "bench"

// site is a server with a campaign, and sipp, in a folder of their own. Both are
// processes of their own.
type site struct {
	dir, self string
	http, sip string
	serve     *exec.Cmd
	sipp      *exec.Cmd
	gone      chan error // serve's end
	hung      chan error // sipp's
}

// furnish makes the folder: configuration, campaign, published script, people.
func furnish(ctx context.Context, c *Command, people []callee) (s *site, err error) {
	s = &site{gone: make(chan error, 1), hung: make(chan error, 1)}
	if s.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "parley-bench-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(s.dir)
		}
	}()
	console, err := freePort("tcp4")
	if err != nil {
		return nil, err
	}
	ours, err := freePort("udp4")
	if err != nil {
		return nil, err
	}
	if s.sip, err = freePort("udp4"); err != nil {
		return nil, err
	}
	s.http = "http://" + console
	input := "dtmf"
	if c.ASR != "none" {
		input = "speech, dtmf"
	}
	today := time.Now().UTC()
	fill := strings.NewReplacer("{SIP}", ours, "{HTTP}", console, "{CALLEES}", s.sip, "{ASR}", c.ASR, "{INPUT}", input, "{PICKUP}", c.Pickup,
		"{CALLS}", fmt.Sprint(c.Concurrent), "{RATE}", fmt.Sprint(c.Rate),
		"{START}", today.AddDate(0, 0, -1).Format(time.DateOnly), "{UNTIL}", today.AddDate(0, 0, 2).Format(time.DateOnly))
	for _, f := range []string{"parley.yaml", "campaigns/bench.yaml", "law/day.yaml", "scripts/bench.yaml"} {
		text, err := files.ReadFile("site/" + filepath.Base(f))
		if strings.HasPrefix(f, "campaigns/") {
			text, err = files.ReadFile("site/campaign.yaml")
		}
		if err != nil {
			return nil, err
		}
		if err := s.write(f, fill.Replace(string(text))); err != nil {
			return nil, err
		}
	}
	if err := s.publish(ctx); err != nil {
		return nil, err
	}
	return s, s.enrol(ctx, people)
}

func (s *site) write(path, text string) error {
	path = filepath.Join(s.dir, path)
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(text), 0o600))
}

func (s *site) data(name string) string { return filepath.Join(s.dir, "data", name) }

// publish has the script reviewed: only a published one calls out.
func (s *site) publish(ctx context.Context) error {
	script := filepath.Join(s.dir, "scripts", name+".yaml")
	b, _, err := library.Pack(script)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.data(""), 0o750); err != nil {
		return err
	}
	r, err := store.OpenReviews(ctx, s.data("reviews.db"))
	if err != nil {
		return err
	}
	e := review.Event{Script: library.ScriptName(script), Hash: b.Hash, Who: "bench", At: time.Now()}
	err = r.Submit(ctx, b, e)
	for _, act := range []review.Act{review.Approve, review.Publish} {
		e.Act, e.Who = act, "another"
		err = errors.Join(err, r.Record(ctx, e))
	}
	return errors.Join(err, r.Close())
}

// enrol makes customers of the people, with consent, and labels them.
func (s *site) enrol(ctx context.Context, people []callee) error {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	_ = w.Write([]string{"id", "name", "phone", "consent:service", "updated"})
	now := time.Now().UTC().Format("2006-01-02 15:04")
	for _, p := range people {
		_ = w.Write([]string{p.id, "Person " + p.id, p.number, "yes", now})
	}
	if w.Flush(); w.Error() != nil {
		return w.Error()
	}
	if err := s.write("people.csv", text.String()); err != nil {
		return err
	}
	if err := s.parley(ctx, "customers", "import", filepath.Join(s.dir, "people.csv")); err != nil {
		return err
	}
	return s.parley(ctx, "customers", "label")
}

// parley runs one command of this very program on the site.
func (s *site) parley(ctx context.Context, args ...string) error {
	out, err := exec.CommandContext(ctx, s.self, append(args, "-c", filepath.Join(s.dir, "parley.yaml"))...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("parley %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// start starts sipp and the server, and waits until that is ready.
func (s *site) start(ctx context.Context, seed uint64) error {
	lengths := map[int]time.Duration{}
	for i, r := range roles {
		if len(r.lines) == 0 {
			continue
		}
		var err error
		if lengths[i], err = r.record(ctx, filepath.Join(s.dir, fmt.Sprintf("%02d.al", i)), seed); err != nil {
			return err
		}
	}
	if err := s.write("callees.xml", scenario(seed, lengths)); err != nil {
		return err
	}
	_, port, _ := strings.Cut(s.sip, ":")
	s.sipp = exec.Command("sipp", "-sf", "callees.xml", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", port, "-nostdin", "-mp", "34000",
		"-rtp_threadtasks", "40", "-trace_logs", "-log_file", "called.log", "-trace_err", "-error_file", "errors.log")
	s.serve = exec.Command(s.self, "serve", "-c", filepath.Join(s.dir, "parley.yaml"))
	for cmd, end := range map[*exec.Cmd]chan error{s.sipp: s.hung, s.serve: s.gone} {
		log, err := os.Create(filepath.Join(s.dir, filepath.Base(cmd.Path)+".log"))
		if err != nil {
			return err
		}
		cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, log, log
		err = cmd.Start()
		_ = log.Close()
		if err != nil {
			return fmt.Errorf("starting %s: %w", filepath.Base(cmd.Path), err)
		}
		go func() { end <- cmd.Wait() }()
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		if s.ready(ctx) {
			return nil
		}
		select {
		case err := <-s.gone:
			s.gone <- err
			return fmt.Errorf("the server ended: %w\n%s", err, s.tail("parley.log"))
		case err := <-s.hung:
			s.hung <- err
			return fmt.Errorf("sipp ended: %w\n%s", err, s.tail("sipp.log"))
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready: %w\n%s", ctx.Err(), s.tail("parley.log"))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// ready tells whether the server takes calls.
func (s *site) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.http+"/readyz", http.NoBody)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// stop ends both, the server first, by force if they do not go.
func (s *site) stop() {
	for _, p := range []struct {
		cmd *exec.Cmd
		end chan error
	}{{s.serve, s.gone}, {s.sipp, s.hung}} {
		if p.cmd == nil || p.cmd.Process == nil || p.cmd.ProcessState != nil {
			continue
		}
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.end:
		case <-time.After(20 * time.Second):
			_ = p.cmd.Process.Kill()
			<-p.end
		}
	}
}

// tail is the end of a log.
func (s *site) tail(name string) string {
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-8):], "\n")
}

func freePort(network string) (string, error) {
	if network == "tcp4" {
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
