package routing

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/dialog/expr"
)

// Decision is where a call goes, and why.
type Decision struct {
	Table   string `json:"table"`
	Version int    `json:"version"`
	Rule    string `json:"rule"`
	Plan
	Overflowed bool    `json:"overflowed,omitempty"` // To is the rule's overflow
	Greeting   string  `json:"greeting,omitempty"`
	Language   string  `json:"language"`        // of the greeting
	Later      bool    `json:"later,omitempty"` // see Rule
	Tried      []Tried `json:"tried"`           // in order; the last one matched
	Facts      Facts   `json:"facts"`           // all that was known
}

// Tried is a rule that was asked.
type Tried struct {
	Rule    string      `json:"rule"`
	Matched bool        `json:"matched"`
	Why     []expr.Part `json:"why,omitempty"` // the comparisons that settled it
}

// Decide finds the first rule whose condition holds. The facts are not changed;
// what follows from them and from now (calendar, channel, overflow) is added,
// unless they hold it already. Memory is what the decision before gave back.
func (t *Table) Decide(now time.Time, f Facts, m Memory) (Decision, Memory) {
	v, m := t.see(now, f, m)
	d, _ := t.first(t.Rules, v)
	return d, m
}

// Reroute is Decide in mid-call, by the rules under during. ok is false when none
// holds: then the call stays where it is.
func (t *Table) Reroute(now time.Time, f Facts, m Memory) (d Decision, next Memory, ok bool) {
	v, m := t.see(now, f, m)
	d, ok = t.first(t.During, v)
	return d, m, ok
}

func (t *Table) first(rules []Rule, v *view) (Decision, bool) {
	d := Decision{Table: t.ID, Version: t.Version, Tried: make([]Tried, 0, len(rules))}
	var reasons expr.Reasons
	for i := range rules {
		r := &rules[i]
		holds, why := true, []expr.Part(nil)
		if r.When != nil {
			holds, why = reasons.Of(r.When, v)
		}
		d.Tried = append(d.Tried, Tried{Rule: r.ID, Matched: holds, Why: why})
		if !holds {
			continue
		}
		d.Rule, d.Plan, d.Later = r.ID, r.Plan, r.Later
		if over, _ := v.Value("overflow"); r.Overflow != nil && over == "true" {
			d.To, d.Overflowed = *r.Overflow, true
		}
		language, _ := v.Value("customer.language")
		d.Language = t.spoken(r.Greeting, language)
		d.Greeting = r.Greeting.in(language, t.Language).fill(v)
		d.Facts = v.all()
		return d, true
	}
	d.Facts = v.all()
	return d, false
}

// see adds to the facts what follows from them.
func (t *Table) see(now time.Time, given Facts, m Memory) (*view, Memory) {
	local := now.In(t.Calendar.Zone)
	weekday := (int(local.Weekday())+6)%7 + 1
	d := Facts{
		"call.day": local.Format(time.DateOnly), "call.time": local.Format("2006-01-02T15:04"),
		"call.hour": strconv.Itoa(local.Hour()), "call.weekday": strconv.Itoa(weekday),
		"hours.open": strconv.FormatBool(t.Calendar.Open(now)), "hours.holiday": strconv.FormatBool(t.Calendar.Holiday(now)),
		"caller.withheld": strconv.FormatBool(given["caller.number"] == ""),
	}
	v := &view{given: given, derived: d}
	for _, c := range t.Channels {
		if c.Number != given["called.number"] {
			continue
		}
		d["channel"] = c.Name
		if c.Topic != "" {
			d["topic"] = c.Topic
		}
	}
	over, m := t.overflows(given, m)
	d["overflow"] = strconv.FormatBool(over)
	return v, m
}

// overflows is whether the caller's region does, and the memory with it.
func (t *Table) overflows(f Facts, m Memory) (bool, Memory) {
	region := f["caller.region"]
	rate, err := strconv.ParseFloat(f["region.answer_rate"], 64)
	calls, wrong := strconv.Atoi(f["region.calls"])
	if region == "" || err != nil || wrong != nil {
		return false, m
	}
	over := t.Overflow.Next(m[region], rate, calls)
	if over == m[region] {
		return over, m
	}
	next := maps.Clone(m)
	if next == nil {
		next = Memory{}
	}
	if next[region] = over; !over {
		delete(next, region)
	}
	return over, next
}

// Explain tells a decision in lines that a supervisor can read.
func (d Decision) Explain() []string {
	var out []string
	for _, tried := range d.Tried {
		mark := "no "
		if tried.Matched {
			mark = "yes"
		}
		line := fmt.Sprintf("%s  %s", mark, tried.Rule)
		why := make([]string, len(tried.Why))
		for i, w := range tried.Why {
			why[i] = w.String()
		}
		if len(why) > 0 {
			line += ": " + strings.Join(why, "; ")
		}
		out = append(out, line)
	}
	return out
}
