package call

import (
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/sip"
)

// A network that refuses while it still speaks, or as soon as it has spoken: its words
// decide, and are not waited for without end.
func TestTheAnnouncementIsHeardOut(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration // the words come so long after the refusal; 0: never
		text  string
		want  pickup.Status
	}{
		"in time":       {700 * time.Millisecond, "the number you have dialled is switched off", pickup.Off},
		"nothing there": {700 * time.Millisecond, "good evening", pickup.Unreachable},
		"too late":      {3 * time.Second, "the number you have dialled is switched off", pickup.Unreachable},
		"never":         {0, "", pickup.Unreachable},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, talk, func(r *rig) {
				var refused time.Time
				r.phone.ring = func(leg *fakeLeg) {
					early := talkParams
					leg.send(sip.Progress{Code: 183, Early: &early})
					time.Sleep(time.Second)
					ear := r.stream(0)
					ear.onset()
					time.Sleep(2 * time.Second)
					refused = time.Now()
					leg.end(sip.Ended{By: sip.Them, Code: 480})
					if c.after > 0 {
						time.Sleep(c.after)
						ear.final(c.text, 0)
					}
				}
				rec, err := r.desk.Outbound(r.t.Context(), Attempt{To: "4002", Trunk: "carrier", Script: "member"})
				took := time.Since(refused)
				r.wg.Wait()
				if err != nil || rec.Pickup == nil || rec.Pickup.Status != c.want {
					t.Errorf("found %+v, %v; want %s", rec.Pickup, err, c.want)
				}
				if most := lateWords + time.Second; took > most {
					t.Errorf("the call was over %v after the refusal", took)
				}
			})
		})
	}
}
