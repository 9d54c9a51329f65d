package dialog

import (
	"time"

	"github.com/parley-voice/parley/dialog/expr"
	"github.com/parley-voice/parley/dialog/market"
)

// Script is one conversation as its author wrote it, checked and ready. It is
// read-only after Load and shared by every call that follows it.
type Script struct {
	Head
	Answer   Answer
	Needs    []Need
	Defaults Defaults
	Meanings
	Nodes    []*Node // in file order; a call begins at the first
	Grades   []Grade // the first that holds at the end of the call
	Fallback Fallback
	index    map[string]*Node
	origin
	tongues
}

// origin is where a script was read from.
type origin struct {
	file   string
	places places
	parts  []string // files included, relative to the script's folder
}

// Meanings is what a caller can say and be asked for.
type Meanings struct {
	Intents []IntentDef // in file order
	Slots   []Slot
	Always  []Always // in order of precedence
	Asides  []Aside  // in file order
}

// Aside is an intent that is answered wherever Parley listens; then the
// conversation is where it was.
type Aside struct {
	IntentDef
	Edge Edge // leads nowhere
}

// Grade is one line of the call's grade, A to D.
type Grade struct {
	Grade string
	If    *expr.Expr // nil always holds
}

// Head says which script this is.
type Head struct {
	ID       string
	Version  int
	Language string // BCP 47; of several, the one of this edition (see Tongues)
	Goal     string
	Market   market.Pack // what the trade and the country ask for; none has no name
	Hotwords []string    // words that the recogniser should favour in every node
}

// Answer says how an inbound call is answered.
type Answer struct {
	After time.Duration // ring this long first
}

// Need is a variable that must be known before the call, or has a default.
type Need struct {
	Name       string
	Type       expr.Type // text, number, date or flag
	Example    string    // these two in canonical form
	Default    string
	HasDefault bool
}

// Line is one piece of what is said: a text, a recorded clip or a notice.
type Line struct {
	Text     Template
	Fallback Template   // said instead when a variable of Text is unknown
	Clip     string     // WAV, relative to the script
	Variant  string     // one label among the node's is chosen per call
	Notice   string     // "recording" or "ai": the fact is noted once it has been heard
	Approved string     // who approved the wording, and when
	If       *expr.Expr // said only when this holds; nil is always
}

// Effects are facts recorded on the way.
type Effects struct {
	Set     []Setting
	Tags    []string
	Outcome string
	OptOut  string // "phone" or "all"
	// Language is the one that the conversation goes on in; empty changes nothing.
	Language Template
}

// Setting gives a variable a value.
type Setting struct {
	Name  string
	Value Template
}

// Edge is a way onward: say something, record facts, then go to a node, stay,
// replay or end.
type Edge struct {
	Say    []Line
	Go     string // a node, one of the Target words, or "" to stay and listen on
	Replay bool
	End    string // reason; "" does not end
	When   []Case // the first that holds takes the place of Say, Go, Replay and End
	ID     int    // its number in the script, the same in every language; 0 has no words
	Effects
}

// Case is a way onward under a condition.
type Case struct {
	If   *expr.Expr // nil always holds
	Edge Edge
}

// Words that may stand where a node's name stands.
const (
	TargetStay    = "stay"    // remain in the node and listen on, saying nothing
	TargetHandoff = "handoff" // the script's way to a person
	TargetClose   = "close"   // the last prompt, then the end
)

// Branch is the Edge that an intent takes.
type Branch struct {
	Intent string // an intent, or one of the Intent words
	Edge   Edge
}

// Intents that every script knows.
const (
	IntentAffirm   = "affirm"
	IntentDeny     = "deny"
	IntentHesitate = "hesitate"
	IntentFilled   = "filled" // the slot that the node asks for has its value
	IntentElse     = "else"   // words that meant nothing else
)

// Key is what a DTMF key does in a node.
type Key struct {
	Digit byte
	Label string // the intent or node it stands for; the menu reads its name
	Edge  Edge
}

// Node is one step of the conversation.
type Node struct {
	Name    string
	Stage   string
	Say     []Line
	Again   []Line        // said when the question is put again; nil means Say
	Protect time.Duration // how long Say cannot be interrupted; ProtectAll is all of it
	Ask     string        // slot
	Hearing
	Effects Effects
	Onward
	Exit Exit
	Patience
}

// Hearing is what a node tells the recogniser.
type Hearing struct {
	Expect   string        // shape of the answer, "" is worked out
	Hotwords []string      // words that it should favour
	Endpoint time.Duration // silence that ends the answer, 0 is worked out
}

// Onward is where a node leads, depending on what holds or is said.
type Onward struct {
	When []Case // on entering, before a word is said
	Go   []Branch
	Keys []Key
	Mood []MoodWay // for words that lead nowhere else
}

// MoodWay is the Edge that a caller's mood takes.
type MoodWay struct {
	Mood string // one of mood.Names
	Edge Edge
}

// ProtectAll protects a prompt to its end.
const ProtectAll time.Duration = -1

// Exit is what a node does after speaking, apart from listening.
type Exit struct {
	Go       string // unconditional
	End      string // reason
	Transfer *Handoff
	Wait     time.Duration
	Echo     Echo
	Loop     bool
	Fetch    *Inquiry
	Prose    *Prose
}

// Patience overrides the script's ladders in one node; nil keeps the default.
type Patience struct {
	Silence *Silence
	NoMatch *NoMatch
}

// Silence is the ladder for a caller who says nothing. No rungs: wait for ever.
type Silence struct{ Rungs []Rung }

// Rung is one step of a ladder.
type Rung struct {
	After time.Duration
	Edge  Edge
}

// NoMatch is what happens to words that mean nothing here.
type NoMatch struct {
	Limit int // this many running, and Then happens
	Say   []Line
	Then  string
}

// Defaults hold for every node.
type Defaults struct {
	BargeIn BargeIn
	Silence Silence
	NoMatch NoMatch
	Slow    Slow
	Turns   Turns
	Doubts  Doubts
	Mood    bool // judge how the caller sounds
}

// BargeIn says what the caller's voice does while Parley speaks.
type BargeIn struct {
	Mode   string        // "pause" or "off"
	Decide time.Duration // how long a pause waits for words
	Ignore []string      // words that never interrupt
	Always []string      // words that interrupt at once, also a protected prompt
}

// Doubts says who is asked about a meaning that is likely but not sure, before
// the caller is.
type Doubts struct {
	Model  bool          // the language model of the configuration
	Within time.Duration // how long it may take
}

// Slow is the filler when understanding takes long.
type Slow struct {
	After time.Duration
	Say   []Line // taken in turn
}

// Turns bounds a conversation. Limit 0 means no bound.
type Turns struct {
	Limit int
	Then  string
}

// IntentDef is an intent as its author described it.
type IntentDef struct {
	Name        string
	Description string // what callers want who mean it, in a sentence
	Examples    []string
	Keywords    []string
	Match       []string // phrases with (a|b), [optional] and *
	Unless      []string // phrases that forbid the intent
	Hear        string   // HearExact, HearSound, or "": by sound what has syllables enough
	Label       string   // how the DTMF menu calls it
}

// How an intent's words are compared with what was heard.
const (
	HearExact = "exact" // letter by letter
	HearSound = "sound" // or by the sound of Chinese syllables
)

// Always is an intent that is understood in every node.
type Always struct {
	IntentDef
	Priority int
	Key      byte // DTMF, 0 is none
	Edge     Edge
}

// Slot is a value that a node can ask for.
type Slot struct {
	Name string
	Type string // one of slotTypes
	Entry
	Limits
	Options []Option // of a choice
	Confirm bool     // the value is read back: "..., is that right?"
	Back    Template // the words of that, with {{value}}; empty means the script's
	Retry   []Line   // said when the answer did not fit
	Keys    Line     // how to key it in; empty means the built-in words
}

// Entry is how a slot's value may be given.
type Entry struct {
	Speech     bool
	Keypad     bool
	Terminator byte          // ends the keyed value early; 0 is none
	Between    time.Duration // pause that ends an unfinished number
}

// Limits is which values a slot takes.
type Limits struct {
	Min, Max    int    // number of digits
	Least, Most string // bounds in canonical form, "" is open
	When        string // of a date: "past" or "future"; "" is either
}

// Handoff is a transfer to a person.
type Handoff struct {
	Queue, Agent, SIP string // exactly one
	Style             string
	Brief             Template
	Headers           []Setting
	Wait              time.Duration
	Hold              string
	OnFail            Edge
	Then              string // node to go on in when the person has hung up and the caller is still there; "" ends
}

// Fallback holds what is said and done when a part of Parley fails. Every
// prompt has a built-in text, so no script can be silent.
type Fallback struct {
	Deaf     Line // recognition is lost
	Menu     Line // one choice: {{choice}} and {{digit}}
	Operator Line // "press 0 for a person"
	Keypad   Line // "key in the number"
	Sorry    Line // words that were not understood
	Confirm  Line // was this meant? {{choice}}
	ReadBack Line // is this the value? {{value}}
	Handover Line // before the transfer to Person
	Last     Line // before the end
	Person   *Handoff
}

// Node finds a node by name.
func (s *Script) Node(name string) (*Node, bool) {
	n, ok := s.index[name]
	return n, ok
}

// Slot finds a slot by name.
func (s *Script) Slot(name string) (Slot, bool) {
	for _, sl := range s.Slots {
		if sl.Name == name {
			return sl, true
		}
	}
	return Slot{}, false
}

// Intent finds the definition of an intent, also an always one or an aside.
func (s *Script) Intent(name string) (IntentDef, bool) {
	for _, d := range s.Definitions() {
		if d.Name == name {
			return d, true
		}
	}
	return IntentDef{}, false
}

// Definitions are all that a turn can mean, in the order of precedence: always,
// the nodes' own, asides.
func (s *Script) Definitions() []IntentDef {
	all := make([]IntentDef, 0, len(s.Always)+len(s.Intents)+len(s.Asides))
	for _, a := range s.Always {
		all = append(all, a.IntentDef)
	}
	all = append(all, s.Intents...)
	for _, a := range s.Asides {
		all = append(all, a.IntentDef)
	}
	return all
}

// Listens tells whether the node waits for the caller's words or keys.
func (n *Node) Listens() bool {
	return n.Ask != "" || len(n.Go) > 0 || len(n.Keys) > 0
}
