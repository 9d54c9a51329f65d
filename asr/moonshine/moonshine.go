// Package moonshine recognises English with the Moonshine models through
// sherpa-onnx, in the process, without a network.
package moonshine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	sherpa "github.com/k2-fsa/sherpa-onnx-go/sherpa_onnx"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/asr/models"
	"github.com/parley-voice/parley/media"
)

// Config of an Engine. Zero fields take the defaults in brackets.
type Config struct {
	Models   string        // folder of the models (models.Dir())
	Workers  int           // decodes at once (one a core)
	Queue    int           // turns that may wait (64)
	Patience time.Duration // wait in the queue after which a turn is decoded by the tiny model (150 ms)
	Segments asr.SegmenterConfig
	Now      func() time.Time
}

// Engine is a pool of decoders shared by all calls. It implements
// asr.Recognizer. Moonshine tells neither confidence nor timestamps, and takes
// no hotwords.
type Engine struct {
	*asr.Batch
	base, tiny *sherpa.OfflineRecognizer
	patience   time.Duration
	fellBack   atomic.Uint64
}

// New loads both models (about 1.5 s, 300 MB) and starts the workers. det finds
// the turns; it is not closed by the Engine.
func New(det asr.Detector, cfg Config) (*Engine, error) {
	if cfg.Models == "" {
		cfg.Models = models.Dir()
	}
	if cfg.Patience <= 0 {
		cfg.Patience = 150 * time.Millisecond
	}
	// A wrong path or a damaged file would end the process inside the library.
	if err := models.CheckSums(cfg.Models, models.MoonshineBaseEncoder, models.MoonshineBaseDecoder,
		models.MoonshineTinyEncoder, models.MoonshineTinyDecoder, models.MoonshineTokens); err != nil {
		return nil, fmt.Errorf("moonshine: %w", err)
	}
	e := &Engine{patience: cfg.Patience}
	e.base = load(cfg.Models, models.MoonshineBaseEncoder, models.MoonshineBaseDecoder)
	e.tiny = load(cfg.Models, models.MoonshineTinyEncoder, models.MoonshineTinyDecoder)
	if e.base == nil || e.tiny == nil {
		e.free()
		return nil, errors.New("moonshine: the models cannot be loaded: run `parley models verify`")
	}
	e.Batch = asr.NewBatch(e, det, asr.BatchConfig{Name: "moonshine", Workers: cfg.Workers, Queue: cfg.Queue, Segmenter: cfg.Segments, Now: cfg.Now})
	return e, nil
}

func load(dir, encoder, decoder string) *sherpa.OfflineRecognizer {
	c := sherpa.OfflineRecognizerConfig{DecodingMethod: "greedy_search"}
	c.FeatConfig.SampleRate, c.FeatConfig.FeatureDim = modelRate, 80
	c.ModelConfig.Moonshine.Encoder = models.Path(dir, encoder)
	c.ModelConfig.Moonshine.MergedDecoder = models.Path(dir, decoder)
	c.ModelConfig.Tokens = models.Path(dir, models.MoonshineTokens)
	c.ModelConfig.NumThreads = 1 // two gain nothing; the pool uses the cores
	c.ModelConfig.Provider = "cpu"
	return sherpa.NewOfflineRecognizer(&c)
}

const modelRate = 16000

// Open starts a stream; the language must be English (or not said).
func (e *Engine) Open(ctx context.Context, o asr.Options) (asr.Stream, error) {
	if lang, _, _ := strings.Cut(strings.ToLower(o.Language), "-"); lang != "" && lang != "en" {
		return nil, fmt.Errorf("moonshine: it hears English only, not %q: set speech.asr.engine to ws or openai", o.Language)
	}
	return e.Batch.Open(ctx, o)
}

// shortSound is detected speech within which a single word fits at most. Of
// coughs, hums and clatter the models make words there, each its own.
const shortSound = 450 * time.Millisecond

// Decode recognises one piece of speech: with the base model, or with the tiny
// one when the piece has waited for too long. Where the base model alone is not
// to be believed both hear it. It cannot be interrupted.
func (e *Engine) Decode(ctx context.Context, s asr.Segment) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if len(s.PCM) < s.Rate/10 { // the library cannot bear an empty one
		return "", nil
	}
	if s.Waited > e.patience {
		e.fellBack.Add(1)
		return decode(e.tiny, s), nil
	}
	return weigh(s, func() string { return decode(e.base, s) }, func() string { return decode(e.tiny, s) }), nil
}

// weigh chooses between the two models' texts. Each costs a decode, the tiny
// model's half of the base model's.
func weigh(s asr.Segment, base, tiny func() string) string {
	switch {
	case s.Expect.Shape == asr.Open:
		return agreed(s, base(), tiny)
	case s.Expect.Shape == asr.Digits && s.Expect.Max > 0 && s.Expect.Min == s.Expect.Max:
		return counted(s, base, tiny)
	case s.Expect.Shape == asr.Digits && s.Expect.Max > 0:
		return longest(s, base(), tiny)
	}
	return base()
}

// agreed is the base model's text, if a short sound is the same word to the tiny
// one: of coughs, hums and clatter the models make words where anything may be
// said, each its own.
func agreed(s asr.Segment, text string, tiny func() string) string {
	if _, nod := asr.Hum(text, s.Language); text == "" || s.Speech >= shortSound || nod || asr.Alike(text, tiny()) {
		return text
	}
	return ""
}

// counted hears digits whose number is known. The tiny model is asked first and
// believed when it hears exactly as many: of 120 rows of four it did in 88, and
// was right in all of them (the base model heard four digits in 112, 2 of them
// wrong). So most rows are known in half the time.
func counted(s asr.Segment, base, tiny func() string) string {
	quick := tiny()
	if asr.Judge(quick, s.Expect, s.Language) == asr.Complete {
		return quick
	}
	return base()
}

// longest hears digits of which the most is known. They set the base model
// looping (5509990000) or silence it now and then: the tiny one is believed when
// it alone hears as many as there may be.
func longest(s asr.Segment, text string, tiny func() string) string {
	if asr.Judge(text, s.Expect, s.Language) != asr.Complete {
		if other := tiny(); asr.Judge(other, s.Expect, s.Language) == asr.Complete {
			return other
		}
	}
	return text
}

func decode(model *sherpa.OfflineRecognizer, s asr.Segment) string {
	stream := sherpa.NewOfflineStream(model)
	defer sherpa.DeleteOfflineStream(stream)
	stream.AcceptWaveform(modelRate, upsample(s.PCM))
	model.Decode(stream)
	return stream.GetResult().Text
}

// FellBack counts decodes by the tiny model.
func (e *Engine) FellBack() uint64 { return e.fellBack.Load() }

// upsample makes what the model wants of telephone audio.
func upsample(pcm []int16) []float32 {
	var up media.Upsampler
	wide := up.Process(make([]int16, 2*len(pcm)), pcm)
	out := make([]float32, len(wide))
	for i, v := range wide {
		out[i] = float32(v) / 32768
	}
	return out
}

// Close ends the workers, then frees the models.
func (e *Engine) Close() error {
	err := e.Batch.Close()
	e.free()
	return err
}

func (e *Engine) free() {
	for _, r := range []**sherpa.OfflineRecognizer{&e.base, &e.tiny} {
		if *r != nil {
			sherpa.DeleteOfflineRecognizer(*r)
			*r = nil
		}
	}
}
