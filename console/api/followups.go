package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/customer"
)

// FollowUps knows what is owed to callers.
type FollowUps interface {
	// FollowUps lists them, the first due first.
	FollowUps(ctx context.Context, q FollowUpQuery) ([]FollowUp, error)
	// Settle writes down who did what is owed, and how. ErrNotFound, ErrInvalid or
	// ErrConflict says why not.
	Settle(ctx context.Context, id string, s customer.Settlement) (FollowUp, error)
}

// FollowUpQuery narrows a list; zero fields do not.
type FollowUpQuery struct {
	State string // open, overdue, settled
	After string // only those after the one with this id
	Limit int
}

// FollowUp is what is owed to a caller.
type FollowUp struct {
	ID      string    `json:"id"`
	Call    string    `json:"call" doc:"Id of the call that it comes from; empty when it was told otherwise."`
	Number  string    `json:"number,omitempty" doc:"Masked; missing when it was withheld."`
	Kind    string    `json:"kind" doc:"feedback: somebody comes back to the caller. complaint: the complaint is dealt with. agent: a person calls, promotion: something is sent, both for a campaign."`
	Why     string    `json:"why,omitempty" doc:"The rule that promised it, or the campaign and the outcome."`
	Opened  time.Time `json:"opened"`
	Due     time.Time `json:"due"`
	Told    time.Time `json:"told,omitzero" doc:"When it was told that it is overdue."`
	Settled time.Time `json:"settled,omitzero"`
	Sending *Sending  `json:"sending,omitempty" doc:"Of a promotion: the message by which it was sent."`

	customer.Settlement
}

// Sending is the message of a promotion.
type Sending struct {
	Message  string    `json:"message" doc:"message.id of message.send."`
	Receipt  *Receipt  `json:"receipt,omitempty" doc:"What the network told of it."`
	Reopened time.Time `json:"reopened,omitzero" doc:"The follow-up was settled, and was opened again since the message did not arrive."`
}

// FollowUpList is a page of follow-ups.
type FollowUpList struct {
	FollowUps []FollowUp `json:"follow_ups" doc:"The first due first."`
	Next      string     `json:"next,omitempty" doc:"Give it as page to go on; missing on the last page."`
}

type listFollowUps struct {
	State string `query:"state" enum:"open,overdue,settled" doc:"Only these."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"How many at most."`
	Page  string `query:"page" maxLength:"100" doc:"next of the page before."`
	Whole
}

type settleFollowUp struct {
	ID string `path:"id" maxLength:"100" doc:"The follow-up's id."`
	Whole
	Body struct {
		Note         string `json:"note" minLength:"1" maxLength:"500" doc:"What was done: called, explained, ..."`
		Outcome      string `json:"outcome,omitempty" enum:"done,unfounded,unreachable,declined,dropped" default:"done" doc:"done. unfounded: nothing was owed. unreachable: the person could not be reached. declined: the person wants nothing. dropped: it is no longer to be done."`
		Compensation *Given `json:"compensation,omitempty" doc:"What the person was given for it."`
	}
}

// Given is a compensation as it is told.
type Given struct {
	Kind     string `json:"kind" enum:"coupon,points,refund,other"`
	Value    string `json:"value,omitempty" maxLength:"30" doc:"A decimal number with up to two places, whole for points: needed for points and refunds."`
	Currency string `json:"currency,omitempty" pattern:"^[A-Z]{3}$" doc:"Of the value; callers.currency when it is left out. Points have none."`
	Code     string `json:"code,omitempty" maxLength:"100" doc:"Of the coupon, or of the refund in the shop's books."`
	Note     string `json:"note,omitempty" maxLength:"500" doc:"Needed for other: what it was."`
}

func (s *settleFollowUp) settlement(who string) customer.Settlement {
	out := customer.Settlement{Who: who, Outcome: customer.Settled(s.Body.Outcome), Note: s.Body.Note}
	if g := s.Body.Compensation; g != nil {
		out.Compensation = &customer.Compensation{Kind: customer.CompensationKind(g.Kind), Value: g.Value, Currency: g.Currency, Code: g.Code, Note: g.Note}
	}
	return out
}

// line is a settlement for the audit log.
func (s *settleFollowUp) line(country string) string {
	text := s.Body.Outcome + ": " + access.MaskText(s.Body.Note, country)
	if g := s.Body.Compensation; g != nil {
		text += strings.TrimRight("; "+strings.Join([]string{g.Kind, g.Value, g.Currency}, " "), " ")
	}
	return text
}

func (a *API) followUps() {
	is := func(o op) op {
		o.needs, o.missing = a.FollowUps != nil, "follow-ups are not connected here"
		return o
	}
	add(a, is(op{method: http.MethodGet, path: "/follow-ups", id: "listFollowUps", summary: "List what is owed to callers", action: access.ReadFollowUps}),
		func(ctx context.Context, in *listFollowUps) (*struct{ Body FollowUpList }, error) {
			v, err := a.look(ctx, "follow-ups")
			if err != nil {
				return nil, err
			}
			all, err := a.FollowUps.FollowUps(ctx, FollowUpQuery{State: in.State, After: in.Page, Limit: in.Limit + 1})
			if err != nil {
				return nil, err
			}
			var out FollowUpList
			if len(all) > in.Limit {
				all = all[:in.Limit]
				out.Next = all[in.Limit-1].ID
			}
			for i := range all {
				all[i] = v.followUp(all[i])
			}
			out.FollowUps = list0(all)
			return &struct{ Body FollowUpList }{out}, nil
		})
	add(a, is(op{method: http.MethodPost, path: "/follow-ups/{id}/settle", id: "settleFollowUp", summary: "Say that what is owed was done", action: access.SettleFollowUps,
		about: "With the outcome, and what the person was given for it, if anything. That of a complaint closes the complaint. 409 tells that somebody settled it before."}),
		func(ctx context.Context, in *settleFollowUp) (*struct{ Body FollowUp }, error) {
			v, err := a.look(ctx, "follow-up "+in.ID)
			if err != nil {
				return nil, err
			}
			var f FollowUp
			err = a.act(ctx, access.SettleFollowUps, "follow-up "+in.ID, "open", in.line(a.Site.Country), func() (err error) {
				f, err = a.FollowUps.Settle(ctx, in.ID, in.settlement(asked(ctx).who.Name))
				return err
			})
			if err != nil {
				return nil, err
			}
			return &struct{ Body FollowUp }{v.followUp(f)}, nil
		})
}

func (v view) followUp(f FollowUp) FollowUp {
	f.Number, f.Note = v.number(f.Number), v.text(f.Note)
	if f.Sending != nil && f.Sending.Receipt != nil {
		s, r := *f.Sending, *f.Sending.Receipt
		r.Code = v.text(r.Code)
		s.Receipt, f.Sending = &r, &s
	}
	if f.Compensation != nil {
		c := *f.Compensation
		c.Note = v.text(c.Note)
		f.Compensation = &c
	}
	return f
}
