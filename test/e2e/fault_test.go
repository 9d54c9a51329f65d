package e2e

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/test/rig"
)

// runUAS starts sipp's own answering side at addr; it ends with the test.
func runUAS(t *testing.T, addr string) string {
	t.Helper()
	cmd := exec.Command(tool(t, "sipp"), "-sn", "uas", "-i", "127.0.0.1", "-p", port(t, addr), "-mi", "127.0.0.1",
		"-mp", rig.FreePort(t), "-rtp_echo", "-nostdin")
	cmd.Dir = t.TempDir()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-done })
	until(t, 10*time.Second, "sipp does not listen", func() bool { return answersAnything(addr) })
	return addr
}

// answersAnything tells whether somebody has bound the UDP port of addr.
func answersAnything(addr string) bool {
	c, err := listenUDP(addr)
	if err != nil {
		return true
	}
	c.Close()
	return false
}

// deskScript asks what it is about, knows one subject, and can hand over.
const deskScript = `script: desk
language: en
defaults: {turns: none}
intents:
  billing: {label: billing, keywords: [billing]}
fallback: {person: {queue: people}}
always:
  human: {label: a person, keywords: [person], key: 0, go: handoff}
nodes:
  ask: {stage: need, say: "What is it about?", go: {billing: more}}
  more: {stage: need, say: "Tell me more about billing.", go: {billing: more}, keys: {5: {say: "You said {{heard}}, and this has to be spoken afresh.", go: ask}}}
`

func deskSetup(t *testing.T, speech string) setup {
	t.Helper()
	return setup{
		scripts: map[string]string{"desk.yaml": deskScript},
		numbers: `  "1": desk`,
		speech:  speech,
		more:    fmt.Sprintf("queues: {people: %q}", person(t)),
	}
}

// TestRecogniserKilledInMidCall kills the recogniser while it hears the caller:
// a prompt within two seconds, and the keypad leads to a person.
func TestRecogniserKilledInMidCall(t *testing.T) {
	t.Parallel()
	engine := startVosk(t, "billing")
	s := start(t, deskSetup(t, fmt.Sprintf("{asr: {engine: ws, url: %q, protocol: vosk}}", engine.url)))
	talk := speech(t, "It is about the billing of last month.")
	p := ring(t, s, "1")
	p.hears(p.call.Times().OK, 5*time.Second, "the opening")
	p.quiet(600*time.Millisecond, 10*time.Second)
	p.say(talk)
	until(t, 10*time.Second, "the recogniser's words are not understood", func() bool { return s.node() == "more" })
	p.quiet(600*time.Millisecond, 15*time.Second)

	p.say(talk)
	time.Sleep(500 * time.Millisecond)
	killed := time.Now()
	engine.kill()
	if at := p.hears(killed, 10*time.Second, "a prompt after the recogniser died"); at.Sub(killed) > soon+timingSlack {
		t.Errorf("the prompt came after %s", at.Sub(killed))
	}
	p.press("0")
	until(t, 20*time.Second, "the caller is not joined with a person", func() bool { return s.phase() == "joined" })
	p.hangup()
	r := s.finished(p.call.ID)
	if !has(r, call.EntryTrouble) || !has(r, call.EntryTransfer) {
		t.Errorf("the record tells nothing of the trouble or the transfer: %+v", r.Entries)
	}
}

// TestVoiceKilledInMidCall kills the speech server before a line that has to be
// spoken afresh: another prompt within two seconds, and on to a person.
func TestVoiceKilledInMidCall(t *testing.T) {
	t.Parallel()
	engine, voice := startVosk(t, "billing"), startVoices(t)
	s := start(t, deskSetup(t, fmt.Sprintf("{asr: {engine: ws, url: %q, protocol: vosk}, tts: {en: openai/nova}, openai: {url: %q, key: none}}", engine.url, voice.url)))
	if !voice.heard("What is it about?") {
		t.Fatalf("the fixed lines were not rendered ahead: %q", voice.said)
	}
	talk := speech(t, "It is about the billing of last month.")
	p := ring(t, s, "1")
	p.hears(p.call.Times().OK, 5*time.Second, "the opening")
	p.quiet(600*time.Millisecond, 10*time.Second)
	p.say(talk)
	until(t, 10*time.Second, "the recogniser's words are not understood", func() bool { return s.node() == "more" })
	p.quiet(600*time.Millisecond, 15*time.Second)

	voice.kill()
	killed := time.Now()
	p.press("5")
	if at := p.hears(killed, 10*time.Second, "a prompt after the voice died"); at.Sub(killed) > soon+timingSlack {
		t.Errorf("the prompt came after %s", at.Sub(killed))
	}
	p.quiet(600*time.Millisecond, 20*time.Second)
	p.press("0")
	until(t, 20*time.Second, "the caller is not joined with a person", func() bool { return s.phase() == "joined" })
	p.hangup()
	if r := s.finished(p.call.ID); !has(r, call.EntryTransfer) || r.Outcome != "transferred" {
		t.Errorf("outcome %q, entries %+v", r.Outcome, r.Entries)
	}
}

// timingSlack is what a busy machine may add; the two seconds themselves are
// measured on a quiet one.
const timingSlack = 2 * time.Second

// TestDiskFull fills the disk under calls and records: calls go on, new ones are
// taken, and once there is room again so are records.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("no right to mount a small disk (%v): run as root", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(data, syscall.MNT_DETACH) })
	s := start(t, setup{data: data})
	old := ring(t, s, "9101")
	old.hears(old.call.Times().OK, 5*time.Second, "the prompt")

	filler := filepath.Join(data, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(f, zeros{})
	f.Close()
	if err == nil {
		t.Fatal("the disk does not fill")
	}
	full := time.Now()
	time.Sleep(2 * time.Second)
	if n := old.since(full); n < 50 {
		t.Errorf("the call in progress got %d packets in 2 s of a full disk", n)
	}
	young := ring(t, s, "9106")
	if at := young.hears(young.call.Times().OK, 10*time.Second, "a prompt of a call taken while the disk is full"); at.Sub(young.call.Times().ACK) > soon+timingSlack {
		t.Errorf("the prompt came after %s", at.Sub(young.call.Times().ACK))
	}
	young.quiet(500*time.Millisecond, 10*time.Second)
	young.press("7")
	until(t, 10*time.Second, "digits do nothing", func() bool { return young.digits() == "7" })
	young.hangup()
	old.hangup()
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*phone{old, young} {
		if r := s.finished(p.call.ID); r.State != call.Finished {
			t.Errorf("state %s", r.State)
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func has(r call.Record, kind call.EntryKind) bool {
	for _, e := range r.Entries {
		if e.Kind == kind {
			return true
		}
	}
	return false
}
