// Package llm asks a language model which of a few intents a caller meant, through
// any server with OpenAI's chat interface (OpenAI itself, vLLM, Ollama, LocalAI,
// ...). What the caller said is data to the model, and what the model says is
// data to Parley: a name of the list, or nothing.
package llm

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

	"github.com/parley-voice/parley/dialog/intent"
)

// Config of a Judge. Zero fields take the defaults in brackets.
type Config struct {
	URL      string           // up to and with /v1 (https://api.openai.com/v1)
	Key      string           // bearer token; "" sends none
	Model    string           // required
	Failures int              // in a row, after which the server is left alone (3)
	Rest     time.Duration    // for so long (30 s)
	Now      func() time.Time // (time.Now)
}

// ErrResting is the answer while a server that failed is left alone.
var ErrResting = errors.New("it failed lately and is left alone")

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 64 << 10

// Judge asks one server. It is an intent.Judge, safe for concurrent use.
type Judge struct {
	cfg    Config
	client *openai.Client
	http   *http.Transport

	mu     sync.Mutex
	failed int // in a row
	until  time.Time
}

// New checks the configuration. It does not call the server.
func New(cfg Config) (*Judge, error) {
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
	c.HTTPClient = &http.Client{Transport: bounded{transport}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Judge{cfg: cfg, client: openai.NewClientWithConfig(c), http: transport}, nil
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

// Judge implements intent.Judge. The error says in a few words what went wrong;
// it never holds what the server wrote.
func (j *Judge) Judge(ctx context.Context, q intent.Question) (intent.Verdict, error) {
	if !j.allowed() {
		return intent.Verdict{}, ErrResting
	}
	req := openai.ChatCompletionRequest{
		Model: j.cfg.Model, Messages: messages(q),
		Temperature:    1e-6, // 0 is left out of the request
		ResponseFormat: &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject},
	}
	req.MaxTokens = 80 //lint:ignore SA1019 most servers of one's own know no other name
	resp, err := j.client.CreateChatCompletion(ctx, req)
	var v intent.Verdict
	switch {
	case err != nil:
		err = explain(ctx, err)
	case len(resp.Choices) == 0:
		err = errNoAnswer
	default:
		v, err = read(resp.Choices[0].Message.Content, q.Candidates)
	}
	if !errors.Is(ctx.Err(), context.Canceled) { // the caller's going is no fault of the server
		j.count(err == nil)
	}
	return v, err
}

func (j *Judge) allowed() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return !j.cfg.Now().Before(j.until)
}

// count lets the server rest after failures in a row. The first try after a rest
// that fails begins the next.
func (j *Judge) count(good bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if good {
		j.failed = 0
		return
	}
	if j.failed++; j.failed >= j.cfg.Failures {
		j.until = j.cfg.Now().Add(j.cfg.Rest)
	}
}

// explain says in a few words what went wrong.
func explain(ctx context.Context, err error) error {
	var api *openai.APIError
	var req *openai.RequestError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errors.New("too slow")
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &api):
		return fmt.Errorf("HTTP %d", api.HTTPStatusCode)
	case errors.As(err, &req):
		return fmt.Errorf("HTTP %d", req.HTTPStatusCode)
	}
	return errors.New("not reachable, or it answered no JSON")
}

// Close lets idle connections go.
func (j *Judge) Close() error {
	j.http.CloseIdleConnections()
	return nil
}
