package call

import (
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
)

// TestWarmToOnePerson briefs a person who is in no queue.
func TestWarmToOnePerson(t *testing.T) {
	warm := dialog.Transfer{SIP: "sip:boss@192.0.2.9", Style: "warm", Hold: "hold.wav", Brief: "wants a person"}
	for name, c := range map[string]struct {
		key    byte
		joined bool
		reason string
	}{"takes it": {'1', true, ""}, "declines": {'2', false, dialog.Declined}, "presses another key": {'7', false, dialog.NoAnswer}, "says nothing": {0, false, dialog.NoAnswer}} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, handing(warm), func(r *rig) {
				r.phone.ring = func(leg *fakeLeg) {
					leg.send(sip.Answered{Params: talkParams})
					time.Sleep(3 * time.Second)
					if c.key != 0 {
						r.audio.opened[1].sink.Event(media.Event{Kind: media.EventDigit, Digit: c.key, At: time.Now()})
					}
				}
				r.toTransfer()
				r.pass(2 * time.Second)
				if r.audio.joins != 0 || !r.out().Speaking() {
					t.Fatalf("joined %d times before a key; the caller hears something: %v", r.audio.joins, r.out().Speaking())
				}
				r.pass(40 * time.Second)
				if (r.audio.joins == 1) != c.joined {
					t.Fatalf("joined %d times", r.audio.joins)
				}
				if c.joined {
					r.leg.bye()
				}
				r.end()
				for _, e := range r.machine.events() {
					if ended, ok := e.(dialog.TransferEnded); ok && ended.Reason != c.reason && !c.joined {
						t.Errorf("the script was told %+v, want %q", ended, c.reason)
					}
				}
				if !r.phone.leg(0).ended() {
					t.Error("the person's leg was left up")
				}
			})
		})
	}
}
