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

// fakeRouter decides as the test says, and is its own Course.
type fakeRouter struct {
	to    Routed
	asked []Live
	off   func(l Live) (Turnoff, bool)
	took  time.Duration
	words map[string]string // classes of words
}

func (f *fakeRouter) Route(context.Context, sip.Info) Routed {
	time.Sleep(f.took)
	if f.off != nil {
		f.to.Course = f
	}
	return f.to
}

func (f *fakeRouter) Classes(said string) (classes []string) {
	for word, class := range f.words {
		if strings.Contains(said, word) {
			classes = append(classes, class)
		}
	}
	return classes
}

func (f *fakeRouter) Reroute(_ time.Time, l Live) (Turnoff, bool) {
	l.Said, l.Tags = slices.Clone(l.Said), slices.Clone(l.Tags)
	f.asked = append(f.asked, l)
	return f.off(l)
}

var decision = Entry{Kind: EntryRouted, Text: "queue aftersales by vip", Why: "{}"}

// TestRoutedCall takes a number that no script answers, with the script, the facts
// and the decision that routing gave.
func TestRoutedCall(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		var vars map[string]string
		script := *r.script
		script.ID = "routes/vip.en"
		script.Machine = func(given map[string]string, _ uint64) Machine { vars = given; return r.machine }
		r.desk.deps.Router = &fakeRouter{took: 150 * time.Millisecond, to: Routed{Script: &script,
			Vars: map[string]string{"customer.name": "Ms Wang", "called.number": "forged"}, Notes: []Entry{decision}}}
		r.leg = newLeg(r, "9999")
		rec := r.holds(3*time.Second, func() {})
		if rec.Script != "routes/vip.en" || vars["customer.name"] != "Ms Wang" || vars["called.number"] != "9999" {
			t.Errorf("script %q with %v", rec.Script, vars)
		}
		if got := has(rec, EntryRouted); len(got) != 1 || got[0].Text != decision.Text || got[0].Seq != 1 {
			t.Errorf("the record has %+v", got)
		}
	})
}

func TestRefusedByRule(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		r.desk.deps.Router = &fakeRouter{to: Routed{Reject: Rejection{603, "refused by the rule spam"}, Notes: []Entry{decision}}}
		r.call()
		rec := r.end()
		if r.leg.rejected != 603 || rec.State != Failed || rec.SIPCode != 603 || rec.Why != "refused by the rule spam" {
			t.Errorf("refused with %d, record %+v", r.leg.rejected, rec)
		}
		if got := has(rec, EntryRouted); len(got) != 1 || got[0].Seq != 1 || got[0].At.IsZero() {
			t.Errorf("the record has %+v", got)
		}
	})
}

// TestNoRouteLeavesItToTheNumber is a decision for a script that is gone.
func TestNoRouteLeavesItToTheNumber(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		r.desk.deps.Router = &fakeRouter{to: Routed{Notes: []Entry{decision, {Kind: EntryTrouble, Text: "the route leads nowhere"}}}}
		rec := r.holds(3*time.Second, func() {})
		if rec.Script != "member" || len(has(rec, EntryTrouble)) != 1 {
			t.Errorf("%q, %+v", rec.Script, rec.Entries)
		}
	})
}

// TestStandingReachesTheQueue is N6 and N7: what the rule promises is what the
// switchboard is asked for.
func TestStandingReachesTheQueue(t *testing.T) {
	standing := queue.Enter{Class: "high_risk", Priority: 95, Promise: queue.Promise{Within: 10 * time.Second, Then: queue.Supervisor, Queue: "supervisors"},
		Needs: []queue.Need{{Skill: "senior", Level: 1}}}
	inBubble(t, handing(toQueue), func(r *rig) {
		b := &fakeBoard{}
		r.desk.deps.People.Switchboard = b
		r.desk.deps.Router = &fakeRouter{to: Routed{Script: r.script, Standing: standing}}
		r.toTransfer()
		r.leg.bye()
		rec := r.end()
		want := standing
		want.Caller, want.Queue = rec.ID, "aftersales"
		if len(b.entered) != 1 || b.entered[0].Promise != want.Promise || b.entered[0].Priority != 95 || b.entered[0].Class != "high_risk" ||
			b.entered[0].Queue != "aftersales" || b.entered[0].Caller != rec.ID || !slices.EqualFunc(b.entered[0].Needs, want.Needs, func(a, b queue.Need) bool { return a.Skill == b.Skill && a.Level == b.Level }) {
			t.Errorf("entered %+v, want %+v", b.entered, want)
		}
	})
}

// fakeBoard serves every queue and keeps who came.
type fakeBoard struct{ entered []queue.Enter }

func (*fakeBoard) Serves(string) bool                          { return true }
func (b *fakeBoard) Enter(e queue.Enter, _ func(queue.Action)) { b.entered = append(b.entered, e) }
func (*fakeBoard) Tell(queue.Event)                            {}

// onComplaint sends a caller to the supervisors once the words are heard.
func onComplaint(now bool) func(Live) (Turnoff, bool) {
	return func(l Live) (Turnoff, bool) {
		hit := slices.ContainsFunc(l.Said, func(s string) bool { return strings.Contains(s, "complaint") })
		return Turnoff{To: dialog.Transfer{Queue: "supervisors", Brief: "complains"}, Standing: queue.Enter{Priority: 90}, Say: "One moment.",
			Now: now, Why: "queue supervisors by first_complaint", Notes: []Entry{{Kind: EntryRouted, Text: "queue supervisors by first_complaint"}}}, hit
	}
}

// TestComplaintGoesToTheSupervisorAtOnce is N5, in a call that routing follows.
func TestComplaintGoesToTheSupervisorAtOnce(t *testing.T) {
	step := func(m *fakeMachine, e dialog.Event) []dialog.Action {
		if d, ok := e.(dialog.Directed); ok {
			to := d.To
			return []dialog.Action{say(9, d.Say), to}
		}
		return handing(toQueue)(m, e)
	}
	inBubble(t, step, func(r *rig) {
		b, f := &fakeBoard{}, &fakeRouter{off: onComplaint(true)}
		f.to.Script = r.script
		r.desk.deps.People.Switchboard, r.desk.deps.Router = b, f
		rec := r.holds(2*time.Second, func() {
			r.says("I want to make a complaint")
			r.pass(time.Second)
		})
		if len(b.entered) != 1 || b.entered[0].Queue != "supervisors" || b.entered[0].Priority != 90 {
			t.Fatalf("entered %+v; asked %+v", b.entered, f.asked)
		}
		if d := saw[dialog.Directed](r.machine); len(d) != 1 || d[0].To.Brief != "complains" {
			t.Errorf("the script was told %+v", d)
		}
		if got := has(rec, EntryRouted); len(got) != 1 {
			t.Errorf("the record has %+v", got)
		}
	})
}

// TestLaterTransferGoesWhereTheRuleSays leaves the script to its talk.
func TestLaterTransferGoesWhereTheRuleSays(t *testing.T) {
	inBubble(t, handing(toQueue), func(r *rig) {
		b, f := &fakeBoard{}, &fakeRouter{off: onComplaint(false)}
		f.to.Script = r.script
		r.desk.deps.People.Switchboard, r.desk.deps.Router = b, f
		r.detect.means["a complaint, and a person please"] = "human"
		r.holds(2*time.Second, func() {
			r.says("a complaint, and a person please")
			r.pass(3 * time.Second)
		})
		if len(saw[dialog.Directed](r.machine)) != 0 {
			t.Error("the script was interrupted")
		}
		if len(b.entered) != 1 || b.entered[0].Queue != "supervisors" || b.entered[0].Priority != 90 {
			t.Errorf("entered %+v", b.entered)
		}
	})
}

// TestCourseLearns is told what the script makes of the caller, and is not asked
// when nothing is new.
func TestCourseLearns(t *testing.T) {
	step := func(m *fakeMachine, e dialog.Event) []dialog.Action {
		switch e := e.(type) {
		case dialog.Answered:
			return []dialog.Action{dialog.Listen{Shape: "open"}, waits()}
		case dialog.Heard:
			m.turn++
			return []dialog.Action{dialog.Understand{Turn: m.turn, Query: dialog.Query{Text: e.Text}}}
		case dialog.Meant:
			if e.Intent.Name == "" {
				return []dialog.Action{dialog.Note{Key: "no_match"}}
			}
			return []dialog.Action{dialog.Note{Key: "tag", Value: "buyer"}, dialog.Note{Key: "enquiry.quantity", Value: "50"}}
		}
		return nil
	}
	inBubble(t, step, func(r *rig) {
		f := &fakeRouter{off: func(Live) (Turnoff, bool) { return Turnoff{}, false }}
		f.to.Script = r.script
		r.desk.deps.Router = f
		r.detect.means["fifty of them"] = "buy"
		var misses []int
		r.holds(2*time.Second, func() {
			for _, text := range []string{"mumble", "mumble", "fifty of them"} {
				r.says(text)
				r.pass(2 * time.Second)
				misses = append(misses, f.asked[len(f.asked)-1].NoMatches)
			}
			n := len(f.asked)
			r.pass(time.Minute)
			if len(f.asked) != n {
				t.Errorf("asked %d times more while nothing was new", len(f.asked)-n)
			}
		})
		last := f.asked[len(f.asked)-1]
		if !slices.Equal(misses, []int{1, 2, 0}) || last.Intent != "buy" || !slices.Equal(last.Tags, []string{"buyer"}) || last.Set["enquiry.quantity"] != "50" ||
			last.Script != "member" || last.Lasted < 5*time.Second {
			t.Errorf("misses %v, then %+v", misses, last)
		}
	})
}

// TestRoutedToVoicemail takes a message in the place of the script's transfer, or
// gives the caller back to the script.
func TestRoutedToVoicemail(t *testing.T) {
	for name, broken := range map[string]error{"taken": nil, "not to be written down": context.DeadlineExceeded} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, handing(toQueue), func(r *rig) {
				mails, b := &fakeVoicemails{err: broken}, &fakeBoard{}
				r.desk.deps.People.Voicemails, r.desk.deps.People.Switchboard = mails, b
				r.desk.deps.Router = &fakeRouter{to: Routed{Script: r.script, Mailbox: "night"}}
				r.toTransfer()
				r.pass(20 * time.Second)
				if broken == nil {
					r.leg.bye()
				}
				rec := r.end()
				if len(b.entered) != 0 || len(mails.kept) == 0 || mails.kept[0].Queue != "night" {
					t.Errorf("entered %+v, kept %+v", b.entered, mails.kept)
				}
				if want := map[bool]string{true: "voicemail", false: "callback"}[broken == nil]; rec.Outcome != want {
					t.Errorf("outcome %q, want %q", rec.Outcome, want)
				}
			})
		})
	}
}
