package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/customer"
)

// Consents knows what people allow and forbid. who is an id or a number, also one
// that is nobody's.
type Consents interface {
	// Standing is what is on record for and against reaching who.
	Standing(ctx context.Context, who string) (Standing, error)
	// SetConsent keeps one answer, over an older one for the same purpose. It is
	// durable when it returns, and a refusal cancels what is reserved. ErrNotFound or
	// ErrInvalid says why not.
	SetConsent(ctx context.Context, who string, c customer.Consent) (Standing, error)
	// May decides about each number of who as if it was about to be reached, and
	// reserves nothing.
	May(ctx context.Context, who string, q MayQuery) ([]Permit, error)
}

// Standing is what is on record of a person.
type Standing struct {
	Customer   string             `json:"customer,omitempty" doc:"Missing when the number is nobody's."`
	Consent    []customer.Consent `json:"consent" doc:"The latest answer for each purpose. What is not there was never asked: no record, no call."`
	OptOuts    []OptOut           `json:"opt_outs"`
	Complaints []time.Time        `json:"complaints" doc:"When each was made."`
	Events     []ConsentEvent     `json:"events" doc:"What happened, as the ledger has it: the latest 100, the oldest first."`
}

// OptOut is a word against being reached.
type OptOut struct {
	Kind    string    `json:"kind" doc:"never: for ever. refusal: for a while."`
	Channel string    `json:"channel" doc:"phone, sms, email or all."`
	Purpose string    `json:"purpose,omitempty" doc:"Missing: whatever for."`
	At      time.Time `json:"at"`
}

// ConsentEvent is a row of the ledger.
type ConsentEvent struct {
	ID      int64     `json:"id" doc:"Of GET /ledger/events/{id}/proof."`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Number  string    `json:"number,omitempty"`
	Purpose string    `json:"purpose,omitempty"`
	Channel string    `json:"channel,omitempty"`
	Source  string    `json:"source,omitempty"`
	Detail  string    `json:"detail,omitempty"`
	Proven  bool      `json:"proven" doc:"It is in the ledger: events from before the ledger, and those of erased persons, are not."`
}

// MayQuery is what a person would be reached for.
type MayQuery struct {
	Purpose string
	Channel permit.Channel
}

// Permit is the decision about one number.
type Permit struct {
	Number string `json:"number,omitempty" doc:"Missing for a person without a number."`
	permit.Decision
}

// Permits are the decisions about a person.
type Permits struct {
	Purpose string    `json:"purpose"`
	Channel string    `json:"channel"`
	AsOf    time.Time `json:"as_of" doc:"It may be another a moment later: what counts is decided again when the place is reserved."`
	Allowed bool      `json:"allowed" doc:"At least one of the numbers may be reached now."`
	Permits []Permit  `json:"permits" doc:"One for each number of the person."`
}

type setConsent struct {
	CustomerID
	Purpose string `path:"purpose" minLength:"1" maxLength:"60" doc:"marketing, service, recording, profiling, ... as campaigns name it."`
	Body    struct {
		State   string    `json:"state" enum:"granted,refused,withdrawn" doc:"What was answered. refused and withdrawn cancel what is reserved for this purpose."`
		Basis   string    `json:"basis,omitempty" maxLength:"60" doc:"consent, contract, law."`
		Source  string    `json:"source,omitempty" maxLength:"200" doc:"Where it can be looked up: the form, the contract. The name of the key when it is missing."`
		At      time.Time `json:"at,omitempty" doc:"When it was answered (RFC 3339), not in the future; now when it is missing. An answer that is older than the one on record changes nothing, and the same one again neither."`
		Expires time.Time `json:"expires,omitempty" doc:"It no longer holds from then on."`
	}
}

type mayReach struct {
	CustomerID
	Purpose string `query:"purpose" minLength:"1" maxLength:"60" default:"marketing" doc:"What for."`
	Channel string `query:"channel" enum:"phone,sms,email" default:"phone" doc:"How."`
}

func (a *API) consents() {
	is := func(o op) op {
		o.needs, o.missing = a.Consents != nil, "customers are not connected here"
		return o
	}
	add(a, is(op{method: http.MethodGet, path: "/customers/{id}/consent", id: "getConsent", summary: "Read what a person allowed and forbade", action: access.ReadConsent,
		about: "A number that is nobody's may have opted out too."}),
		func(ctx context.Context, in *CustomerID) (*struct{ Body Standing }, error) {
			v, err := a.look(ctx, "consent of customer "+access.Mask(in.ID, a.Site.Country))
			if err != nil {
				return nil, err
			}
			s, err := a.Consents.Standing(ctx, in.ID)
			return &struct{ Body Standing }{v.standing(s)}, err
		})
	add(a, is(op{method: http.MethodPut, path: "/customers/{id}/consent/{purpose}", id: "setConsent", summary: "Write down that a person allows a purpose, refuses it, or takes consent back",
		action: access.SetConsent, about: "Durable, and in the ledger, when answered. For never again use remarks"}), a.setConsent)
	add(a, is(op{method: http.MethodGet, path: "/customers/{id}/permit", id: "mayReach", summary: "May this person be reached now? With every reason why not", action: access.ReadConsent,
		about: "Decided as an attempt would be; nothing is reserved or counted."}), a.mayReach)
}

func (a *API) setConsent(ctx context.Context, in *setConsent) (*struct{ Body Standing }, error) {
	now := a.Site.Now()
	c := customer.Consent{Purpose: in.Purpose, State: customer.Answer(in.Body.State), Basis: in.Body.Basis, Source: cmp.Or(in.Body.Source, asked(ctx).who.Name),
		At: cmp.Or(in.Body.At, now).UTC(), Expires: in.Body.Expires}
	if c.At.After(now.Add(time.Minute)) { // it would outlast a withdrawal of today
		return nil, problem(http.StatusUnprocessableEntity, "at is in the future: nobody has answered then")
	}
	target := "consent of customer " + access.Mask(in.ID, a.Site.Country)
	v, err := a.look(ctx, target)
	if err != nil {
		return nil, err
	}
	var s Standing
	err = a.act(ctx, access.SetConsent, target, "", in.Body.State+" "+in.Purpose, func() (err error) {
		s, err = a.Consents.SetConsent(ctx, in.ID, c)
		return err
	})
	return &struct{ Body Standing }{v.standing(s)}, err
}

func (a *API) mayReach(ctx context.Context, in *mayReach) (*struct{ Body Permits }, error) {
	v, err := a.look(ctx, "permit of customer "+access.Mask(in.ID, a.Site.Country))
	if err != nil {
		return nil, err
	}
	all, err := a.Consents.May(ctx, in.ID, MayQuery{in.Purpose, permit.Channel(in.Channel)})
	out := Permits{Purpose: in.Purpose, Channel: in.Channel, AsOf: a.Site.Now().UTC(), Permits: list0(all)}
	for i, p := range all {
		out.Allowed = out.Allowed || p.Allowed
		all[i].Number, all[i].Reasons, all[i].Grant = v.number(p.Number), list0(p.Reasons), "" // a grant's id may hold a call's
	}
	return &struct{ Body Permits }{out}, err
}

// standing is what is on record as its reader may see it.
func (v view) standing(s Standing) Standing {
	s.Consent, s.OptOuts, s.Complaints, s.Events = list0(s.Consent), list0(s.OptOuts), list0(s.Complaints), list0(s.Events)
	for i, c := range s.Consent {
		s.Consent[i].Source = v.text(c.Source)
	}
	for i, e := range s.Events {
		s.Events[i].Number, s.Events[i].Source, s.Events[i].Detail = v.number(e.Number), v.text(e.Source), v.text(e.Detail)
	}
	return s
}
