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

// Ears are the recognisers in order of preference.
type Ears struct {
	ears     []hearing
	detector *silero.Detector
	closers  []io.Closer
}

type hearing struct {
	call.Ear
	english bool // hears nothing else
}

// NewEars loads and connects the recognisers of the configuration.
func NewEars(c config.ASR) (*Ears, error) {
	e := &Ears{}
	engines := []config.ASREngine{c.ASREngine}
	if c.Second != nil {
		engines = append(engines, *c.Second)
	}
	for i, engine := range engines {
		if engine.Engine == "none" {
			continue
		}
		name := engine.Engine
		if i > 0 {
			name += " (second)"
		}
		r, err := e.open(engine)
		if err != nil {
			return nil, errors.Join(err, e.Close())
		}
		guarded := asr.Guard(r, asr.GuardConfig{Name: name, Deadline: engine.Deadline})
		e.ears = append(e.ears, hearing{call.Ear{Name: name, Recognizer: guarded}, engine.Engine == "moonshine"})
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
func Hears(c config.ASR, language string) bool {
	english := base(language) == "en"
	some := func(engine string) bool { return engine != "none" && (engine != "moonshine" || english) }
	return some(c.Engine) || c.Second != nil && some(c.Second.Engine)
}

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
	english := base(language) == "en" || language == ""
	var out []call.Ear
	for _, h := range e.ears {
		if !h.english || english {
			out = append(out, h.Ear)
		}
	}
	return out
}

// wrap puts something around every recogniser.
func (e *Ears) wrap(around func(asr.Recognizer) asr.Recognizer) {
	for i := range e.ears {
		e.ears[i].Recognizer = around(e.ears[i].Recognizer)
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
