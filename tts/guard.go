package tts

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
)

// What Guard answers in place of an engine. Test with errors.Is.
var (
	ErrSlow    = errors.New("tts: no audio in time")
	ErrResting = errors.New("tts: the engine failed lately and is left alone")
)

// GuardConfig sets when an engine counts as failed. Zero fields take the
// defaults named beside them.
type GuardConfig struct {
	Name       string        // in errors; default the engine's own name
	FirstAudio time.Duration // from Speak to the first frame; 1 s
	Stall      time.Duration // between frames, the listener's own time not counted; 2 s
	Failures   int           // in a row until the engine is left alone; 3
	Rest       time.Duration // until one utterance may try it again; 10 s
}

// Guarded is a Speaker behind a deadline and a breaker.
type Guarded struct {
	speaker Speaker
	cfg     GuardConfig

	mu      sync.Mutex
	streak  int
	retryAt time.Time // when streak has reached Failures
	probing bool
	stats   GuardStats
}

// GuardStats counts what a Guarded speaker went through.
type GuardStats struct {
	Spoken   uint64 // utterances spoken to the end
	Failed   uint64 // by the engine's error, or late
	Late     uint64 // of Failed: no audio in time, or a stall
	Refused  uint64 // not tried while the breaker was open
	Open     bool   // the breaker's state now
	LastFail string // the last error, for doctor and the console
}

// Guard makes a slow engine a failed engine: Speak gives ErrSlow when the first
// frame, or the next one, does not come in time, and ErrResting at once while the
// engine is left alone. A listener's error or a cancelled context is no
// failure of the engine. The speaker must stop soon when its context ends.
func Guard(s Speaker, cfg GuardConfig) *Guarded {
	cfg.FirstAudio = orDefault(cfg.FirstAudio, time.Second)
	cfg.Stall = orDefault(cfg.Stall, 2*time.Second)
	cfg.Rest = orDefault(cfg.Rest, 10*time.Second)
	cfg.Failures = orDefault(cfg.Failures, 3)
	return &Guarded{speaker: s, cfg: cfg}
}

func orDefault[T ~int | ~int64 | ~float64](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}

// Stats tells how the engine has done since the start.
func (g *Guarded) Stats() GuardStats {
	g.mu.Lock()
	defer g.mu.Unlock()
	st := g.stats
	st.Open = g.streak >= g.cfg.Failures
	return st
}

// Engine names the guarded engine.
func (g *Guarded) Engine(u Utterance) string { return EngineOf(g.speaker, u) }

// Speak speaks u within the deadlines.
func (g *Guarded) Speak(ctx context.Context, u Utterance, emit func(media.Frame) error) error {
	_, err := g.speakNoting(ctx, u, emit)
	return err
}

func (g *Guarded) speakNoting(ctx context.Context, u Utterance, emit func(media.Frame) error) (lost, err error) {
	probe, err := g.admit(time.Now())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", g.name(u), err)
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &watch{timer: time.AfterFunc(g.cfg.FirstAudio, cancel), stall: g.cfg.Stall, emit: emit}
	defer w.timer.Stop()
	lost, err = SpeakNoting(inner, g.speaker, u, w.frame)
	// Only the timer ends inner before ctx; it may still be about to.
	late := err != nil && ctx.Err() == nil && w.emitErr == nil && (inner.Err() != nil || errors.Is(err, ErrSlow))
	if late {
		err = fmt.Errorf("%s: %w (%v to the first frame, %v between frames)", g.name(u), ErrSlow, g.cfg.FirstAudio, g.cfg.Stall)
	}
	// What the listener or the caller ended says nothing about the engine.
	neutral := err != nil && (w.emitErr != nil || ctx.Err() != nil)
	g.note(time.Now(), err, late, neutral, probe)
	return lost, err
}

func (g *Guarded) name(u Utterance) string {
	if g.cfg.Name != "" {
		return g.cfg.Name
	}
	return g.Engine(u)
}

// admit lets an utterance through, or one in Rest when the breaker is open.
func (g *Guarded) admit(now time.Time) (probe bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.streak < g.cfg.Failures {
		return false, nil
	}
	if g.probing || now.Before(g.retryAt) {
		g.stats.Refused++
		return false, ErrResting
	}
	g.probing = true
	return true, nil
}

func (g *Guarded) note(now time.Time, err error, late, neutral, probe bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if probe {
		g.probing = false
	}
	switch {
	case neutral:
	case err == nil:
		g.stats.Spoken++
		g.streak = 0
	default:
		g.stats.Failed++
		if late {
			g.stats.Late++
		}
		g.stats.LastFail = err.Error()
		g.streak++
		g.retryAt = now.Add(g.cfg.Rest)
	}
}

// watch re-arms the deadline with every frame.
type watch struct {
	timer   *time.Timer
	stall   time.Duration
	emit    func(media.Frame) error
	emitErr error
}

func (w *watch) frame(f media.Frame) error {
	if !w.timer.Stop() {
		return ErrSlow // the deadline passed while this frame was being made
	}
	if err := w.emit(f); err != nil {
		w.emitErr = err
		return err
	}
	w.timer.Reset(w.stall)
	return nil
}
