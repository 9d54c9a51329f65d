package asr

import (
	"context"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
)

// Segment is one piece of speech to decode.
type Segment struct {
	PCM      []int16 // mono, pre-roll and a short tail included
	Rate     int     // Hz
	Speech   time.Duration
	Waited   time.Duration // in the queue, a sign of load
	Final    bool          // false: a guess made in a pause that may go unused
	Language string        // BCP 47
	Hotwords []string
	Expect   Expectation
}

// Decoder turns one piece of speech into words; no words is "", not an error.
// It is safe for concurrent use and keeps nothing of the segment.
type Decoder interface {
	Decode(ctx context.Context, s Segment) (string, error)
}

// BatchConfig of a Batch. Zero fields take the defaults in brackets.
type BatchConfig struct {
	Name      string // of the engine, for transcripts and errors
	Segmenter SegmenterConfig
	Workers   int           // decodes at once (one a core)
	Queue     int           // pieces that may wait (64)
	Tail      time.Duration // faint noise put behind a piece (300 ms)
	NoGuess   bool          // do not decode in pauses: for engines that are paid by the request
	Now       func() time.Time
}

// Batch makes a Recognizer of a Decoder that takes whole pieces of speech: it
// finds turns, decodes a guess as soon as the caller pauses, and takes the
// guess for final when the pause becomes the turn's end.
type Batch struct {
	decoder  Decoder
	detector Detector
	cfg      BatchConfig
	pool     *pool
}

// NewBatch starts the workers.
func NewBatch(d Decoder, det Detector, cfg BatchConfig) *Batch {
	orDefault(&cfg.Name, "batch")
	orDefault(&cfg.Workers, runtime.NumCPU())
	orDefault(&cfg.Queue, 64)
	orDefault(&cfg.Tail, 300*time.Millisecond)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	orDefault(&cfg.Segmenter.Hang, det.Hang())
	cfg.Segmenter = cfg.Segmenter.withDefaults()
	return &Batch{decoder: d, detector: det, cfg: cfg, pool: newPool(cfg.Workers, cfg.Queue, cfg.Now)}
}

// Stats counts the decodes so far.
func (b *Batch) Stats() PoolStats { return b.pool.snapshot() }

// Close ends the workers. Streams that are still open fail.
func (b *Batch) Close() error {
	b.pool.close()
	return nil
}

// Open starts a stream.
func (b *Batch) Open(ctx context.Context, o Options) (Stream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := CheckRate(o.Rate); err != nil {
		return nil, err
	}
	o.Rate = media.TelephoneRate
	s := &batchStream{b: b}
	s.stream = stream{engine: b.cfg.Name, now: b.cfg.Now, options: o, obey: s.follow, begins: s.oldest, seg: NewSegmenter(b.cfg.Segmenter, o.Expect)}
	if err := s.begin(b.detector, b.cfg.Segmenter.MaxSegment+b.cfg.Segmenter.PreRoll+2*time.Second); err != nil {
		return nil, err
	}
	return s, nil
}

// batchStream has no goroutine of its own: the detector's steps the segmenter,
// the pool's workers bring the words.
type batchStream struct {
	stream
	b    *Batch
	jobs sync.WaitGroup // pieces in the pool

	// Under mu:
	turns []*turn // the first is the one whose events are given out
	guess *piece  // of the last turn's present piece
}

// Close ends the stream; decodes that run are awaited, their words dropped.
func (s *batchStream) Close() error {
	s.mu.Lock()
	s.closed = true
	s.void(s.guess)
	for _, t := range s.turns {
		for _, p := range t.pieces {
			s.void(p)
		}
	}
	s.turns, s.guess = nil, nil
	s.audio.buf = nil
	s.mu.Unlock()
	err := s.detector.Close()
	s.jobs.Wait()
	s.out.end(io.EOF)
	return err
}

// oldest is where the audio begins that another engine would need.
func (s *batchStream) oldest() (time.Duration, bool) {
	if len(s.turns) == 0 {
		return 0, false
	}
	return max(s.turns[0].from, s.audio.end()-maxUnheard), true
}

// follow carries out a cue.
func (s *batchStream) follow(c Cue) {
	s.take(c)
	s.giveOut()
}

func (s *batchStream) take(c Cue) {
	if c.Kind == CueOnset {
		s.turns = append(s.turns, &turn{sounding: onset(c, s.now())})
		return
	}
	t := s.turns[len(s.turns)-1]
	switch c.Kind {
	case CueSpeculate:
		if !s.b.cfg.NoGuess && !s.options.Aside {
			s.guess = s.submit(t, c, false)
		}
	case CueSettle:
		s.last(t, c)
	case CueResume:
		s.void(s.guess)
		s.guess = nil
	case CueCut:
		s.void(s.guess)
		s.guess = nil
		t.pieces = append(t.pieces, s.submit(t, c, true))
	case CueNoise:
		s.void(s.guess)
		s.guess = nil
		t.end(c, s.options.Expect)
	case CueEndpoint:
		t.end(c, s.options.Expect)
		s.last(t, c)
	}
}

// last ends the turn's present piece: the guess, if there is one, is what it says.
func (s *batchStream) last(t *turn, c Cue) {
	p := s.guess
	s.guess = nil
	switch {
	case p != nil && p.state != pieceFailed:
		s.b.pool.promote(p.job)
		t.pieces = append(t.pieces, p)
	case c.Speech >= minClosed || len(t.pieces) == 0:
		t.pieces = append(t.pieces, s.submit(t, c, true))
	}
}
