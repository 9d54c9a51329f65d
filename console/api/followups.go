package api

import (
	"context"
	"net/http"
	"time"

	"github.com/parley-voice/parley/console/access"
)

// FollowUps knows what is owed to callers.
type FollowUps interface {
	// FollowUps lists them, the first due first.
	FollowUps(ctx context.Context, q FollowUpQuery) ([]FollowUp, error)
	// Settle writes down who did what is owed. ErrNotFound or ErrConflict says why
	// not.
	Settle(ctx context.Context, id, who, note string) (FollowUp, error)
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
	Call    string    `json:"call" doc:"Id of the call that it comes from."`
	Number  string    `json:"number,omitempty" doc:"Masked; missing when it was withheld."`
	Kind    string    `json:"kind" doc:"feedback: somebody comes back to the caller. complaint: the complaint is dealt with. agent: a person calls, promotion: something is sent, both for a campaign."`
	Why     string    `json:"why,omitempty" doc:"The rule that promised it, or the campaign and the outcome."`
	Opened  time.Time `json:"opened"`
	Due     time.Time `json:"due"`
	Told    time.Time `json:"told,omitzero" doc:"When it was told that it is overdue."`
	Settled time.Time `json:"settled,omitzero"`
	Who     string    `json:"who,omitempty" doc:"Settled it."`
	Note    string    `json:"note,omitempty"`
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
		Note string `json:"note" minLength:"1" maxLength:"500" doc:"What was done: called, coupon sent, ..."`
	}
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
		about: "That of a complaint closes the complaint. 409 tells that somebody settled it before."}),
		func(ctx context.Context, in *settleFollowUp) (*struct{ Body FollowUp }, error) {
			v, err := a.look(ctx, "follow-up "+in.ID)
			if err != nil {
				return nil, err
			}
			var f FollowUp
			err = a.act(ctx, access.SettleFollowUps, "follow-up "+in.ID, "open", access.MaskText(in.Body.Note, a.Site.Country), func() (err error) {
				f, err = a.FollowUps.Settle(ctx, in.ID, asked(ctx).who.Name, in.Body.Note)
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
	return f
}
