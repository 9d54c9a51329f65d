package call

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/sip"
)

// picksUp rings for three seconds and answers.
func picksUp(_ *floor, leg *fakeLeg) {
	leg.send(sip.Progress{Code: 180})
	time.Sleep(3 * time.Second)
	leg.send(sip.Answered{Params: talkParams})
}

// ends is a telephone that ends the call as given after a second.
func refuses(code int) func(*floor, *fakeLeg) {
	return func(_ *floor, leg *fakeLeg) {
		time.Sleep(time.Second)
		leg.end(sip.Ended{By: sip.Them, Code: code})
	}
}

// withColleague is a floor where agent 1001 takes calls, and 1002 is at work with
// this telephone but gets none: a floor's agents are rung in the order of login.
func withColleague(t *testing.T, phone func(*floor, *fakeLeg), test func(f *floor)) {
	t.Helper()
	onFloor(t, map[string]func(*floor, *fakeLeg){"1001": takes, "1002": phone, "8000": phone, "9000": answersSoon}, func(f *floor) {
		f.desk.deps.People.Exchange = fakeExchange{}
		test(f)
		f.pass(20 * time.Second) // wrap-up
		for i, m := range f.audio.opened {
			if !m.closed {
				t.Errorf("media session %d is open", i)
			}
		}
		if got := f.audio.hear(); got != "" {
			t.Errorf("still patched: %s", got)
		}
		if len(f.places.kept) != 0 {
			t.Errorf("places left: %v", f.places.kept)
		}
	})
}

// state is what an agent does.
func (f *floor) state(agent string) queue.Status {
	for _, a := range f.board.Snapshot().Agents {
		if a.ID == agent {
			return a.State
		}
	}
	return ""
}

func TestAgentHandsOn(t *testing.T) {
	withColleague(t, picksUp, func(f *floor) {
		f.talk()
		ask := f.handOn(f.legTo("1001"), "1002")
		f.pass(time.Second)
		f.hears("while it rings", "")
		if !f.out().Speaking() || f.desk.Live()[0].Phase != "transferring" {
			t.Errorf("the caller hears nothing, phase %q", f.desk.Live()[0].Phase)
		}
		if f.state("1001") != queue.Talking {
			t.Errorf("agent 1001 is %s before anybody has taken the caller", f.state("1001"))
		}
		f.pass(3 * time.Second)
		f.hears("handed on", "0>2 2>0")
		if got := ask.told(); got != "202 180 200" {
			t.Errorf("the telephone was told %s", got)
		}
		if !f.legTo("1001").ended() || f.state("1001") != queue.WrappingUp || f.state("1002") != queue.Talking {
			t.Errorf("agent 1001 is %s, leg over: %v; agent 1002 is %s", f.state("1001"), f.legTo("1001").ended(), f.state("1002"))
		}
		if d := f.phone.dials[1]; d.Headers["x-need"] != "watch" || len(d.Headers) != 1 || d.From != "+8613800001234" {
			t.Errorf("dialled %+v", d)
		}
		f.pass(30 * time.Second)
		f.legTo("1002").bye()
		rec := f.end()
		if rec.EndedBy != "them" || rec.Outcome != "transferred" {
			t.Errorf("record: %q by %q", rec.Outcome, rec.EndedBy)
		}
		want := []string{"agent 1001 hands on to 1002", "ringing sip:1002@192.0.2.9", "joined sip:1002@192.0.2.9", "handed on to agent 1002", "done"}
		if got := texts(rec, "agent 1001 hands"); !slices.Equal(got, want) {
			t.Errorf("journal %q", got)
		}
		var who []string
		for _, e := range has(rec, EntryServed) {
			who = append(who, e.From+" "+e.Text)
		}
		if !slices.Equal(who, []string{"aftersales 1001", "aftersales 1002"}) {
			t.Errorf("served by %q", who)
		}
		if f.state("1002") != queue.WrappingUp {
			t.Errorf("agent 1002 is %s", f.state("1002"))
		}
	})
}

// Nobody comes: the agent has the caller again, and is told why.
func TestHandedBack(t *testing.T) {
	for name, c := range map[string]struct {
		phone  func(*floor, *fakeLeg)
		broken func(f *floor)
		told   string
		why    string
	}{
		"busy":        {phone: refuses(486), told: "202 486", why: "busy: 486 "},
		"declined":    {phone: refuses(603), told: "202 603", why: "declined: 603 "},
		"no number":   {phone: refuses(404), told: "202 404", why: "unknown number: 404 "},
		"broken":      {phone: refuses(500), told: "202 503", why: "unreachable: 500 "},
		"no answer":   {phone: func(_ *floor, leg *fakeLeg) { leg.send(sip.Progress{Code: 183}) }, told: "202 183 480", why: "no answer"},
		"not dialled": {phone: picksUp, broken: func(f *floor) { f.phone.err = errGone }, told: "202 503", why: "unreachable: the leg is gone"},
		"no media":    {phone: picksUp, broken: func(f *floor) { f.audio.only = 2 }, told: "202 503", why: "unreachable: no port"},
	} {
		t.Run(name, func(t *testing.T) {
			withColleague(t, c.phone, func(f *floor) {
				f.talk()
				if c.broken != nil {
					c.broken(f)
				}
				ask := f.handOn(f.legTo("1001"), "8000")
				f.pass(40 * time.Second)
				f.hears("given back", "0>1 1>0")
				if ask.told() != c.told || f.state("1001") != queue.Talking {
					t.Errorf("told %s, agent 1001 is %s", ask.told(), f.state("1001"))
				}
				again := f.handOn(f.legTo("1001"), "4711") // nobody's
				f.pass(time.Second)
				if again.told() != "404" {
					t.Errorf("an unknown number was answered with %s", again.told())
				}
				f.leg.bye()
				rec := f.end()
				i := slices.IndexFunc(rec.Entries, func(e Entry) bool { return e.Text == "back with agent 1001" })
				if i < 0 || rec.Entries[i].Why != c.why {
					t.Errorf("journal %q", steps(rec))
				}
				if rec.Outcome != "transferred" || len(has(rec, EntryServed)) != 1 {
					t.Errorf("record: %+v", rec)
				}
			})
		})
	}
}

// Many telephones hang up once the REFER is accepted.
func TestReferrerLeavesEarly(t *testing.T) {
	for name, c := range map[string]struct {
		phone func(*floor, *fakeLeg)
		to    string
		ring  queue.Status // of agent 1002 while the phone rings
		talk  queue.Status
	}{
		"to a colleague":          {picksUp, "1002", queue.Offered, queue.Talking},
		"to one who is elsewhere": {picksUp, "8000", queue.Free, queue.Free},
		"to nobody":               {refuses(486), "1002", queue.Offered, ""},
	} {
		t.Run(name, func(t *testing.T) {
			withColleague(t, c.phone, func(f *floor) {
				f.talk()
				ask := f.handOn(f.legTo("1001"), c.to)
				f.pass(100 * time.Millisecond)
				f.legTo("1001").bye()
				f.pass(500 * time.Millisecond)
				if f.state("1001") != queue.WrappingUp || f.state("1002") != c.ring {
					t.Errorf("agents are %s and %s", f.state("1001"), f.state("1002"))
				}
				if !f.out().Speaking() {
					t.Error("the caller hears nothing")
				}
				f.pass(3 * time.Second)
				if strings.Contains(ask.told(), "200") {
					t.Errorf("told %s, which nobody hears", ask.told())
				}
				if c.talk == "" { // the script has the caller again, hears and speaks
					rec := f.end()
					if e := f.transferEnded(); e.OK || e.Reason != dialog.Busy || rec.Why != "nobody came" || f.out().heardFor("sorry") != lengthOf("sorry") {
						t.Errorf("told %+v, record %q", e, rec.Why)
					}
					if f.ears[0].stream(1) == nil {
						t.Error("nobody hears the caller")
					}
					return
				}
				f.hears("handed on", "0>2 2>0")
				if f.state("1002") != c.talk {
					t.Errorf("agent 1002 is %s", f.state("1002"))
				}
				f.leg.bye()
				if rec := f.end(); len(has(rec, EntryServed)) != 2 {
					t.Errorf("record: %+v", rec)
				}
			})
		})
	}
}

func TestHandedToQueue(t *testing.T) {
	withColleague(t, takes, func(f *floor) {
		f.talk()
		f.board.Tell(queue.Pause{Agent: "1001", Reason: "lunch"})
		ask := f.handOn(f.legTo("1001"), "aftersales")
		f.pass(time.Second)
		if ask.told() != "202 200" || !f.legTo("1001").ended() || !f.out().Speaking() {
			t.Errorf("told %s, leg over: %v", ask.told(), f.legTo("1001").ended())
		}
		f.pass(10 * time.Second)
		f.hears("the next agent of the queue", "0>2 2>0")
		if f.state("1001") != queue.Paused || f.state("1002") != queue.Talking || f.places.most != 1 {
			t.Errorf("agents are %s and %s; %d places", f.state("1001"), f.state("1002"), f.places.most)
		}
		f.leg.bye()
		if rec := f.end(); len(has(rec, EntryServed)) != 2 || rec.Outcome != "transferred" {
			t.Errorf("record: %+v", rec)
		}
	})
}

func TestRefusesToHandOn(t *testing.T) {
	for name, c := range map[string]struct {
		before func(f *floor)
		from   func(f *floor) *fakeLeg
		want   string
	}{
		"the caller asks":    {func(f *floor) { f.talk() }, func(f *floor) *fakeLeg { return f.leg }, "603"},
		"in the brief":       {func(f *floor) { f.toTransfer(); f.pass(5 * time.Second) }, func(f *floor) *fakeLeg { return f.legTo("1001") }, "603"},
		"a supervisor talks": {func(f *floor) { f.talk(); f.supervise(Barge) }, func(f *floor) *fakeLeg { return f.legTo("1001") }, "603"},
		"nothing configured": {func(f *floor) { f.talk(); f.desk.deps.People.Exchange = nil }, func(f *floor) *fakeLeg { return f.legTo("1001") }, "603"},
		"twice": {func(f *floor) { f.talk(); f.handOn(f.legTo("1001"), "8000"); f.pass(100 * time.Millisecond) },
			func(f *floor) *fakeLeg { return f.legTo("1001") }, "603"},
	} {
		t.Run(name, func(t *testing.T) {
			withColleague(t, picksUp, func(f *floor) {
				c.before(f)
				ask := f.handOn(c.from(f), "1002")
				f.pass(time.Second)
				if ask.told() != c.want {
					t.Errorf("told %s, want %s", ask.told(), c.want)
				}
				f.leg.bye()
				f.end()
			})
		})
	}
}

// Whoever hangs up at whatever moment of a transfer: no leg is left, no agent is
// stuck, there is one record. withColleague and rig.end look.
func TestHangUpsWhileHandedOn(t *testing.T) {
	sides := map[string]func(f *floor){
		"the caller":   func(f *floor) { f.leg.bye() },
		"the referrer": func(f *floor) { f.legTo("1001").bye() },
		"the colleague": func(f *floor) {
			if leg := f.phone.leg(1); leg != nil {
				leg.bye()
			}
		},
		"caller and referrer": func(f *floor) { f.leg.bye(); f.legTo("1001").bye() },
		"all": func(f *floor) {
			f.legTo("1001").bye()
			f.leg.bye()
			if leg := f.phone.leg(1); leg != nil {
				leg.bye()
			}
		},
		"a dead caller's wire": func(f *floor) { f.leg.end(sip.Ended{By: sip.Network, Reason: "timeout"}) },
	}
	for name, hangUp := range sides {
		for _, at := range []time.Duration{0, 20 * time.Millisecond, 999 * time.Millisecond, 2999 * time.Millisecond, 3 * time.Second, 3001 * time.Millisecond, 4 * time.Second} {
			for _, phone := range []func(*floor, *fakeLeg){picksUp, refuses(486)} {
				t.Run(name+" after "+at.String(), func(t *testing.T) {
					withColleague(t, phone, func(f *floor) {
						f.talk()
						f.handOn(f.legTo("1001"), "1002")
						if at > 0 { // else in the middle of things
							f.pass(at)
						}
						hangUp(f)
						f.pass(40 * time.Second)
						f.leg.bye()
						f.end()
					})
				})
			}
		}
	}
}

// The same at each call of the switching itself.
func TestHangUpsAtEachStepOfHandingOn(t *testing.T) {
	for name, hangUp := range map[string]func(f *floor){
		"caller":   func(f *floor) { f.leg.bye() },
		"referrer": func(f *floor) { f.legTo("1001").bye() },
	} {
		for n, last := 1, false; !last; n++ {
			withColleague(t, picksUp, func(f *floor) {
				f.talk()
				f.rig.mu.Lock()
				f.rig.at, f.rig.on = f.rig.moments+n, func() { hangUp(f) }
				f.rig.mu.Unlock()
				f.handOn(f.legTo("1001"), "1002")
				f.pass(10 * time.Second)
				f.rig.mu.Lock()
				last = f.rig.moments < f.rig.at
				f.rig.mu.Unlock()
				f.leg.bye()
				f.end()
			})
			if n > 60 {
				t.Fatalf("%s: the transfer never comes to its end", name)
			}
		}
	}
}

func TestTakenOver(t *testing.T) {
	for name, c := range map[string]struct {
		agent string
		err   error
		early bool // the old leg ends before the new one is up
	}{
		"by a colleague":    {agent: "1002"},
		"before its ACK":    {agent: "1002", early: true},
		"by nobody of ours": {},
		"another telephone": {agent: "1001", early: true},
		"in vain":           {agent: "1002", err: errGone},
		"in vain, too late": {agent: "1002", err: errGone, early: true},
	} {
		t.Run(name, func(t *testing.T) {
			withColleague(t, picksUp, func(f *floor) {
				f.talk()
				old, by := f.legTo("1001"), newLeg(f.rig, "parley")
				by.info.Agent, by.info.Caller, by.answerErr, by.answerTime = c.agent, "2002", c.err, time.Second
				by.params.Remote = talkParams.Remote
				by.params.DTMF = 96
				old.send(sip.Replaced{By: by})
				if c.early {
					f.pass(500 * time.Millisecond)
					old.end(sip.Ended{By: sip.Us, Reason: "replaced by another call"})
				}
				f.pass(2 * time.Second)
				if c.err != nil {
					if f.over() != c.early {
						t.Errorf("the call is over: %v", !c.early)
					}
					f.leg.bye()
					f.end()
					by.bye()
					return
				}
				f.hears("taken over", "0>1 1>0")
				if !old.ended() || f.audio.opened[1].params != by.params {
					t.Errorf("old leg over: %v; the audio goes to %+v", old.ended(), f.audio.opened[1].params)
				}
				want := map[string][2]queue.Status{"1002": {queue.WrappingUp, queue.Talking}, "": {queue.WrappingUp, queue.Free}, "1001": {queue.Talking, queue.Free}}[c.agent]
				if got := [2]queue.Status{f.state("1001"), f.state("1002")}; got != want {
					t.Errorf("agents are %v, want %v", got, want)
				}
				by.bye()
				rec := f.end()
				if !slices.ContainsFunc(rec.Entries, func(e Entry) bool { return strings.HasPrefix(e.Text, "taken over by ") }) || rec.Outcome != "transferred" {
					t.Errorf("journal %q, %q", steps(rec), rec.Outcome)
				}
			})
		})
	}
}

// A caller goes on at another telephone: the leg that began the call ends, the
// call does not.
func TestCallerGoesOnElsewhere(t *testing.T) {
	withColleague(t, picksUp, func(f *floor) {
		f.talk()
		by := newLeg(f.rig, "parley")
		by.info.Caller = "+8613900000000"
		by.params = media.Params{Codec: media.PCMU, Remote: talkParams.Remote}
		f.leg.send(sip.Replaced{By: by})
		f.pass(100 * time.Millisecond)
		f.leg.end(sip.Ended{By: sip.Us, Reason: "replaced by another call"})
		f.pass(10 * time.Second)
		if f.over() || f.audio.caller().params != by.params {
			t.Fatalf("over: %v, the audio goes to %+v", f.over(), f.audio.caller().params)
		}
		f.hears("still joined", "0>1 1>0")
		by.bye()
		rec := f.end()
		if rec.EndedBy != "them" || rec.Caller != "+8613800001234" || !slices.Contains(steps(rec), "the caller goes on as +8613900000000") {
			t.Errorf("record: %+v", rec)
		}
	})
}
