package call

import (
	"testing"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/dialog"
)

// A recogniser that is late twice is asked again; the third time the keypad takes over.
func TestSlowEarIsAskedAgain(t *testing.T) {
	inBubble(t, sturdy, func(r *rig) {
		r.ears = r.ears[:1]
		r.call()
		r.pass(3 * time.Second)
		for i := range slowTurns {
			r.ears[0].stream(i).onset()
			r.pass(time.Second)
			r.ears[0].stream(i).dieOf(asr.ErrSlow)
			r.pass(200 * time.Millisecond)
			if n := len(saw[dialog.SpeechLost](r.machine)); n != i+1 {
				t.Fatalf("%d lost turns were told, want %d", n, i+1)
			}
		}
		if len(saw[dialog.Deaf](r.machine)) != 0 {
			t.Fatal("deaf after a busy moment")
		}
		r.ears[0].stream(slowTurns).onset()
		r.ears[0].stream(slowTurns).final("hello", 0)
		r.pass(time.Second)
		if len(saw[dialog.Heard](r.machine)) != 1 {
			t.Error("the recogniser is not heard any more")
		}
		r.ears[0].stream(slowTurns).dieOf(asr.ErrSlow)
		r.pass(time.Second)
		if len(saw[dialog.Deaf](r.machine)) != 1 {
			t.Error("a recogniser that is always late leaves the call waiting")
		}
		r.leg.bye()
		r.end()
	})
}
