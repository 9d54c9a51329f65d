package api

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/console/access"
)

// fakeExperiments holds that of one campaign.
type fakeExperiments struct{ words []DecideExperiment }

func (f *fakeExperiments) Experiment(_ context.Context, campaign string) (Experiment, error) {
	if campaign != "spring" {
		return Experiment{}, ErrNotFound
	}
	rate := ExperimentRate{Persons: 42, Rate: 0.042, Low: 0.0312, High: 0.0563}
	e := Experiment{Campaign: campaign, Version: 1, State: "running", Metric: "converted", Allocation: "weights", Ends: noon,
		Verdict: ExperimentVerdict{Act: "continue", Why: []string{"no verdict yet"}, Shares: 1},
		Variants: []ExperimentVariant{{Name: "plain", Script: "offer", Weight: 1, Assigned: 1001, Called: 1000, Answer: rate, Conversion: rate, Negative: rate, Complaint: rate},
			{Name: "bold", Script: "bolder", Weight: 1, Assigned: 1000, Called: 1000, Answer: rate, Conversion: rate, Negative: rate, Complaint: rate,
				Test: &ExperimentTest{Difference: 0.036, Low: 0.01, High: 0.06, Chi2: 10.86, ChiP: 0.00098, AlwaysP: 0.02}}},
		Looks:     []experiment.Look{{At: noon, Tallies: []experiment.Tally{{Variant: "plain", Assigned: 1001, Called: 1000, Answered: 400, Converted: 42}}}},
		Decisions: []ExperimentDecision{}}
	for _, w := range f.words {
		e.Decisions = append(e.Decisions, ExperimentDecision{Version: 1, At: noon, Act: w.Do, Variant: w.Variant, Who: w.Who, Why: w.Why})
	}
	return e, nil
}

func (f *fakeExperiments) Decide(ctx context.Context, campaign string, d DecideExperiment) (Experiment, error) {
	if d.Variant != "bold" {
		return Experiment{}, ErrConflict
	}
	f.words = append(f.words, d)
	return f.Experiment(ctx, campaign)
}

// Who runs campaigns decides of their wordings, by name and with a reason; everybody
// may read how they do.
func TestExperimentsAreDecidedByName(t *testing.T) {
	r := newRig(t)
	const path, body = "/campaigns/spring/experiment", `{"do":"adopt","variant":"bold","why":"the boss likes it"}`
	for role, want := range map[access.Role]int{access.Viewer: 403, access.Agent: 403, access.Author: 403, access.Supervisor: 200} {
		if a := r.send(role, http.MethodPost, path, body); a.code != want {
			t.Errorf("%s decides: %d %s", role, a.code, a.body)
		}
		if a := r.send(role, http.MethodGet, path, ""); a.code != 200 || !strings.Contains(a.body, `"chi2":10.86`) {
			t.Errorf("%s reads: %d %s", role, a.code, a.body)
		}
	}
	if len(r.tried.words) != 1 || r.tried.words[0].Who != "the supervisor" || r.tried.words[0].Why != "the boss likes it" {
		t.Errorf("decided: %+v", r.tried.words)
	}
	if d := r.audit.deeds[len(r.audit.deeds)-1]; d.Action != "campaigns.run" || d.Who != "the supervisor" || !strings.Contains(d.After, "adopt bold: the boss likes it") {
		t.Errorf("audited: %+v", d)
	}
	for name, c := range map[string]struct {
		body string
		code int
	}{
		"no reason":     {`{"do":"adopt","variant":"bold","why":""}`, 422},
		"no such deed":  {`{"do":"keep","variant":"bold","why":"x"}`, 422},
		"not there":     {`{"do":"drop","variant":"plain","why":"x"}`, 409},
		"no experiment": {"", 404},
	} {
		method, at := http.MethodPost, path
		if c.body == "" {
			method, at = http.MethodGet, "/campaigns/none/experiment"
		}
		if a := r.send(access.Supervisor, method, at, c.body); a.code != c.code {
			t.Errorf("%s: %d %s", name, a.code, a.body)
		}
	}
}
