// Package amd tells whether a person or a machine answered, from the timing of
// the greeting and from the beep behind it. A person says little and waits; a
// machine goes on. It leans towards the person: what is not certain is unknown,
// and unknown is to be treated as a person. Words say more than timing does, and
// are not heard here.
package amd

import (
	"time"

	"github.com/parley-voice/parley/media/tone"
	"github.com/parley-voice/parley/media/vad"
)

// Kind is who answered.
type Kind uint8

// The kinds of answerer.
const (
	Unknown Kind = iota // to be treated as a person
	Human
	Machine
)

// String is the kind's name in records.
func (k Kind) String() string { return [...]string{"unknown", "human", "machine"}[min(k, Machine)] }

// Config bounds the analysis. Zero fields take the values in brackets.
type Config struct {
	Within   time.Duration // of the answer, by when there is a first verdict [3 s]
	Silence  time.Duration // before the first word: a longer one says nothing [2.5 s]
	Greeting time.Duration // of a person; a longer one is not certain to be one [1.8 s]
	After    time.Duration // silence that ends a greeting [700 ms]
	Talk     time.Duration // without such a silence, which no person talks at the answer [9 s]
	Behind   float64       // dB below the loudest of the greeting at which a sound is somebody else: a television [8]
	Watch    time.Duration // of the answer; later sounds are the conversation [30 s]
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		to *time.Duration
		v  time.Duration
	}{
		{&c.Within, 3 * time.Second}, {&c.Silence, 2500 * time.Millisecond}, {&c.Greeting, 1800 * time.Millisecond},
		{&c.After, 700 * time.Millisecond}, {&c.Talk, 9 * time.Second}, {&c.Watch, 30 * time.Second},
	} {
		if *d.to <= 0 {
			*d.to = d.v
		}
	}
	if c.Behind <= 0 {
		c.Behind = 8
	}
	return c
}

// Features are what a verdict is drawn from. Times count from the answer.
type Features struct {
	Silence  time.Duration // before the first word
	Greeting time.Duration // first word to last, pauses within it included
	Spoken   time.Duration // of it, without its pauses
	Pause    time.Duration // the longest within it
	Words    int           // stretches of 100 ms and more
	Over     bool          // Config.After of silence has followed
	Beep     time.Duration // how long the beep was; 0: none
	BeepHz   float64
}

// Verdict is who answered, as far as it is known, and why.
type Verdict struct {
	Kind Kind
	Why  string
	At   time.Duration // after the answer
	Features
}

// Analyser listens to one call from its answer on. It allocates nothing after New
// and belongs to one goroutine.
type Analyser struct {
	cfg   Config
	ear   tone.Listener
	voice *vad.Detector
	edges []vad.Edge
	word  time.Duration // when the one under way began
	last  time.Duration // end of the last one
	inner bool          // a word is under way
	by    speaker
	turns follower
	told  bool
	beep  beep
	now   Verdict
}

// speaker is whoever answered, and not who talks behind.
type speaker struct {
	loud float64       // dBm0, the loudest frame of the greeting
	near time.Duration // end of the last frame that was about as loud
}

// New makes an analyser of 8 kHz audio.
func New(c Config) (*Analyser, error) {
	v, err := vad.New(8000, vad.Config{Hang: wordGap})
	if err != nil {
		return nil, err
	}
	return &Analyser{cfg: c.withDefaults(), voice: v, edges: make([]vad.Edge, 0, 8), by: speaker{loud: tone.Silence}}, nil
}

// Words of a greeting, as timing sees them.
const (
	wordGap = 60 * time.Millisecond
	minWord = 100 * time.Millisecond
	frame   = 20 * time.Millisecond
)

// Verdict is what is known by now.
func (a *Analyser) Verdict() Verdict { return a.now }

// Heard is how much audio has been judged.
func (a *Analyser) Heard() time.Duration { return a.voice.Heard() }

// Beeped tells that a beep has ended, and how long ago.
func (a *Analyser) Beeped() (ago time.Duration, ok bool) {
	if a.now.Beep == 0 {
		return 0, false
	}
	return a.Heard() - a.beep.ended, true
}

// Frame takes the next 20 ms; ok tells of the first verdict, and of each that
// differs from the one before.
func (a *Analyser) Frame(pcm []int16) (v Verdict, ok bool) { return a.Take(a.ear.Read(pcm), pcm) }

// Take is Frame for whoever reads the frames already.
func (a *Analyser) Take(r tone.Reading, pcm []int16) (v Verdict, ok bool) {
	a.edges = a.voice.Write(pcm, a.edges[:0])
	at := a.Heard()
	if at > a.cfg.Watch {
		return a.now, false
	}
	beeped := a.beep.take(at, r)
	for _, e := range a.edges {
		a.turns.talks = e.Kind == vad.Onset
		a.edge(e)
	}
	a.pauses(at, r.Level)
	a.turns.take(at, r.Level > a.by.loud-a.cfg.Behind, a.cfg.After)
	if beeped && (a.beep.fax() || a.spoken() >= minBefore) {
		a.now.Beep, a.now.BeepHz = a.beep.length, a.beep.hz
	}
	kind, why := a.judge(at)
	if why == "" || a.told && kind == a.now.Kind {
		return a.now, false
	}
	a.told = true
	a.now.Kind, a.now.Why, a.now.At = kind, why, at
	return a.now, true
}

// edge follows the words of the greeting; what comes after it is not counted.
func (a *Analyser) edge(e vad.Edge) {
	f := &a.now.Features
	if f.Over {
		return
	}
	if e.Kind == vad.Onset {
		a.inner, a.word = true, e.At
		if f.Words == 0 {
			f.Silence = e.At
		}
		return
	}
	a.inner = false
	if e.At-a.word < minWord {
		return
	}
	if f.Words == 0 {
		f.Silence = a.word
	} else {
		f.Pause = max(f.Pause, a.word-a.last)
	}
	f.Words++
	f.Spoken += e.At - a.word
	a.last = e.At
	f.Greeting = a.last - f.Silence
}

// pauses ends the greeting when whoever gave it has been silent for long enough; what
// is said more softly behind does not make it longer.
func (a *Analyser) pauses(at time.Duration, level float64) {
	f := &a.now.Features
	if f.Over {
		return
	}
	if a.inner && level > a.by.loud-a.cfg.Behind {
		a.by.loud, a.by.near = max(a.by.loud, level), at
	}
	if f.Words > 0 && at-a.by.near >= a.cfg.After {
		f.Over = true
		f.Greeting = min(f.Greeting, a.by.near-f.Silence)
	}
}

// spoken is how much was said before a beep that has just ended: timing takes the
// beep itself for a word of the greeting, if that was not over.
func (a *Analyser) spoken() time.Duration {
	if a.last > a.beep.ended-a.beep.length {
		return a.now.Spoken - a.beep.length
	}
	return a.now.Spoken
}

// judge draws the verdict; no reason means that there is none yet.
func (a *Analyser) judge(at time.Duration) (Kind, string) {
	f, c := &a.now.Features, &a.cfg
	talk := f.Greeting
	if a.inner {
		talk = at - f.Silence
	}
	switch {
	case f.Beep > 0 && a.beep.fax():
		return Machine, "a fax answered: 2100 Hz"
	case f.Beep > 0:
		return Machine, "a beep after the greeting"
	case !f.Over && f.Words > 0 && talk >= c.Talk:
		return Machine, "talks on without waiting for an answer"
	case a.told:
		return a.now.Kind, ""
	case f.Over && f.Greeting <= c.Greeting:
		return Human, "a short greeting, then silence"
	case at < c.Within:
		return Unknown, ""
	case f.Words == 0 && at >= c.Silence:
		return Unknown, "nothing was said"
	case f.Over:
		return Unknown, "a long greeting, then silence"
	}
	return Unknown, "still talking"
}
