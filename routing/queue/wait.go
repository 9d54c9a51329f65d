package queue

import (
	"slices"
	"time"
)

// fire does what is due for a caller in the line.
func (m *Machine) fire(c *Call) {
	if !c.Due.IsZero() && !c.Due.After(m.now) {
		c.Due = time.Time{}
		m.broken(c)
	}
	if m.calls[c.ID] != c {
		return
	}
	if !c.LeaveAt.IsZero() && !c.LeaveAt.After(m.now) && c.Offer == 0 {
		m.tooLong(c)
	}
	if m.calls[c.ID] != c || c.Callback {
		return
	}
	m.overflow(c)
	m.speak(c)
}

// broken does what a promise says once it cannot be kept. A caller who is with a
// supervisor already stays there.
func (m *Machine) broken(c *Call) {
	if c.Promised == Supervisor && (c.Escalated || c.Above == "") {
		return
	}
	m.fallback(c, c.Promised, "promise")
}

// tooLong ends the wait. A caller who is being offered stays for the answer.
func (m *Machine) tooLong(c *Call) {
	c.LeaveAt = time.Time{}
	if c.Callback {
		m.end(c, NotReached, "no agent in time")
		return
	}
	m.fallback(c, c.rule.Limit.Then, "waited too long")
}

// overflow opens the other queue's agents to a caller who has waited.
func (m *Machine) overflow(c *Call) {
	if o := c.rule.Overflow; o.To != "" && o.After > 0 && !c.Overflows && m.now.Sub(c.Entered) >= o.After {
		m.overflows(c, "waited")
	}
}

func (m *Machine) overflows(c *Call, why string) {
	c.Overflows = true
	m.book(c.Queue).Overflowed++
	m.do(ToOverflow{Caller: c.ID, Queue: c.rule.Overflow.To, Why: why})
}

// spill opens the other queue's agents to everybody while too many wait. Callers
// once let over stay so.
func (m *Machine) spill() {
	for i := range m.cfg.Queues {
		q := &m.cfg.Queues[i]
		if q.Overflow.To == "" || q.Overflow.Above == 0 {
			continue
		}
		b := m.book(q.Name)
		switch n := m.waiting(q.Name); {
		case n > q.Overflow.Above:
			b.Spilling = true
		case n <= q.Overflow.Below:
			b.Spilling = false
		}
		if !b.Spilling {
			continue
		}
		for _, c := range m.line {
			if c.Queue == q.Name && !c.Overflows {
				m.overflows(c, "too many wait")
			}
		}
	}
}

func (m *Machine) waiting(queue string) (n int) {
	for _, c := range m.line {
		if c.Queue == queue {
			n++
		}
	}
	return n
}

// speak offers a callback or announces place and wait. While an agent is rung
// nothing is said: the answer would cut it off.
func (m *Machine) speak(c *Call) {
	q := c.rule
	if c.Offer == 0 && m.callbackDue(c) {
		c.Asked = true
		m.do(OfferCallback{Caller: c.ID})
	}
	if c.Announce.IsZero() || c.Announce.After(m.now) {
		return
	}
	c.Announce = m.after(q.Hear.Every)
	if c.Offer != 0 {
		return
	}
	place, wait := m.estimate(c)
	told := place
	if c.Place > 0 && place > c.Place {
		told = 0 // nobody likes to hear that the place is worse
	} else {
		c.Place = place
	}
	m.do(Announce{Caller: c.ID, Position: told, Wait: wait})
}

func (m *Machine) callbackDue(c *Call) bool {
	after := c.rule.Callback.After
	return after > 0 && !c.Asked && !c.Callback && m.now.Sub(c.Entered) >= after
}

// nextOf is the earlier of next and the caller's own next time.
func (m *Machine) nextOf(c *Call, next time.Time) time.Time {
	q := c.rule
	next = m.sooner(next, c.Due)
	next = m.sooner(next, c.LeaveAt)
	next = m.sooner(next, c.Announce)
	next = m.sooner(next, c.Rest)
	for _, n := range c.Needs {
		for _, r := range n.Relax {
			next = m.sooner(next, c.Entered.Add(r.After))
		}
	}
	if c.Prefer.For > 0 {
		next = m.sooner(next, c.Entered.Add(c.Prefer.For))
	}
	if q.Callback.After > 0 && !c.Asked && !c.Callback {
		next = m.sooner(next, c.Entered.Add(q.Callback.After))
	}
	if q.Overflow.After > 0 && !c.Overflows {
		next = m.sooner(next, c.Entered.Add(q.Overflow.After))
	}
	return next
}

// estimate is a caller's place in the queue and the wait from now, from the
// handling times measured: with n agents at work, each busy for h, a place comes
// up every h/n. 0 when no agent is at work.
func (m *Machine) estimate(c *Call) (place int, wait time.Duration) {
	var serving []*Seat
	hands := 0
	for _, s := range m.seats {
		if m.present(s) && s.worksIn(c.Queue) {
			serving = append(serving, s)
			hands += s.who.capacity()
		}
	}
	place, ahead := 1, 0
	for _, o := range m.line {
		if o == c {
			break
		}
		if o.Offer != 0 {
			continue
		}
		if o.Queue == c.Queue {
			place++
		}
		if slices.ContainsFunc(serving, func(s *Seat) bool { return m.serves(s, o) }) {
			ahead++
		}
	}
	if hands == 0 {
		return place, 0
	}
	q := c.rule
	wait = time.Duration(ahead+1) * m.book(c.Queue).handling(q) / time.Duration(hands)
	return place, max(wait, q.Hear.Floor).Round(time.Second)
}
