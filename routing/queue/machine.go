package queue

import (
	"errors"
	"slices"
	"time"
)

// Machine holds every caller and agent. It is pure: the same events at the same
// times give the same actions. It is not safe for concurrent use.
type Machine struct {
	cfg   Config
	rules map[string]*Queue
	head  time.Duration // farthest that anybody is set before the real arrival

	calls  map[string]*Call
	line   []*Call  // not joined, in the order of their keys
	seats  []*Seat  // in the order of the configuration
	offers []*Offer // by ID
	books  map[string]*Book
	now    time.Time
	next   time.Time
	last   int // offer
	out    []Action
}

// New begins with nobody waiting and nobody logged in. The error joins every
// Problem of the configuration.
func New(cfg Config) (*Machine, error) {
	if err := errors.Join(cfg.Check()...); err != nil {
		return nil, err
	}
	m := &Machine{calls: map[string]*Call{}, books: map[string]*Book{}}
	m.configure(cfg)
	return m, nil
}

// Step takes an event and returns what is to be done, in order. A now before the
// last one counts as the last one.
func (m *Machine) Step(now time.Time, e Event) []Action {
	if now.After(m.now) {
		m.now = now
	}
	m.handle(e)
	m.settle()
	out := m.out
	m.out = nil
	return out
}

// handle takes an event. It comes before what is due at the same time: an answer
// in hand beats a deadline that ends with it.
func (m *Machine) handle(e Event) {
	switch e := e.(type) {
	case Tick:
	case Enter:
		m.enter(e)
	case Left:
		m.left(e.Caller)
	case TakeCallback:
		m.takeCallback(e.Caller)
	case TakeVoicemail:
		m.takeVoicemail(e.Caller)
	case Cancel:
		m.cancel(e.Caller)
	case LogIn, LogOut, Pause, Resume:
		m.handleAgent(e)
	case Configure:
		m.reconfigure(e.Config)
	case Restarted:
		m.restarted()
	default:
		m.handleOffer(e)
	}
}

// settle does what is due, then gives callers to agents, until nothing is left
// to do at this time.
func (m *Machine) settle() {
	m.expire()
	for _, c := range slices.Clone(m.line) {
		m.fire(c)
	}
	m.spill()
	for again := true; again; {
		again = m.match()
	}
	m.tell()
	m.plan()
}

func (m *Machine) do(a Action) { m.out = append(m.out, a) }

func (m *Machine) ignore(why string) { m.do(Ignored{Why: why}) }

// Next is when Step wants to be called again, with Tick if nothing else happens;
// zero: not before the next event.
func (m *Machine) Next() time.Time { return m.next }

func (m *Machine) plan() {
	var next time.Time
	for _, o := range m.offers {
		next = m.sooner(next, o.Deadline)
	}
	for _, s := range m.seats {
		next = m.sooner(m.sooner(next, s.WrapUp), s.Rest)
	}
	for _, c := range m.line {
		next = m.nextOf(c, next)
	}
	m.next = next
}

// sooner is the earlier of two times, of which only those to come count.
func (m *Machine) sooner(a, b time.Time) time.Time {
	if b.After(m.now) && (a.IsZero() || b.Before(a)) {
		return b
	}
	return a
}

func (m *Machine) book(queue string) *Book {
	b := m.books[queue]
	if b == nil {
		b = &Book{}
		m.books[queue] = b
	}
	return b
}
