package dialog

import "time"

// Event is one thing that happened to a conversation. Sealed: the machine knows
// every kind.
type Event interface{ isEvent() }

// Answered begins the conversation: the leg is up and audio flows.
type Answered struct {
	Placed bool // we called: whoever answers greets first
}

// SpeechStarted is the onset of the caller's sound.
type SpeechStarted struct{}

// SpeechEmpty is the end of a sound that held no words: a cough, a door, noise.
type SpeechEmpty struct{}

// SpeechLost is the end of a sound whose words never came: the recogniser was
// too late or broke off. It counts as a turn that was not understood.
type SpeechLost struct{}

// Partial is what has been heard of a turn so far.
type Partial struct{ Text string }

// Heard is a turn's final words.
type Heard struct {
	Text   string
	Lasted time.Duration // of the speech itself; 0 is unknown
}

// Meant is the detector's answer to an Understand action. A stale turn is dropped.
type Meant struct {
	Turn   int
	Intent Intent
}

// Intent is what a turn meant, and why.
type Intent struct {
	Name  string            // an intent, always or aside key, "affirm", "deny", or "" for no match
	Score float64           // 0..1
	Why   string            // the rule or example behind it, for the record
	Slots map[string]string // values read from the words, by slot
	Doubt bool              // likely, but not sure: the caller is asked "you mean ..., right?"
}

// Pressed is one DTMF digit.
type Pressed struct{ Digit byte }

// Spoken tells that a Say's last packet has left (derived from RTP sent).
type Spoken struct{ Say int }

// SayFailed tells that a Say could not be spoken (no voice, no clip).
type SayFailed struct {
	Say int
	Why string
}

// Fired is a timer that a SetTimer asked for.
type Fired struct{ Timer Timer }

// TransferEnded is how a Transfer action ended. OK means the caller left with a
// person (joined and later parted, or taken over by REFER), or, when Reason is
// CalledBack, with the promise of a call, or, when it is Voicemail, having left a
// message.
type TransferEnded struct {
	OK     bool
	Back   bool   // with OK: the person hung up and the caller is still on the line
	Reason string // why not: one of the words below; transfer.reason in a script
	Detail string // for the record: a SIP status, an error
}

// TakenOver tells that a supervisor has taken the caller out of the conversation
// with the machine; TransferEnded follows when the two have parted.
type TakenOver struct{}

// CalledBack is the reason of a caller who would rather be called than wait.
const CalledBack = "callback"

// The words for a transfer that came to nothing.
const (
	Busy          = "busy"
	NoAnswer      = "no answer"
	Declined      = "declined"
	UnknownNumber = "unknown number"
	Unreachable   = "unreachable"
	Voicemail     = "voicemail" // the rule wants a message left
)

// Fetched is the answer to a Fetch. A stale one is dropped.
type Fetched struct {
	ID     int
	Status int    // of HTTP
	Body   []byte // JSON, at most MaxFetched
	Why    string // why there is no answer; "" when there is one
}

// Composed is a sentence of a Compose, or its end. A stale one is dropped.
type Composed struct {
	ID   int
	Text string // one sentence, "" when only the end is told
	Done bool
	Why  string // why it ended early; "" when it is whole
}

// Directed hands the caller to a person from wherever the conversation stands,
// because a rule outside the script says so. When nobody comes, the script's own
// way to a person follows.
type Directed struct {
	To  Transfer // queue, agent or address, and the brief
	Say string   // before the caller is put through; "" says nothing
	Why string
}

// Learned is a fact that the call came to know by itself: a built-in variable.
type Learned struct{ Name, Value string }

// Deaf tells that recognition is lost for the rest of the call.
type Deaf struct{ Why string }

// Hears tells that a deaf call hears again: in another language.
type Hears struct{}

// Mute tells that speech synthesis is lost; only rendered prompts can be played.
type Mute struct{ Why string }

// HungUp tells that the call is over.
type HungUp struct{ By string }

// Timer names one of the machine's timers; each has at most one running.
type Timer string

func (Answered) isEvent()      {}
func (SpeechStarted) isEvent() {}
func (SpeechEmpty) isEvent()   {}
func (SpeechLost) isEvent()    {}
func (Partial) isEvent()       {}
func (Heard) isEvent()         {}
func (Meant) isEvent()         {}
func (Pressed) isEvent()       {}
func (Spoken) isEvent()        {}
func (SayFailed) isEvent()     {}
func (Fired) isEvent()         {}
func (TransferEnded) isEvent() {}
func (TakenOver) isEvent()     {}
func (Fetched) isEvent()       {}
func (Composed) isEvent()      {}
func (Directed) isEvent()      {}
func (Learned) isEvent()       {}
func (Deaf) isEvent()          {}
func (Hears) isEvent()         {}
func (Mute) isEvent()          {}
func (HungUp) isEvent()        {}
