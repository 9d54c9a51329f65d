package asr

import (
	"context"
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
)

// maxUnheard is the most of a turn's audio that is kept for another engine.
const maxUnheard = 15 * time.Second

// stream is what the streams of Batch and Live have in common: audio goes to the
// detector, its verdicts step the segmenter, and what was heard waits for Next.
type stream struct {
	engine   string
	detector DetectorStream
	out      *events
	now      func() time.Time
	obey     func(Cue)                    // carries out a cue; called under mu
	begins   func() (time.Duration, bool) // where the audio of the oldest open turn begins; called under mu

	mu      sync.Mutex
	options Options
	seg     *Segmenter
	audio   recent
	closed  bool
	failed  bool // nothing more will be heard; the audio is kept for another engine
}

// begin starts to listen to the detector.
func (s *stream) begin(det Detector, longest time.Duration) (err error) {
	s.out = newEvents()
	s.audio = recent{rate: s.options.Rate, limit: int(longest.Seconds() * float64(s.options.Rate))}
	s.detector, err = det.Open(s.options.Rate, s.heard)
	return err
}

// Write takes the next frame.
func (s *stream) Write(f media.Frame) error {
	if err := CheckFrame(f, s.options.Rate); err != nil {
		return err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrClosed
	}
	s.audio.write(f.PCM)
	s.mu.Unlock()
	return s.detector.Write(f)
}

// Next waits for the next event.
func (s *stream) Next(ctx context.Context) (Transcript, error) { return s.out.next(ctx) }

// Expect changes the answer awaited.
func (s *stream) Expect(e Expectation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.Expect = e
	s.seg.Expect(e)
}

// Unheard copies the last audio of the turns whose words were not given out.
func (s *stream) Unheard() []int16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, open := s.begins()
	if s.closed || !open {
		return nil
	}
	end := s.audio.end()
	return s.audio.crop(max(from, end-maxUnheard), end, 0)
}

// heard steps the segmenter. It runs on the detector's goroutine.
func (s *stream) heard(a Activity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if !s.failed {
		if c, ok := s.seg.Step(a); ok {
			s.obey(c)
		}
	}
	need := s.seg.Needed(a.End)
	if from, open := s.begins(); open {
		need = min(need, from)
	}
	s.audio.forget(need)
}

// fail ends the stream with err. The caller holds mu.
func (s *stream) fail(err error) {
	s.failed = true
	s.out.end(err)
}

// sounding is what is known of a turn while its words are awaited.
type sounding struct {
	start, stop time.Duration // of its sound
	from        time.Duration // where its audio begins, pre-roll included
	at          time.Time     // when the onset was decided
	announced   bool          // the Onset was given out
	expect      Expectation   // when it ended
	told        string        // the last Partial
}

func onset(c Cue, now time.Time) sounding { return sounding{start: c.Turn, from: c.Start, at: now} }

// announce gives out a turn's Onset, once. The caller holds mu.
func (s *stream) announce(t *sounding) {
	if !t.announced {
		t.announced = true
		s.out.put(Transcript{Kind: Onset, Start: t.start, At: t.at, Engine: s.engine})
	}
}

// partly gives out the words so far when they are new. The caller holds mu.
func (s *stream) partly(t *sounding, text string) {
	if text == "" || text == t.told {
		return
	}
	t.told = text
	if nod, ok := Hum(text, s.options.Language); ok {
		text = nod
	}
	s.out.put(Transcript{Kind: Partial, Text: text, Start: t.start, At: s.now(), Engine: s.engine})
}

// settle gives out a turn's words; "" is Noise. The caller holds mu.
func (s *stream) settle(t *sounding, text string, took time.Duration) {
	r := Transcript{Kind: Final, Text: text, Start: t.start, End: t.stop, At: s.now(), Decode: took, Engine: s.engine}
	if text == "" {
		r.Kind = Noise
	} else {
		r = snapped(r, t.expect, s.options.Language)
	}
	s.out.put(r)
}
