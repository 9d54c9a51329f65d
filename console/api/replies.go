package api

import (
	"context"
	"net/http"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/customer"
)

type tellReply struct {
	Key  string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"200" doc:"The gateway's id of the reply: the same one sent again changes nothing."`
	Body struct {
		From    string `json:"from" minLength:"1" maxLength:"100" doc:"Number of the person, or the customer's id."`
		Text    string `json:"text" maxLength:"2000" doc:"What was replied. It is not kept."`
		Channel string `json:"channel,omitempty" enum:"sms,email" default:"sms" doc:"How it came."`
	}
}

// Replied is what a reply did.
type Replied struct {
	OptedOut string `json:"opted_out,omitempty" doc:"The channel that is closed now: sms, email or all; missing when the reply asked for nothing."`
	Again    bool   `json:"again,omitempty" doc:"It had been told before with this Idempotency-Key."`
}

// replies takes what people reply to messages.
func (a *API) replies() {
	add(a, op{method: http.MethodPost, path: "/replies", id: "tellReply", summary: "Tell of a reply to a message: TD, 退订, STOP and the like are opt-outs",
		action: access.NoteCustomers, needs: a.Remarks != nil, missing: "customers are not connected here",
		about: "A reply that is one of these words and nothing else closes the channel for ever; docs/webhooks.md lists them"},
		func(ctx context.Context, in *tellReply) (*struct{ Body Replied }, error) {
			scope := permit.Reply(in.Body.Text, permit.Channel(in.Body.Channel))
			if scope == "" {
				return &struct{ Body Replied }{}, nil
			}
			who := asked(ctx).who
			r := customer.Remark{ID: attemptID(who.Key, "reply\x00"+in.Key), Kind: customer.DoNotCall, Scope: string(scope), Who: who.Name, At: a.Site.Now()}
			out := Replied{OptedOut: string(scope)}
			err := a.act(ctx, access.NoteCustomers, "customer "+access.Mask(in.Body.From, a.Site.Country), "", "do_not_call "+string(scope)+", by a reply", func() (err error) {
				_, out.Again, err = a.Remarks.Remark(ctx, in.Body.From, r)
				return err
			})
			return &struct{ Body Replied }{out}, err
		})
}
