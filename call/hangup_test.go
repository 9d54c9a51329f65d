package call

import (
	"fmt"
	"testing"
	"time"

	"github.com/parley-voice/parley/sip"
)

// A hangup at any moment leaves no goroutine (the bubble sees to that), no leg,
// no media session, and exactly one record. A moment is any call that the call
// makes into another room, so k runs through all of the call's life.
func TestHangupAtEveryMoment(t *testing.T) {
	run := func(t *testing.T, k int, how func(r *rig)) (moments int) {
		inBubble(t, handing(bridged), func(r *rig) {
			r.script.Record = true
			r.at, r.on = k, func() { how(r) }
			r.phone.ring = func(leg *fakeLeg) {
				leg.send(sip.Progress{Code: 180})
				time.Sleep(3 * time.Second)
				leg.send(sip.Answered{Params: talkParams})
			}
			r.call()
			r.pass(2 * time.Second)
			if len(r.ears[0].streams) > 0 {
				r.stream(0).onset()
				r.stream(0).partial("a")
				r.stream(0).final("a person please", 0)
			}
			r.pass(20 * time.Second)
			r.leg.bye()
			rec := r.end()
			if !r.leg.ended() {
				t.Errorf("moment %d (%s): the leg is up", k, r.last)
			}
			for _, m := range r.audio.opened {
				if !m.closed {
					t.Errorf("moment %d (%s): a media session is open", k, r.last)
				}
			}
			for _, leg := range r.phone.legs {
				if !leg.ended() {
					t.Errorf("moment %d (%s): the person's leg is up", k, r.last)
				}
			}
			if rec.State != Finished && rec.State != Failed || rec.Ended.IsZero() || rec.EndedBy == "" {
				t.Errorf("moment %d (%s): record %s ended %v by %q", k, r.last, rec.State, rec.Ended, rec.EndedBy)
			}
			if len(r.desk.Live()) != 0 {
				t.Errorf("moment %d (%s): the desk still knows the call", k, r.last)
			}
			moments = r.moments
		})
		return moments
	}
	hows := map[string]func(r *rig){
		"caller":  func(r *rig) { r.leg.bye() },
		"network": func(r *rig) { r.leg.end(sip.Ended{By: sip.Network, Reason: "transport"}) },
		"drain":   func(r *rig) { r.dismiss() },
		"person": func(r *rig) {
			if leg := r.phone.leg(0); leg != nil {
				leg.bye()
			}
		},
	}
	for name, how := range hows {
		t.Run(name, func(t *testing.T) {
			total := run(t, 0, func(*rig) {})
			if total < 25 {
				t.Fatalf("the whole call has only %d moments", total)
			}
			for k := 1; k <= total; k++ {
				run(t, k, how)
				if t.Failed() {
					return
				}
			}
			t.Log(fmt.Sprint(total, " moments"))
		})
	}
}

// dismiss ends all calls of the desk as a drain's deadline does.
func (r *rig) dismiss() {
	r.desk.mu.Lock()
	defer r.desk.mu.Unlock()
	for _, s := range r.desk.live {
		s.dismiss("the server is shutting down")
	}
}

// The same at every 20 ms of a call that speaks, hears and transfers.
func TestHangupAtAnyTime(t *testing.T) {
	for at := time.Duration(0); at < 9*time.Second; at += 70 * time.Millisecond {
		inBubble(t, handing(bridged), func(r *rig) {
			r.phone.ring = func(leg *fakeLeg) {
				time.Sleep(2 * time.Second)
				leg.send(sip.Answered{Params: talkParams})
			}
			r.wg.Go(func() {
				time.Sleep(at)
				r.leg.bye()
			})
			r.call()
			r.pass(2 * time.Second)
			if s := r.ears[0].stream(0); s != nil {
				s.onset()
				s.final("a person please", 0)
			}
			rec := r.end()
			if rec.EndedBy != "them" {
				t.Errorf("at %v: ended by %q: %q", at, rec.EndedBy, rec.Why)
			}
		})
	}
}
