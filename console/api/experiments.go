package api

import (
	"context"
	"net/http"
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/console/access"
)

// Experiments knows how the wordings of campaigns do.
type Experiments interface {
	// Experiment reads how one stands, or ErrNotFound.
	Experiment(ctx context.Context, campaign string) (Experiment, error)
	// Decide keeps what a person decided of one. ErrNotFound, ErrConflict or
	// ErrInvalid says why not.
	Decide(ctx context.Context, campaign string, d DecideExperiment) (Experiment, error)
}

// DecideExperiment is what a person decides.
type DecideExperiment struct {
	Do      string // adopt, drop
	Variant string
	Who     string
	Why     string
}

// Experiment is how the wordings of a campaign do.
type Experiment struct {
	Campaign   string               `json:"campaign"`
	Version    int                  `json:"version" doc:"Of the campaign: counts and looks are of it."`
	State      string               `json:"state" doc:"Of the campaign."`
	Metric     string               `json:"metric" doc:"answered or converted: what decides."`
	Allocation string               `json:"allocation" doc:"weights or bandit."`
	Ends       time.Time            `json:"ends"`
	Verdict    ExperimentVerdict    `json:"verdict"`
	Variants   []ExperimentVariant  `json:"variants" doc:"The control first."`
	Looks      []experiment.Look    `json:"looks" doc:"One a day of the campaign's zone, the oldest first: what was decided rests on them."`
	Decisions  []ExperimentDecision `json:"decisions" doc:"Of all versions, the oldest first."`
}

// ExperimentVerdict is what the looks and people's words come to.
type ExperimentVerdict struct {
	Act     string   `json:"act" doc:"continue, adopt, keep or halt; none with one variant."`
	Variant string   `json:"variant,omitempty" doc:"That is spoken to everybody: of adopt and keep."`
	Why     []string `json:"why"`
	Shares  float64  `json:"shares_p" doc:"Whether persons came in the shares that were meant: below 0.001 they did not. 1 under a bandit, and before the first look."`
}

// ExperimentVariant is how one wording does, in persons.
type ExperimentVariant struct {
	Name       string          `json:"name"`
	Script     string          `json:"script"`
	Version    string          `json:"version,omitempty" doc:"The script's version that the variant is pinned to."`
	Weight     float64         `json:"weight"`
	Dropped    bool            `json:"dropped" doc:"Spoken to nobody from now on."`
	Assigned   int             `json:"assigned" doc:"Persons to whom it was given, in all versions of the campaign."`
	Called     int             `json:"called" doc:"Persons, up to a few seconds ago. The rates are shares of them."`
	Answer     ExperimentRate  `json:"answer"`
	Conversion ExperimentRate  `json:"conversion"`
	Negative   ExperimentRate  `json:"negative"`
	Complaint  ExperimentRate  `json:"complaint"`
	Test       *ExperimentTest `json:"test,omitempty" doc:"Against the control, at the last look that was taken."`
}

// ExperimentRate is a rate with its 95 % score interval.
type ExperimentRate struct {
	Persons int     `json:"persons"`
	Rate    float64 `json:"rate"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
}

// ExperimentTest is a variant against the control.
type ExperimentTest struct {
	Difference float64 `json:"difference" doc:"Of the rates seen, the variant's less the control's."`
	Low        float64 `json:"low" doc:"Confidence sequence of the true difference, valid at every look."`
	High       float64 `json:"high"`
	Chi2       float64 `json:"chi2" doc:"With Yates' correction."`
	ChiP       float64 `json:"chi_p" doc:"For one look at the end only."`
	AlwaysP    float64 `json:"always_p" doc:"Valid at every look, the least so far: verdicts rest on it."`
}

// ExperimentDecision is one decision.
type ExperimentDecision struct {
	Version int       `json:"version" doc:"Of the campaign."`
	At      time.Time `json:"at"`
	Act     string    `json:"act" doc:"adopt, keep, drop, halt, rollback: a script's former version was published again, or ask_rollback: a person is asked to."`
	Variant string    `json:"variant,omitempty" doc:"Of rollback and ask_rollback: the script."`
	Who     string    `json:"who" doc:"parley: the campaign itself."`
	Why     string    `json:"why"`
}

type decideExperiment struct {
	CampaignID
	Body struct {
		Do      string `json:"do" enum:"adopt,drop" doc:"adopt: the variant is spoken to everybody from now on. drop: to nobody new; the control cannot be dropped."`
		Variant string `json:"variant" minLength:"1" maxLength:"100"`
		Why     string `json:"why" minLength:"1" maxLength:"500" doc:"For whoever asks."`
	}
}

func (a *API) experiments() {
	is := func(o op) op {
		o.needs, o.missing = a.Experiments != nil, "campaigns are not connected here"
		return o
	}
	add(a, is(op{method: http.MethodGet, path: "/campaigns/{id}/experiment", id: "getExperiment", summary: "Read how a campaign's wordings do: rates, tests, looks, decisions", action: access.ReadCampaigns}),
		func(ctx context.Context, in *CampaignID) (*struct{ Body Experiment }, error) {
			e, err := a.Experiments.Experiment(ctx, in.ID)
			return &struct{ Body Experiment }{e}, err
		})
	add(a, is(op{method: http.MethodPost, path: "/campaigns/{id}/experiment", id: "decideExperiment", summary: "Adopt a wording, or drop one", action: access.RunCampaigns,
		about: "The running campaign goes by it within a second."}),
		func(ctx context.Context, in *decideExperiment) (*struct{ Body Experiment }, error) {
			var e Experiment
			d := DecideExperiment{Do: in.Body.Do, Variant: in.Body.Variant, Why: in.Body.Why, Who: asked(ctx).who.Name}
			err := a.act(ctx, access.RunCampaigns, "campaign "+in.ID, "", d.Do+" "+d.Variant+": "+d.Why, func() (err error) {
				e, err = a.Experiments.Decide(ctx, in.ID, d)
				return err
			})
			return &struct{ Body Experiment }{e}, err
		})
}
