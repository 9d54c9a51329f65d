package server

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/asr/models"
	"github.com/parley-voice/parley/asr/moonshine"
	"github.com/parley-voice/parley/asr/openai"
	"github.com/parley-voice/parley/asr/silero"
	"github.com/parley-voice/parley/asr/ws"
	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
)

// Ears are the recognisers, each opened once however many languages it hears.
type Ears struct {
	cfg      config.ASR
	ears     map[config.ASREngine]call.Ear
	detector *silero.Detector
	closers  []io.Closer
}

// NewEars loads and connects the recognisers of the configuration.
func NewEars(c config.ASR) (*Ears, error) {
	e := &Ears{cfg: c, ears: map[config.ASREngine]call.Ear{}}
	names := map[string]int{}
	for _, engine := range c.Engines() {
		r, err := e.open(engine)
		if err != nil {
			return nil, errors.Join(err, e.Close())
		}
		name := engine.Engine
		if c.Second != nil && engine == *c.Second && engine != c.ASREngine {
			name += " (second)"
		}
		if names[name]++; names[name] > 1 {
			name += fmt.Sprintf(" %d", names[name])
		}
		e.ears[engine] = call.Ear{Name: name, Recognizer: asr.Guard(r, asr.GuardConfig{Name: name, Deadline: engine.Deadline})}
	}
	return e, nil
}

func (e *Ears) open(c config.ASREngine) (asr.Recognizer, error) {
	if err := modelsFor(c, models.List(models.Dir())); err != nil {
		return nil, err
	}
	if e.detector == nil {
		d, err := silero.New(silero.Config{})
		if err != nil {
			return nil, err
		}
		e.detector = d
	}
	switch c.Engine {
	case "ws":
		r, err := ws.New(e.detector, ws.Config{URL: c.URL, Protocol: c.Protocol, Insecure: c.Insecure})
		return keep(e, r, err)
	case "openai":
		r, err := openai.New(e.detector, openai.Config{URL: c.URL, Key: c.Key.Reveal(), Model: c.Model})
		return keep(e, r, err)
	}
	r, err := moonshine.New(e.detector, moonshine.Config{Workers: c.Workers})
	return keep(e, r, err)
}

// modelsFor tells which files an engine lacks: all work with the detector's.
func modelsFor(c config.ASREngine, found []models.Status) error {
	var lacks []string
	for _, s := range found {
		if s.State != models.Present && s.State != models.Good && (c.Engine == "moonshine" || s.Name == models.SileroVAD) {
			lacks = append(lacks, s.Name)
		}
	}
	switch len(lacks) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("the speech model %s in %s is missing or damaged: run parley models pull", lacks[0], models.Dir())
	}
	return fmt.Errorf("%d speech models in %s are missing or damaged (%s and others): run parley models pull", len(lacks), models.Dir(), lacks[0])
}

// Hears tells whether some recogniser of a configuration hears a language.
func Hears(c config.ASR, language string) bool { return len(c.For(language)) > 0 }

func base(language string) string {
	b, _, _ := strings.Cut(strings.ToLower(language), "-")
	return b
}

// keep remembers to close what was opened, where there is something to close.
func keep[R asr.Recognizer](e *Ears, r R, err error) (asr.Recognizer, error) {
	if err != nil { // r is a typed nil
		return nil, err
	}
	if c, ok := any(r).(io.Closer); ok {
		e.closers = append(e.closers, c)
	}
	return r, nil
}

// For gives the recognisers of a language, the first choice first.
func (e *Ears) For(language string) []call.Ear {
	var out []call.Ear
	for _, engine := range e.cfg.For(language) {
		out = append(out, e.ears[engine])
	}
	return out
}

// wrap puts something around every recogniser.
func (e *Ears) wrap(around func(asr.Recognizer) asr.Recognizer) {
	for engine, ear := range e.ears {
		ear.Recognizer = around(ear.Recognizer)
		e.ears[engine] = ear
	}
}

// Close ends the engines and then the detector that they share.
func (e *Ears) Close() error {
	var errs []error
	for _, c := range e.closers {
		errs = append(errs, c.Close())
	}
	if e.detector != nil {
		errs = append(errs, e.detector.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing the recognisers: %w", err)
	}
	return nil
}
