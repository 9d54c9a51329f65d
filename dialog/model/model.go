// Package model is the client of a language model's server: any that has OpenAI's
// chat interface (OpenAI itself, vLLM, Ollama, LocalAI, ...). It checks the
// configuration, bounds what is read of an answer, follows no redirect, and leaves
// a server that fails alone for a while.
package model

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/sashabaranov/go-openai"
)

// Config of a Client. Zero fields take the defaults in brackets.
type Config struct {
	URL      string           // up to and with /v1 (https://api.openai.com/v1)
	Key      string           // bearer token; "" sends none
	Model    string           // required
	Failures int              // in a row, after which the server is left alone (3)
	Rest     time.Duration    // for so long (30 s)
	Now      func() time.Time // (time.Now)
}

// ErrResting is the answer while a server that failed is left alone.
var ErrResting = errors.New("the model failed lately and is left alone")

// Client asks one server. It is safe for concurrent use.
type Client struct {
	*openai.Client
	URL, Model string
	cfg        Config
	http       *http.Transport

	mu     sync.Mutex
	failed int // in a row
	until  time.Time
}

// New checks the configuration. It does not call the server. Of one answer at most
// limit bytes are read.
func New(cfg Config, limit int64) (*Client, error) {
	if cfg.URL == "" {
		cfg.URL = "https://api.openai.com/v1"
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
		return nil, fmt.Errorf("llm.url: %q is no http(s) address: give one like http://127.0.0.1:8000/v1", cfg.URL)
	}
	if cfg.Model == "" {
		return nil, errors.New("llm.model: no model is named")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 16 // a new TLS handshake each turn costs more than the answer
	c := openai.DefaultConfig(cfg.Key)
	c.BaseURL = cfg.URL
	c.HTTPClient = &http.Client{
		Transport:     bounded{transport, limit},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Client{Client: openai.NewClientWithConfig(c), URL: cfg.URL, Model: cfg.Model, cfg: cfg, http: transport}, nil
}

// bounded cuts answers that would never end.
type bounded struct {
	next  http.RoundTripper
	limit int64
}

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(req)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, b.limit), resp.Body}
	}
	return resp, err
}

// Allowed tells whether the server may be asked now; it may not while it rests.
func (c *Client) Allowed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.cfg.Now().Before(c.until)
}

// Count tells how an answer went, and lets the server rest after failures in a
// row. The first try after a rest that fails begins the next.
func (c *Client) Count(good bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if good {
		c.failed = 0
		return
	}
	if c.failed++; c.failed >= c.cfg.Failures {
		c.until = c.cfg.Now().Add(c.cfg.Rest)
	}
}

// Status is the HTTP status behind a request's error, 0 when there was no answer.
func Status(err error) int {
	var api *openai.APIError
	var req *openai.RequestError
	switch {
	case errors.As(err, &api):
		return api.HTTPStatusCode
	case errors.As(err, &req):
		return req.HTTPStatusCode
	}
	return 0
}

// Close lets go of idle connections.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}
