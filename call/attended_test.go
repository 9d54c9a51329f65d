package call

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/sip"
)

// asks is an agent's own call to a colleague, on a second leg of the same telephone.
type asks struct {
	leg  *fakeLeg
	done chan struct{}
}

// ask has agent 1001 call a number.
func (f *floor) ask(number string) *asks {
	a := &asks{leg: newLeg(f.rig, number), done: make(chan struct{})}
	a.leg.info.CallID, a.leg.info.Agent, a.leg.info.Caller, a.leg.info.Trunk = "own", "1001", "1001", "agents"
	f.wg.Go(func() {
		defer close(a.done)
		ctx, cancel := context.WithCancel(f.t.Context())
		defer cancel()
		a.leg.mu.Lock()
		a.leg.gone = cancel
		a.leg.mu.Unlock()
		f.desk.Inbound(ctx, a.leg)
	})
	return a
}

// join has the agent's first leg ask for the caller to be joined with the one on
// the second.
func (f *floor) join(a *asks) *fakeReferral {
	ask := &fakeReferral{r: f.rig}
	f.legTo("1001").send(sip.ReferAsked{To: "sip:1002@192.0.2.1", Number: "1002", Replaces: "own;to-tag=a;from-tag=b", Names: a.leg.ID(), Referral: ask})
	return ask
}

// both are the records of the caller's call and the agent's own.
func (f *floor) both(a *asks) (caller, own Record) {
	f.t.Helper()
	for _, done := range []chan struct{}{f.done, a.done} {
		select {
		case <-done:
		case <-time.After(10 * time.Minute):
			f.t.Fatal("a call did not end")
		}
	}
	f.wg.Wait()
	f.records.mu.Lock()
	defer f.records.mu.Unlock()
	for _, list := range f.records.finished {
		if len(list) != 1 {
			f.t.Errorf("a record was finished %d times", len(list))
		}
		if list[0].Script == "agent-call" {
			own = list[0]
		} else {
			caller = list[0]
		}
	}
	if len(f.records.finished) != 2 {
		f.t.Errorf("%d records, want two", len(f.records.finished))
	}
	return caller, own
}

func TestAttendedTransfer(t *testing.T) {
	for name, wait := range map[string]time.Duration{"after a word": 10 * time.Second, "while it rings": 2 * time.Second} {
		t.Run(name, func(t *testing.T) {
			withColleague(t, picksUp, func(f *floor) {
				f.talk()
				a := f.ask("1002")
				f.pass(wait)
				ask := f.join(a)
				f.pass(5 * time.Second)
				f.hears("joined", "0>3 3>0")
				if ask.told() != "202 200" && ask.told() != "202 180 200" {
					t.Errorf("the telephone was told %s", ask.told())
				}
				if !f.legTo("1001").ended() || !a.leg.ended() || f.state("1001") != queue.WrappingUp || f.state("1002") != queue.Talking {
					t.Errorf("legs over: %v, %v; agents are %s and %s", f.legTo("1001").ended(), a.leg.ended(), f.state("1001"), f.state("1002"))
				}
				f.legTo("1002").bye()
				caller, own := f.both(a)
				if own.Why != "attended transfer" || own.State != Finished || caller.EndedBy != "them" || caller.Outcome != "transferred" {
					t.Errorf("records: %q; %q by %q", own.Why, caller.Outcome, caller.EndedBy)
				}
				if got := texts(caller, "agent 1001 hands"); !slices.Equal(got, []string{"agent 1001 hands on to whom they asked", "joined sip:1002@192.0.2.9", "handed on to agent 1002", "done"}) {
					t.Errorf("journal %q", got)
				}
			})
		})
	}
}

// An agent who asks in a queue hands the caller to whom the queue found.
func TestAttendedThroughQueue(t *testing.T) {
	withColleague(t, takes, func(f *floor) {
		f.talk()
		a := f.ask("aftersales")
		f.pass(15 * time.Second)
		f.hears("both talk", "0>1 1>0 2>3 3>2")
		f.join(a)
		f.pass(time.Second)
		f.hears("joined", "0>3 3>0")
		if f.state("1001") != queue.WrappingUp || f.state("1002") != queue.Talking {
			t.Errorf("agents are %s and %s", f.state("1001"), f.state("1002"))
		}
		f.leg.bye()
		f.both(a)
	})
}

// What cannot be joined leaves everybody where they were.
func TestAttendedInVain(t *testing.T) {
	for name, c := range map[string]struct {
		number string
		wait   time.Duration
		told   string
		why    string
	}{
		"still in line": {"aftersales", 2 * time.Second, "202 503", "still waits"},
		"refused":       {"1002", 5 * time.Second, "481", "has ended"},
	} {
		t.Run(name, func(t *testing.T) {
			phone := picksUp
			if c.told == "481" {
				phone = refuses(486)
			}
			withColleague(t, phone, func(f *floor) {
				f.talk()
				a := f.ask(c.number)
				f.pass(c.wait)
				ask := f.join(a)
				f.pass(time.Second)
				f.hears("as before", "0>1 1>0")
				if ask.told() != c.told {
					t.Errorf("told %s, want %s", ask.told(), c.told)
				}
				a.leg.bye()
				f.leg.bye()
				caller, _ := f.both(a)
				if !slices.ContainsFunc(caller.Entries, func(e Entry) bool { return strings.Contains(e.Why, c.why) }) {
					t.Errorf("journal %+v", has(caller, EntryTransfer))
				}
			})
		})
	}
}

// Two callers of one agent are not joined with each other.
func TestCallersAreNotJoined(t *testing.T) {
	withColleague(t, picksUp, func(f *floor) {
		f.talk()
		a := f.ask("1002")
		f.pass(10 * time.Second)
		ask := &fakeReferral{r: f.rig}
		f.legTo("1002").send(sip.ReferAsked{Number: "1001", Names: f.legTo("1001").ID(), Referral: ask})
		f.pass(time.Second)
		if ask.told() == "202 200" {
			t.Error("an agent's colleague has taken the caller")
		}
		a.leg.bye()
		f.leg.bye()
		f.both(a)
	})
}

func TestHangUpsWhileJoined(t *testing.T) {
	for name, hangUp := range map[string]func(f *floor, a *asks){
		"caller":     func(f *floor, _ *asks) { f.leg.bye() },
		"first leg":  func(f *floor, _ *asks) { f.legTo("1001").bye() },
		"second leg": func(_ *floor, a *asks) { a.leg.bye() },
		"telephone":  func(f *floor, a *asks) { f.legTo("1001").bye(); a.leg.bye() },
		"colleague":  func(f *floor, _ *asks) { f.legTo("1002").bye() },
		"everybody":  func(f *floor, a *asks) { f.legTo("1002").bye(); f.leg.bye(); f.legTo("1001").bye(); a.leg.bye() },
	} {
		t.Run(name, func(t *testing.T) {
			for n, last := 1, false; !last; n++ {
				withColleague(t, picksUp, func(f *floor) {
					f.talk()
					a := f.ask("1002")
					f.pass(10 * time.Second)
					f.rig.mu.Lock()
					f.rig.at, f.rig.on = f.rig.moments+n, func() { hangUp(f, a) }
					f.rig.mu.Unlock()
					f.join(a)
					f.pass(10 * time.Second)
					f.rig.mu.Lock()
					last = f.rig.moments < f.rig.at
					f.rig.mu.Unlock()
					f.leg.bye()
					a.leg.bye()
					f.both(a)
				})
				if n > 60 {
					t.Fatal("the transfer never comes to its end")
				}
			}
		})
	}
}

var introduce = dialog.Transfer{SIP: "sip:1001@192.0.2.9", Style: "attended", Hold: "hold.wav", Brief: "wants a person", Headers: map[string]string{"X-Intent": "human"}}

// The call leaves Parley when the caller's side can take its place, and stays
// where it is when it cannot.
func TestStyleAttended(t *testing.T) {
	progress := func(codes ...int) func(caller, person *fakeLeg) {
		return func(caller, person *fakeLeg) {
			for _, code := range codes {
				time.Sleep(100 * time.Millisecond)
				caller.send(sip.ReferProgress{Code: code, Final: code >= 200})
			}
		}
	}
	for name, c := range map[string]struct {
		err   error
		peer  func(caller, person *fakeLeg)
		over  bool
		by    string
		steps []string
	}{
		"it can":                 {peer: progress(100, 200), over: true, by: "us", steps: []string{"introduced to sip:1001@192.0.2.9", "done"}},
		"not at all":             {err: sip.Refused{Code: 501, Reason: "Not Implemented"}, by: "them", steps: []string{"stays in the call", "done"}},
		"in vain":                {peer: progress(100, 486), by: "them", steps: []string{"introduced to sip:1001@192.0.2.9", "stays in the call", "done"}},
		"the person's leg first": {peer: func(caller, person *fakeLeg) { person.bye(); progress(200)(caller, person) }, over: true, by: "us", steps: []string{"introduced to sip:1001@192.0.2.9", "done"}},
		"the caller's leg first": {peer: func(caller, person *fakeLeg) { person.bye(); time.Sleep(time.Millisecond); caller.bye() }, over: true, by: "them", steps: []string{"introduced to sip:1001@192.0.2.9", "done"}},
		"the person hangs up":    {peer: func(caller, person *fakeLeg) { time.Sleep(time.Millisecond); person.bye() }, over: true, by: "them", steps: []string{"introduced to sip:1001@192.0.2.9", "done"}},
		"both fail": {peer: func(caller, person *fakeLeg) {
			time.Sleep(time.Millisecond)
			person.bye()
			progress(503)(caller, person)
		}, over: true, by: "them",
			steps: []string{"introduced to sip:1001@192.0.2.9", "done"}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, handing(introduce), func(r *rig) {
				r.phone.ring = func(leg *fakeLeg) { leg.send(sip.Answered{Params: talkParams}) }
				r.phone.introduce = func(caller, person *fakeLeg) error {
					if c.err == nil {
						r.wg.Go(func() {
							time.Sleep(time.Millisecond) // it answers what it has been sent, not before
							c.peer(caller, person)
						})
					}
					return c.err
				}
				r.toTransfer()
				r.pass(time.Second)
				if r.audio.joins != 0 {
					t.Fatal("joined before the person has taken the call")
				}
				f := &floor{rig: r}
				f.key(r.phone.leg(0), '1')
				r.pass(6 * time.Second)
				if r.audio.joins != 1 || r.over() != c.over {
					t.Errorf("joined %d times, over: %v", r.audio.joins, r.over())
				}
				r.leg.bye()
				rec := r.end()
				if got := texts(rec, "joined")[1:]; !slices.Equal(got, c.steps) || rec.Outcome != "transferred" || rec.EndedBy != c.by {
					t.Errorf("journal %q, %q by %q", got, rec.Outcome, rec.EndedBy)
				}
				if !r.phone.leg(0).ended() || !r.audio.opened[1].closed {
					t.Error("the person's leg was left up")
				}
			})
		})
	}
}
