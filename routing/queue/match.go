package queue

import (
	"cmp"
	"slices"
)

// match gives callers, in order, to free agents. It tells whether something else
// changed that calls for another round.
func (m *Machine) match() (again bool) {
	free := m.freeSeats()
	for _, c := range m.line {
		if len(free) == 0 {
			break
		}
		if c.Offer != 0 || c.Rest.After(m.now) {
			continue
		}
		if i := m.best(free, c); i >= 0 {
			s := free[i]
			free = slices.Delete(free, i, i+1)
			m.offer(c, s)
		}
	}
	for _, c := range slices.Clone(m.line) {
		if c.Offer == 0 && m.exhausted(c) {
			again = true
		}
	}
	return again
}

func (m *Machine) freeSeats() []*Seat {
	var free []*Seat
	for _, s := range m.seats {
		if m.free(s) {
			free = append(free, s)
		}
	}
	return free
}

// best is the index of the agent that the caller gets, or -1.
func (m *Machine) best(free []*Seat, c *Call) int {
	found := -1
	for i, s := range free {
		if !m.serves(s, c) || slices.Contains(c.Tried, s.Agent) || !m.preferred(s, c) {
			continue
		}
		if found < 0 || m.rank(c, s, free[found]) < 0 {
			found = i
		}
	}
	return found
}

// serves tells whether an agent may take a caller by queue and skills, free or not.
func (m *Machine) serves(s *Seat, c *Call) bool {
	q := c.rule
	if c.Escalated && s.worksIn(c.Above) {
		return true // a supervisor takes whatever comes
	}
	if !s.worksIn(c.Queue) && (!c.Overflows || !s.worksIn(q.Overflow.To)) {
		return false
	}
	waited, skills := m.now.Sub(c.Entered), s.who.Skills
	for _, n := range c.Needs {
		if skills[n.Skill] < n.level(waited) {
			return false
		}
	}
	return true
}

func (s *Seat) worksIn(queue string) bool { return slices.Contains(s.who.Queues, queue) }

// preferred holds a caller for the preferred agent, while that agent is at work
// and has not failed the caller.
func (m *Machine) preferred(s *Seat, c *Call) bool {
	p := c.Prefer
	if p.Agent == "" || p.Agent == s.Agent || c.Escalated || m.now.Sub(c.Entered) >= p.For || slices.Contains(c.Tried, p.Agent) {
		return true
	}
	other := m.seat(p.Agent)
	return other == nil || !m.present(other) || !m.serves(other, c)
}

// rank orders two free agents for a caller: negative when a comes first.
func (m *Machine) rank(c *Call, a, b *Seat) int {
	q := c.rule
	if c.Escalated {
		if d := cmp.Compare(outside(a, c), outside(b, c)); d != 0 {
			return d
		}
	}
	switch q.Ranking {
	case BestSkill:
		if d := cmp.Compare(m.level(b, c, true), m.level(a, c, true)); d != 0 {
			return d
		}
	case SpareSkill:
		if d := cmp.Compare(m.level(a, c, false), m.level(b, c, false)); d != 0 {
			return d
		}
	}
	return a.Idle.Compare(b.Idle)
}

// outside is 0 for an agent of the supervisor queue, else 1.
func outside(s *Seat, c *Call) int {
	if s.worksIn(c.Above) {
		return 0
	}
	return 1
}

// level sums an agent's levels of the skills that the caller needs, or of the
// others.
func (m *Machine) level(s *Seat, c *Call, needed bool) (sum int) {
	for skill, level := range s.who.Skills {
		if slices.ContainsFunc(c.Needs, func(n Need) bool { return n.Skill == skill }) == needed {
			sum += level
		}
	}
	return sum
}

// exhausted deals with a caller whom all agents at work have failed, or for whom
// nobody is at work. It tells whether anything changed.
func (m *Machine) exhausted(c *Call) bool {
	limit := c.rule.Limit
	if len(c.Tried) == 0 && !limit.Empty {
		return false
	}
	atWork, hope := m.hope(c)
	switch {
	case hope, atWork && len(c.Tried) == 0:
		return false
	case !atWork && limit.Empty && !c.Callback:
		m.fallback(c, limit.Then, "no agent is at work")
		return true
	case !atWork:
		return false
	}
	c.Tried = nil
	c.Rounds++
	switch {
	case c.Callback:
		c.Rest = m.after(c.rule.Callback.Again)
	case limit.Rounds > 0 && c.Rounds >= limit.Rounds:
		c.Rounds = 0
		m.fallback(c, limit.Then, "no agent took the call")
	}
	return true
}

// hope tells whether agents are at work who may take the caller, and whether one
// of them can be reached and has not failed the caller yet.
func (m *Machine) hope(c *Call) (atWork, hope bool) {
	for _, s := range m.seats {
		if !m.present(s) || !m.serves(s, c) {
			continue
		}
		atWork = true
		if !slices.Contains(c.Tried, s.Agent) && !s.Rest.After(m.now) {
			return true, true
		}
	}
	return atWork, false
}
