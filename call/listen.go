package call

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
)

// openBudget is what opening a recogniser may take; the next one is tried then.
const openBudget = 1500 * time.Millisecond

// slowTurns is how often a call's last recogniser may be too late and is asked
// again: a busy minute must not make a call deaf. A broken one is not asked again,
// and the guard's breaker stops one that is late for everybody.
const slowTurns = 2

// ear is what a call hears with: the recognisers of its language in order of
// preference, one stream at a time. Only the loop uses it.
type ear struct {
	choices []Ear
	tries   tries
	id      int // numbers streams; events of an older one are stale
	stream  *earStream
	tap     *tap
	feed    *feeder
	want    asr.Expectation
	hot     []string
	cancel  context.CancelFunc
	deaf    bool
	why     string    // why deaf
	since   time.Time // the caller has been making sound since; zero if not
}

// again is a turn that a recogniser failed in, for the next one to hear.
type again struct {
	pcm []int16
	due time.Time // the next recogniser is to hear it by then; zero if it has, or need not
}

// hearAgain is how long the next recogniser may take to find the turn.
const hearAgain = 2500 * time.Millisecond

// tries counts how far down its recognisers a call is.
type tries struct {
	next int // the one to open next
	slow int // turns in a row that came too late from the last one
	again
}

func (e *ear) init(d *Desk, script *Script) {
	e.feed = d.feed
	if script.Listens {
		e.choices = d.ears(script.Language)
	}
	if len(e.choices) == 0 {
		e.deaf, e.why = true, noEar(script.Language)
	}
}

// openEar opens the next recogniser, aside, so that it hears from the answer on.
func (s *Session) openEar(ctx context.Context) {
	e := &s.ear
	if !s.mind.script.Listens || e.deaf {
		return
	}
	if e.tap == nil {
		e.tap = &s.wires.sink.tap
		e.feed.add(e.tap)
	}
	e.tap.open.Store(true)
	e.id++
	id, choice, tap, pcm := e.id, e.choices[e.tries.next], e.tap, e.tries.pcm
	e.tries.next++
	o := asr.Options{Language: s.mind.language, Rate: media.TelephoneRate, Hotwords: e.hot, Expect: e.want}
	ctx, e.cancel = context.WithCancel(ctx)
	s.spawn("recogniser "+choice.Name, func(why string) event { return earLost{id: id, err: errors.New(why)} }, func() {
		s.hear(ctx, tap, id, choice, o, pcm)
	})
}

// hear opens one stream and reports what it hears until it ends. unheard is what
// the stream before could not make out.
func (s *Session) hear(ctx context.Context, tap *tap, id int, choice Ear, o asr.Options, unheard []int16) {
	lost := func(err error, pcm []int16) {
		s.box.post(earLost{id: id, err: fmt.Errorf("%s: %w", choice.Name, err), unheard: pcm})
	}
	short, done := context.WithTimeout(ctx, openBudget)
	stream, err := choice.Open(short, o)
	done()
	if err != nil {
		lost(err, nil)
		return
	}
	defer func() { _ = stream.Close() }() // it has said all that it will
	e := &earStream{Stream: stream}
	e.catchUp(ctx, unheard)
	s.box.post(earOpened{id: id, stream: e})
	for {
		t, err := stream.Next(ctx)
		if err != nil {
			if ctx.Err() == nil {
				tap.stream.CompareAndSwap(e, nil) // what comes from now on waits for the next one
				lost(err, stream.Unheard())
			}
			return
		}
		if t.Kind == asr.Partial {
			s.box.offer(heard{id: id, t: t})
			continue
		}
		s.box.post(heard{id: id, t: t})
	}
}

func (s *Session) onEarOpened(e earOpened) {
	if e.id != s.ear.id || s.ear.deaf {
		return
	}
	s.ear.stream = e.stream
	s.ear.stream.Expect(s.ear.want) // it may have changed while the stream was opened
	s.ear.tap.stream.Store(e.stream)
}

// onEarLost tries the next recogniser, which hears the turn under way from its
// beginning; after the last one the call is deaf.
func (s *Session) onEarLost(ctx context.Context, now time.Time, e earLost) {
	if e.id != s.ear.id || s.ear.deaf {
		return
	}
	s.ear.close()
	s.j.trouble(now, s.node(), "recognition lost", e.err.Error())
	late := errors.Is(e.err, asr.ErrSlow)
	lost := late || !s.ear.since.IsZero()
	if e.unheard != nil { // a recogniser that never opened leaves what there was
		s.ear.tries.pcm = e.unheard
	}
	switch next := s.ear.tries.next; {
	case next < len(s.ear.choices) && len(s.ear.tries.pcm) > 0:
		s.rung(now, "second_ear", "the turn is heard again by "+s.ear.choices[next].Name)
		s.ear.tries.due = now.Add(hearAgain)
		if s.ear.since.IsZero() {
			s.ear.since = now
		}
		s.openEar(ctx)
		return
	case next < len(s.ear.choices):
		s.rung(now, "second_ear", "recognition goes on with "+s.ear.choices[next].Name)
	case late && s.ear.tries.slow < slowTurns:
		s.ear.tries.slow++
		s.ear.tries.next--
		s.rung(now, "slow_ear", "the turn's words are given up; recognition goes on")
	default:
		s.goDeaf(ctx, now, e.err.Error())
		return
	}
	s.unfinished(now)
	s.ear.tries.again = again{}
	s.openEar(ctx)
	if lost { // whoever waits for the words of this turn must not
		s.tell(ctx, now, dialog.SpeechLost{})
	}
}

// notHeardAgain gives a turn up that the next recogniser does not find.
func (s *Session) notHeardAgain(ctx context.Context, now time.Time) {
	s.j.trouble(now, s.node(), "recognition lost", "the turn's words are given up")
	s.unfinished(now)
	s.ear.tries.again = again{}
	s.tell(ctx, now, dialog.SpeechLost{})
}

// goDeaf tells the machine that nothing will be heard any more.
func (s *Session) goDeaf(ctx context.Context, now time.Time, why string) {
	if s.ear.deaf {
		return
	}
	s.ear.close()
	s.unfinished(now)
	s.ear.deaf, s.ear.why, s.ear.tries.again = true, why, again{}
	s.rung(now, "deaf", "the keypad takes over")
	s.tell(ctx, now, dialog.Deaf{Why: why})
}

// listen tells the recogniser what to expect.
func (s *Session) listen(ctx context.Context, now time.Time, a dialog.Listen) {
	s.ear.want = asr.Expectation{Shape: shapeOf(a.Shape), Words: a.Words, Min: a.Min, Max: a.Max, Endpoint: a.Endpoint, Hotwords: a.Hotwords}
	s.ear.hot = a.Hotwords
	s.collects(now, s.ear.want)
	if a.Language != "" && a.Language != s.mind.language {
		s.speakIn(ctx, now, a.Language)
		return
	}
	if s.ear.stream != nil {
		s.ear.stream.Expect(s.ear.want)
	}
}

func shapeOf(name string) asr.Shape {
	switch name {
	case "yes_no":
		return asr.YesNo
	case "digits":
		return asr.Digits
	case "choice":
		return asr.Choice
	}
	return asr.Open
}

// onHeard is something that the recogniser heard.
func (s *Session) onHeard(ctx context.Context, now time.Time, e heard) {
	if e.id != s.ear.id || s.ear.deaf || s.ear.stream == nil {
		return
	}
	s.turn.halt.verdict = e.t.At
	defer func() { s.turn.halt.verdict = time.Time{} }()
	if e.t.Kind != asr.Partial {
		s.ear.tries.again = again{}
	}
	switch e.t.Kind {
	case asr.Onset:
		s.ear.since = now
		s.turn.onset(now, s.mouth.q.Speaking())
		s.tell(ctx, now, dialog.SpeechStarted{})
	case asr.Partial:
		if s.greeted(ctx, now, e.t.Text, false) {
			return
		}
		s.tell(ctx, now, dialog.Partial{Text: e.t.Text})
	case asr.Noise:
		s.unclear(now, Caller, earlier(s.ear.stream.wall(e.t.Start), s.ear.since), s.ear.stream.wall(e.t.End))
		s.ear.since = time.Time{}
		s.turn.noReply()
		s.tell(ctx, now, dialog.SpeechEmpty{})
	case asr.Final:
		began := s.ear.since
		s.ear.since, s.ear.tries.slow = time.Time{}, 0
		s.onWords(ctx, now, began, e.t)
	}
}

// onWords is a whole turn of the caller that began to sound at began at the latest.
func (s *Session) onWords(ctx context.Context, now, began time.Time, t asr.Transcript) {
	if s.greeted(ctx, now, t.Text, true) {
		return
	}
	from, to := s.ear.stream.wall(t.Start), s.ear.stream.wall(t.End)
	s.turn.words(to, t)
	why := ""
	if t.Snapped {
		why = "snapped from " + s.written(t.Raw)
	}
	timing := s.turn.timing
	s.turn.seq = s.j.add(now, Entry{
		Kind: EntryHeard, Node: s.node(), Turn: s.turnNumber(), Text: s.written(t.Text), Why: why, Timing: &timing,
	})
	s.spoke(now, Caller, breath{seq: s.turn.seq, text: t.Text, from: earlier(from, began), to: to})
	s.learn(func(l *Live) { l.Said = append(l.Said, t.Text) })
	s.tell(ctx, now, dialog.Heard{Text: t.Text, Lasted: max(t.End-t.Start, 0)})
}

// close lets the current stream go; its goroutine closes it.
func (e *ear) close() {
	if e.cancel != nil {
		e.cancel()
		e.cancel = nil
	}
	e.id++
	e.stream = nil
	if e.tap != nil {
		e.tap.stream.Store(nil)
		e.tap.open.Store(false)
	}
}

// stop is the end of all hearing.
func (e *ear) stop() {
	e.close()
	if e.tap != nil {
		e.feed.remove(e.tap)
		e.tap = nil
	}
}
