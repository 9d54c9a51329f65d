// Package dialog holds a YAML script and the pure machine that follows it: no
// clock, no I/O, no goroutine. The machine takes events and returns actions.
package dialog

import "time"

// Action is one thing the machine asks its driver to do. Sealed: the driver
// knows every kind. Actions are carried out in order.
type Action interface{ isAction() }

// Say speaks parts one after the other and reports Spoken{ID}. A new Say queues
// behind the one being spoken; Hush drops both.
type Say struct {
	ID    int
	Node  string
	Parts []Part
	Loop  bool // play for ever (line tests, hold music)
}

// Part is a piece of a Say: text or a clip, exactly one set.
type Part struct {
	Text     string // templates already filled in
	Clip     string // path of a WAV, relative to the script
	Language string // BCP 47, for Text
	Voice    string
	Fixed    bool // the text has no variables, so it is rendered ahead
}

// Hush drops everything being spoken or queued.
type Hush struct{}

// Pause holds playout where it is, Resume goes on from there with nothing lost.
type Pause struct{}

// Resume goes on after a Pause.
type Resume struct{}

// Listen tells the recogniser what to expect from now on.
type Listen struct {
	Language string        // BCP 47
	Shape    string        // "open", "yes_no", "digits", "choice"
	Words    []string      // closed set
	Min, Max int           // number of digits still awaited; 0 is open
	Endpoint time.Duration // 0: the default of the shape
	Hotwords []string
}

// Understand asks the detector what a turn meant; the answer is Meant{Turn}.
type Understand struct {
	Turn  int
	Query Query
}

// Query is what a detector needs to know.
type Query struct {
	Text     string
	Language string
	Node     string
	Shape    string   // what the node expects, as in Listen
	Intents  []string // candidates in the order of precedence: always, node's own, asides
	Want     *Want    // the value that the node asks for; nil asks for none
	Now      time.Time
}

// Want is the value that a node asks for. The detector answers IntentFilled with
// Intent.Slots[Want.Slot] in the canonical form of the type: "digits" 5509,
// "number" 42.5, "amount" "199.00 CNY", "date" 2006-01-02, "time" 15:04,
// "datetime" 2006-01-02T15:04, "phone" E.164, "choice" its option, "name" and
// "text" the words themselves.
type Want struct {
	Slot     string
	Type     string
	Min, Max int      // number of digits; 0 is open
	Options  []Option // of a choice
	When     string   // of a date: "past" or "future" when only one of them is taken
}

// Option is one of the values that a choice can have.
type Option struct {
	Value string
	Words []string // how people say it, with Value itself
}

// SetTimer starts or restarts a timer, StopTimer stops it.
type SetTimer struct {
	Timer Timer
	After time.Duration
}

// StopTimer stops a timer; a stopped timer never fires.
type StopTimer struct{ Timer Timer }

// Transfer hands the caller to a person; the answer is TransferEnded.
type Transfer struct {
	Queue   string // exactly one of Queue, Agent, SIP is set
	Agent   string
	SIP     string
	Style   string // "blind" (REFER), "bridge" (second leg), "warm" (bridge, once the person has heard the Brief and pressed 1) or "attended" (warm, then REFER with Replaces); "" means bridge
	Headers map[string]string
	Wait    time.Duration // how long to ring before giving up
	Hold    string        // clip that the caller hears meanwhile
	Brief   string
	Back    bool // the conversation takes the caller back when the person has hung up
}

// MaxFetched bounds the answer of another system, in bytes.
const MaxFetched = 64 << 10

// Fetch asks another system for what it knows; the answer is Fetched{ID}.
type Fetch struct {
	ID       int
	Method   string // GET, POST or PUT
	URL      string // values are escaped already
	Headers  map[string]string
	Secret   string // credentials by their name in the configuration; "" is none
	Body     string // JSON; "" is none
	Deadline time.Duration
}

// Compose asks a language model for a few sentences; each comes as a
// Composed{ID}, the last with Done.
type Compose struct {
	ID        int
	Language  string // BCP 47
	Goal      string
	Facts     []string // all that it may state
	Talk      []Spoke  // what was said lately, oldest first
	Sentences int      // at most
	Deadline  time.Duration
}

// Spoke is one thing that was said in the conversation.
type Spoke struct {
	Caller bool
	Text   string
}

// StopCompose tells that nothing more of a Compose is wanted.
type StopCompose struct{ ID int }

// Echo sends the caller's own sound or digits back (line tests).
type Echo struct {
	Audio  bool
	Digits bool
}

// Moved tells that the conversation went to another node, and why.
type Moved struct {
	From, To, Stage, Why string
	Intent               string
}

// Note records a fact: a tag, an opt-out, a grade, a variable that was set.
type Note struct{ Key, Value string }

// Outcome sets the call's outcome; the last one stands.
type Outcome struct{ Outcome string }

// End hangs up after everything said has been heard.
type End struct{ Why string }

func (Say) isAction()         {}
func (Hush) isAction()        {}
func (Pause) isAction()       {}
func (Resume) isAction()      {}
func (Listen) isAction()      {}
func (Understand) isAction()  {}
func (SetTimer) isAction()    {}
func (StopTimer) isAction()   {}
func (Transfer) isAction()    {}
func (Fetch) isAction()       {}
func (Compose) isAction()     {}
func (StopCompose) isAction() {}
func (Echo) isAction()        {}
func (Moved) isAction()       {}
func (Note) isAction()        {}
func (Outcome) isAction()     {}
func (End) isAction()         {}
