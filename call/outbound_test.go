package call

import (
	"errors"
	"testing"
	"time"

	"github.com/parley-voice/parley/sip"
)

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
	t.Run("no such script", func(t *testing.T) {
		inBubble(t, talk, func(r *rig) {
			if _, err := r.desk.Outbound(r.t.Context(), Attempt{Script: "x"}); !errors.Is(err, ErrNoScript) {
				t.Error(err)
			}
		})
	})
}
