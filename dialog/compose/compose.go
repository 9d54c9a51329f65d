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

	"github.com/sashabaranov/go-openai"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/model"
)

// errUnknown is the model's own word that the facts do not hold the answer.
var errUnknown = errors.New("the facts do not hold the answer")

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 1 << 20

// Composer asks one server. It is safe for concurrent use.
type Composer struct{ *model.Client }

// New checks the configuration. It does not call the server.
func New(cfg model.Config) (*Composer, error) {
	c, err := model.New(cfg, maxAnswer)
	if err != nil {
		return nil, err
	}
	return &Composer{c}, nil
}

// Compose asks for c.Sentences sentences and hands each to emit as soon as it is
// whole. It returns when all have come, when ctx ends or when c.Deadline is over.
func (c *Composer) Compose(ctx context.Context, d dialog.Compose, emit func(sentence string)) error {
	if !c.Allowed() {
		return model.ErrResting
	}
	limited, cancel := context.WithTimeout(ctx, d.Deadline)
	defer cancel()
	err := c.stream(limited, d, emit)
	switch {
	case err == nil, errors.Is(err, errUnknown):
		c.Count(true)
	case ctx.Err() == nil: // not the caller's going
		c.Count(false)
		err = c.explain(limited, err)
	}
	return err
}

func (c *Composer) stream(ctx context.Context, d dialog.Compose, emit func(string)) error {
	req := openai.ChatCompletionRequest{Model: c.Model, Messages: messages(d), Temperature: 0.2, Stream: true}
	req.MaxTokens = 80*d.Sentences + 40 //lint:ignore SA1019 most servers of one's own know no other name
	s, err := c.CreateChatCompletionStream(ctx, req)
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

// explain says what to do about an error where that is known.
func (c *Composer) explain(ctx context.Context, err error) error {
	status := model.Status(err)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errors.New("the model was not done in time")
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fmt.Errorf("%s refuses the key (HTTP %d): check llm.key", c.URL, status)
	case status == http.StatusNotFound:
		return fmt.Errorf("%s has no such path or model %q: check llm.url, which ends in /v1, and llm.model", c.URL, c.Model)
	case status == http.StatusTooManyRequests:
		return fmt.Errorf("%s: too many requests for this key", c.URL)
	case status > 0:
		return fmt.Errorf("%s answers HTTP %d", c.URL, status)
	}
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	return fmt.Errorf("%s: %w", c.URL, err)
}
