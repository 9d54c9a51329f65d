package asr

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
)

// liveStream is a stream of a Live: the detector opens and ends turns, one
// goroutine takes their audio to the engine.
type liveStream struct {
	l        *Live
	options  Options
	detector DetectorStream
	out      *events
	bell     chan struct{} // something new for the goroutine
	stop     context.CancelFunc
	wg       sync.WaitGroup

	mu     sync.Mutex
	seg    *Segmenter
	audio  recent
	turns  []*liveTurn // the first is being heard
	closed bool
}

type turnState uint8

const (
	turnOpen turnState = iota
	turnEnded
	turnNoise
)

type liveTurn struct {
	start, stop time.Duration // of its sound
	from, until time.Duration // of the audio to send; until is set when it ended
	at          time.Time
	state       turnState
	announced   bool
	expect      Expectation
	told        string
}

// Write takes the next frame.
func (s *liveStream) Write(f media.Frame) error {
	if err := CheckFrame(f, s.options.Rate); err != nil {
		return err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrClosed
	}
	s.audio.write(f.PCM)
	open := len(s.turns) > 0
	s.mu.Unlock()
	err := s.detector.Write(f)
	if open {
		s.ring()
	}
	return err
}

func (s *liveStream) ring() {
	select {
	case s.bell <- struct{}{}:
	default:
	}
}

// Next waits for the next event.
func (s *liveStream) Next(ctx context.Context) (Transcript, error) { return s.out.next(ctx) }

// Expect changes the answer awaited.
func (s *liveStream) Expect(e Expectation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.Expect = e
	s.seg.Expect(e)
}

// Close ends the stream and its connection.
func (s *liveStream) Close() error {
	s.mu.Lock()
	s.closed = true
	s.audio.buf = nil
	s.mu.Unlock()
	err := s.detector.Close()
	s.stop()
	s.wg.Wait()
	s.out.end(io.EOF)
	return err
}

// heard steps the segmenter. It runs on the detector's goroutine.
func (s *liveStream) heard(a Activity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if c, ok := s.seg.Step(a); ok {
		s.obey(c)
		s.ring()
	}
	need := s.seg.Needed(a.End)
	if len(s.turns) > 0 {
		need = min(need, s.turns[0].from)
	}
	s.audio.forget(need)
}

func (s *liveStream) obey(c Cue) {
	switch c.Kind {
	case CueOnset:
		s.turns = append(s.turns, &liveTurn{start: c.Turn, from: c.Start, at: s.l.cfg.Now()})
		s.announce()
	case CueEndpoint, CueNoise:
		t := s.turns[len(s.turns)-1]
		t.state, t.stop, t.until, t.expect = turnEnded, c.End, c.Until, s.options.Expect
		if c.Kind == CueNoise {
			t.state = turnNoise
		}
	}
}

// announce gives out the Onset of the turn that is now first.
func (s *liveStream) announce() {
	if len(s.turns) > 0 && !s.turns[0].announced {
		t := s.turns[0]
		t.announced = true
		s.out.put(Transcript{Kind: Onset, Start: t.start, At: t.at, Engine: s.l.cfg.Name})
	}
}

func (s *liveStream) head() *liveTurn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.turns) == 0 {
		return nil
	}
	return s.turns[0]
}

// take copies the next chunk of t's audio from sent on, and tells where it ends.
// Whole chunks only, unless the turn has ended.
func (s *liveStream) take(t *liveTurn, sent time.Duration) ([]int16, time.Duration, turnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent = max(sent, s.audio.duration(s.audio.base)) // what gave way is lost
	until := sent + s.l.cfg.Chunk
	if t.state == turnEnded && until > t.until {
		until = t.until
	}
	pcm := s.audio.crop(sent, until, 0)
	if t.state == turnOpen && len(pcm) < int(s.audio.samples(s.l.cfg.Chunk)) {
		return nil, sent, turnOpen
	}
	return pcm, sent + s.audio.duration(int64(len(pcm))), t.state
}

// partial takes the words so far of the turn that is being heard.
func (s *liveStream) partial(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.turns) == 0 || text == "" || text == s.turns[0].told {
		return
	}
	t := s.turns[0]
	t.told = text
	s.out.put(Transcript{Kind: Partial, Text: text, Start: t.start, At: s.l.cfg.Now(), Engine: s.l.cfg.Name})
}

// settle gives out a turn's words and begins the next.
func (s *liveStream) settle(t *liveTurn, text string, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	r := Transcript{Kind: Final, Text: text, Start: t.start, End: t.stop, At: s.l.cfg.Now(), Decode: took, Engine: s.l.cfg.Name}
	if t.state == turnNoise || !Plausible(text, t.stop-t.start+s.l.cfg.Segmenter.PreRoll) {
		r.Kind, r.Text = Noise, ""
	} else {
		r = snapped(r, t.expect, s.options.Language)
	}
	s.out.put(r)
	s.turns = s.turns[1:]
	s.announce()
}
