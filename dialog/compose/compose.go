// Package compose lets a language model write a few sentences for a node of a
// script, through any server with OpenAI's chat interface (OpenAI itself, vLLM,
// Ollama, LocalAI, ...), streamed. What it writes is checked by the machine before
// a word of it is spoken.
package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/sashabaranov/go-openai"

	"github.com/parley-voice/parley/dialog"
)

// Config of a Composer. Zero fields take the defaults in brackets.
type Config struct {
	URL      string // up to and with /v1 (https://api.openai.com/v1)
	Key      string // bearer token; "" sends none
	Model    string
	Failures int // failures in a row after which the server is left alone (3)
	Rest     time.Duration
	Now      func() time.Time
}

// ErrResting is the answer while a server that failed is left alone.
var ErrResting = errors.New("the model failed lately and is left alone")

// errUnknown is the model's own word that the facts do not hold the answer.
var errUnknown = errors.New("the facts do not hold the answer")

// Composer asks one server. It is safe for concurrent use.
type Composer struct {
	cfg    Config
	client *openai.Client
	http   *http.Transport
	breaker
}

// breaker keeps calls away from a server that fails.
type breaker struct {
	mu     sync.Mutex
	failed int
	until  time.Time
}

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 1 << 20

// New checks the configuration. It does not call the server.
func New(cfg Config) (*Composer, error) {
	if cfg.URL == "" {
		cfg.URL = "https://api.openai.com/v1"
	}
	if cfg.Model == "" {
		return nil, errors.New("compose: name the model")
	}
	if cfg.Failures <= 0 {
		cfg.Failures = 3
	}
	if cfg.Rest <= 0 {
		cfg.Rest = 30 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.URL = strings.TrimRight(cfg.URL, "/")
	if u, err := url.Parse(cfg.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("compose: %q is no http(s) address: give one like http://127.0.0.1:8000/v1", cfg.URL)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 16 // a new TLS handshake each turn costs more than the words
	c := openai.DefaultConfig(cfg.Key)
	c.BaseURL = cfg.URL
	c.HTTPClient = &http.Client{Transport: bounded{transport}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Composer{cfg: cfg, client: openai.NewClientWithConfig(c), http: transport}, nil
}

// bounded cuts answers that would never end.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(req)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

// Compose asks for c.Sentences sentences and hands each to emit as soon as it is
// whole. It returns when all have come, when ctx ends or when c.Deadline is over.
func (c *Composer) Compose(ctx context.Context, d dialog.Compose, emit func(sentence string)) error {
	if !c.allow(c.cfg.Now()) {
		return ErrResting
	}
	limited, cancel := context.WithTimeout(ctx, d.Deadline)
	defer cancel()
	err := c.stream(limited, d, emit)
	switch {
	case err == nil, errors.Is(err, errUnknown):
		c.result(c.cfg.Now(), true)
	case ctx.Err() == nil: // not the caller's going
		c.result(c.cfg.Now(), false)
		err = c.explain(limited, err)
	}
	return err
}

func (c *Composer) stream(ctx context.Context, d dialog.Compose, emit func(string)) error {
	req := openai.ChatCompletionRequest{Model: c.cfg.Model, Messages: messages(d), Temperature: 0.2, Stream: true}
	req.MaxTokens = 80*d.Sentences + 40 //lint:ignore SA1019 most servers of one's own know no other name
	s, err := c.client.CreateChatCompletionStream(ctx, req)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // what is still to come is not wanted
	var cut cutter
	left := d.Sentences
	for left > 0 {
		r, err := s.Recv()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		ended := err != nil
		if !ended && len(r.Choices) > 0 {
			if err := cut.add(r.Choices[0].Delta.Content); err != nil {
				return err
			}
		}
		for _, sentence := range cut.take(ended) {
			if strings.Contains(sentence, unknown) {
				return errUnknown
			}
			if left > 0 {
				emit(sentence)
				left--
			}
		}
		if ended {
			break
		}
	}
	if left == d.Sentences {
		return errors.New("it wrote nothing")
	}
	return nil
}

func (b *breaker) allow(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !now.Before(b.until)
}

// result counts failures in a row; when there are enough, nobody asks for a rest.
func (c *Composer) result(now time.Time, good bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if good {
		c.failed, c.until = 0, time.Time{}
		return
	}
	if c.failed++; c.failed >= c.cfg.Failures {
		c.until = now.Add(c.cfg.Rest)
	}
}

// explain says what to do about an error where that is known.
func (c *Composer) explain(ctx context.Context, err error) error {
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
		return errors.New("the model was not done in time")
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fmt.Errorf("%s refuses the key (HTTP %d): check llm.key", c.cfg.URL, status)
	case status == http.StatusNotFound:
		return fmt.Errorf("%s has no such path or model %q: check llm.url, which ends in /v1, and llm.model", c.cfg.URL, c.cfg.Model)
	case status == http.StatusTooManyRequests:
		return fmt.Errorf("%s: too many requests for this key", c.cfg.URL)
	case status > 0:
		return fmt.Errorf("%s answers HTTP %d", c.cfg.URL, status)
	}
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	return fmt.Errorf("%s: %w", c.cfg.URL, err)
}

// Close lets go of idle connections.
func (c *Composer) Close() { c.http.CloseIdleConnections() }
