package call

import (
	"errors"
	"testing"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/dialog"
)

// A recogniser that is late twice running is asked again; the third time the
// keypad takes over. Words in between make it anew.
func TestSlowEarIsAskedAgain(t *testing.T) {
	inBubble(t, sturdy, func(r *rig) {
		r.ears = r.ears[:1]
		r.call()
		r.pass(3 * time.Second)
		stream := 0
		late := func() {
			t.Helper()
			for range slowTurns {
				before := len(saw[dialog.SpeechLost](r.machine))
				r.ears[0].stream(stream).onset()
				r.pass(time.Second)
				r.ears[0].stream(stream).unheard = make([]int16, 8000) // there is nobody to hear it
				r.ears[0].stream(stream).dieOf(asr.ErrSlow)
				r.pass(200 * time.Millisecond)
				if n := len(saw[dialog.SpeechLost](r.machine)); n != before+1 {
					t.Fatalf("%d lost turns were told, want %d", n, before+1)
				}
				stream++
			}
			if len(saw[dialog.Deaf](r.machine)) != 0 {
				t.Fatal("deaf after a busy moment")
			}
		}
		late()
		r.ears[0].stream(stream).onset()
		r.ears[0].stream(stream).final("hello", 0)
		r.pass(time.Second)
		if len(saw[dialog.Heard](r.machine)) != 1 {
			t.Error("the recogniser is not heard any more")
		}
		r.ears[0].stream(stream).dieOf(asr.ErrSlow)
		r.pass(time.Second)
		stream++
		r.ears[0].stream(stream).onset()
		r.ears[0].stream(stream).final("hello", 0)
		late()
		r.ears[0].stream(stream).dieOf(asr.ErrSlow)
		r.pass(time.Second)
		if len(saw[dialog.Deaf](r.machine)) != 1 {
			t.Error("a recogniser that is always late leaves the call waiting")
		}
		r.leg.bye()
		r.end()
	})
}

// The turn in which a recogniser dies is heard by the next one, from its beginning.
func TestTurnGoesToTheNextEar(t *testing.T) {
	inBubble(t, sturdy, func(r *rig) {
		r.call()
		r.pass(3 * time.Second)
		r.stream(0).onset()
		r.pass(time.Second)
		r.stream(0).unheard = make([]int16, 12*8000)
		r.stream(0).dieOf(asr.ErrSlow)
		r.pass(time.Second)
		if got := r.stream(1).audio(); got < 12*time.Second || got > 14*time.Second {
			t.Errorf("the second recogniser was given %v, want the turn's 12 s and what came since", got)
		}
		r.stream(1).onset()
		r.stream(1).final("hello", 0)
		r.pass(4 * time.Second)
		if n := len(saw[dialog.Heard](r.machine)); n != 1 {
			t.Errorf("%d turns heard", n)
		}
		if n := len(saw[dialog.SpeechLost](r.machine)); n != 0 {
			t.Errorf("%d turns given up", n)
		}
		r.leg.bye()
		r.end()
	})
}

// What the next recogniser does not find either is given up in time, once.
func TestTurnThatNobodyHears(t *testing.T) {
	for name, prepare := range map[string]func(*rig){
		"hears nothing":    func(*rig) {},
		"cannot be opened": func(r *rig) { r.ears[1].openErr = errors.New("refused") },
		"opens for ever":   func(r *rig) { r.ears[1].slow = time.Hour },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, sturdy, func(r *rig) {
				r.call()
				r.pass(3 * time.Second)
				r.stream(0).onset()
				r.stream(0).unheard = make([]int16, 8000)
				prepare(r)
				r.stream(0).die()
				r.pass(hearAgain + time.Second)
				lost, deaf := len(saw[dialog.SpeechLost](r.machine)), len(saw[dialog.Deaf](r.machine))
				if lost+deaf != 1 {
					t.Errorf("%d turns given up, told deaf %d times: want one of them", lost, deaf)
				}
				r.leg.bye()
				r.end()
			})
		})
	}
}
