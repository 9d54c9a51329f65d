package e2e

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zaf/g711"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/test/rig"
)

// step is ms of one sine, of a voice-like sound (hz < 0), or of silence (0).
type step struct{ ms, hz float64 }

func cycle(n int, steps ...step) (out []step) {
	for range n {
		out = append(out, steps...)
	}
	return out
}

// alaw is what the steps sound like.
func alaw(steps []step) []byte {
	var out []byte
	for _, s := range steps {
		for i := range int(s.ms * 8) {
			t, v := float64(i)/8000, 0.0
			switch {
			case s.hz > 0:
				v = 4000 * math.Sin(2*math.Pi*s.hz*t)
			case s.hz < 0:
				for h := 1.0; h <= 10; h++ {
					v += 1200 * math.Sin(2*math.Pi*h*(120+20*math.Sin(11*t))*t+h*h) / math.Sqrt(h)
				}
			}
			out = append(out, g711.EncodeAlawFrame(int16(v)))
		}
	}
	return out
}

// attempt calls a sipp callee, hangs up by itself after a while, and returns the
// record. Words are put into the scenario: sipp takes no keyword for a response code.
func attempt(t *testing.T, scenario string, sound []step, words *strings.Replacer, caller ...string) call.Record {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "early.al"), string(alaw(sound)))
	text, err := os.ReadFile(filepath.Join("sipp", scenario))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, scenario), words.Replace(string(text)))
	port := rig.FreePort(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	uas := exec.CommandContext(ctx, tool(t, "sipp"), "-sf", scenario, "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", port,
		"-m", "1", "-nostdin", "-timeout_error", "-timeout", "45")
	uas.Dir = dir
	var heard bytes.Buffer
	uas.Stdout, uas.Stderr = &heard, &heard
	if err := uas.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond) // until it listens
	write(t, filepath.Join(dir, "parley.yaml"), "sip: {listen: [\"udp://127.0.0.1:0\"]}\nmedia: {address: 127.0.0.1, ports: 0-0}\nspeech: {asr: {engine: none}}\ndata: "+filepath.Join(dir, "data")+"\n")
	args := append([]string{"call", "-c", filepath.Join(dir, "parley.yaml"), "--script", "line-test/play", "sip:you@127.0.0.1:" + port}, caller...)
	short, over := context.WithTimeout(ctx, 20*time.Second)
	defer over()
	parley := exec.CommandContext(short, program, args...)
	parley.Cancel = func() error { return parley.Process.Signal(os.Interrupt) }
	parley.WaitDelay = 15 * time.Second
	said, _ := parley.CombinedOutput() // fails when nobody answers
	if err := uas.Wait(); err != nil {
		t.Errorf("sipp: %v\n%s\n%s", err, heard.String()[max(0, heard.Len()-1500):], said)
	}
	records, err := store.Read(t.Context(), filepath.Join(dir, "data", "records.db"))
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	defer records.Close()
	list, err := records.List(t.Context(), store.Filter{})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d records, %v\n%s", len(list), err, said)
	}
	if list[0].Pickup == nil {
		t.Fatalf("nothing was found out: %+v\n%s", list[0], said)
	}
	return list[0]
}

// TestNumberStatus refuses calls after tones, with and without a cause.
func TestNumberStatus(t *testing.T) {
	busy := cycle(6, step{350, 450}, step{350, 0})
	ring := []step{{1000, 450}, {4000, 0}}
	for name, c := range map[string]struct {
		code   int
		reason string
		sound  []step
		want   pickup.Status
		why    string
	}{
		"404":                   {404, "X-None: x", nil, pickup.Empty, "SIP 404"},
		"480 after ring-back":   {480, "X-None: x", ring, pickup.NoAnswer, "it rang"},
		"480 after a busy tone": {480, "X-None: x", busy, pickup.Busy, "busy tone (cn)"},
		"486":                   {486, "X-None: x", nil, pickup.Busy, "SIP 486"},
		"503, cause 1":          {503, "Reason: Q.850;cause=1", nil, pickup.Empty, "cause 1"},
		"603":                   {603, "X-None: x", nil, pickup.Refused, "SIP 603"},
		"warned":                {480, `Warning: 399 gw "subscriber is powered off"`, nil, pickup.Off, "reason text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := attempt(t, "early.xml", append(c.sound, step{4000, 0}), strings.NewReplacer("[code]", fmt.Sprint(c.code), "[reason]", c.reason))
			if got.Pickup.Status != c.want || !strings.Contains(strings.Join(got.Pickup.Why, "\n"), c.why) || !got.Answered.IsZero() {
				t.Errorf("found %+v, want %s for %q; record %+v", got.Pickup, c.want, c.why, got)
			}
		})
	}
}

// TestWhoPickedUp lets a greeting like a person's and one with a beep answer.
func TestWhoPickedUp(t *testing.T) {
	machine := append(append([]step{{300, 0}}, cycle(8, step{380, -1}, step{120, 0})...), step{500, 0}, step{500, 1000}, step{30000, 0})
	person := []step{{400, 0}, {600, -1}, {30000, 0}}
	for name, c := range map[string]struct {
		sound []step
		args  []string
		want  pickup.Status
		check func(call.Record) bool
	}{
		"machine": {machine, []string{"--amd=listen"}, pickup.Machine, func(r call.Record) bool { return r.EndedBy == "us" && r.Ended.Sub(r.Answered) < 15*time.Second }},
		"person":  {person, []string{"--amd=wait"}, pickup.Human, func(r call.Record) bool { return r.State == call.Finished }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := attempt(t, "machine.xml", c.sound, strings.NewReplacer(), c.args...); got.Pickup.Status != c.want || !c.check(got) {
				t.Errorf("found %+v, want %s; record %+v", got.Pickup, c.want, got)
			}
		})
	}
}
