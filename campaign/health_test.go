package campaign

import (
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
)

func fit(c *Campaign) Vitals {
	return Vitals{Approved: func(experiment.Variant) bool { return true }, Data: Data{People: 20, Complete: 0.95, Told: tuesday.Add(-2 * 24 * time.Hour)}}
}

// replaced is a version that converts so many of 1000, where the one before did 200.
func replaced(converted int) []Edition {
	return []Edition{{Script: "member-callback", Former: &experiment.Tally{Variant: "v1", Assigned: 1000, Called: 1000, Answered: 500, Converted: 200},
		Present: experiment.Tally{Variant: "v2", Assigned: 1000, Called: 1000, Answered: 500, Converted: converted}}}
}

// A version that does worse is gone back from by the campaign itself, or a person is
// asked, as its file says.
func TestJudgeGoesBack(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	v := fit(c)
	v.Editions = replaced(60)
	if h := Judge(tuesday, c, v); h.Act != Run || len(h.Back) != 1 || h.Back[0].Script != "member-callback" || h.Back[0].To != "v1" {
		t.Errorf("by itself: %+v", h)
	}
	c.Guard.Rollback = Ask
	if h := Judge(tuesday, c, v); h.Act != Pause || !h.Until.IsZero() || len(h.Back) != 0 || len(h.Asked) != 1 || h.Asked[0].To != "v1" || !strings.Contains(h.Why[0].Text, "parley script rollback member-callback") {
		t.Errorf("a person is asked: %+v", h)
	}
	v.Editions = replaced(195)
	if h := Judge(tuesday, c, v); h.Act != Run || len(h.Back) != 0 {
		t.Errorf("as good as before: %+v", h)
	}
}

// A person's word counts at once, before any look.
func TestJudgeHeedsPeople(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	c.Wording.Variants = []experiment.Variant{{Name: "a", Script: "a", Weight: 1}, {Name: "b", Script: "b", Weight: 1}, {Name: "c", Script: "c", Weight: 1}}
	v := fit(c)
	v.Words = []experiment.Word{{At: c.When.Start, Act: experiment.Drop, Variant: "b", Who: "li", Why: "it is rude"}}
	if h := Judge(tuesday, c, v); h.Act != Run || !h.Has(Dropped) || len(h.Variants) != 2 {
		t.Errorf("dropped: %+v", h)
	}
	v.Words[0].Act = experiment.Adopt
	if h := Judge(tuesday, c, v); !h.Has(Decided) || len(h.Variants) != 1 || h.Variants[0].Name != "b" {
		t.Errorf("adopted: %+v", h)
	}
}

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		name   string
		now    time.Time
		change func(*Vitals)
		act    Act
		code   Code
	}{
		{"all is well", tuesday, func(*Vitals) {}, Run, ""},
		{"89.9 % complete", tuesday, func(v *Vitals) { v.Data.Complete = 0.899 }, Pause, Incomplete},
		{"90 % complete", tuesday, func(v *Vitals) { v.Data.Complete = 0.9 }, Run, ""},
		{"7 days old", tuesday, func(v *Vitals) { v.Data.Told = tuesday.Add(-7 * 24 * time.Hour) }, Run, ""},
		{"a second more", tuesday, func(v *Vitals) { v.Data.Told = tuesday.Add(-7*24*time.Hour - time.Second) }, Pause, Stale},
		{"of unknown age", tuesday, func(v *Vitals) { v.Data.Told = time.Time{} }, Pause, Stale},
		{"nobody", tuesday, func(v *Vitals) { v.Data = Data{} }, Pause, Incomplete},
		{"old, but it runs", tuesday, func(v *Vitals) { v.Data, v.Running = Data{}, true }, Run, ""},
		{"not approved", tuesday, func(v *Vitals) { v.Approved = func(experiment.Variant) bool { return false } }, Pause, Unapproved},
		{"nobody knows what is approved", tuesday, func(v *Vitals) { v.Approved = nil }, Pause, Unapproved},
		{"1 complaint of 200", tuesday, func(v *Vitals) { v.Reached = experiment.Arm{Hits: 1, Trials: 200} }, Run, ""},
		{"2 complaints of 200", tuesday, func(v *Vitals) { v.Reached = experiment.Arm{Hits: 2, Trials: 200} }, Stop, Complaints},
		{"2 complaints of 199", tuesday, func(v *Vitals) { v.Reached = experiment.Arm{Hits: 2, Trials: 199} }, Run, ""},
		{"3 complaints of 5", tuesday, func(v *Vitals) { v.Reached = experiment.Arm{Hits: 3, Trials: 5} }, Stop, Complaints},
		{"before the start", time.Date(2026, 11, 23, 8, 59, 59, 0, shanghai), func(v *Vitals) { v.Data.Told = tuesday.Add(-72 * time.Hour) }, Pause, NotYet},
		{"at the deadline", time.Date(2026, 12, 5, 0, 0, 0, 0, shanghai), func(v *Vitals) { v.Running = true }, Stop, DeadlineOver},
		{"worse than before", tuesday, func(v *Vitals) {
			v.Editions = replaced(60)
		}, Run, Worse},
		{"worse than before, in a version gone back to", tuesday, func(v *Vitals) {
			v.Editions = []Edition{{Script: "x", Present: replaced(60)[0].Present, Told: "gone back"}}
		}, Run, Worse},
		{"as good as before", tuesday, func(v *Vitals) {
			v.Editions = replaced(195)
		}, Run, ""},
		{"both numbers rest", tuesday, func(v *Vitals) {
			v.Callers = []CallerTally{{Number: "+862165550123", Today: 300}, {Number: "+862165550124", Rested: tuesday.Add(-time.Hour)}}
		}, Pause, NoCaller},
	} {
		c := sample(t, "member-callback.zh.yaml")
		v := fit(c)
		tt.change(&v)
		h := Judge(tt.now, c, v)
		if h.Act != tt.act || tt.code != "" && !h.Has(tt.code) || tt.code == "" && len(h.Why) > 0 {
			t.Errorf("%s: %s %v", tt.name, h.Act, h.Why)
		}
	}
}

func TestJudgeTakesTheGravest(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	v := fit(c)
	v.Data.Complete = 0.5
	v.Breaker = Breaker{Until: tuesday.Add(time.Minute)}
	if h := Judge(tuesday, c, v); h.Act != Pause || !h.Until.IsZero() || !h.Has(Incomplete) || !h.Has(Failing) {
		t.Errorf("a pause with an end hides one without: %+v", h)
	}
	v.Reached = experiment.Arm{Hits: 30, Trials: 300}
	if h := Judge(tuesday, c, v); h.Act != Stop || len(h.Why) != 3 {
		t.Errorf("%+v", h)
	}
}

// An experiment whose persons are not shared as they were meant to be stops the
// campaign; one that finds a better wording gives it to everybody.
func TestJudgeHeedsTheExperiment(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	c.Wording.Variants = []experiment.Variant{{Name: "a", Script: "a", Weight: 1}, {Name: "b", Script: "b", Weight: 1}}
	at := c.When.Start.Add(24 * time.Hour)
	tally := func(name string, called, converted int) experiment.Tally {
		return experiment.Tally{Variant: name, Assigned: called, Called: called, Answered: called / 2, Converted: converted}
	}
	v := fit(c)
	v.Looks = []experiment.Look{{At: at, Tallies: []experiment.Tally{tally("a", 1000, 100), tally("b", 700, 70)}}}
	if h := Judge(tuesday, c, v); h.Act != Stop || !h.Has(Mismatch) {
		t.Errorf("1000 and 700 of equal shares: %+v", h)
	}
	v.Looks[0].Tallies = []experiment.Tally{tally("a", 5000, 200), tally("b", 5000, 600)}
	if h := Judge(tuesday, c, v); h.Act != Run || !h.Has(Decided) || len(h.Variants) != 1 || h.Variants[0].Name != "b" {
		t.Errorf("4 and 12 %%: %+v", h)
	}
	v.Looks[0].Tallies = []experiment.Tally{tally("a", 500, 20), tally("b", 500, 21)}
	if h := Judge(tuesday, c, v); h.Act != Run || len(h.Variants) != 2 {
		t.Errorf("no difference: %+v", h)
	}
}

func TestCallersRest(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	one, two := c.Line.Callers[0], c.Line.Callers[1]
	good := CallerTally{Number: two, Calls: 200, Answered: 80}
	for _, tt := range []struct {
		name  string
		tally CallerTally
		rests bool
		isNew bool
	}{
		{"as good", CallerTally{Calls: 200, Answered: 70}, false, false},
		{"few answers", CallerTally{Calls: 200, Answered: 10}, true, true},
		{"few calls", CallerTally{Calls: 49}, false, false},
		{"blocked", CallerTally{Calls: 200, Answered: 80, Blocked: 40}, true, true},
		{"blocked now and then", CallerTally{Calls: 200, Answered: 80, Blocked: 20}, false, false},
		{"resting", CallerTally{Rested: tuesday.Add(-23 * time.Hour)}, true, false},
		{"rested", CallerTally{Rested: tuesday.Add(-24 * time.Hour)}, false, false},
		{"today's calls are made", CallerTally{Today: 300}, true, false},
		{"one is left", CallerTally{Today: 299}, false, false},
	} {
		v := fit(c)
		tt.tally.Number = one
		v.Callers = []CallerTally{tt.tally, good}
		h := Judge(tuesday, c, v)
		rests := len(h.Resting) == 1 && h.Resting[0].Number == one && len(h.Callers) == 1 && h.Callers[0] == two
		if rests != tt.rests || rests && (h.Resting[0].New != tt.isNew || !h.Resting[0].Until.After(tuesday)) || !rests && len(h.Callers) != 2 {
			t.Errorf("%s: %+v", tt.name, h)
		}
	}
}

func TestBreaker(t *testing.T) {
	cfg := sample(t, "member-callback.zh.yaml").Guard.Breaker
	end := func(b Breaker, second int, failed bool) Breaker {
		at := tuesday.Add(time.Duration(second) * time.Second)
		return b.Ended(Ending{Began: at.Add(-time.Second), At: at, Failed: failed}, cfg)
	}
	act := func(b Breaker, second int) Act {
		a, _ := b.At(tuesday.Add(time.Duration(second) * time.Second))
		return a
	}
	var b Breaker
	for i, failed := range []bool{false, true, true, false} {
		b = end(b, i, failed)
	}
	if act(b, 4) != Run {
		t.Error("open after four calls")
	}
	if act(end(b, 120, true), 120) != Run {
		t.Error("calls count that ended more than 120 s ago") // the first has just fallen out: four are left
	}
	b = end(b, 4, true) // 3 of 5 in 120 s
	if act(b, 5) != Pause || act(b, 63) != Pause || act(b, 64) != Trial {
		t.Errorf("after 3 failures of 5: %+v", b)
	}
	b = end(b, 65, false) // was under way: began before the trial
	tried := b.Dialled(tuesday.Add(66*time.Second), cfg)
	if act(b, 66) != Trial || act(tried, 67) != Pause {
		t.Errorf("one call is tried, and only one: %+v", tried)
	}
	if late := tried.Ended(Ending{Began: tuesday, At: tuesday.Add(68 * time.Second)}, cfg); act(late, 68) != Pause {
		t.Error("a call from before closes it")
	}
	if closed := end(tried, 70, false); act(closed, 70) != Run || len(closed.Recent) != 0 {
		t.Errorf("the trial went well: %+v", closed)
	}
	worse := end(tried, 70, true)
	if act(worse, 70+119) != Pause || act(worse, 70+120) != Trial {
		t.Errorf("the pause doubles: %+v", worse)
	}
	for i := range 20 { // and ends at 32 times
		at := worse.Until.Add(time.Duration(i) * time.Second)
		worse = worse.Dialled(at, cfg).Ended(Ending{Began: at, At: at, Failed: true}, cfg)
	}
	if got := worse.pause(cfg); got != 32*time.Minute {
		t.Errorf("the longest pause is %v", got)
	}
}
