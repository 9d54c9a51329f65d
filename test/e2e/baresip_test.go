package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/test/rig"
)

// startBaresip starts a real telephone that speaks a tone. Account is its line of
// the accounts file; "" registers nowhere.
func startBaresip(t *testing.T, account string) *rig.Baresip {
	t.Helper()
	speech := filepath.Join(t.TempDir(), "speech.wav")
	f, err := os.Create(speech)
	if err != nil {
		t.Fatal(err)
	}
	err = media.WriteWAV(f, 8000, 1, tones(20*time.Second, 440))
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return rig.StartBaresip(t, rig.Telephone{Account: account, Speech: speech})
}

// TestBaresipHoldsAndPresses has a real telephone call the echo test, be held and
// come back, press digits and hang up; the server's record must tell all of it.
func TestBaresipHoldsAndPresses(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	b := startBaresip(t, "")
	b.Do("dial", s.uri("9106"))
	until(t, 10*time.Second, "the call is not established", func() bool { return b.Saw("CALL_ESTABLISHED") })
	phase := func(want string) {
		t.Helper()
		until(t, 5*time.Second, "the call does not become "+want, func() bool { return s.phase() == want })
	}
	phase("talking")
	time.Sleep(4 * time.Second) // the greeting, then two seconds of echo
	b.Do("hold", "")
	phase("held")
	held := time.Now()
	time.Sleep(time.Second)
	b.Do("resume", "")
	phase("talking")
	back := time.Now()
	time.Sleep(2 * time.Second)
	for _, d := range "159#" {
		b.Do("sndcode", string(d))
		time.Sleep(250 * time.Millisecond)
		b.Do("sndcode", "\x04") // key released
		time.Sleep(150 * time.Millisecond)
	}
	time.Sleep(500 * time.Millisecond)
	b.Do("hangup", "")
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
