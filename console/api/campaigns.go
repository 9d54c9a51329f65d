package api

import (
	"context"
	"net/http"
	"time"

	"github.com/parley-voice/parley/console/access"
)

// Campaigns knows the outbound campaigns.
type Campaigns interface {
	// Campaigns lists those that were ever started.
	Campaigns(ctx context.Context) ([]Campaign, error)
	// Campaign reads one, or ErrNotFound.
	Campaign(ctx context.Context, id string) (Campaign, error)
	// Turn starts, pauses or stops one. ErrNotFound, ErrConflict or ErrInvalid says
	// why not.
	Turn(ctx context.Context, id string, t TurnCampaign) (Campaign, error)
	// Members lists a campaign's people in order of person, or ErrNotFound.
	Members(ctx context.Context, id string, q MemberQuery) ([]CampaignMember, error)
}

// TurnCampaign is what is to be done with a campaign.
type TurnCampaign struct {
	Do      string // start, pause, stop
	Who     string
	Why     string
	Ringing string // cancel: calls that ring are hung up
}

// MemberQuery narrows a list; zero fields do not.
type MemberQuery struct {
	State string
	After string // only persons that sort after it
	Limit int
}

// Campaign is how a campaign stands.
type Campaign struct {
	ID      string           `json:"id"`
	Version int              `json:"version" doc:"One more each time it is started with another file."`
	State   string           `json:"state" doc:"running, paused, stopped or finished."`
	Why     string           `json:"why,omitempty" doc:"Of the state."`
	Who     string           `json:"who" doc:"Brought it into this state; parley: it did so by itself."`
	Began   time.Time        `json:"began"`
	Since   time.Time        `json:"since" doc:"In this state."`
	Next    time.Time        `json:"next,omitzero" doc:"When the next person is due; missing when nobody is."`
	People  []CampaignPeople `json:"people" doc:"How many stand how."`
	Live    *CampaignLive    `json:"live,omitempty" doc:"Missing when no call of it is placed or under way here."`

	Warnings []string `json:"warnings,omitempty" doc:"Of one that was just started: what parley campaign check warns of."`
}

// CampaignPeople is how many people of a campaign stand how.
type CampaignPeople struct {
	State   string `json:"state" doc:"pending, waiting, done or stopped."`
	Status  string `json:"status,omitempty" doc:"What the last attempt found: human, busy, empty_number, ..."`
	Outcome string `json:"outcome,omitempty" doc:"Of the script."`
	People  int    `json:"people"`
	Tries   int    `json:"tries"`
}

// CampaignLive is what a campaign does at this moment.
type CampaignLive struct {
	Ringing  int            `json:"ringing"`
	Talking  int            `json:"talking"`
	Holds    string         `json:"holds,omitempty" doc:"What holds back more calls."`
	Causes   []string       `json:"causes,omitempty" doc:"What is not as it should be."`
	Attempts map[string]int `json:"attempts,omitempty" doc:"By what became of them, refusals by their code."`
}

// CampaignMember is one person of a campaign.
type CampaignMember struct {
	Person  string    `json:"person"`
	Number  string    `json:"number"`
	State   string    `json:"state"`
	Tries   int       `json:"tries"`
	Due     time.Time `json:"due"`
	Status  string    `json:"status,omitempty"`
	Outcome string    `json:"outcome,omitempty"`
	Variant string    `json:"variant,omitempty"`
	Why     string    `json:"why,omitempty"`
}

// CampaignTurn is told of a campaign that changed its state, or waits.
type CampaignTurn struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Why   string `json:"why,omitempty"`
	Who   string `json:"who"`
}

// CampaignID names a campaign in a path.
type CampaignID struct {
	ID string `path:"id" maxLength:"100" doc:"The campaign's id."`
}

// CampaignList is all campaigns.
type CampaignList struct {
	Campaigns []Campaign `json:"campaigns"`
}

// MemberList is a page of a campaign's people.
type MemberList struct {
	People []CampaignMember `json:"people"`
	Next   string           `json:"next,omitempty" doc:"Give it as page to go on; missing on the last page."`
}

type listMembers struct {
	CampaignID
	State string `query:"state" enum:"pending,waiting,done,stopped" doc:"Only these."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"How many at most."`
	Page  string `query:"page" maxLength:"100" doc:"next of the page before."`
	Whole
}

type haltCampaign struct {
	CampaignID
	Body struct {
		Why     string `json:"why" minLength:"1" maxLength:"500" doc:"For whoever asks."`
		Ringing string `json:"ringing,omitempty" enum:"finish,cancel" doc:"What becomes of calls that ring: they go on, or are hung up. Talks go on."`
	}
}

func (a *API) campaigns() {
	is := func(o op) op {
		o.needs, o.missing = a.Campaigns != nil, "campaigns are not connected here"
		return o
	}
	add(a, is(op{method: http.MethodGet, path: "/campaigns", id: "listCampaigns", summary: "List the campaigns that were started, and how they stand", action: access.ReadCampaigns}),
		func(ctx context.Context, _ *struct{}) (*struct{ Body CampaignList }, error) {
			all, err := a.Campaigns.Campaigns(ctx)
			return &struct{ Body CampaignList }{CampaignList{list0(all)}}, err
		})
	add(a, is(op{method: http.MethodGet, path: "/campaigns/{id}", id: "getCampaign", summary: "Read how a campaign stands", action: access.ReadCampaigns}),
		func(ctx context.Context, in *CampaignID) (*struct{ Body Campaign }, error) {
			c, err := a.Campaigns.Campaign(ctx, in.ID)
			return &struct{ Body Campaign }{c}, err
		})
	add(a, is(op{method: http.MethodGet, path: "/campaigns/{id}/people", id: "listCampaignPeople", summary: "List a campaign's people and what came of each", action: access.ReadCampaignPeople}), a.members)
	add(a, is(op{method: http.MethodPost, path: "/campaigns/{id}/start", id: "startCampaign", summary: "Start a campaign, or let it go on", action: access.RunCampaigns,
		about: "Its file is read from the folder of campaigns. Who is in it already keeps the outcome."}),
		func(ctx context.Context, in *CampaignID) (*struct{ Body Campaign }, error) {
			return a.turnCampaign(ctx, in.ID, TurnCampaign{Do: "start"})
		})
	for _, o := range []struct{ do, summary string }{{"pause", "Place no more calls of a campaign for now"}, {"stop", "End a campaign"}} {
		add(a, is(op{method: http.MethodPost, path: "/campaigns/{id}/" + o.do, id: o.do + "Campaign", summary: o.summary, action: access.RunCampaigns}),
			func(ctx context.Context, in *haltCampaign) (*struct{ Body Campaign }, error) {
				t := TurnCampaign{Do: o.do, Why: in.Body.Why}
				if in.Body.Ringing == "cancel" {
					t.Ringing = "cancel"
				}
				return a.turnCampaign(ctx, in.ID, t)
			})
	}
}

func (a *API) turnCampaign(ctx context.Context, id string, t TurnCampaign) (*struct{ Body Campaign }, error) {
	t.Who = asked(ctx).who.Name
	var c Campaign
	err := a.act(ctx, access.RunCampaigns, "campaign "+id, "", t.Do, func() (err error) {
		c, err = a.Campaigns.Turn(ctx, id, t)
		return err
	})
	return &struct{ Body Campaign }{c}, err
}

func (a *API) members(ctx context.Context, in *listMembers) (*struct{ Body MemberList }, error) {
	v, err := a.look(ctx, "campaign "+in.ID)
	if err != nil {
		return nil, err
	}
	all, err := a.Campaigns.Members(ctx, in.ID, MemberQuery{State: in.State, After: in.Page, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	var out MemberList
	if len(all) > in.Limit {
		all = all[:in.Limit]
		out.Next = all[in.Limit-1].Person
	}
	for i := range all {
		all[i].Number = v.number(all[i].Number)
	}
	out.People = list0(all)
	return &struct{ Body MemberList }{out}, nil
}
