// Package asr says what a speech recogniser is: the interface that engines
// implement, the guard that keeps a slow one from holding up a call, a fake, and
// the behaviour suite that every engine passes.
package asr

import (
	"context"
	"time"

	"github.com/parley-voice/parley/media"
)

// Recognizer opens one stream per leg. It is safe for concurrent use.
type Recognizer interface {
	// Open starts a stream. It fails fast (within a second) when the engine
	// cannot be had.
	Open(ctx context.Context, o Options) (Stream, error)
}

// Stream recognises one leg's audio for as long as the call lasts. Write is
// called from one goroutine, Next from another; Close ends both and waits for
// everything the stream started.
type Stream interface {
	// Write takes the next 20 ms. It never blocks: a full queue drops the oldest
	// frame and counts it. It copies f.
	Write(f media.Frame) error
	// Next waits for the next event. It returns io.EOF after Close and any other
	// error when the engine failed for good.
	Next(ctx context.Context) (Transcript, error)
	// Expect tells what answer is awaited from now on.
	Expect(e Expectation)
	// Unheard copies the audio of the turn under way, from a little before its
	// onset to now, 15 s at most: when the engine has failed, another can hear it.
	// nil when no turn is open.
	Unheard() []int16
	Close() error
}

// Options of one stream.
type Options struct {
	Language string // BCP 47
	Rate     int    // of the frames to come, Hz
	Hotwords []string
	Expect   Expectation
	// Aside marks a stream that nobody waits for: two people who talk with each
	// other. Its turns are decoded when no caller waits for words, its words may
	// come late, and its failures keep no caller from the engine.
	Aside bool
}

// hotwords are the words to favour now.
func (o Options) hotwords() []string {
	if len(o.Expect.Hotwords) > 0 {
		return o.Expect.Hotwords
	}
	return o.Hotwords
}

// Shape is the kind of answer awaited; it sets the endpoint and the vocabulary.
type Shape uint8

// The shapes of an answer.
const (
	Open   Shape = iota // anything
	YesNo               // a closed pair
	Digits              // spoken digits
	Choice              // one of Expectation.Words
)

// Expectation is what the script awaits next.
type Expectation struct {
	Shape    Shape
	Words    []string      // closed set to snap to; empty keeps the engine's words
	Min, Max int           // number of digits still awaited; 0 is open
	Endpoint time.Duration // silence that ends a turn; 0 means the engine's default for the shape
	Hotwords []string      // words to favour now, in place of those of Options; nil keeps these
}

// Kind says what a Transcript tells.
type Kind uint8

// The kinds of Transcript, in the order in which a turn brings them.
const (
	Onset   Kind = iota + 1 // the caller began to make sound
	Partial                 // words so far
	Final                   // the turn's words
	Noise                   // the sound ended and held no words
)

// Transcript is one thing heard. Offsets count audio since the stream opened.
type Transcript struct {
	Kind    Kind
	Text    string
	Start   time.Duration // where the sound began
	End     time.Duration // where the sound ended (Final, Noise)
	At      time.Time     // when this was decided
	Decode  time.Duration // CPU-side latency of the decode behind it
	Engine  string
	Snapped bool   // Text was snapped to the closed set
	Raw     string // the words before snapping
}
