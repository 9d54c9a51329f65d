package asr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
)

// ErrSlow ends a guarded stream whose engine did not say in time what was heard.
var ErrSlow = errors.New("asr: the engine did not answer in time")

// ErrResting is what Open returns while an engine that failed is left alone.
var ErrResting = errors.New("asr: the engine failed lately and is left alone")

// GuardConfig of Guard. Zero fields take the defaults in brackets.
type GuardConfig struct {
	Name     string        // of the engine, for errors
	Open     time.Duration // longest Open (1 s)
	Deadline time.Duration // from the end of a turn to its words (1.2 s); longer for a turn of more than 4 s
	MaxTurn  time.Duration // longest turn before its words are due (35 s)
	Failures int           // failures in a row that make the engine rest (3)
	Rest     time.Duration // first rest; doubles while trials fail (10 s)
	MaxRest  time.Duration // (2 min)
	Now      func() time.Time
}

// Guard makes a slow engine a failed engine: a turn whose words do not come
// within the deadline ends the stream with ErrSlow, and an engine that fails
// several times in a row is left alone (Open fails at once with ErrResting)
// until a single call's trial succeeds. Deadlines count the audio written.
func Guard(r Recognizer, cfg GuardConfig) Recognizer {
	orDefault(&cfg.Name, "engine")
	orDefault(&cfg.Open, time.Second)
	orDefault(&cfg.Deadline, 1200*time.Millisecond)
	orDefault(&cfg.MaxTurn, 35*time.Second)
	orDefault(&cfg.Failures, 3)
	orDefault(&cfg.Rest, 10*time.Second)
	orDefault(&cfg.MaxRest, 2*time.Minute)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &guard{next: r, cfg: cfg, breaker: breaker{limit: cfg.Failures, rest: cfg.Rest, maxRest: cfg.MaxRest}}
}

type guard struct {
	next    Recognizer
	cfg     GuardConfig
	breaker breaker
}

func (g *guard) Open(ctx context.Context, o Options) (Stream, error) {
	if o.Aside {
		return g.openAside(ctx, o)
	}
	if ok, wait := g.breaker.allow(g.cfg.Now()); !ok {
		return nil, fmt.Errorf("%w: %s, for %v more", ErrResting, g.cfg.Name, wait.Round(time.Second))
	}
	short, cancel := context.WithTimeout(ctx, g.cfg.Open)
	defer cancel()
	s, err := g.next.Open(short, o)
	if err != nil {
		if ctx.Err() == nil {
			g.breaker.fail(g.cfg.Now())
		}
		return nil, fmt.Errorf("%s: %w", g.cfg.Name, err)
	}
	return &guardedStream{Stream: s, g: g, watch: newWatch(g.cfg, o.Expect), late: make(chan struct{})}, nil
}

// asideDeadline is how late the words of a stream may be that nobody waits for.
const asideDeadline = time.Minute

// openAside opens a stream that says nothing about the engine: its words wait
// behind those of callers, so being late is no failure of it.
func (g *guard) openAside(ctx context.Context, o Options) (Stream, error) {
	if wait := g.breaker.resting(g.cfg.Now()); wait > 0 {
		return nil, fmt.Errorf("%w: %s, for %v more", ErrResting, g.cfg.Name, wait.Round(time.Second))
	}
	short, cancel := context.WithTimeout(ctx, g.cfg.Open)
	defer cancel()
	s, err := g.next.Open(short, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", g.cfg.Name, err)
	}
	cfg := g.cfg
	cfg.Deadline, cfg.MaxTurn = asideDeadline, cfg.MaxTurn+asideDeadline
	return &guardedStream{Stream: s, g: g, aside: true, watch: newWatch(cfg, o.Expect), late: make(chan struct{})}, nil
}

type guardedStream struct {
	Stream
	g      *guard
	late   chan struct{} // closed when a turn's words are overdue
	failed error         // set by Next only
	aside  bool          // counts neither for nor against the engine

	mu    sync.Mutex
	watch watch
}

func (s *guardedStream) Write(f media.Frame) error {
	s.mu.Lock()
	if s.watch.frame(f) {
		close(s.late)
	}
	s.mu.Unlock()
	return s.Stream.Write(f)
}

func (s *guardedStream) Expect(e Expectation) {
	s.mu.Lock()
	s.watch.expect(e)
	s.mu.Unlock()
	s.Stream.Expect(e)
}

func (s *guardedStream) Next(ctx context.Context) (Transcript, error) {
	if s.failed != nil {
		return Transcript{}, s.failed
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case <-s.late:
			cancel()
		case <-stop:
		}
	})
	t, err := s.Stream.Next(inner)
	close(stop)
	wg.Wait()
	switch {
	case err == nil:
		s.heard(t)
		return t, nil
	case ctx.Err() != nil || errors.Is(err, io.EOF):
		return Transcript{}, err
	case inner.Err() != nil:
		err = ErrSlow
	}
	s.failed = fmt.Errorf("%s: %w", s.g.cfg.Name, err)
	if !s.aside {
		s.g.breaker.fail(s.g.cfg.Now())
	}
	return Transcript{}, s.failed
}

func (s *guardedStream) heard(t Transcript) {
	s.mu.Lock()
	s.watch.event(t.Kind)
	s.mu.Unlock()
	if !s.aside && (t.Kind == Final || t.Kind == Noise) {
		s.g.breaker.succeed()
	}
}

// watch counts audio and knows when a turn's words are overdue.
type watch struct {
	deadline, maxTurn time.Duration
	endpoint          time.Duration
	floor             float64 // of the line's noise, mean square
	open              bool    // an onset awaits its words
	fired             bool
	turn, quiet       time.Duration
}

func newWatch(cfg GuardConfig, e Expectation) watch {
	w := watch{deadline: cfg.Deadline, maxTurn: cfg.MaxTurn, floor: 250}
	w.expect(e)
	return w
}

func (w *watch) expect(e Expectation) {
	w.endpoint = e.Endpoint
	if w.endpoint == 0 {
		w.endpoint = 600 * time.Millisecond // the longest default
	}
}

func (w *watch) event(k Kind) {
	switch k {
	case Onset:
		w.open, w.turn, w.quiet = true, 0, 0
	case Final, Noise:
		w.open = false
	}
}

// frame counts one frame and tells, once, that the words are overdue.
func (w *watch) frame(f media.Frame) bool {
	loud := w.loud(f.PCM)
	if !w.open || w.fired {
		return false
	}
	d := f.Duration()
	w.turn += d
	w.quiet += d
	if loud {
		w.quiet = 0
	}
	w.fired = w.quiet >= w.endpoint+w.deadline+w.grace() || w.turn >= w.maxTurn
	return w.fired
}

// grace is what a long turn adds to the deadline: 12 s of speech without a pause take
// 1.6 s to decode on one core, and the words of the one who said most are the last
// to give up.
func (w *watch) grace() time.Duration {
	return max(0, w.turn-w.quiet-4*time.Second) / 8
}

// loud tells whether a frame stands 10 dB above the line's noise, which it
// follows at once downwards and slowly (3 dB a second) upwards.
func (w *watch) loud(pcm []int16) bool {
	if len(pcm) == 0 {
		return false
	}
	var sum float64
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	ms := sum / float64(len(pcm))
	const faint = 50 * 50 // -56 dBFS: below this nobody speaks
	if ms < w.floor {
		w.floor = max(ms, 1)
	} else {
		w.floor *= 1.014
	}
	return ms > max(10*w.floor, faint)
}
