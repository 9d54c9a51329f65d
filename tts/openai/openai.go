// Package openai speaks through any server with OpenAI's audio/speech interface
// (OpenAI itself, Kokoro-FastAPI, LocalAI, vLLM, ...), streamed as PCM.
package openai

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	openai "github.com/sashabaranov/go-openai"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// Config of the engine. Zero fields take the defaults named beside them.
type Config struct {
	URL   string // up to and with /v1; https://api.openai.com/v1
	Key   string // bearer token; "" sends none
	Model string // tts-1
	Voice string // alloy
	Rate  int    // of the server's PCM, Hz; 24000, which is what OpenAI sends
	Whole bool   // one request for the whole text: for servers that stream well
	HTTP  *http.Client
}

// Engine is a tts.Speaker.
type Engine struct {
	cfg    Config
	client *openai.Client
}

// maxInput is how many characters one request may hold; OpenAI takes 4096.
const maxInput = 3000

// New checks the configuration. It does not call the server.
func New(cfg Config) (*Engine, error) {
	cfg.URL = strings.TrimRight(orDefault(cfg.URL, "https://api.openai.com/v1"), "/")
	cfg.Model = orDefault(cfg.Model, "tts-1")
	cfg.Voice = orDefault(cfg.Voice, "alloy")
	cfg.Rate = orDefault(cfg.Rate, 24000)
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("tts/openai: %q is no http(s) address: give one like http://127.0.0.1:8880/v1", cfg.URL)
	}
	if cfg.Rate < 8000 || cfg.Rate > 192000 {
		return nil, fmt.Errorf("tts/openai: a rate of %d Hz: give the server's PCM rate, 8000 to 192000", cfg.Rate)
	}
	c := openai.DefaultConfig(cfg.Key)
	c.BaseURL = cfg.URL
	if cfg.HTTP != nil {
		c.HTTPClient = cfg.HTTP
	}
	return &Engine{cfg: cfg, client: openai.NewClientWithConfig(c)}, nil
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Engine names the server, the model and the voice that speaks u.
func (e *Engine) Engine(u tts.Utterance) string {
	return strings.Join([]string{"openai", e.cfg.URL, e.cfg.Model, e.voiceOf(u)}, " ")
}

func (e *Engine) voiceOf(u tts.Utterance) string { return orDefault(u.Voice, e.cfg.Voice) }

// Speak asks for the first sentence alone, so that it sounds soon, and for the
// rest in requests as long as the server takes.
func (e *Engine) Speak(ctx context.Context, u tts.Utterance, emit func(media.Frame) error) error {
	req := openai.CreateSpeechRequest{
		Model:          openai.SpeechModel(e.cfg.Model),
		Voice:          openai.SpeechVoice(e.voiceOf(u)),
		ResponseFormat: openai.SpeechResponseFormatPcm,
	}
	if u.Speed > 0 && u.Speed != 1 {
		req.Speed = min(max(u.Speed, 0.25), 4)
	}
	return tts.Ahead(ctx, group(tts.Pieces(u), e.cfg.Whole), func(ctx context.Context, piece string, write func(media.Frame) error) error {
		req := req
		req.Input = piece
		return e.request(ctx, req, write)
	}, emit)
}

// group joins sentences into requests.
func group(pieces []string, whole bool) []string {
	var out []string
	for _, p := range pieces {
		last := len(out) - 1
		join := last > 0 || last == 0 && whole
		if join && len([]rune(out[last]))+len([]rune(p)) < maxInput {
			out[last] += " " + p
			continue
		}
		out = append(out, p)
	}
	return out
}

func (e *Engine) request(ctx context.Context, req openai.CreateSpeechRequest, write func(media.Frame) error) error {
	res, err := e.client.CreateSpeech(ctx, req)
	if err != nil {
		return e.explain(ctx, err)
	}
	defer res.Close()
	kind, _, _ := strings.Cut(res.Header().Get("Content-Type"), ";")
	switch kind = strings.ToLower(strings.TrimSpace(kind)); kind {
	case "audio/wav", "audio/x-wav", "audio/wave":
		rate, err := tts.WAVHeader(res)
		if err != nil {
			return fmt.Errorf("tts/openai: %s: %w", e.cfg.URL, err)
		}
		return e.copy(ctx, res, rate, write)
	case "audio/mpeg", "audio/mp3", "audio/ogg", "audio/opus", "audio/aac", "audio/flac", "application/json", "text/html", "text/plain":
		return fmt.Errorf("tts/openai: %s answers %s where PCM was asked for: is it a speech server that knows response_format pcm?", e.cfg.URL, kind)
	}
	return e.copy(ctx, res, e.cfg.Rate, write)
}

func (e *Engine) copy(ctx context.Context, r io.Reader, rate int, write func(media.Frame) error) error {
	if err := tts.CopyPCM(r, rate, write); err != nil {
		return e.explain(ctx, err)
	}
	return nil
}

// explain says what the server said, and what to do about it where that is known.
func (e *Engine) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	hint := ""
	var api *openai.APIError
	if errors.As(err, &api) {
		switch api.HTTPStatusCode {
		case http.StatusUnauthorized, http.StatusForbidden:
			hint = ": check the key"
		case http.StatusNotFound:
			hint = ": check the address (it ends in /v1) and the model"
		case http.StatusTooManyRequests:
			hint = ": the account's limit is reached"
		}
	}
	return fmt.Errorf("tts/openai: %s: %w%s", e.cfg.URL, err, hint)
}
