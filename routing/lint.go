package routing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-voice/parley/dialog/expr"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// Severity is how bad a finding is.
type Severity = strictyaml.Severity

// The severities. An error is never let into use.
const (
	Error   = strictyaml.Error
	Warning = strictyaml.Warning
	Advice  = strictyaml.Advice
)

// Finding is something wrong with a table that can be read.
type Finding = strictyaml.Finding

// Codes of what Lint finds.
const (
	Shadowed    strictyaml.Code = "shadowed"    // an earlier rule takes all its calls
	NeverHolds  strictyaml.Code = "never-holds" // the condition contradicts itself
	Gap         strictyaml.Code = "gap"         // values between two rules that neither takes
	NobodyHome  strictyaml.Code = "nobody-home" // hours are given and no rule asks for them
	MayWait     strictyaml.Code = "may-wait"    // nothing ends the wait
	Unused      strictyaml.Code = "unused"      // a queue, skill or class of words that no rule names
	BrokenVow   strictyaml.Code = "broken-vow"  // a step of skills comes after the promise is over
	SameAsElse  strictyaml.Code = "same-queue"  // a promise that leads to where the caller waits
	CodesOfLint                 = "shadowed never-holds gap nobody-home may-wait unused broken-vow same-queue"
)

type linter struct {
	t     *Table
	found []Finding
}

func (l *linter) add(s Severity, code strictyaml.Code, rule, hint, format string, args ...any) {
	l.found = append(l.found, Finding{Severity: s, Problem: l.t.places.problem(code, rule, hint, fmt.Sprintf(format, args...))})
}

// Lint finds rules that are never reached, values that no rule takes, waits
// without end and names that nobody uses.
func (t *Table) Lint() []Finding {
	l := &linter{t: t}
	for _, rules := range [][]Rule{t.Rules, t.During} {
		l.reach(rules)
		l.gaps(rules)
		for _, r := range rules {
			l.waits(r)
		}
	}
	l.hours()
	l.unused()
	slices.SortStableFunc(l.found, func(a, b Finding) int { return a.Line - b.Line })
	return l.found
}

func claims(r Rule) []expr.Claim {
	if r.When == nil {
		return nil
	}
	return r.When.Claims()
}

// reach finds rules that no call comes to.
func (l *linter) reach(rules []Rule) {
	for i, r := range rules {
		own := claims(r)
		if c, ok := contradiction(own); ok {
			l.add(Error, NeverHolds, r.ID, "mend the condition", "the rule %q never holds: %s", r.ID, c)
			continue
		}
		for _, earlier := range rules[:i] {
			if _, never := contradiction(claims(earlier)); never || !implied(claims(earlier), own) {
				continue
			}
			what := fmt.Sprintf("the rule %q, which comes first, takes all calls of %q", earlier.ID, r.ID)
			if r.ID == "default" && earlier.When == nil {
				what = fmt.Sprintf("the rule %q always holds: no call comes to what follows", earlier.ID)
			}
			l.add(Error, Shadowed, r.ID, "put the narrower rule first, or mend its condition", "%s", what)
			break
		}
	}
}

// waits finds what keeps a caller waiting for ever.
func (l *linter) waits(r Rule) {
	if r.To.Kind != Queue {
		return
	}
	last := Step{}
	if n := len(r.Skills); n > 0 {
		last = r.Skills[n-1]
	}
	switch p := r.Promise; {
	case p == nil && len(r.Skills) == 1:
		l.add(Warning, MayWait, r.ID, "add a step {after: 20s, need: [...]} that asks for less, or a promise",
			"in the rule %q the caller waits for an agent with %s, however long it takes", r.ID, strings.Join(last.Need, " and "))
	case p != nil && last.After >= p.Within:
		l.add(Warning, BrokenVow, r.ID, "let the step come sooner, or promise later",
			"in the rule %q the step after %s is never reached: the promise ends the wait at %s", r.ID, last.After, p.Within)
	case p != nil && p.Else == r.To:
		l.add(Warning, SameAsElse, r.ID, "name another queue, an agent or voicemail", "in the rule %q the promise leads to where the caller waits already", r.ID)
	}
}

// hours finds tables that know their hours and forget them.
func (l *linter) hours() {
	if l.t.Calendar.Hours.None() {
		return
	}
	for _, r := range l.t.Rules {
		if r.When != nil && slices.ContainsFunc(r.When.Names(), func(n string) bool { return strings.HasPrefix(n, "hours.") }) {
			return
		}
	}
	l.add(Warning, NobodyHome, "", "begin with a rule {id: closed, when: not hours.open, to: {voicemail: night}}", "hours are given, and no rule asks for hours.open: calls come to queues where nobody is")
}

func (l *linter) unused() {
	queues, skills, asked := map[string]bool{}, map[string]bool{}, []string{}
	to := func(t *Target) {
		if t != nil && t.Kind == Queue {
			queues[t.Name] = true
		}
	}
	for _, r := range slices.Concat(l.t.Rules, l.t.During) {
		to(&r.To)
		to(r.Overflow)
		if r.Promise != nil {
			to(&r.Promise.Else)
		}
		for _, s := range r.Skills {
			for _, n := range s.Need {
				skills[n] = true
			}
		}
		if r.When != nil {
			asked = append(asked, r.When.Source)
		}
	}
	conditions := strings.Join(asked, "\n")
	for _, q := range l.t.Queues {
		if !queues[q] && !strings.Contains(conditions, "queue."+q+".") {
			l.add(Advice, Unused, "", "remove it, or send calls there", "no rule names the queue %q", q)
		}
	}
	for _, s := range l.t.Skills {
		if !skills[s] {
			l.add(Advice, Unused, "", "remove it, or ask for it", "no rule asks for the skill %q", s)
		}
	}
	for _, w := range l.t.Words {
		if !strings.Contains(conditions, "'"+w.Class+"'") && !strings.Contains(conditions, `"`+w.Class+`"`) {
			l.add(Warning, Unused, "", fmt.Sprintf("add a rule under during with when: \"'%s' in heard\"", w.Class), "nothing happens when words of the class %q are heard", w.Class)
		}
	}
}
