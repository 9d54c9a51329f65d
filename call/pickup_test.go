package call

import (
	"math"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/sip"
)

// sounds is a peer: silence, but for a voice or a tone (hz) between two frames.
type sounds []struct {
	from, to int
	hz       float64 // 0: a voice that pauses 120 ms after every 400
}

func (s sounds) frame(n int, pcm []int16) {
	clear(pcm)
	for _, p := range s {
		if n < p.from || n >= p.to || p.hz == 0 && (n-p.from)%26 >= 20 {
			continue
		}
		for i := range pcm {
			t := float64(n*160+i) / 8000
			if p.hz > 0 {
				pcm[i] = int16(5000 * math.Sin(2*math.Pi*p.hz*t))
				continue
			}
			v := 0.0
			for h := 1.0; h <= 10; h++ {
				v += 1200 * math.Sin(2*math.Pi*h*130*t+6*math.Sin(9*t)+h*h) / math.Sqrt(h)
			}
			pcm[i] = int16(v)
		}
	}
}

func TestPickup(t *testing.T) {
	person := sounds{{20, 45, 0}}
	machine := sounds{{20, 300, 0}, {330, 355, 1000}}
	answers := func(leg *fakeLeg) {
		leg.send(sip.Answered{Params: talkParams})
		time.Sleep(20 * time.Second)
		leg.bye()
	}
	refuses := func(after time.Duration, code, cause int) func(*fakeLeg) {
		return func(leg *fakeLeg) {
			early := talkParams
			leg.send(sip.Progress{Code: 183, Early: &early})
			time.Sleep(after)
			leg.end(sip.Ended{By: sip.Them, Code: code, Cause: cause})
		}
	}
	for name, c := range map[string]struct {
		line  sounds
		ring  func(*fakeLeg)
		plan  Detection
		want  pickup.Status
		said  string        // must have been heard by the peer; "-": nothing may
		ended string        // by whom
		early time.Duration // the machine must be let go by then; 0: not
	}{
		"busy by cause":           {nil, refuses(time.Second, 480, 17), Detection{}, pickup.Busy, "-", "them", 0},
		"busy by tone":            {sounds{{0, 18, 450}, {35, 53, 450}, {70, 88, 450}, {105, 123, 450}}, refuses(4*time.Second, 480, 0), Detection{}, pickup.Busy, "-", "them", 0},
		"a person, at once":       {person, answers, Detection{Listen: true}, pickup.Human, "welcome", "them", 0},
		"a person, waited for":    {person, answers, Detection{Listen: true, Wait: true}, pickup.Human, "welcome", "them", 0},
		"silence, waited for":     {nil, answers, Detection{Listen: true, Wait: true}, pickup.Unknown, "welcome", "them", 0},
		"a machine, at once":      {machine, answers, Detection{Listen: true}, pickup.Machine, "welcome", "us", 9 * time.Second},
		"a machine, and a script": {machine, answers, Detection{Listen: true, Machine: GoOn}, pickup.Machine, "welcome", "them", 0},
		"a message for a machine": {machine, answers, Detection{Listen: true, Machine: Leave, Message: "we will call again"}, pickup.Machine, "", "us", 15 * time.Second},
		"a clip for a machine":    {machine, answers, Detection{Listen: true, Machine: Leave, Clip: "hold.wav"}, pickup.Machine, "", "us", 15 * time.Second},
		"a clip that is missing":  {machine, answers, Detection{Listen: true, Machine: Leave, Clip: "gone.wav"}, pickup.Machine, "", "us", 15 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, talk, func(r *rig) {
				if c.line == nil {
					c.line = sounds{}
				}
				r.audio.line, r.phone.ring = c.line.frame, c.ring
				rec, err := r.desk.Outbound(r.t.Context(), Attempt{To: "4002", Trunk: "carrier", Script: "member", Pickup: c.plan})
				r.wg.Wait()
				if err != nil || rec.Pickup == nil {
					t.Fatalf("nothing was found out: %v, %+v", err, rec)
				}
				if rec.Pickup.Status != c.want || len(rec.Pickup.Why) == 0 || rec.EndedBy != c.ended {
					t.Errorf("found %+v, ended by %s (%s); want %s, %s", *rec.Pickup, rec.EndedBy, rec.Why, c.want, c.ended)
				}
				if heard := r.out().heardFor("welcome") > 0; c.said == "welcome" && !heard || c.said == "-" && heard {
					t.Errorf("the welcome was heard: %v", heard)
				}
				if lasted := rec.Ended.Sub(rec.Answered); c.early > 0 && lasted > c.early {
					t.Errorf("the machine was let go only after %v", lasted)
				}
				said := 0
				for _, e := range rec.Entries {
					if e.Kind == EntrySaid && (e.Text == c.plan.Message || e.Text == "["+c.plan.Clip+"]") && e.Why == "after the beep" {
						said++
					}
				}
				if c.plan.Machine == Leave {
					heard := r.out().heardFor(c.plan.Message+c.plan.Clip) > 0
					if said != 1 || heard != (c.plan.Clip != "gone.wav") {
						t.Errorf("the message was left %d times, heard: %v", said, heard)
					}
				}
			})
		})
	}
}
