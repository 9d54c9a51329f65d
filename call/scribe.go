package call

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/media"
)

// Who speaks: From of an entry's turn.
const (
	Caller = "caller"
	Agent  = "agent" // or whoever the caller was joined with
	Us     = "us"
)

// Entries of people who are joined.
const (
	EntryTalk  EntryKind = "talk"  // a turn of two people: From says who, Timing.Start and SpeechMS when
	EntryAlert EntryKind = "alert" // one of them said words of a class of the table of routes: Text is the class, Why the turn
)

const (
	scribeTries = 4 // recognisers that may fail on one of them
	lastWords   = 1500 * time.Millisecond
	parted      = 3 * time.Second // for the last words, from hangup to seal
)

// conversation is what is written down while the caller talks with a person. Only the
// loop uses it.
type conversation struct {
	now    *scribe
	last   *scribe // the one that has parted last
	ending int     // scribes that wait for the last words
}

// scribe writes down what two people say while they are joined. Nothing that
// happens to it touches them.
type scribe struct {
	legs [2]*scribeLeg
	stop context.CancelFunc
	done sync.WaitGroup // the legs
	told map[string]bool
}

// scribeLeg is one of the two. Who and on are fixed; since is the loop's.
type scribeLeg struct {
	who   string
	on    *overheard
	tap   tap
	open  atomic.Bool // a turn is under way
	since time.Time   // since then; zero if none is
	over  bool        // nobody listens any more
}

// scribed is what became of a leg: t was heard, or err ended its last recogniser.
// With neither the scribe has ended.
type scribed struct {
	of       *scribe
	leg      *scribeLeg
	t        asr.Transcript
	from, to time.Time
	err      error
}

func (scribed) dispose() {}

// overhear begins to write down what caller and person say, where that is wanted
// and there is room.
func (s *Session) overhear(ctx context.Context, now time.Time, h *handoff) {
	most, choices := int64(s.desk.deps.Config.Scribes), s.desk.ears(s.mind.language)
	if most == 0 || len(choices) == 0 || h.voice == nil {
		return
	}
	if s.desk.count.scribing.Add(2) > most {
		s.desk.count.scribing.Add(-2)
		s.desk.count.unscribed.Add(1)
		s.j.trouble(now, s.node(), "not transcribed", fmt.Sprintf("%d recognisers listen to conversations already, no more may", most))
		return
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // the last words come when the leg has gone
	c := &scribe{stop: stop, told: map[string]bool{}}
	c.legs = [2]*scribeLeg{{who: Caller, on: &s.wires.sink.voice}, {who: Agent, on: h.voice}}
	o := asr.Options{Language: s.mind.language, Rate: media.TelephoneRate, Aside: true}
	s.talk().now = c
	for _, leg := range c.legs {
		leg.tap.slots = make([]slot, tapFrames)
		leg.tap.lost = func() { s.box.offer(scribed{of: c, leg: leg, err: errors.New("the recogniser's library failed")}) }
		leg.tap.open.Store(true)
		s.desk.feed.add(&leg.tap)
		leg.on.tap.Store(&leg.tap)
		c.done.Add(1)
		s.spawn("transcription", func(why string) event { return scribed{of: c, leg: leg, err: errors.New(why)} }, func() {
			defer c.done.Done()
			s.takeDown(ctx, c, leg, choices, o)
		})
	}
	s.j.add(now, Entry{Kind: EntryNote, Node: s.node(), Text: noteScribe, Why: choices[0].Name})
}

// noteScribe is the line that both sides are transcribed from now on.
const noteScribe = "transcribing=both"

func (s *Session) talk() *conversation { return &s.wires.reel.talk }

// takeDown keeps a recogniser on one leg: when it fails the next one hears the
// turn under way again.
func (s *Session) takeDown(ctx context.Context, c *scribe, leg *scribeLeg, choices []Ear, o asr.Options) {
	var err error
	var unheard []int16
	for try := range scribeTries {
		choice := choices[try%len(choices)]
		unheard, err = s.takeWords(ctx, c, leg, choice, o, unheard)
		if ctx.Err() != nil {
			return
		}
		err = fmt.Errorf("%s: %w", choice.Name, err)
		select {
		case <-time.After(time.Duration(try) * time.Second):
		case <-ctx.Done():
			return
		}
	}
	leg.open.Store(false)
	s.box.post(scribed{of: c, leg: leg, err: err})
}

// takeWords reports what one recogniser hears until it fails, and gives what it
// has not made out.
func (s *Session) takeWords(ctx context.Context, c *scribe, leg *scribeLeg, choice Ear, o asr.Options, unheard []int16) ([]int16, error) {
	short, done := context.WithTimeout(ctx, openBudget)
	stream, err := choice.Open(short, o)
	done()
	if err != nil {
		return unheard, err
	}
	defer func() { _ = stream.Close() }() // it has said all that it will
	e := &earStream{Stream: &oneWriter{Stream: stream}}
	e.catchUp(ctx, unheard)
	leg.tap.stream.Store(e)
	defer leg.tap.stream.CompareAndSwap(e, nil)
	for {
		t, err := stream.Next(ctx)
		if err != nil {
			return stream.Unheard(), err
		}
		switch t.Kind {
		case asr.Onset:
			leg.open.Store(true)
		case asr.Final, asr.Noise:
			leg.open.Store(false)
		default:
			continue
		}
		s.box.post(scribed{of: c, leg: leg, t: t, from: e.wall(t.Start), to: e.wall(t.End)})
	}
}

// oneWriter lets the feeder and the silence behind the last words take turns.
type oneWriter struct {
	asr.Stream
	mu sync.Mutex
}

func (w *oneWriter) Write(f media.Frame) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Stream.Write(f)
}

// onScribed writes a turn down, or that there will be no more of them.
func (s *Session) onScribed(now time.Time, e scribed) {
	leg := e.leg
	switch {
	case leg == nil:
		s.scribeEnded(now, e.of)
	case leg.over:
	case e.err != nil:
		leg.over = true
		s.j.trouble(now, s.node(), "not transcribed any more: "+leg.who, e.err.Error())
		s.conceal(now, leg.who, concealUnfinished, leg.since, now)
		leg.since = time.Time{}
	case e.t.Kind == asr.Onset:
		leg.since = earlier(e.from, leg.since)
	case e.t.Kind == asr.Noise:
		s.unclear(now, leg.who, earlier(e.from, leg.since), e.to)
		leg.since = time.Time{}
	default:
		from := earlier(e.from, leg.since)
		leg.since = time.Time{}
		s.talked(now, e, from)
	}
}

// talked is a whole turn of one of the two.
func (s *Session) talked(now time.Time, e scribed, from time.Time) {
	who, text := e.leg.who, s.written(e.t.Text)
	seq := s.j.add(now, Entry{Kind: EntryTalk, Node: s.node(), From: who, Text: text,
		Timing: &Timing{Start: s.reel().at(from), SpeechMS: ms(e.to.Sub(from)), Decode: ms(e.t.Decode)}})
	s.spoke(now, who, breath{seq: seq, text: e.t.Text, from: from, to: e.to})
	course := s.mind.course.Course
	if course == nil {
		return
	}
	for _, class := range course.Classes(e.t.Text) {
		if key := who + " " + class; !e.of.told[key] { // once for each conversation
			e.of.told[key] = true
			s.j.add(now, Entry{Kind: EntryAlert, Node: s.node(), From: who, Text: class, Why: text})
		}
	}
}

// unhear takes the taps off when the two part. What they said last is waited for,
// aside.
func (s *Session) unhear() {
	c := s.talk().now
	if c == nil {
		return
	}
	s.talk().now, s.talk().last = nil, c
	s.talk().ending++
	for _, leg := range c.legs {
		leg.on.tap.CompareAndSwap(&leg.tap, nil)
	}
	s.spawn("last words", func(string) event { return scribed{of: c} }, func() {
		defer s.desk.count.scribing.Add(-2)
		<-time.After(3 * feedEvery) // what the taps hold goes to the recognisers
		for _, leg := range c.legs {
			s.desk.feed.remove(&leg.tap)
			leg.hush()
		}
		for end := time.Now().Add(lastWords); time.Now().Before(end); <-time.After(2 * feedEvery) {
			if !c.legs[0].open.Load() && !c.legs[1].open.Load() {
				break
			}
		}
		c.stop()
		c.done.Wait()
		s.box.post(scribed{of: c})
	})
}

// hush lets a turn end that the end of the conversation has cut.
func (l *scribeLeg) hush() {
	if e := l.tap.stream.Load(); e != nil {
		quiet(e)
	}
}

// scribeEnded is the end of one: what has no words by now will have none.
func (s *Session) scribeEnded(now time.Time, c *scribe) {
	s.talk().ending--
	for _, leg := range c.legs {
		if !leg.over {
			s.conceal(now, leg.who, concealUnfinished, leg.since, now)
		}
		leg.over = true
		s.desk.count.frames.Add(leg.tap.drops.Load())
	}
}

// hearOut waits at the end of a call for the last words, so that they are on
// record and what must not be heard is known.
func (s *Session) hearOut(ctx context.Context) {
	s.unhear()
	limit := time.NewTimer(parted)
	defer limit.Stop()
	for s.talk().ending > 0 {
		select {
		case e := <-s.box.own:
			if said, ok := e.(scribed); ok {
				s.onScribed(time.Now(), said)
			} else {
				e.dispose()
			}
		case <-limit.C:
			return
		case <-ctx.Done():
			return
		}
	}
}
