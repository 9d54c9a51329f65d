// Package llm asks a language model which of a few intents a caller meant, through
// any server with OpenAI's chat interface (OpenAI itself, vLLM, Ollama, LocalAI,
// ...). What the caller said is data to the model, and what the model says is
// data to Parley: a name of the list, or nothing.
package llm

import (
	"context"
	"errors"
	"fmt"

	"github.com/sashabaranov/go-openai"

	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/dialog/model"
)

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 64 << 10

// Judge asks one server. It is an intent.Judge, safe for concurrent use.
type Judge struct{ *model.Client }

// New checks the configuration. It does not call the server.
func New(cfg model.Config) (*Judge, error) {
	c, err := model.New(cfg, maxAnswer)
	if err != nil {
		return nil, err
	}
	return &Judge{c}, nil
}

// Judge implements intent.Judge. The error says in a few words what went wrong;
// it never holds what the server wrote.
func (j *Judge) Judge(ctx context.Context, q intent.Question) (intent.Verdict, error) {
	if !j.Allowed() {
		return intent.Verdict{}, model.ErrResting
	}
	req := openai.ChatCompletionRequest{
		Model: j.Model, Messages: messages(q),
		Temperature:    1e-6, // 0 is left out of the request
		ResponseFormat: &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject},
	}
	req.MaxTokens = 80 //lint:ignore SA1019 most servers of one's own know no other name
	resp, err := j.CreateChatCompletion(ctx, req)
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
		j.Count(err == nil)
	}
	return v, err
}

// explain says in a few words what went wrong.
func explain(ctx context.Context, err error) error {
	status := model.Status(err)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errors.New("too slow")
	case ctx.Err() != nil:
		return ctx.Err()
	case status != 0:
		return fmt.Errorf("HTTP %d", status)
	}
	return errors.New("not reachable, or it answered no JSON")
}
