package call

import (
	"errors"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/sip"
)

// shipped runs the script that ships, with its fixed lines rendered ahead.
func shipped(r *rig) {
	s, err := dialog.LoadFile("../scripts/member-callback.en.yaml")
	if err != nil {
		r.t.Fatal(err)
	}
	d, err := intent.New(s)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, p := range s.FixedLines() {
		r.voice.rendered[p.Text] = p.Text != ""
	}
	r.detect.real, r.script.Language = d, s.Language
	r.script.Machine = func(vars map[string]string, seed uint64) Machine { return dialog.NewMachine(s, vars, seed) }
	r.ears[1].openErr = errors.New("refused") // there is one recogniser
	r.phone.ring = func(leg *fakeLeg) { leg.send(sip.Answered{Params: talkParams}) }
}

// soundSince is how long after a moment the caller heard something new.
func soundSince(r *rig, since time.Time) time.Duration {
	for _, s := range r.out().said() {
		if s.to.After(since) {
			return max(s.from.Sub(since), 0)
		}
	}
	return time.Hour
}

// The script that ships reaches a person whatever fails, and its caller is never
// left in silence.
func TestShippedScriptOnTheLadder(t *testing.T) {
	keyZero := func(r *rig) { r.leg.send(sip.Digit{Digit: '0'}) }
	ask := func(r *rig) { r.stream(0).onset(); r.stream(0).final("a person please", 300*time.Millisecond) }
	for name, c := range map[string]struct {
		breaks func(r *rig)
		then   func(r *rig)
	}{
		"all is well":      {func(*rig) {}, ask},
		"recognition dies": {func(r *rig) { r.stream(0).die() }, keyZero},
		"synthesis dies":   {func(r *rig) { r.voice.fail(errors.New("gone")) }, ask},
		"detector dies": {func(r *rig) { r.detect.fail(errors.New("gone")) }, func(r *rig) {
			ask(r) // twice not understood: the script hands over
			r.pass(15 * time.Second)
			ask(r)
		}},
		"recogniser and voice": {func(r *rig) { r.stream(0).die(); r.voice.fail(errors.New("gone")) }, keyZero},
		"the store dies as well": {func(r *rig) {
			r.records.fail(errBrokenStore)
			r.stream(0).die()
		}, keyZero},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, nil, func(r *rig) {
				r.call()
				r.pass(13 * time.Second) // the question has been asked
				failed := time.Now()
				c.breaks(r)
				r.pass(2 * time.Second)
				if name != "all is well" && name != "detector dies" && name != "synthesis dies" {
					if d := soundSince(r, failed); d > 2*time.Second {
						t.Errorf("the caller heard nothing for %v after the failure", d)
					}
				}
				if r.over() {
					r.t.Fatalf("the call ended: %+v", r.only())
				}
				c.then(r)
				r.pass(20 * time.Second)
				if r.audio.joins != 1 {
					t.Errorf("the caller did not reach a person; heard %v", labels(r.out().said()))
				}
				r.leg.bye()
				if rec := r.end(); rec.Outcome != "transferred" {
					t.Errorf("outcome %q", rec.Outcome)
				}
			}, shipped)
		})
	}
}
