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
	stream
	l     *Live
	bell  chan struct{} // something new for the goroutine
	stop  context.CancelFunc
	wg    sync.WaitGroup
	turns []*liveTurn // under mu; the first is being heard
}

type turnState uint8

const (
	turnOpen turnState = iota
	turnEnded
	turnNoise
)

type liveTurn struct {
	sounding
	until time.Duration // of the audio to send, set when it ended
	state turnState
}

// Write takes the next frame.
func (s *liveStream) Write(f media.Frame) error {
	err := s.stream.Write(f)
	if s.head() != nil {
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

// oldest is where the audio begins that is still to be sent, perhaps again.
func (s *liveStream) oldest() (time.Duration, bool) {
	if len(s.turns) == 0 {
		return 0, false
	}
	return s.turns[0].from, true
}

// follow carries out a cue.
func (s *liveStream) follow(c Cue) {
	defer s.ring()
	switch c.Kind {
	case CueOnset:
		s.turns = append(s.turns, &liveTurn{sounding: onset(c, s.now())})
		s.announce(&s.turns[0].sounding)
	case CueEndpoint, CueNoise:
		t := s.turns[len(s.turns)-1]
		t.state, t.stop, t.until, t.expect = turnEnded, c.End, c.Until, s.options.Expect
		if c.Kind == CueNoise {
			t.state = turnNoise
		}
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
	if !s.closed && len(s.turns) > 0 {
		s.partly(&s.turns[0].sounding, text)
	}
}

// over gives out a turn's words and begins the next.
func (s *liveStream) over(t *liveTurn, text string, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if t.state == turnNoise || !Plausible(text, t.stop-t.start+s.l.cfg.Segmenter.PreRoll) {
		text = ""
	}
	s.settle(&t.sounding, text, took)
	if s.turns = s.turns[1:]; len(s.turns) > 0 {
		s.announce(&s.turns[0].sounding)
	}
}
