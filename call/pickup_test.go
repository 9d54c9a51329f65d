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
	for i := range pcm { // a line is never wholly silent
		pcm[i] = int16((n*160+i)*7919%31 - 15)
	}
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
			t = float64((n-p.from)%26*160+i) / 8000 // a syllable, of moving pitch and loudness
			v, pitch := 0.0, 130+25*math.Sin(3.4*math.Pi*t)
			for h := 1.0; h <= 12; h++ {
				v += 1500 * (0.7 + 0.3*math.Sin(8*math.Pi*t)) * math.Sin(2*math.Pi*pitch*h*t+h*h) / math.Sqrt(h)
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

// A line that is taken for a machine, and its beep awaited: whoever is there hears
// something before long.
func TestWaitingForABeep(t *testing.T) {
	long := func(to int, more ...struct {
		from, to int
		hz       float64
	}) sounds {
		return append(sounds{{20, to, 0}}, more...)
	}
	type part = struct {
		from, to int
		hz       float64
	}
	const beeped = "after the beep"
	for name, c := range map[string]struct {
		line   sounds
		want   pickup.Status
		opened int           // times that the script began
		by     time.Duration // after the answer, the last time
		left   string        // why the message was begun; "" it was not
	}{
		"a person talks long and waits": {long(500), pickup.Human, 2, 14 * time.Second, ""},
		"a person asks again":           {long(500, part{540, 560, 0}), pickup.Human, 2, 13500 * time.Millisecond, ""},
		"a television":                  {long(2000), pickup.Unknown, 2, 18500 * time.Millisecond, ""},
		"a beep in time":                {long(500, part{560, 580, 1000}), pickup.Machine, 1, time.Second, beeped},
		"a beep that is late":           {long(500, part{740, 760, 1000}), pickup.Machine, 2, 14 * time.Second, beeped},
		"a machine without a beep":      {long(820), pickup.Machine, 1, time.Second, "no beep in 4s of silence"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, talk, func(r *rig) {
				r.audio.line, r.phone.ring = c.line.frame, func(leg *fakeLeg) {
					leg.send(sip.Answered{Params: talkParams})
					time.Sleep(30 * time.Second)
					leg.bye()
				}
				plan := Detection{Listen: true, Machine: Leave, Message: "we will call again"}
				rec, err := r.desk.Outbound(r.t.Context(), Attempt{To: "4002", Trunk: "carrier", Script: "member", Pickup: plan})
				r.wg.Wait()
				if err != nil || rec.Pickup == nil || rec.Pickup.Status != c.want {
					t.Fatalf("found %+v, %v; want %s", rec.Pickup, err, c.want)
				}
				opened, last, left := 0, time.Duration(0), ""
				for _, e := range has(rec, EntrySaid) {
					switch e.Text {
					case "welcome":
						opened, last = opened+1, e.At.Sub(rec.Answered)
					case plan.Message:
						left += e.Why
					}
				}
				if opened != c.opened || last > c.by || left != c.left {
					t.Errorf("the script began %d times, at last %v after the answer; message: %q\nwant %d, %v, %q", opened, last, left, c.opened, c.by, c.left)
				}
				if by := map[bool]string{true: "them", false: "us"}[c.left == ""]; rec.EndedBy != by {
					t.Errorf("ended by %s (%s)", rec.EndedBy, rec.Why)
				}
			})
		})
	}
}

// A beep comes when the message was begun without one: it is begun again.
func TestTheMessageIsLeftAgain(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		r.audio.line = sounds{{20, 820, 0}, {1030, 1050, 1000}}.frame
		r.phone.ring = func(leg *fakeLeg) {
			leg.send(sip.Answered{Params: talkParams})
			time.Sleep(40 * time.Second)
			leg.bye()
		}
		plan := Detection{Listen: true, Machine: Leave, Message: "this is the message of somebody who talks for quite some time"}
		rec, err := r.desk.Outbound(r.t.Context(), Attempt{To: "4002", Trunk: "carrier", Script: "member", Pickup: plan})
		r.wg.Wait()
		var whys []string
		for _, e := range has(rec, EntrySaid) {
			if e.Text == plan.Message {
				whys = append(whys, e.Why)
			}
		}
		if err != nil || len(whys) != 2 || whys[1] != "after the beep" || rec.EndedBy != "us" {
			t.Errorf("%v: the message was begun %q, ended by %s", err, whys, rec.EndedBy)
		}
	})
}
