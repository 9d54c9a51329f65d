package call

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/parley-voice/parley/sip"
)

// A script knows the call's numbers, unless the caller keeps theirs to themselves.
func TestScriptKnowsTheCall(t *testing.T) {
	var known map[string]string
	look := func(r *rig) {
		r.script.Machine = func(vars map[string]string, _ uint64) Machine { known = vars; return r.machine }
		r.phone.ring = func(leg *fakeLeg) { leg.send(sip.Answered{Params: talkParams}); leg.bye() }
	}
	inbound := func(r *rig) Record {
		r.call()
		r.pass(time.Second)
		r.leg.bye()
		return r.end()
	}
	for name, c := range map[string]struct {
		place func(r *rig) Record
		want  map[string]string // empty: unknown
	}{
		"inbound": {inbound, map[string]string{"call.from": "+8613800001234", "call.to": "4001", "trunk": "carrier"}},
		"withheld": {
			func(r *rig) Record { r.leg.info.Withheld, r.leg.info.Name = true, "Anonymous"; return inbound(r) },
			map[string]string{"call.from": "", "caller.number": "", "caller.name": "", "call.to": "4001"},
		},
		"no user in From": {
			func(r *rig) Record { r.leg.info.Caller = ""; return inbound(r) },
			map[string]string{"call.from": "", "call.to": "4001"},
		},
		"outbound": {func(r *rig) Record {
			rec, _ := r.desk.Outbound(r.t.Context(), Attempt{
				To: "4002", Trunk: "carrier", From: "4001", Script: "member", Vars: map[string]string{"shop": "ours", "call.id": "forged"},
			})
			r.wg.Wait()
			return rec
		}, map[string]string{"call.to": "4002", "shop": "ours", "call.from": "+8613800001234", "caller.number": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, talk, func(r *rig) {
				rec := c.place(r)
				if known["call.id"] != rec.ID {
					t.Errorf("call.id is %q, want %q", known["call.id"], rec.ID)
				}
				for k, want := range c.want {
					if got, ok := known[k]; got != want || ok != (want != "") {
						t.Errorf("%s is %q (%v), want %q", k, got, ok, want)
					}
				}
			}, look)
		})
	}
}

func TestOutbound(t *testing.T) {
	attempt := Attempt{To: "sip:customer@192.0.2.7", Trunk: "carrier", From: "4001", Script: "member"}
	t.Run("answered", func(t *testing.T) {
		inBubble(t, talk, func(r *rig) {
			r.phone.ring = func(leg *fakeLeg) {
				early := talkParams
				leg.send(sip.Progress{Code: 183, Early: &early})
				time.Sleep(2 * time.Second)
				leg.send(sip.Answered{Params: talkParams})
				time.Sleep(3 * time.Second)
				leg.bye()
			}
			rec, err := r.desk.Outbound(r.t.Context(), attempt)
			if err != nil || rec.State != Finished || rec.Direction != "outbound" || rec.EndedBy != "them" {
				t.Errorf("%+v, %v", rec, err)
			}
			if r.out().heardFor("welcome") == 0 {
				t.Error("nothing was said")
			}
			if r.records.order[0] != "begin" {
				t.Errorf("written: %v", r.records.order)
			}
			r.wg.Wait()
		})
	})
	t.Run("busy", func(t *testing.T) {
		inBubble(t, talk, func(r *rig) {
			r.phone.ring = func(leg *fakeLeg) { leg.end(sip.Ended{By: sip.Them, Code: 486, Cause: 17, Reason: "Busy Here"}) }
			rec, err := r.desk.Outbound(r.t.Context(), attempt)
			if err != nil || rec.State != Failed || rec.SIPCode != 486 || rec.Cause != 17 || rec.Why != "Busy Here" {
				t.Errorf("%+v, %v", rec, err)
			}
			r.wg.Wait()
		})
	})
	t.Run("rings for ever", func(t *testing.T) {
		inBubble(t, talk, func(r *rig) {
			rec, err := r.desk.Outbound(r.t.Context(), attempt)
			if err != nil || rec.State != Failed || rec.Why != "no answer" || !r.phone.leg(0).ended() {
				t.Errorf("%+v, %v", rec, err)
			}
		})
	})
	t.Run("not written down", func(t *testing.T) {
		inBubble(t, talk, func(r *rig) {
			r.records.broken = errBrokenStore
			rec, err := r.desk.Outbound(r.t.Context(), attempt)
			if !errors.Is(err, errBrokenStore) || rec.State != Failed || len(r.phone.dials) != 0 {
				t.Errorf("%+v, %v, %d dials", rec, err, len(r.phone.dials))
			}
		})
	})
	t.Run("no leave to dial", func(t *testing.T) {
		inBubble(t, talk, func(r *rig) {
			attempt.Gate = &gate{dial: errBrokenStore}
			rec, err := r.desk.Outbound(r.t.Context(), attempt)
			if !errors.Is(err, errBrokenStore) || rec.State != Failed || len(r.phone.dials) != 0 {
				t.Errorf("%+v, %v, %d dials", rec, err, len(r.phone.dials))
			}
		})
	})
	t.Run("leave taken back at the answer", func(t *testing.T) {
		inBubble(t, talk, func(r *rig) {
			r.phone.ring = func(leg *fakeLeg) { time.Sleep(2 * time.Second); leg.send(sip.Answered{Params: talkParams}) }
			mine := &gate{answered: errBrokenStore}
			attempt.Gate = mine
			began := time.Now()
			rec, err := r.desk.Outbound(r.t.Context(), attempt)
			if err != nil || rec.EndedBy != "us" || rec.Why != errBrokenStore.Error() || !mine.dialled || time.Since(began) > 15*time.Second {
				t.Errorf("%+v, %v after %v", rec, err, time.Since(began))
			}
			r.wg.Wait()
		})
	})
	t.Run("no such script", func(t *testing.T) {
		inBubble(t, talk, func(r *rig) {
			if _, err := r.desk.Outbound(r.t.Context(), Attempt{Script: "x"}); !errors.Is(err, ErrNoScript) {
				t.Error(err)
			}
		})
	})
}

// gate is open or not.
type gate struct {
	dial, answered error
	dialled        bool
}

func (l *gate) Dial(context.Context) error                { l.dialled = true; return l.dial }
func (l *gate) Answered(context.Context, time.Time) error { return l.answered }
