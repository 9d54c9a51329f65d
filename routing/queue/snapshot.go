package queue

import (
	"maps"
	"time"
)

// Snapshot is what a supervisor sees, at one instant.
type Snapshot struct {
	At     time.Time       `json:"at"`
	Queues []QueueSnapshot `json:"queues"` // in the order of the configuration
	Agents []AgentSnapshot `json:"agents"`
}

// QueueSnapshot is one queue.
type QueueSnapshot struct {
	Name      string         `json:"name"`
	Waiting   int            `json:"waiting"` // on the line, an agent's phone ringing or not
	Callbacks int            `json:"callbacks_waiting"`
	Longest   time.Duration  `json:"longest_wait"` // of those waiting, ns
	Agents    map[Status]int `json:"agents"`       // who work in it, by state
	Service   ServiceLevel   `json:"service"`
	Book
}

// ServiceLevel is the share of callers joined in time. A share is -1 when nobody
// was to be joined.
type ServiceLevel struct {
	Within   time.Duration `json:"within"`
	Goal     float64       `json:"goal"`
	FiveMin  float64       `json:"5m"`
	Quarter  float64       `json:"15m"`
	LastHour float64       `json:"1h"`
}

// AgentSnapshot is one agent.
type AgentSnapshot struct {
	ID     string    `json:"id"`
	State  Status    `json:"state"`
	Why    string    `json:"why,omitempty"`
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until"`            // zero: open end
	Caller string    `json:"caller,omitempty"` // offered, or joined first
	Tally
}

// Snapshot shows the machine at now, which is not before the last Step.
func (m *Machine) Snapshot(now time.Time) Snapshot {
	out := Snapshot{At: now}
	for i := range m.cfg.Queues {
		out.Queues = append(out.Queues, m.queueSnapshot(&m.cfg.Queues[i], now))
	}
	for _, s := range m.seats {
		out.Agents = append(out.Agents, m.agentSnapshot(s, now))
	}
	return out
}

func (m *Machine) queueSnapshot(q *Queue, now time.Time) QueueSnapshot {
	b := m.book(q.Name)
	out := QueueSnapshot{Name: q.Name, Agents: map[Status]int{}, Book: b.clone()}
	for _, c := range m.line {
		switch {
		case c.Queue != q.Name:
		case c.Callback:
			out.Callbacks++
		default:
			out.Waiting++
			out.Longest = max(out.Longest, now.Sub(c.Entered))
		}
	}
	for _, s := range m.seats {
		if s.worksIn(q.Name) {
			out.Agents[s.State]++
		}
	}
	share := func(window time.Duration) float64 {
		if level, ok := b.level(now, window); ok {
			return level
		}
		return -1
	}
	out.Service = ServiceLevel{Within: q.Service.Within, Goal: float64(q.Service.Percent) / 100,
		FiveMin: share(5 * time.Minute), Quarter: share(15 * time.Minute), LastHour: share(time.Hour)}
	return out
}

func (m *Machine) agentSnapshot(s *Seat, now time.Time) AgentSnapshot {
	out := AgentSnapshot{ID: s.Agent, State: s.State, Why: s.Why, Since: s.Since, Until: m.until(s), Tally: s.Tally}
	out.Spent = maps.Clone(s.Tally.Spent)
	out.spend(s.State, now.Sub(s.Since))
	id := s.Offer
	if len(s.Talks) > 0 {
		id = s.Talks[0]
	}
	if o := m.find(id); o != nil {
		out.Caller = o.Caller
	}
	return out
}
