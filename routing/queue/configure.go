package queue

import (
	"errors"
	"slices"
)

// configure takes a checked configuration into use.
func (m *Machine) configure(cfg Config) {
	m.cfg, m.head = cfg, 0
	m.rules = map[string]*Queue{}
	for i := range cfg.Queues {
		q := &cfg.Queues[i]
		m.rules[q.Name] = q
		m.head = max(m.head, q.HeadStart)
	}
	var seats []*Seat
	for i := range cfg.Agents {
		s := m.seat(cfg.Agents[i].ID)
		if s == nil {
			s = &Seat{Agent: cfg.Agents[i].ID, State: Out, Since: m.now}
		}
		s.who = &cfg.Agents[i]
		seats = append(seats, s)
	}
	m.seats = seats
	for _, c := range m.calls {
		c.rule = m.rules[c.Queue]
	}
}

// reconfigure changes the rules under the calls. A queue with callers and an
// agent with a call stay as they were until they are done.
func (m *Machine) reconfigure(cfg Config) {
	if err := errors.Join(cfg.Check()...); err != nil {
		m.ignore(err.Error())
		return
	}
	old := m.cfg
	cfg.Queues, cfg.Agents = slices.Clone(cfg.Queues), slices.Clone(cfg.Agents)
	for _, q := range old.Queues {
		gone := !slices.ContainsFunc(cfg.Queues, func(n Queue) bool { return n.Name == q.Name })
		if gone && m.used(q.Name) {
			cfg.Queues = append(cfg.Queues, q)
		}
	}
	for _, a := range old.Agents {
		s := m.seat(a.ID)
		if slices.ContainsFunc(cfg.Agents, func(n Agent) bool { return n.ID == a.ID }) || !s.In {
			continue
		}
		m.logOut(s)
		if s.In {
			cfg.Agents = append(cfg.Agents, a)
		}
	}
	m.tell()
	m.configure(cfg)
}

func (m *Machine) used(queue string) bool {
	for _, c := range m.calls {
		if c.Queue == queue {
			return true
		}
	}
	return slices.ContainsFunc(m.seats, func(s *Seat) bool { return s.Handled.Queue == queue })
}
