package call

import (
	"context"
	"io"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/media/amd"
	"github.com/parley-voice/parley/media/progress"
	"github.com/parley-voice/parley/media/tone"
)

// lineTold is what the line told: a tone, a verdict of timing, the end of a
// beep, or that no more will come.
type lineTold struct {
	tone         progress.Event
	verdict      amd.Verdict
	beeped, done bool
	waited       bool // for a beep: turns tells what the line did meanwhile
	turns        amd.Turns
}

func (lineTold) dispose() {}

// lineEar hears tones and, from the answer on, the timing of the greeting. The
// feeder's goroutine gives it frames, as it does to a recogniser.
type lineEar struct {
	box      *mailbox
	cfg      amd.Config
	answered atomic.Bool
	waits    atomic.Bool // a beep is awaited
	awaited  *awaited    // how; nil unless it is
	ear      tone.Listener
	tones    progress.Detector
	greeting *amd.Analyser
	beeped   bool
	done     bool
}

// How long a line is listened to after the answer, and the silence behind a beep
// before a message is begun: machines record from a little after it.
const (
	listenFor = 30 * time.Second
	beepTail  = 300 * time.Millisecond
)

// awaited is what was told of a line whose beep is awaited.
type awaited struct {
	before int // stretches of speech that were over when it began
	last   amd.Turns
	at     time.Duration
}

// tellEvery is how often the loop is told of such a line, and at each change.
const tellEvery = 500 * time.Millisecond

// Write takes 20 ms.
func (l *lineEar) Write(f media.Frame) error {
	if f.Rate != media.TelephoneRate || l.done {
		return nil
	}
	r := l.ear.Read(f.PCM)
	var told lineTold
	heard := false
	if e, ok := l.tones.Take(r); ok {
		told.tone, heard = e, true
	}
	if l.answered.Load() {
		heard = l.greet(r, f.PCM, &told) || heard
	}
	if heard {
		l.box.offer(told)
	}
	return nil
}

// greet listens to the greeting.
func (l *lineEar) greet(r tone.Reading, pcm []int16, told *lineTold) (heard bool) {
	if l.greeting == nil {
		l.cfg.Watch = listenFor + beepWait
		a, err := amd.New(l.cfg)
		if err != nil { // only of a rate that is not this one
			l.done, told.done = true, true
			return true
		}
		l.greeting = a
	}
	v, heard := l.greeting.Take(r, pcm)
	if heard {
		told.verdict = v
	}
	if ago, ok := l.greeting.Beeped(); ok && !l.beeped && ago >= beepTail {
		l.beeped, told.beeped, heard = true, true, true
		told.verdict = l.greeting.Verdict()
	}
	heard = l.await(told) || heard
	if at := l.greeting.Heard(); at >= listenFor && !l.waits.Load() || at >= l.cfg.Watch {
		l.done, told.done, heard = true, true, true
	}
	return heard
}

// await tells what the line does while its beep is awaited.
func (l *lineEar) await(told *lineTold) bool {
	if !l.waits.Load() {
		l.awaited = nil
		return false
	}
	now, at := l.greeting.Turns(), l.greeting.Heard()
	first := l.awaited == nil
	if first {
		l.awaited = &awaited{before: now.Said}
	}
	a := l.awaited
	if !first && now.Said == a.last.Said && (now.Quiet == 0) == (a.last.Quiet == 0) && at-a.at < tellEvery {
		return false
	}
	a.last, a.at = now, at
	told.waited, told.turns = true, now
	told.turns.Said -= a.before
	return true
}

// Next has no words to tell.
func (l *lineEar) Next(context.Context) (asr.Transcript, error) { return asr.Transcript{}, io.EOF }

// Expect has no use for what is expected.
func (l *lineEar) Expect(asr.Expectation) {}

// Unheard keeps nothing.
func (l *lineEar) Unheard() []int16 { return nil }

// Close has nothing to let go.
func (l *lineEar) Close() error { return nil }
