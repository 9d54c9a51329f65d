package queue

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// State is everything a machine remembers, for JSON. Offers to agents are in it,
// so that a restart knows who was talking with whom.
type State struct {
	Now    time.Time        `json:"now"`
	Offers []*Offer         `json:"offers"`
	Calls  []*Call          `json:"calls"`
	Seats  []*Seat          `json:"seats"`
	Books  map[string]*Book `json:"books"` // by queue
	Last   int              `json:"last_offer"`
}

// Call is one caller, from Enter to End.
type Call struct {
	ID       string    `json:"id"`
	Queue    string    `json:"queue"`
	Class    string    `json:"class,omitempty"`
	Entered  time.Time `json:"entered"`
	Key      time.Time `json:"key"` // virtual arrival: the order of the line
	Needs    []Need    `json:"needs,omitempty"`
	Prefer   Prefer    `json:"prefer"`
	Promised Fallback  `json:"promised,omitempty"` // what happens at Due
	Above    string    `json:"above,omitempty"`    // queue that an escalation goes to
	Due      time.Time `json:"due"`                // zero: no promise, or it is over
	LeaveAt  time.Time `json:"leave_at"`           // zero: never
	Rest     time.Time `json:"rest"`               // of a callback: not before then
	Announce time.Time `json:"announce"`           // next announcement; zero: none
	Place    int       `json:"place"`              // announced last
	Offer    int       `json:"offer,omitempty"`
	Tried    []string  `json:"tried,omitempty"` // agents who failed to take the call in this round
	Rounds   int       `json:"rounds,omitempty"`
	Tries    int       `json:"tries,omitempty"` // times dialled

	Callback  bool `json:"callback,omitempty"` // not on the line
	Asked     bool `json:"asked,omitempty"`    // a callback was offered
	Escalated bool `json:"escalated,omitempty"`
	Overflows bool `json:"overflows,omitempty"`
	Joined    bool `json:"joined,omitempty"`

	rule *Queue
}

// Stage is how far an offer has come.
type Stage string

// The stages, in order.
const (
	Ringing  Stage = "ringing"
	Briefing Stage = "briefing"
	Dialling Stage = "dialling" // of a callback: the caller's phone rings
	Joined   Stage = "joined"
	Passing  Stage = "passing" // handed on by an agent: the next one's phone rings
)

// Offer is one caller offered to one agent, from the ring to the end of the talk.
type Offer struct {
	ID       int       `json:"id"`
	Caller   string    `json:"caller"`
	Agent    string    `json:"agent"`
	Stage    Stage     `json:"stage"`
	Since    time.Time `json:"since"`
	Deadline time.Time `json:"deadline"` // zero: none
}

// Seat is one agent at work.
type Seat struct {
	Agent    string    `json:"agent"`
	Address  string    `json:"address,omitempty"` // given at login
	In       bool      `json:"in"`                // logged in
	Leaving  bool      `json:"leaving,omitempty"` // logs out when the calls are over
	Paused   string    `json:"paused,omitempty"`
	Offer    int       `json:"offer,omitempty"` // pending; never more than one
	Talks    []int     `json:"talks,omitempty"`
	WrapUp   time.Time `json:"wrap_up"`  // zero: none
	Rest     time.Time `json:"rest"`     // not reached; left alone until then
	Failures int       `json:"failures"` // in a row
	Idle     time.Time `json:"idle"`     // since; orders agents
	Handled  handled   `json:"handled"`  // the talk before the wrap-up
	State    Status    `json:"state"`    // as told last
	Why      string    `json:"why,omitempty"`
	Since    time.Time `json:"since"` // in that state
	Tally    Tally     `json:"tally"`

	who *Agent
}

// handled is the talk that a wrap-up follows.
type handled struct {
	Queue string    `json:"queue"`
	From  time.Time `json:"from"`
}

// State copies everything the machine remembers.
func (m *Machine) State() State {
	s := State{Now: m.now, Books: map[string]*Book{}, Last: m.last}
	for _, o := range m.offers {
		s.Offers = append(s.Offers, new(*o))
	}
	for _, c := range m.inOrder() {
		s.Calls = append(s.Calls, new(c.clone()))
	}
	for _, seat := range m.seats {
		s.Seats = append(s.Seats, new(seat.clone()))
	}
	for name, b := range m.books {
		s.Books[name] = new(b.clone())
	}
	return s
}

// inOrder is the line, then those who talk.
func (m *Machine) inOrder() []*Call {
	all := slices.Clone(m.line)
	for _, id := range slices.Sorted(maps.Keys(m.calls)) {
		if c := m.calls[id]; c.Joined {
			all = append(all, c)
		}
	}
	return all
}

// Restore goes on from a state: the same events bring the same actions as if
// nothing had happened. After a crash, Restarted is the first event. Agents who
// are no longer configured are left out; callers of a queue that is not are an
// error.
func Restore(cfg Config, s State) (*Machine, error) {
	m, err := New(cfg)
	if err != nil {
		return nil, err
	}
	m.now, m.last = s.Now, s.Last
	for name, b := range s.Books {
		m.books[name] = new(b.clone())
	}
	for _, seat := range s.Seats {
		if to := m.seat(seat.Agent); to != nil {
			who := to.who
			*to = seat.clone()
			to.who = who
		}
	}
	for _, o := range s.Offers {
		m.offers = append(m.offers, new(*o))
	}
	slices.SortFunc(m.offers, func(a, b *Offer) int { return a.ID - b.ID })
	for _, c := range s.Calls {
		if m.rules[c.Queue] == nil {
			return nil, fmt.Errorf("caller %s waits in queue %q, which is not configured", c.ID, c.Queue)
		}
		c := new(c.clone())
		c.rule = m.rules[c.Queue]
		m.calls[c.ID] = c
		if !c.Joined {
			m.line = append(m.line, c)
		}
	}
	slices.SortStableFunc(m.line, func(a, b *Call) int { return a.Key.Compare(b.Key) })
	m.plan()
	return m, m.whole()
}

// whole tells what does not fit together in a state that was restored.
func (m *Machine) whole() error {
	for _, o := range m.offers {
		if m.calls[o.Caller] == nil || m.calls[o.Caller].Offer != o.ID || m.seat(o.Agent) == nil {
			return fmt.Errorf("offer %d joins caller %s and agent %s, and one of them does not know it", o.ID, o.Caller, o.Agent)
		}
	}
	for _, c := range m.calls {
		if c.Offer != 0 && m.find(c.Offer) == nil {
			return fmt.Errorf("caller %s has offer %d, which is not there", c.ID, c.Offer)
		}
	}
	for _, s := range m.seats {
		for _, id := range append(slices.Clone(s.Talks), s.Offer) {
			if o := m.find(id); id != 0 && (o == nil || o.Agent != s.Agent) {
				return fmt.Errorf("agent %s has offer %d, which is not there", s.Agent, id)
			}
		}
	}
	return nil
}

// restarted ends what needed a line. Those who waited are to be called back.
func (m *Machine) restarted() {
	for _, o := range slices.Clone(m.offers) {
		c, s := m.calls[o.Caller], m.seat(o.Agent)
		m.forget(o)
		c.Offer, s.Offer, s.Talks, s.Idle = 0, 0, nil, m.now
		if c.Joined {
			delete(m.calls, c.ID)
			m.do(End{Caller: c.ID, How: Interrupted, Why: "the program ended", Agent: s.Agent})
		}
	}
	for _, c := range slices.Clone(m.line) {
		if !c.Callback {
			m.callBack(c, "the program ended")
		}
	}
}

func (c *Call) clone() Call {
	out := *c
	out.Needs, out.Tried = slices.Clone(c.Needs), slices.Clone(c.Tried)
	return out
}

func (s *Seat) clone() Seat {
	out := *s
	out.Talks = slices.Clone(s.Talks)
	out.Tally.Spent = maps.Clone(s.Tally.Spent)
	return out
}

func (b *Book) clone() Book {
	out := *b
	out.Minutes = slices.Clone(b.Minutes)
	return out
}
