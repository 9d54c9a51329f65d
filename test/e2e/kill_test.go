package e2e

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/bench/measure"
)

// TestKilledInMidCall kills the server with SIGKILL while calls are up. After the
// next start there is exactly one record of each, and its recording plays up to
// the last second.
func TestKilledInMidCall(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	first := start(t, setup{data: data})
	done := ring(t, first, "9101")
	time.Sleep(time.Second)
	done.hangup()
	first.finished(done.call.ID)
	var phones []*phone
	for range 3 {
		p := ring(t, first, "9101")
		p.hum(tones(time.Second, 440))
		phones = append(phones, p)
	}
	time.Sleep(4 * time.Second)
	first.kill()
	killed := time.Now()

	second := start(t, setup{data: data})
	records := second.calls()
	if len(records) != 4 {
		t.Fatalf("%d records of 4 calls", len(records))
	}
	if r := second.finished(done.call.ID); r.State != call.Finished || r.EndedBy != "them" {
		t.Errorf("the call that had ended before is %s, ended by %q", r.State, r.EndedBy)
	}
	for _, p := range phones {
		r := second.finished(p.call.ID)
		if r.State != call.Interrupted || r.EndedBy != "crash" || r.Answered.IsZero() {
			t.Errorf("state %s, ended by %q, answered %s", r.State, r.EndedBy, r.Answered)
		}
		left, right := second.recording(r)
		lived := killed.Sub(r.Answered)
		if lost := lived - time.Duration(len(left))*time.Second/8000; lost > time.Second || lost < -time.Second {
			t.Errorf("the call lasted %s, of which %s are not in the recording", lived, lost)
		}
		if n := len(left) - 8000; n < 0 || measure.Level(left[n:]) < 1000 || measure.Level(right[n:]) < 100 {
			t.Errorf("the last second of the recording is silent: %.0f, %.0f", measure.Level(left[max(n, 0):]), measure.Level(right[max(n, 0):]))
		}
	}
}
