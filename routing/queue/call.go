package queue

import (
	"cmp"
	"slices"
	"time"
)

func (m *Machine) enter(e Enter) {
	q := m.rules[e.Queue]
	switch {
	case m.calls[e.Caller] != nil:
		m.ignore("caller " + e.Caller + " is waiting already")
		return
	case q == nil:
		m.do(End{Caller: e.Caller, How: WentAway, Why: "no queue is named " + e.Queue})
		return
	}
	c := &Call{ID: e.Caller, Queue: e.Queue, Class: e.Class, Needs: slices.Concat(q.Needs, e.Needs), Prefer: e.Prefer, Callback: e.Callback,
		Entered: m.now, Above: q.Supervisor, rule: q}
	if !e.Since.IsZero() && e.Since.Before(m.now) {
		c.Entered = e.Since
	}
	promise := e.Promise
	if promise.Within == 0 {
		promise = q.Promise
	}
	var due time.Time
	if promise.Within > 0 {
		due = c.Entered.Add(promise.Within)
		if m.rules[promise.Queue] != nil {
			c.Above = promise.Queue
		}
	}
	if !c.Callback && !due.IsZero() { // to call back is not to keep a promise; the place is that of one
		c.Due, c.Promised = due, cmp.Or(promise.Then, Supervisor)
	}
	c.Key = m.key(c.Entered, due, q, e.Priority)
	m.calls[c.ID] = c
	m.stand(c)
	m.book(c.Queue).Entered++
	if c.Callback {
		c.LeaveAt = m.after(q.Callback.Within)
		return
	}
	c.LeaveAt = m.after(q.Limit.Wait)
	c.Announce = m.after(q.Hear.First)
	m.do(Music{Caller: c.ID, Clip: q.Hear.Music})
}

// after is the time d from now; zero for 0.
func (m *Machine) after(d time.Duration) time.Time {
	if d <= 0 {
		return time.Time{}
	}
	return m.now.Add(d)
}

// key is the virtual arrival: at most head before the real one.
func (m *Machine) key(entered, due time.Time, q *Queue, priority int) time.Time {
	key := entered.Add(-time.Duration(min(max(priority, 0), MaxPriority)) * q.HeadStart / MaxPriority)
	if !due.IsZero() {
		if at := due.Add(-m.head); at.Before(key) {
			key = at
		}
	}
	return key
}

// stand puts a caller into the line.
func (m *Machine) stand(c *Call) {
	i, _ := slices.BinarySearchFunc(m.line, c, func(a, b *Call) int {
		if d := a.Key.Compare(b.Key); d != 0 {
			return d
		}
		return -1 // behind those with the same key
	})
	m.line = slices.Insert(m.line, i, c)
}

// step takes a caller out of the line.
func (m *Machine) step(c *Call) {
	if i := slices.Index(m.line, c); i >= 0 {
		m.line = slices.Delete(m.line, i, i+1)
	}
}

// end is the one place where a caller ends.
func (m *Machine) end(c *Call, how How, why string) {
	agent := ""
	if o := m.find(c.Offer); o != nil {
		agent = o.Agent
		if why == agentHungUp {
			m.withdraw(o, why, theAgent)
		} else {
			m.withdraw(o, "the caller is gone", nobody)
		}
	}
	m.step(c)
	delete(m.calls, c.ID)
	m.book(c.Queue).end(m.now, c, how, c.rule.Service.Within)
	m.do(End{Caller: c.ID, How: how, Why: why, Agent: agent})
}

func (m *Machine) left(id string) {
	c := m.calls[id]
	switch {
	case c == nil:
		m.ignore("caller " + id + " is not here")
	case c.Joined:
		m.end(c, Served, "caller hung up")
	case c.Callback: // the line may go: the place is kept
	default:
		m.end(c, Abandoned, "caller hung up")
	}
}

func (m *Machine) takeCallback(id string) {
	c := m.calls[id]
	if c == nil || c.Joined || c.Callback {
		m.ignore("caller " + id + " is not waiting on the line")
		return
	}
	m.callBack(c, "asked for")
}

// callBack lets a caller hang up and keep the place.
func (m *Machine) callBack(c *Call, why string) {
	c.Callback = true
	c.Due, c.Announce, c.Rounds, c.Tried = time.Time{}, time.Time{}, 0, nil
	c.LeaveAt = m.after(c.rule.Callback.Within)
	m.book(c.Queue).Callbacks++
	m.do(ToCallback{Caller: c.ID, Why: why})
}

func (m *Machine) takeVoicemail(id string) {
	c := m.calls[id]
	if c == nil || c.Joined || c.Callback {
		m.ignore("caller " + id + " is not waiting on the line")
		return
	}
	m.end(c, ToVoicemail, "asked for")
}

func (m *Machine) cancel(id string) {
	if c := m.calls[id]; c != nil {
		m.end(c, Cancelled, "taken out")
		return
	}
	m.ignore("caller " + id + " is not here")
}

// fallback does with a caller what is to be done when nobody took the call.
func (m *Machine) fallback(c *Call, then Fallback, why string) {
	q := c.rule
	switch {
	case then == Voicemail:
		m.end(c, ToVoicemail, why)
	case then == CallBack:
		m.callBack(c, why)
	case then == Supervisor && c.Above != "" && !c.Escalated:
		c.LeaveAt = m.after(q.Limit.Wait)
		m.escalate(c, why)
	default:
		m.end(c, WentAway, why)
	}
}

// escalate has the supervisor queue's agents asked first, and puts the caller as
// far ahead as anybody can be. An offer under way is withdrawn only for a
// supervisor who can take the call now: else it is the nearest hope.
func (m *Machine) escalate(c *Call, why string) {
	c.Escalated, c.Tried, c.Due = true, nil, time.Time{}
	m.book(c.Queue).Escalated++
	m.do(ToSupervisor{Caller: c.ID, Queue: c.Above, Why: why})
	m.step(c)
	c.Key = c.Entered.Add(-m.head)
	m.stand(c)
	if o := m.find(c.Offer); o != nil && !m.seat(o.Agent).worksIn(c.Above) && m.supervisorFree(c.Above) {
		m.withdraw(o, why, nobody)
	}
}

func (m *Machine) supervisorFree(queue string) bool {
	return slices.ContainsFunc(m.seats, func(s *Seat) bool { return m.free(s) && s.worksIn(queue) })
}
