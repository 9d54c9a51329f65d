package asr

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/parley-voice/parley/media"
)

// Hearer connects to an engine that hears while the caller speaks.
type Hearer interface {
	// Dial opens what one turn needs. partial may be called, from any goroutine,
	// with the turn's words so far until Finish or Close returns.
	Dial(ctx context.Context, o Options, partial func(text string)) (Hearing, error)
}

// Hearing hears one turn. Write and Finish are called from one goroutine.
type Hearing interface {
	// Write sends audio (8 kHz, 20 to 100 ms); it may block until ctx ends.
	Write(ctx context.Context, pcm []int16) error
	// Finish tells that the turn ended and waits for its words.
	Finish(ctx context.Context) (string, error)
	// Gone is closed when the engine cannot be reached any more.
	Gone() <-chan struct{}
	// Close waits for everything that Dial started.
	Close() error
}

// LiveConfig of a Live. Zero fields take the defaults in brackets.
type LiveConfig struct {
	Name      string // of the engine, for transcripts and errors
	Segmenter SegmenterConfig
	Chunk     time.Duration // audio given to one Write (60 ms)
	Dial      time.Duration // longest Dial (1 s)
	Deadline  time.Duration // longest Finish (2 s)
	Now       func() time.Time
}

// Live makes a Recognizer of a Hearer. Turns begin and end where the Detector
// says, so the endpoint and the onset do not depend on the engine. Each turn
// has a Hearing of its own, dialled before it is needed; one that breaks within
// a turn is dialled once more and hears the turn's audio from its beginning.
type Live struct {
	hearer   Hearer
	detector Detector
	cfg      LiveConfig
}

// NewLive makes a Live.
func NewLive(h Hearer, det Detector, cfg LiveConfig) *Live {
	orDefault(&cfg.Name, "live")
	orDefault(&cfg.Chunk, 60*time.Millisecond)
	orDefault(&cfg.Dial, time.Second)
	orDefault(&cfg.Deadline, 2*time.Second)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	orDefault(&cfg.Segmenter.Hang, det.Hang())
	cfg.Segmenter = cfg.Segmenter.withDefaults()
	cfg.Segmenter.MaxSegment = 2 * cfg.Segmenter.MaxTurn // the engine hears on: nothing is cut
	return &Live{hearer: h, detector: det, cfg: cfg}
}

// Open dials the first Hearing and starts a stream.
func (l *Live) Open(ctx context.Context, o Options) (Stream, error) {
	if err := CheckRate(o.Rate); err != nil {
		return nil, err
	}
	o.Rate = media.TelephoneRate
	s := &liveStream{l: l, bell: make(chan struct{}, 1)}
	s.stream = stream{engine: l.cfg.Name, now: l.cfg.Now, options: o, obey: s.follow, begins: s.oldest, seg: NewSegmenter(l.cfg.Segmenter, o.Expect)}
	first, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.begin(l.detector, l.cfg.Segmenter.MaxTurn+l.cfg.Segmenter.PreRoll+2*time.Second); err != nil {
		_ = first.Close()
		return nil, err
	}
	run, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.wg.Go(func() { s.run(run, first) })
	return s, nil
}

func (s *liveStream) dial(ctx context.Context) (Hearing, error) {
	ctx, cancel := context.WithTimeout(ctx, s.l.cfg.Dial)
	defer cancel()
	s.mu.Lock()
	o := s.options
	s.mu.Unlock()
	h, err := s.l.hearer.Dial(ctx, o, s.partial)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.l.cfg.Name, err)
	}
	return h, nil
}

// run hears turn after turn, with a Hearing ready before each.
func (s *liveStream) run(ctx context.Context, h Hearing) {
	for ctx.Err() == nil {
		var t *liveTurn
		if t, h = s.await(ctx, h); t == nil {
			break
		}
		begin, text, err := s.hear(ctx, t, h)
		h = nil
		if err != nil {
			if ctx.Err() == nil {
				s.mu.Lock()
				s.fail(err)
				s.mu.Unlock()
			}
			break
		}
		s.over(t, text, s.l.cfg.Now().Sub(begin))
	}
	if h != nil {
		_ = h.Close()
	}
}

// await waits for the next turn and keeps a Hearing ready meanwhile. It gives
// up dialling after a few tries: the next turn then dials for itself.
func (s *liveStream) await(ctx context.Context, h Hearing) (*liveTurn, Hearing) {
	const tries = 5
	backoff, failed := 100*time.Millisecond, 0
	for ctx.Err() == nil {
		if t := s.head(); t != nil {
			return t, h
		}
		if h == nil && failed < tries {
			var err error
			if h, err = s.dial(ctx); err == nil {
				continue
			}
			failed++
			backoff *= 2
		}
		var gone <-chan struct{}
		var again <-chan time.Time
		if h != nil {
			gone = h.Gone()
		} else if failed < tries {
			again = time.After(backoff)
		}
		select {
		case <-ctx.Done():
		case <-s.bell:
		case <-again:
		case <-gone:
			_ = h.Close()
			h = nil
		}
	}
	return nil, h
}

// hear gives a turn's audio to h, and once more to a fresh Hearing when that
// breaks. begin is when the wait for the words began.
func (s *liveStream) hear(ctx context.Context, t *liveTurn, h Hearing) (begin time.Time, text string, err error) {
	for try := 0; try < 2; try++ {
		if h == nil {
			if h, err = s.dial(ctx); err != nil {
				continue
			}
		}
		begin, text, err = s.attempt(ctx, t, h)
		_ = h.Close()
		if h = nil; err == nil || ctx.Err() != nil {
			break
		}
		err = fmt.Errorf("%s: %w", s.l.cfg.Name, err)
	}
	return begin, text, err
}

func (s *liveStream) attempt(ctx context.Context, t *liveTurn, h Hearing) (time.Time, string, error) {
	sent := t.from
	for {
		pcm, end, state := s.take(t, sent)
		if state == turnNoise {
			return s.l.cfg.Now(), "", nil
		}
		if len(pcm) > 0 {
			if err := s.send(ctx, h, pcm); err != nil {
				return time.Time{}, "", err
			}
			sent = end
			continue
		}
		if state == turnEnded {
			break
		}
		select {
		case <-ctx.Done():
			return time.Time{}, "", ctx.Err()
		case <-h.Gone():
			return time.Time{}, "", io.ErrUnexpectedEOF
		case <-s.bell:
		}
	}
	begin := s.l.cfg.Now()
	ctx, cancel := context.WithTimeout(ctx, s.l.cfg.Deadline)
	defer cancel()
	text, err := h.Finish(ctx)
	return begin, text, err
}

func (s *liveStream) send(ctx context.Context, h Hearing, pcm []int16) error {
	ctx, cancel := context.WithTimeout(ctx, s.l.cfg.Deadline)
	defer cancel()
	return h.Write(ctx, pcm)
}
