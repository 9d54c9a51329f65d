package api

import (
	"context"
	"net/http"

	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/customer"
)

// Remarks keeps what people and systems tell of customers.
type Remarks interface {
	// Remark keeps one about who, an id or a number, and does what it asks for. One of
	// the same ID is told again and changes nothing. ErrNotFound, ErrInvalid or
	// ErrConflict says why not.
	Remark(ctx context.Context, who string, r customer.Remark) (kept customer.Remark, again bool, err error)
	// Remarks lists those about who, the latest first.
	Remarks(ctx context.Context, who string) ([]customer.Remark, error)
}

type tellRemark struct {
	ID   string `path:"id" maxLength:"100" doc:"The customer's id or number."`
	Key  string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"200" doc:"Any text that is new for each remark. The same remark sent again with the same text changes nothing."`
	Body struct {
		Kind  string `json:"kind" enum:"complaint,do_not_call,note" doc:"complaint: opens one. do_not_call: never again, from now on. note: a line for whoever talks to them."`
		Scope string `json:"scope,omitempty" enum:"phone,sms,email,all" doc:"Of do_not_call: not by this channel, or by none."`
		Text  string `json:"text,omitempty" maxLength:"1000" doc:"What about."`
	}
}

// Told is a remark that is kept.
type Told struct {
	Remark customer.Remark `json:"remark"`
	Again  bool            `json:"again,omitempty" doc:"It had been told before with this Idempotency-Key; nothing was changed now."`
}

// RemarkList is what was told of a customer.
type RemarkList struct {
	Remarks []customer.Remark `json:"remarks" doc:"The latest first."`
}

func (a *API) remarks() {
	is := func(o op) op {
		o.needs, o.missing = a.Remarks != nil, "customers are not connected here"
		return o
	}
	add(a, is(op{method: http.MethodPost, path: "/customers/{id}/remarks", id: "tellRemark", summary: "Tell of a customer: a complaint, do not call, a note", action: access.NoteCustomers,
		about: "A number that is nobody's may be told of too. It is durable when answered, and webhooks are told."}), a.tellRemark)
	add(a, is(op{method: http.MethodGet, path: "/customers/{id}/remarks", id: "listRemarks", summary: "Read what was told of a customer", action: access.ReadCustomers}),
		func(ctx context.Context, in *CustomerID) (*struct{ Body RemarkList }, error) {
			v, err := a.look(ctx, "customer "+access.Mask(in.ID, a.Site.Country))
			if err != nil {
				return nil, err
			}
			all, err := a.Remarks.Remarks(ctx, in.ID)
			out := RemarkList{list0(all)}
			for i := range out.Remarks {
				out.Remarks[i] = v.remark(out.Remarks[i])
			}
			return &struct{ Body RemarkList }{out}, err
		})
}

func (a *API) tellRemark(ctx context.Context, in *tellRemark) (*struct{ Body Told }, error) {
	who := asked(ctx).who
	r := customer.Remark{ID: attemptID(who.Key, "remark\x00"+in.Key), Kind: customer.RemarkKind(in.Body.Kind), Scope: in.Body.Scope, Text: in.Body.Text,
		Who: who.Name, At: a.Site.Now()}
	var out Told
	err := a.act(ctx, access.NoteCustomers, "customer "+access.Mask(in.ID, a.Site.Country), "", in.Body.Kind+" "+in.Body.Scope, func() (err error) {
		out.Remark, out.Again, err = a.Remarks.Remark(ctx, in.ID, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	v, err := a.look(ctx, "customer "+access.Mask(in.ID, a.Site.Country))
	out.Remark = v.remark(out.Remark)
	return &struct{ Body Told }{out}, err
}

// remark is a remark as its reader may see it.
func (v view) remark(r customer.Remark) customer.Remark {
	r.Number = v.number(r.Number)
	if r.Text = v.text(r.Text); !v.role.Sees(access.Notes) {
		r.Text = ""
	}
	return r
}
