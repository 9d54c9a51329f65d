// Package flite speaks English with CMU Flite's statistical voices, linked into
// the process (Debian flite1-dev). First audio comes after about 20 ms.
package flite

/*
#cgo LDFLAGS: -lflite_cmu_us_slt -lflite_cmu_us_rms -lflite_usenglish -lflite_cmulex -lflite -lm
#include <stdlib.h>
#include "synth.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/cgo"
	"sort"
	"strings"
	"sync"
	"unsafe"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// Config of the engine.
type Config struct {
	Voice    string // slt (a woman) or rms (a man); "" means slt
	Parallel int    // syntheses at once, each on one core; 0 means as many as cores
}

// Engine is a tts.Speaker.
type Engine struct {
	voice string
	slots chan struct{}
}

var voices = struct {
	sync.Mutex
	number map[string]C.int
	loaded map[string]*C.cst_voice
}{number: map[string]C.int{"slt": 0, "rms": 1}, loaded: map[string]*C.cst_voice{}}

// New loads the configured voice.
func New(cfg Config) (*Engine, error) {
	if cfg.Voice == "" {
		cfg.Voice = "slt"
	}
	if cfg.Parallel <= 0 {
		cfg.Parallel = runtime.GOMAXPROCS(0)
	}
	if _, err := load(cfg.Voice); err != nil {
		return nil, err
	}
	return &Engine{voice: cfg.Voice, slots: make(chan struct{}, cfg.Parallel)}, nil
}

// Voices lists the names that Utterance.Voice may have.
func Voices() []string {
	var names []string
	for name := range voices.number {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// load registers a voice once: Flite's registry is not safe for threads, its
// voices are once they stand.
func load(name string) (*C.cst_voice, error) {
	voices.Lock()
	defer voices.Unlock()
	if v := voices.loaded[name]; v != nil {
		return v, nil
	}
	n, ok := voices.number[name]
	if !ok {
		return nil, fmt.Errorf("tts/flite: no voice %q: choose one of %s", name, strings.Join(Voices(), ", "))
	}
	v := C.parley_voice(n)
	if v == nil {
		return nil, fmt.Errorf("tts/flite: voice %q does not load", name)
	}
	voices.loaded[name] = v
	return v, nil
}

// Engine names the library's version and the voice that speaks u.
func (e *Engine) Engine(u tts.Utterance) string {
	return "flite/" + C.FLITE_PROJECT_VERSION + "/" + e.voiceOf(u)
}

func (e *Engine) voiceOf(u tts.Utterance) string {
	if u.Voice != "" {
		return u.Voice
	}
	return e.voice
}

// Speak gives 16 kHz audio. Letters outside English are left out.
func (e *Engine) Speak(ctx context.Context, u tts.Utterance, emit func(media.Frame) error) error {
	voice, err := load(e.voiceOf(u))
	if err != nil {
		return err
	}
	var pieces []string
	for _, p := range tts.Pieces(u) {
		if p = english(p); p != "" {
			pieces = append(pieces, p)
		}
	}
	stretch := 1.0
	if u.Speed > 0 {
		stretch = 1 / min(max(u.Speed, 0.25), 4)
	}
	return tts.Ahead(ctx, pieces, func(ctx context.Context, piece string, write func(media.Frame) error) error {
		select {
		case e.slots <- struct{}{}:
			defer func() { <-e.slots }()
		case <-ctx.Done():
			return ctx.Err()
		}
		return synth(voice, piece, stretch, write)
	}, emit)
}

// sink is what one synthesis writes to.
type sink struct {
	write func(media.Frame) error
	err   error
}

func synth(voice *C.cst_voice, text string, stretch float64, write func(media.Frame) error) error {
	s := &sink{write: write}
	h := cgo.NewHandle(s)
	defer h.Delete()
	c := C.CString(text)
	defer C.free(unsafe.Pointer(c))
	if rc := C.parley_synth(voice, c, C.float(stretch), C.uintptr_t(h)); rc != 0 && s.err == nil {
		return errors.New("tts/flite: synthesis failed")
	}
	return s.err
}

//export parleyChunk
func parleyChunk(handle C.uintptr_t, rate C.int, samples *C.short, n C.int) C.int {
	s := cgo.Handle(handle).Value().(*sink)
	pcm := unsafe.Slice((*int16)(unsafe.Pointer(samples)), int(n))
	if s.err = s.write(media.Frame{Rate: int(rate), PCM: pcm}); s.err != nil {
		return 0
	}
	return 1
}
