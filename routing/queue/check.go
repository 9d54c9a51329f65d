package queue

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Problem is one mistake in a Config. Path names the value: queues.vip.supervisor,
// agents.7.skills.german.
type Problem struct{ Path, Text, Hint string }

// Error gives path: text; hint.
func (p Problem) Error() string {
	s := p.Path + ": " + p.Text
	if p.Hint != "" {
		s += "; " + p.Hint
	}
	return s
}

// inspector gathers problems.
type inspector struct {
	cfg    Config
	queues []string
	found  []error
}

func (i *inspector) fail(path, hint, format string, args ...any) {
	i.found = append(i.found, Problem{path, fmt.Sprintf(format, args...), hint})
}

// Check finds every mistake; each is a Problem.
func (c Config) Check() []error {
	i := &inspector{cfg: c}
	for _, q := range c.Queues {
		if q.Name == "" || slices.Contains(i.queues, q.Name) {
			i.fail("queues", "names must differ", "two queues are named %q, or one has no name", q.Name)
		}
		i.queues = append(i.queues, q.Name)
	}
	for _, q := range c.Queues {
		i.queue(q)
	}
	var ids []string
	for _, a := range c.Agents {
		if a.ID == "" || slices.Contains(ids, a.ID) {
			i.fail("agents", "names must differ", "two agents are named %q, or one has no name", a.ID)
		}
		ids = append(ids, a.ID)
		i.agent(a)
	}
	if r := c.Reach; r.Failures < 0 || r.Failures > 0 && (r.Rest <= 0 || r.MaxRest < r.Rest) {
		i.fail("agent_rules", "give rest more than 0s, and max_rest no less than rest", "agents who are not reached would never be left alone")
	}
	return i.found
}

func (i *inspector) queue(q Queue) {
	at := "queues." + q.Name
	i.known(at+".supervisor", q.Supervisor, q.Name)
	i.known(at+".overflow.to", q.Overflow.To, q.Name)
	i.needs(at, q.Needs)
	i.then(at+".fallback", q.Limit.Then, q)
	if q.Promise.Within > 0 {
		i.then(at+".promise.then", q.Promise.Then, q)
	}
	switch {
	case q.HeadStart < 0:
		i.fail(at+".head_start", "write 5m", "priority cannot be worth %v", q.HeadStart)
	case q.Timing.Ring < time.Second:
		i.fail(at+".ring", "write 20s", "an agent's phone would ring for %v", q.Timing.Ring)
	case q.Hear.First > 0 && q.Hear.Every < time.Second:
		i.fail(at+".announce.every", "write 45s", "place and wait would be announced every %v", q.Hear.Every)
	case q.Overflow.To != "" && q.Overflow.After <= 0 && q.Overflow.Above <= 0:
		i.fail(at+".overflow", "add after: 90s, or above: 10", "nothing says when callers overflow to %s", q.Overflow.To)
	case q.Overflow.Above > 0 && q.Overflow.Below >= q.Overflow.Above:
		i.fail(at+".overflow.below", "write a number below above", "the overflow begins above %d and ends at %d: it would begin and end with every caller", q.Overflow.Above, q.Overflow.Below)
	case q.Callback.Tries < 1 || q.Callback.Again < time.Second || q.Callback.Within <= 0:
		i.fail(at+".callback", "write tries: 2, again: 5m, within: 24h", "calls back need one try or more, a time between tries, and an end")
	case q.Service.Handling <= 0 || q.Service.Percent < 0 || q.Service.Percent > 100:
		i.fail(at+".service", "write within: 20s, percent: 80, handling: 3m", "the service level cannot be reckoned")
	}
	if !slices.Contains([]Ranking{LongestIdle, BestSkill, SpareSkill}, q.Ranking) {
		i.fail(at+".ranking", "known: longest_idle, best_skill, spare", "no ranking is named %q", q.Ranking)
	}
}

// then checks a fallback. Back to a supervisor needs a supervisor queue.
func (i *inspector) then(at string, f Fallback, q Queue) {
	switch {
	case !slices.Contains([]Fallback{Leave, Voicemail, CallBack, Supervisor}, f):
		i.fail(at, "known: leave, voicemail, callback, supervisor", "no fallback is named %q", f)
	case f == Supervisor && q.Supervisor == "":
		i.fail(at, "add supervisor: QUEUE to the queue", "queue %q has no supervisor queue", q.Name)
	}
}

func (i *inspector) known(at, queue, self string) {
	switch {
	case queue == "":
	case queue == self:
		i.fail(at, "name another queue", "queue %q would go to itself", self)
	case !slices.Contains(i.queues, queue):
		i.fail(at, i.list(), "no queue of agents is named %q", queue)
	}
}

func (i *inspector) list() string { return "known: " + strings.Join(i.queues, ", ") }

func (i *inspector) needs(at string, needs []Need) {
	for _, n := range needs {
		last := time.Duration(0)
		for _, r := range n.Relax {
			if r.After <= last || r.Level < 0 || r.Level > MaxLevel {
				i.fail(at+".relax", "write them in order, levels 0 to 9", "skill %q is relaxed to %d after %v", n.Skill, r.Level, r.After)
			}
			last = r.After
		}
		if n.Level < 0 || n.Level > MaxLevel {
			i.fail(at+".skills."+n.Skill, "levels are 1 to 9", "skill %q is needed at level %d", n.Skill, n.Level)
		}
	}
}

func (i *inspector) agent(a Agent) {
	at := "agents." + a.ID
	if len(a.Queues) == 0 {
		i.fail(at+".queues", "name one or more", "agent %q works in no queue", a.ID)
	}
	for n, q := range a.Queues {
		if !slices.Contains(i.queues, q) {
			i.fail(fmt.Sprintf("%s.queues[%d]", at, n), i.list(), "no queue of agents is named %q", q)
		}
	}
	for skill, level := range a.Skills {
		if level < 1 || level > MaxLevel {
			i.fail(at+".skills."+skill, "levels are 1 to 9", "agent %q has skill %q at level %d", a.ID, skill, level)
		}
	}
	if a.Capacity < 0 {
		i.fail(at+".capacity", "write 1", "agent %q takes %d calls at once", a.ID, a.Capacity)
	}
}
