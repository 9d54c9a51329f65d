package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/customer"
)

// Receipts takes what networks tell of messages.
type Receipts interface {
	// Receipt keeps one if it says more than the one before, and gives what is kept.
	// ErrNotFound says that there is no such message.
	Receipt(ctx context.Context, message string, r customer.Receipt) (kept customer.Receipt, fresh bool, err error)
}

// Receipt is what became of a message after the gateway took it.
type Receipt struct {
	State string    `json:"state" doc:"delayed, delivered, failed, expired or rejected."`
	Code  string    `json:"code,omitempty" doc:"The network's own."`
	At    time.Time `json:"at" doc:"When it happened."`
}

type tellReceipt struct {
	ID   string `path:"id" maxLength:"100" doc:"message.id of message.send."`
	Body struct {
		State string    `json:"state" enum:"delivered,delayed,failed,expired,rejected" doc:"As SMPP (message_state) and RFC 3464 (Action) have them. delayed: still on its way. failed: for good, such as an unknown number. expired: not reached while it was valid. rejected: by the network or a filter."`
		Code  string    `json:"code,omitempty" maxLength:"40" pattern:"^[0-9A-Za-z._:/-]+$" doc:"The network's own: 5.1.1 (RFC 3463), err of SMPP, a carrier's."`
		At    time.Time `json:"at,omitempty" doc:"When it happened (RFC 3339), not in the future; now when it is missing."`
	}
}

// Received is what is kept of a message.
type Received struct {
	Receipt
	Changed bool `json:"changed" doc:"False: as much was known before. Delivered is the last word; what failed is delivered at most."`
}

func (a *API) receipts() {
	add(a, op{method: http.MethodPost, path: "/messages/{id}/receipt", id: "tellReceipt", summary: "Tell what became of an SMS or a mail: a delivery receipt",
		action: access.NoteCustomers, needs: a.Receipts != nil, missing: "no webhooks are configured: add webhooks",
		about: "Receipts may be repeated and may overtake each other. When the message did not arrive, the follow-up that it had settled is opened again, for a person to see to"},
		func(ctx context.Context, in *tellReceipt) (*struct{ Body Received }, error) {
			now := a.Site.Now()
			r := customer.Receipt{State: customer.ReceiptState(in.Body.State), Code: in.Body.Code, At: cmp.Or(in.Body.At, now).UTC()}
			if r.At.After(now.Add(time.Minute)) {
				return nil, problem(http.StatusUnprocessableEntity, "at is in the future: nothing has happened then")
			}
			var out Received
			err := a.act(ctx, access.NoteCustomers, "message "+in.ID, "", "receipt "+in.Body.State, func() (err error) {
				r, out.Changed, err = a.Receipts.Receipt(ctx, in.ID, r)
				return err
			})
			if err != nil {
				return nil, err
			}
			out.Receipt = *OfReceipt(r)
			return &struct{ Body Received }{out}, nil
		})
}

// OfReceipt is a receipt as it is shown; nil when none came.
func OfReceipt(r customer.Receipt) *Receipt {
	if r.State == "" {
		return nil
	}
	return &Receipt{State: string(r.State), Code: r.Code, At: r.At}
}
