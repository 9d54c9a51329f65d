package call

import (
	"log/slog"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// Deps is all that a desk needs from outside.
type Deps struct {
	Audio Audio
	Phone Dialer
	Reception
	People People
	// Ears gives the recognisers of a language in order of preference; none means
	// that calls in it are deaf from the start.
	Ears    func(language string) []Ear
	Voice   Voice // nil: only clips can be played
	Outside Outside
	Prompts *Prompts // nil: tones stand in
	Records Records
	Meter   Meter // may be nil
	Log     *slog.Logger
	Config  Config
}

// Reception says what becomes of a call that comes in.
type Reception struct {
	Scripts Scripts
	Router  Router // nil: the called number chooses the script
}

// Outside is whom scripts may ask; nil answers that nothing is configured.
type Outside struct {
	Lookup   Lookup
	Composer Composer
}

// People are those to whom callers are handed: a queue that the Switchboard
// serves has agents, every other name is one telephone, which the Directory finds.
type People struct {
	Directory   Directory
	Switchboard Switchboard // nil: there are no queues
	Places      Places      // nil: a place does not outlive the process
	Clerk       Clerk       // nil: agents cannot log in by telephone
	Voicemails  Voicemails  // nil: no messages are taken
	Exchange    Exchange    // nil: no telephone transfers a caller or calls a colleague
	Herald      Herald      // nil: nobody else is told
}

// Ear is a recogniser and the name it has in records.
type Ear struct {
	Name string
	asr.Recognizer
}

// Voice speaks, and knows what it has spoken before. *tts.Cache is one.
type Voice interface {
	tts.Speaker
	Clip(u tts.Utterance) (*media.Clip, bool)
}

// Meter is told what metrics need. Its methods must not block.
type Meter interface {
	// Turn is told once per turn, when the reply's first packet has left.
	Turn(script string, t Timing)
	// Stopped is told how long after the decision our speech fell silent.
	Stopped(after time.Duration)
	// Rung is told of each step down the fallback ladder.
	Rung(name string)
	// Ended is told of each record.
	Ended(r Record)
}

// Config bounds a desk and its calls. Zero values mean the defaults named.
type Config struct {
	MaxCalls     int           // 0: no limit
	Recordings   string        // folder for recordings; empty: none are made
	WriteBudget  time.Duration // how long a call waits for its record, 300 ms
	FillAfter    time.Duration // dead air before a filler, 2 s
	StepAfter    time.Duration // dead air before a step down the ladder, 6 s
	Understand   time.Duration // deadline of the intent detector, 1.5 s
	TransferWait time.Duration // ringing a person when the script says nothing, 30 s
	Goodbye      time.Duration // the longest a last prompt may take, 10 s
	Scribes      int           // recognisers' streams for people who are joined, two for each pair; 0: they are not transcribed
	Mask         bool          // numbers of telephones and cards are hidden in journals and recordings
}

func (c Config) withDefaults() Config {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&c.WriteBudget, 300*time.Millisecond)
	set(&c.FillAfter, 2*time.Second)
	set(&c.StepAfter, 6*time.Second)
	set(&c.Understand, 1500*time.Millisecond)
	set(&c.TransferWait, 30*time.Second)
	set(&c.Goodbye, 10*time.Second)
	return c
}
