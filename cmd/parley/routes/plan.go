package routes

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/routing/queue"
)

// preferFor is how long a caller is kept for one agent where nothing is promised.
const preferFor = time.Minute

// standing is what a decision asks of each queue that the call comes to.
func standing(d routing.Decision, home Home) queue.Enter {
	e := queue.Enter{Class: d.Rule, Priority: d.Priority, Needs: needs(d.Skills)}
	if p := d.Promise; p != nil {
		e.Promise = queue.Promise{Within: p.Within, Then: queue.Supervisor, Queue: p.Else.Name}
		if p.Else.Kind == routing.Voicemail {
			e.Promise = queue.Promise{Within: p.Within, Then: queue.Voicemail}
		}
	}
	if d.To.Kind == routing.Agent && home.of(d.To) != "" {
		e.Prefer = queue.Prefer{Agent: d.To.Name, For: preferFor}
		if e.Promise.Within > 0 {
			e.Prefer.For = e.Promise.Within
		}
	}
	return e
}

// promised has a promise run from now, before the greeting, when the call goes
// straight to people.
func promised(e queue.Enter, now time.Time, d routing.Decision) queue.Enter {
	if e.Promise.Within > 0 && d.To.Person() && !d.Later {
		e.Since = now
	}
	return e
}

// needs turns steps that replace each other into one need for each skill, asked
// for from one step on and dropped at another.
func needs(steps []routing.Step) (all []queue.Need) {
	var skills []string
	for _, s := range steps {
		for _, skill := range s.Need {
			if !slices.Contains(skills, skill) {
				skills = append(skills, skill)
			}
		}
	}
	for _, skill := range skills {
		n := queue.Need{Skill: skill}
		last := 0
		for _, s := range steps {
			level := 0
			if slices.Contains(s.Need, skill) {
				level = 1
			}
			switch {
			case s.After == 0:
				n.Level = level
			case level != last:
				n.Relax = append(n.Relax, queue.Relax{After: s.After, Level: level})
			}
			last = level
		}
		all = append(all, n)
	}
	return all
}

// vars are what a script may use of a decision: its facts, the rule, the greeting
// and what the agent is given.
func vars(d routing.Decision) map[string]string {
	v := map[string]string{"route.rule": d.Rule, "greeting": d.Greeting, "brief": brief(d.Facts, d.Context, nil)}
	for name, value := range d.Facts {
		if !strings.HasPrefix(name, "queue.") {
			v[name] = value
		}
	}
	return v
}

// given are the facts that each kind of context is made of.
var given = map[string][]string{
	"profile":    {"customer.tags", "customer.value", "customer.language", "customer.risk"},
	"purchases":  {"customer.products", "customer.predicted_need", "customer.need_why"},
	"history":    {"calls_30d", "ivr_hangups_30d"},
	"complaints": {"customer.complaints", "customer.open_complaints"},
	"known_fix":  {"product", "enquiries_30d"},
}

// brief is what the agent is told: the name, then what the rule's context names.
// The recording and the transcript are kept under the call's id, which goes with
// every call; the caller's last words go along here.
func brief(f routing.Facts, context []string, said []string) string {
	var parts []string
	if name := f["customer.name"]; name != "" {
		parts = append(parts, name)
	}
	for _, c := range context {
		for _, name := range given[c] {
			if v := f[name]; v != "" {
				parts = append(parts, plain(name)+" "+v)
			}
		}
		if c == "transcript" && len(said) > 0 {
			parts = append(parts, "said: "+said[len(said)-1])
		}
	}
	return strings.Join(parts, "; ")
}

// plain is a fact's name as people say it.
func plain(name string) string {
	return strings.ReplaceAll(strings.TrimPrefix(name, "customer."), "_", " ")
}

// address is where a number is dialled.
func address(number, trunk string) string {
	if strings.HasPrefix(number, "sip:") || strings.HasPrefix(number, "sips:") {
		return number
	}
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("+0123456789*#", r) {
			return r
		}
		return -1
	}, number)
	if trunk == "" {
		return digits
	}
	return digits + "@" + trunk
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
