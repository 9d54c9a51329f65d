package bench

import (
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/cmd/parley/bench/wire"
)

// The caller's manners.
const (
	hush     = 600 * time.Millisecond // silence from the other side before the caller speaks
	wander   = 400 * time.Millisecond // and up to as much again, so that no turn begins in step with the last
	cutIn    = 200 * time.Millisecond // sound so soon before the end of our line is no answer to it
	giveUp   = 8 * time.Second
	frameLen = 20 * time.Millisecond
)

// caller takes turns: it waits until the other side has spoken and is quiet,
// says its next line, and times the first sound that follows. Hear and Speak run
// on the wheel; turns may be read once the flow is closed.
type caller struct {
	lines []line
	left  int
	law   atomic.Pointer[wire.Law]
	turns []turn
	done  chan struct{}
	state
}

// state is where the caller is in its turn. Times are ns since the epoch.
type state struct {
	spoke   bool  // the other side has been heard since our last line
	last    int64 // its last audible packet
	pause   int64 // how long it must be quiet
	saying  []byte
	at      int
	ended   int64 // our last audible sample left our mouth; 0 while we are not waiting
	reached bool  // done is closed
	pcm     []int16
}

func newCaller(lines []line, n int) *caller {
	c := &caller{lines: lines, left: n, done: make(chan struct{})}
	c.nextPause()
	return c
}

func (c *caller) nextPause() { c.pause = int64(hush) + rand.Int64N(int64(wander)) }

func (c *caller) agreed(l *wire.Law) { c.law.Store(l) }

// Hear notes sound, and takes the first after our line as the answer.
func (c *caller) Hear(p wire.Packet) {
	law := wire.LawOf(p.Type)
	if law == nil {
		return
	}
	if c.pcm = law.Decode(c.pcm[:0], p.Payload); measure.Level(c.pcm) < measure.Audible {
		return
	}
	before := c.last
	c.last, c.spoke = p.At, true
	if c.ended == 0 || p.At < c.ended {
		return
	}
	t := c.take()
	if c.ended-before < int64(cutIn) {
		t.Lost = "the other side was speaking already"
	} else {
		t.Reply = float64(p.At-c.ended) / 1e6
	}
	c.finish(t)
}

func (c *caller) take() turn {
	l := c.lines[len(c.turns)%len(c.lines)]
	return turn{Shape: l.Shape, Said: l.Text, ended: c.ended}
}

func (c *caller) finish(t turn) {
	c.turns = append(c.turns, t)
	c.ended = 0
	c.nextPause()
	if c.left--; c.left <= 0 || t.Lost != "" {
		c.reach()
	}
}

func (c *caller) reach() {
	if !c.reached {
		c.reached = true
		close(c.done)
	}
}

// Speak says the line, and silence around it.
func (c *caller) Speak(at int64, payload []byte) {
	law := c.law.Load()
	if law == nil {
		wire.ALaw.Silence(payload)
		return
	}
	law.Silence(payload)
	switch {
	case c.saying != nil:
		c.say(at, payload)
	case c.ended != 0:
		if at-c.ended > int64(giveUp) {
			t := c.take()
			t.Lost = "no answer within 8 s"
			c.finish(t)
		}
	case c.left > 0 && !c.reached && c.spoke && at-c.last > c.pause:
		c.spoke = false
		c.saying, c.at = c.lines[len(c.turns)%len(c.lines)].sound.in(law), 0
		c.say(at, payload)
	}
}

// say puts the next 20 ms of the line into payload. A packet leaves when its last
// sample has been spoken, so sample k of 160 left the mouth (160-(k+1))/8 ms
// before the packet did. The line ends on an audible sample.
func (c *caller) say(at int64, payload []byte) {
	n := copy(payload, c.saying[c.at:])
	if c.at += n; c.at < len(c.saying) {
		return
	}
	c.saying = nil
	c.ended = at - int64(len(payload)-n)*int64(time.Second)/8000
}

// asked says which shape of answer the nodes of scripts/latency.yaml ask for.
var asked = map[string]string{"open": "open", "sure": "yes_no", "number": "digits"}

// match adds what the server's record says it heard between one of our lines and
// the next, and at which question: a turn that the server split or missed leaves
// caller and script out of step.
func match(turns []turn, entries []call.Entry) {
	for i := range turns {
		t := &turns[i]
		var words []string
		for _, e := range entries {
			at := e.At.UnixNano()
			if e.Kind != call.EntryHeard || at < t.ended || i+1 < len(turns) && at >= turns[i+1].ended {
				continue
			}
			if words = append(words, e.Text); len(words) == 1 {
				t.Server = e.Timing
			}
			if shape := asked[e.Node]; shape != "" && len(words) == 1 && shape != t.Shape {
				t.Lost = "the script was at another question"
			}
		}
		t.Heard = strings.Join(words, " | ")
	}
}
