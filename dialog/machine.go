package dialog

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// The machine's timers.
const (
	TimerSilence    Timer = "silence"    // the caller says nothing
	TimerBarge      Timer = "barge"      // speech is paused until it is clear what the sound was
	TimerProtect    Timer = "protect"    // the prompt cannot be interrupted yet
	TimerSlow       Timer = "slow"       // understanding takes long: say a filler
	TimerUnderstand Timer = "understand" // understanding takes too long: go on without
	TimerDigits     Timer = "digits"     // a number is unfinished
	TimerWait       Timer = "wait"       // the script waits
	TimerErrand     Timer = "errand"     // another system or a model is asked
)

// Machine follows one script through one call. It is pure: no clock, no I/O, no
// goroutine; the same events give the same actions. After every Step it is
// speaking, or listening with a timer running, or understanding with one, or
// transferring, or ended. It is not safe for concurrent use.
type Machine struct {
	s     *Script
	seed  uint64
	facts facts
	at    place
	voice voice
	ear   ear
	turn  turn
	quiet quiet
	ask   asking
	hand  hand
	step  step
	run   map[Timer]bool
}

// step is what one call of Step gathers.
type step struct {
	now  time.Time
	out  []Action
	hops int
}

// facts is what the conversation knows and has recorded.
type facts struct {
	vars    map[string]string
	tags    []string
	talk    []Spoke // lately
	outcome string
	visits  map[string]int // nodes entered
	times   map[string]int // intents understood
	misfits []string       // variables that came with a value of another type
}

// place is where the conversation stands and what follows the words being said.
type place struct {
	node     *Node
	then     then
	last     []Part // said again on request
	begun    bool
	placed   bool      // by us
	answered time.Time // when it began
	final    bool      // the last prompt is being said: nothing changes the end
	over     bool
	errand
}

type then struct {
	kind   thenKind
	name   string // node or reason
	why    string
	intent string
	hand   *Handoff
	edge   *Edge
}

type thenKind uint8

const (
	thenHold   thenKind = iota // the script asked for nothing more: loop, echo
	thenListen                 // wait for words or keys
	thenGo
	thenWait
	thenTransfer
	thenErrand // wait for another system or a model
	thenEdge   // take a way onward
	thenAway   // the caller is with a person, or ringing one
	thenEnd
)

// NewMachine begins a conversation. vars are what is known of the caller; seed
// picks variants.
func NewMachine(s *Script, vars map[string]string, seed uint64) *Machine {
	known := make(map[string]string, len(vars)+len(s.Needs))
	for _, need := range s.Needs {
		if need.HasDefault {
			known[need.Name] = need.Default
		}
	}
	m := &Machine{s: s, seed: seed, run: map[Timer]bool{}}
	m.facts = facts{vars: known, visits: map[string]int{}, times: map[string]int{}}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		m.given(name, vars[name])
	}
	return m
}

// Node is the name of the node the conversation is in; "" before Answered.
func (m *Machine) Node() string {
	if m.at.node == nil {
		return ""
	}
	return m.at.node.Name
}

// Turn is the number of the caller's latest turn, from 1; 0 before the first.
func (m *Machine) Turn() int { return m.turn.id }

// Ended tells whether the conversation is over.
func (m *Machine) Ended() bool { return m.at.over }

// Listening tells whether the machine waits for the caller and nothing goes on
// by itself.
func (m *Machine) Listening() bool { return m.at.node != nil && m.listening() && !m.at.over }

// Var is a variable's value, "" when unknown.
func (m *Machine) Var(name string) string {
	v, _ := m.value(name)
	return v
}

func (m *Machine) value(name string) (string, bool) {
	switch name {
	case "tags":
		return strings.Join(m.facts.tags, ", "), len(m.facts.tags) > 0
	case "outcome":
		return m.facts.outcome, m.facts.outcome != ""
	}
	if v, ok := m.facts.vars[name]; ok {
		return v, true
	}
	return m.counted(name)
}

// Step takes an event and returns what is to be done, in order.
func (m *Machine) Step(now time.Time, e Event) []Action {
	m.step = step{now: now}
	if m.at.over {
		return nil
	}
	if !m.at.begun {
		m.before(e)
	} else {
		m.handle(e)
	}
	m.settle()
	out := m.step.out
	m.step.out = nil
	return out
}

// before takes what can happen before the call is answered.
func (m *Machine) before(e Event) {
	switch e := e.(type) {
	case Answered:
		m.at.begun, m.at.placed, m.at.answered = true, e.Placed, m.step.now
		m.begin()
		m.enter(m.s.Nodes[0], "answered", "")
	case HungUp:
		m.at.over = true
	case Deaf:
		m.ear.deaf = true
	case Hears:
		m.ear.deaf = false
	case Mute:
		m.voice.mute = true
	}
}

func (m *Machine) handle(e Event) {
	switch e := e.(type) {
	case SpeechStarted:
		m.speechStarted()
	case SpeechEmpty:
		m.speechEmpty()
	case SpeechLost:
		m.speechLost()
	case Partial:
		m.partial(e.Text)
	case Heard:
		m.heard(e)
	case Meant:
		m.meant(e.Turn, e.Intent)
	case Pressed:
		m.pressed(e.Digit)
	case Spoken:
		m.spoken(e.Say)
	case SayFailed:
		m.sayFailed(e.Say, e.Why)
	case Fired:
		m.fired(e.Timer)
	case TransferEnded:
		m.transferEnded(e)
	case TakenOver:
		m.takenOver()
	case Fetched:
		m.fetched(e)
	case Composed:
		m.composed(e)
	case Directed:
		m.directed(e)
	case Learned:
		m.assign(e.Name, e.Value)
	case Deaf:
		m.goDeaf(e.Why)
	case Hears:
		m.ear.deaf = false
	case Mute:
		m.goMute(e.Why)
	case HungUp:
		m.grade()
		m.at.over = true
	}
}

func (m *Machine) do(a Action) { m.step.out = append(m.step.out, a) }

func (m *Machine) start(t Timer, after time.Duration) {
	m.run[t] = true
	m.do(SetTimer{Timer: t, After: after})
}

func (m *Machine) stop(timers ...Timer) {
	for _, t := range timers {
		if m.run[t] {
			delete(m.run, t)
			m.do(StopTimer{Timer: t})
		}
	}
}

// fired takes a timer that ran out; one that was stopped meanwhile is nothing.
func (m *Machine) fired(t Timer) {
	if !m.run[t] {
		return
	}
	delete(m.run, t)
	switch t {
	case TimerSilence:
		m.silenceFired()
	case TimerBarge:
		m.bargeFired()
	case TimerProtect:
		m.protectFired()
	case TimerSlow:
		m.slowFired()
	case TimerUnderstand:
		m.meant(m.turn.pending, Intent{Why: "understanding took too long"})
	case TimerDigits:
		m.digitsFired()
	case TimerWait:
		m.waited()
	case TimerErrand:
		m.errandFired()
	}
}

// settle does what follows once everything said has been heard. It is the one
// place where the conversation moves on by itself.
func (m *Machine) settle() {
	for m.at.begun && !m.at.over {
		m.release()
		if m.at.over || m.speaking() {
			return
		}
		switch then := m.at.then; then.kind {
		case thenGo:
			m.goTo(then.name, then.why, then.intent)
		case thenEdge:
			m.at.then.kind = thenEnd
			m.at.then.name, m.at.last = then.why, nil
			m.take(*then.edge, "", then.why)
		case thenErrand:
			m.keepCompany()
			return
		case thenEnd:
			if !m.thinking() {
				m.finish(then.name)
			}
			return
		case thenTransfer:
			if !m.thinking() {
				m.transfer(then.hand)
			}
			return
		case thenListen:
			m.await()
			return
		case thenWait:
			if !m.run[TimerWait] {
				m.start(TimerWait, m.at.node.Exit.Wait)
			}
			return
		default:
			return
		}
	}
}

// waited ends a node's wait.
func (m *Machine) waited() {
	switch exit := m.at.node.Exit; {
	case m.at.then.kind != thenWait:
	case exit.End != "":
		m.at.then = then{kind: thenEnd, name: exit.End}
	case exit.Transfer != nil:
		m.at.then = then{kind: thenTransfer, hand: exit.Transfer}
	default:
		m.at.then = then{kind: thenGo, name: exit.Go, why: "waited"}
	}
}

// finish ends the conversation; everything said has been heard.
func (m *Machine) finish(why string) {
	m.stopAll()
	m.at.over = true
	m.grade()
	m.do(End{Why: why})
}

func (m *Machine) stopAll() {
	m.stop(TimerSilence, TimerBarge, TimerProtect, TimerSlow, TimerUnderstand, TimerDigits, TimerWait)
	m.dropErrand()
}
