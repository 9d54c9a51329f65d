package call

import (
	"testing"
	"time"

	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/sip"
)

// TestCalledBack has a caller who took a callback called when an agent is free.
func TestCalledBack(t *testing.T) {
	answers := func(_ *floor, l *fakeLeg) { time.Sleep(2 * time.Second); l.send(sip.Answered{Params: talkParams}) }
	for name, c := range map[string]struct {
		caller func(*floor, *fakeLeg)
		agent  func(*floor, *fakeLeg)
		joins  int
	}{
		"answers": {caller: answers, agent: takes, joins: 1},
		"busy the first time": {caller: func(f *floor, l *fakeLeg) {
			if f.dialled(backTo) == 1 {
				l.end(sip.Ended{By: sip.Them, Code: 486})
				return
			}
			answers(f, l)
		}, agent: takes, joins: 1},
		"never answers": {caller: func(_ *floor, l *fakeLeg) { l.send(sip.Progress{Code: 180}) }, agent: takes},
		"agent hangs up while it rings": {caller: func(_ *floor, l *fakeLeg) { l.send(sip.Progress{Code: 180}) }, agent: func(f *floor, l *fakeLeg) {
			takes(f, l)
			time.Sleep(time.Second)
			l.bye()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			onFloor(t, map[string]func(*floor, *fakeLeg){backTo: c.caller, "1003": c.agent}, func(f *floor) {
				f.toTransfer()
				f.pass(45 * time.Second)
				f.leg.send(sip.Digit{Digit: '1'})
				f.pass(20 * time.Second)
				if !f.over() {
					t.Fatal("the caller was not let go")
				}
				f.board.Tell(queue.LogIn{Agent: "1003"})
				f.pass(20 * time.Second)
				f.pass(4 * time.Minute)
				if f.audio.joins != c.joins {
					t.Errorf("joined %d times, want %d; dialled %d times", f.audio.joins, c.joins, f.dialled(backTo))
				}
				if c.joins > 0 {
					f.hangUpAll()
				}
				f.pass(3 * time.Hour)
				if len(f.places.kept) != 0 {
					t.Errorf("promises left: %v", f.places.kept)
				}
				if n := len(f.desk.Live()); n != 0 {
					t.Errorf("%d calls live", n)
				}
				if n := f.dialled(backTo); n < 1 && name != "" || n > 2 {
					t.Errorf("dialled %d times", n)
				}
			})
		})
	}
}

// backTo is the caller's own number, as the agents' phones are named.
const backTo = "+8613800001234"

// dialled counts the legs to a number.
func (f *floor) dialled(number string) (n int) {
	f.phone.mu.Lock()
	defer f.phone.mu.Unlock()
	for _, l := range f.phone.legs {
		if l.info.Called == number {
			n++
		}
	}
	return n
}

// hangUpAll is every dialled phone hung up by its owner.
func (f *floor) hangUpAll() {
	for i := 0; f.phone.leg(i) != nil; i++ {
		f.phone.leg(i).bye()
	}
}
