// Package openai recognises speech with any server that speaks OpenAI's audio
// transcription API (POST /audio/transcriptions): OpenAI itself, or
// faster-whisper, vLLM, LocalAI and others in one's own house.
package openai

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/media"
)

// Config of an Engine. Zero fields take the defaults in brackets.
type Config struct {
	URL      string // base, with its version: http://host:port/v1 (https://api.openai.com/v1)
	Key      string
	Model    string        // (whisper-1)
	Workers  int           // requests at once (16)
	Deadline time.Duration // longest request (5 s)
	NoGuess  bool          // one request per turn, none in its pauses: cheaper, and slower to answer
	Segments asr.SegmenterConfig
	Now      func() time.Time
}

// Engine sends each piece of speech as a WAV file. It implements asr.Recognizer.
type Engine struct {
	*asr.Batch
	cfg    Config
	client *openai.Client
	http   *http.Transport
}

// New checks cfg; it does not connect. det finds the turns.
func New(det asr.Detector, cfg Config) (*Engine, error) {
	if cfg.URL == "" {
		cfg.URL = "https://api.openai.com/v1"
	}
	if u, err := url.Parse(cfg.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("openai: url is %q: want http://host:port/v1", cfg.URL)
	}
	if cfg.Model == "" {
		cfg.Model = openai.Whisper1
	}
	if cfg.Workers <= 0 {
		cfg.Workers = 16
	}
	if cfg.Deadline <= 0 {
		cfg.Deadline = 5 * time.Second
	}
	c := openai.DefaultConfig(cfg.Key)
	c.BaseURL = strings.TrimSuffix(cfg.URL, "/")
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = cfg.Workers // a new TLS handshake each turn costs more than the words
	c.HTTPClient = &http.Client{Transport: transport}
	e := &Engine{cfg: cfg, client: openai.NewClientWithConfig(c), http: transport}
	e.Batch = asr.NewBatch(e, det, asr.BatchConfig{Name: "openai", Workers: cfg.Workers, Segmenter: cfg.Segments, NoGuess: cfg.NoGuess, Now: cfg.Now})
	return e, nil
}

// Decode sends one piece of speech.
func (e *Engine) Decode(ctx context.Context, s asr.Segment) (string, error) {
	if len(s.PCM) == 0 {
		return "", nil
	}
	var file bytes.Buffer
	if err := media.WriteWAV(&file, s.Rate, 1, s.PCM); err != nil {
		return "", fmt.Errorf("openai: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, e.cfg.Deadline)
	defer cancel()
	lang, _, _ := strings.Cut(s.Language, "-") // the API takes ISO 639-1
	resp, err := e.client.CreateTranscription(ctx, openai.AudioRequest{
		Model: e.cfg.Model, FilePath: "turn.wav", Reader: &file,
		Language: strings.ToLower(lang), Prompt: strings.Join(s.Hotwords, ", "), Format: openai.AudioResponseFormatJSON,
	})
	if err != nil {
		return "", e.explain(ctx, err)
	}
	return resp.Text, nil
}

// Close ends the workers and their connections.
func (e *Engine) Close() error {
	err := e.Batch.Close()
	e.http.CloseIdleConnections()
	return err
}

// explain says what to do about an error.
func (e *Engine) explain(ctx context.Context, err error) error {
	var api *openai.APIError
	var req *openai.RequestError
	status := 0
	switch {
	case errors.As(err, &api):
		status = api.HTTPStatusCode
	case errors.As(err, &req):
		status = req.HTTPStatusCode
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("openai: %s: %w", e.cfg.URL, asr.ErrSlow)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fmt.Errorf("openai: %s refuses the key (HTTP %d): check the engine's key: %w", e.cfg.URL, status, err)
	case status == http.StatusNotFound:
		return fmt.Errorf("openai: %s has no such path or model %q (the URL must end in /v1, as a rule): %w", e.cfg.URL, e.cfg.Model, err)
	case status == http.StatusTooManyRequests:
		return fmt.Errorf("openai: %s: too many requests for this key: %w", e.cfg.URL, err)
	}
	return fmt.Errorf("openai: %s: %w", e.cfg.URL, err)
}
