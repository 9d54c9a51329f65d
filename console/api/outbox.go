package api

import (
	"context"
	"net/http"
	"time"

	"github.com/parley-voice/parley/console/access"
)

// Outbox knows the messages to webhooks.
type Outbox interface {
	// Messages lists them, the latest first.
	Messages(ctx context.Context, q MessageQuery) ([]Message, error)
	// Retry has one that did not arrive sent again now: ErrNotFound or ErrConflict
	// says why not.
	Retry(ctx context.Context, id string) (Message, error)
}

// Message is one to a webhook, without what it says.
type Message struct {
	ID    string    `json:"id" doc:"webhook-id of the request."`
	Hook  string    `json:"webhook"`
	State string    `json:"state" doc:"due, delivered or refused."`
	Since time.Time `json:"since" doc:"When it was written."`
	Due   time.Time `json:"due,omitzero" doc:"Of a message that is due: the next try."`
	Tries int       `json:"tries"`
	Why   string    `json:"why,omitempty" doc:"What came of the last try."`

	Message string   `json:"message,omitempty" doc:"Of message.send: its message.id."`
	Receipt *Receipt `json:"receipt,omitempty" doc:"Of message.send: what the network told of it."`
}

// MessageQuery narrows a list; zero fields do not.
type MessageQuery struct {
	Hook, State string
	After       string // id of the last one of the page before
	Limit       int
}

type listMessages struct {
	Hook  string `query:"webhook" maxLength:"100" doc:"Only to this one."`
	State string `query:"state" enum:"due,delivered,refused" doc:"Only in this state."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"How many at most."`
	Page  string `query:"page" maxLength:"200" doc:"next of the page before."`
}

// MessageList is a page of messages.
type MessageList struct {
	Messages []Message `json:"messages" doc:"The latest first."`
	Next     string    `json:"next,omitempty" doc:"Give it as page to go on; missing on the last page."`
}

func (a *API) outbox() {
	is := func(o op) op {
		o.needs, o.missing = a.Outbox != nil, "no webhooks are configured: add webhooks"
		return o
	}
	add(a, is(op{method: http.MethodGet, path: "/webhooks/messages", id: "listMessages", summary: "List messages to webhooks", action: access.ReadWebhooks,
		about: "Without what they say."}), a.messages)
	add(a, is(op{method: http.MethodPost, path: "/webhooks/messages/{id}/retry", id: "retryMessage", summary: "Send a message again that did not arrive", action: access.RetryWebhooks,
		about: "At once, with all its tries before it."}),
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"100" doc:"The message's id."`
		}) (*struct{ Body Message }, error) {
			var out Message
			err := a.act(ctx, access.RetryWebhooks, "message "+in.ID, "", "", func() (err error) {
				out, err = a.Outbox.Retry(ctx, in.ID)
				return err
			})
			return &struct{ Body Message }{out}, err
		})
}

func (a *API) messages(ctx context.Context, in *listMessages) (*struct{ Body MessageList }, error) {
	all, err := a.Outbox.Messages(ctx, MessageQuery{Hook: in.Hook, State: in.State, After: in.Page, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	var out MessageList
	if len(all) > in.Limit {
		all = all[:in.Limit]
		out.Next = all[in.Limit-1].ID
	}
	out.Messages = list0(all)
	return &struct{ Body MessageList }{out}, nil
}
