package asr

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
)

// ErrClosed is what a closed stream's Write returns.
var ErrClosed = errors.New("asr: stream is closed")

// Fake is a Recognizer for tests. Each stream finds turns in the audio by
// loudness, with the real endpoints, and answers its n-th turn with Lines[n]
// (the last line again when there are no more; an empty line is Noise).
// Transcripts can also be pushed by hand. Its fields are set before use.
type Fake struct {
	Lines   []string
	OpenErr error // what Open returns
	Hang    bool  // turns begin and their words never come
	Now     func() time.Time

	mu      sync.Mutex
	streams []*FakeStream
	opened  chan *FakeStream
}

// Opened gives each stream as it is opened, up to 64 waiting.
func (f *Fake) Opened() <-chan *FakeStream {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.channel()
}

func (f *Fake) channel() chan *FakeStream {
	if f.opened == nil {
		f.opened = make(chan *FakeStream, 64)
	}
	return f.opened
}

// Streams are those opened so far.
func (f *Fake) Streams() []*FakeStream {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]*FakeStream(nil), f.streams...)
}

// Open opens a FakeStream.
func (f *Fake) Open(ctx context.Context, o Options) (Stream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if f.OpenErr != nil {
		return nil, f.OpenErr
	}
	if err := CheckRate(o.Rate); err != nil {
		return nil, err
	}
	s := &FakeStream{fake: f, Options: o, expect: o.Expect, seg: NewSegmenter(SegmenterConfig{}, o.Expect), out: newEvents()}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.streams = append(f.streams, s)
	select {
	case f.channel() <- s:
	default:
	}
	return s, nil
}

func (f *Fake) now() time.Time {
	if f.Now != nil {
		return f.Now()
	}
	return time.Now()
}

// FakeStream is a stream of a Fake.
type FakeStream struct {
	Options Options
	fake    *Fake
	out     *events

	mu      sync.Mutex
	seg     *Segmenter
	at      time.Duration // audio written
	turns   int
	expect  Expectation
	unheard []int16
	closed  bool
}

// Push makes Next return t.
func (s *FakeStream) Push(t Transcript) {
	if t.At.IsZero() {
		t.At = s.fake.now()
	}
	s.out.put(t)
}

// Fail makes the stream end with err once its waiting events are taken.
func (s *FakeStream) Fail(err error) { s.out.end(err) }

// Heard is how much audio was written.
func (s *FakeStream) Heard() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// Expected is the answer awaited now.
func (s *FakeStream) Expected() Expectation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.expect
}

// Write finds turns in f by loudness.
func (s *FakeStream) Write(f media.Frame) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	if err := CheckFrame(f, s.Options.Rate); err != nil {
		return err
	}
	s.at += f.Duration()
	var loud float32
	for _, v := range f.PCM {
		if v > 500 || v < -500 {
			loud = 1
			break
		}
	}
	cue, ok := s.seg.Step(Activity{End: s.at, Length: f.Duration(), Speech: loud})
	if !ok {
		return nil
	}
	t := Transcript{Start: cue.Turn, End: cue.End, At: s.fake.now(), Engine: "fake"}
	switch {
	case cue.Kind == CueOnset:
		t.Kind, t.End = Onset, 0
	case s.fake.Hang:
		return nil
	case cue.Kind == CueNoise:
		t.Kind = Noise
	case cue.Kind == CueEndpoint:
		t = s.fake.answer(t, s.turns, s.expect, s.Options.Language)
		s.turns++
	default:
		return nil
	}
	s.out.put(t)
	return nil
}

func (f *Fake) answer(t Transcript, turn int, e Expectation, language string) Transcript {
	t.Kind = Noise
	if len(f.Lines) == 0 {
		return t
	}
	line := f.Lines[min(turn, len(f.Lines)-1)]
	if line == "" {
		return t
	}
	t.Kind, t.Text = Final, line
	return snapped(t, e, language)
}

// Next waits for the next event.
func (s *FakeStream) Next(ctx context.Context) (Transcript, error) { return s.out.next(ctx) }

// Expect changes the answer awaited.
func (s *FakeStream) Expect(e Expectation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expect = e
	s.seg.Expect(e)
}

// Unheard is what SetUnheard said.
func (s *FakeStream) Unheard() []int16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unheard
}

// SetUnheard sets what Unheard returns.
func (s *FakeStream) SetUnheard(pcm []int16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unheard = pcm
}

// Close ends the stream.
func (s *FakeStream) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.out.end(io.EOF)
	return nil
}
