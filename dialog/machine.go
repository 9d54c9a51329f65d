package dialog

import "time"

// Machine follows one script through one call. It is pure: no clock, no I/O, no
// goroutine; the same events give the same actions. It is not safe for
// concurrent use.
type Machine struct {
	s *Script
}

// NewMachine begins a conversation. vars are what is known of the caller; seed
// picks variants.
func NewMachine(s *Script, vars map[string]string, seed uint64) *Machine {
	return &Machine{s: s}
}

// Step takes an event and returns what is to be done, in order.
func (m *Machine) Step(now time.Time, e Event) []Action { return nil }

// Node is the name of the node the conversation is in; "" before Answered.
func (m *Machine) Node() string { return "" }

// Turn counts the caller's turns so far.
func (m *Machine) Turn() int { return 0 }

// Var is a variable's value, "" when unknown.
func (m *Machine) Var(name string) string { return "" }
