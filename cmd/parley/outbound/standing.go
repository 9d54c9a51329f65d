package outbound

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/dialog/vocab"
	"github.com/parley-voice/parley/store"
)

// ErrDecided tells that an experiment takes a decision no more, or not this one.
var ErrDecided = errors.New("this cannot be decided")

// standing is an experiment as the store has it.
type standing struct {
	row     store.Campaign
	c       *campaign.Campaign
	mem     memory // of all nodes
	looks   []experiment.Look
	decided []store.Decided
	verdict experiment.Decision
}

func stand(ctx context.Context, r *store.Reader, id string, now time.Time) (s standing, err error) {
	if s.row, err = r.Campaign(ctx, id); err != nil {
		return s, err
	}
	if s.c, err = campaign.Load(strings.NewReader(s.row.Doc), id); err != nil { // it was checked when it was started, by another version of this program
		return s, err
	}
	texts, err := r.CampaignMemories(ctx, id)
	if err != nil {
		return s, err
	}
	s.mem = recall("", s.row)
	for _, text := range texts {
		s.mem = s.mem.with([]memory{recall(text, s.row)})
	}
	if s.looks, err = r.Looks(ctx, id, s.row.Version); err != nil {
		return s, err
	}
	if s.decided, err = r.Decisions(ctx, id); err != nil {
		return s, err
	}
	var words []experiment.Word
	for _, d := range s.decided {
		if d.Version == s.row.Version {
			words = append(words, d.Word)
		}
	}
	if len(s.c.Wording.Variants) > 1 {
		s.verdict = experiment.Decide(now, s.c.Wording, s.looks, words...)
	}
	return s, nil
}

// Experiment tells how the wordings of a campaign do: ErrNoCampaign when it was never
// started.
func Experiment(ctx context.Context, r *store.Reader, id string, now time.Time) (api.Experiment, error) {
	s, err := stand(ctx, r, id, now)
	if err != nil {
		return api.Experiment{}, err
	}
	assigned, err := r.Assigned(ctx, id)
	if err != nil {
		return api.Experiment{}, err
	}
	w := s.c.Wording
	out := api.Experiment{Campaign: id, Version: s.row.Version, State: string(s.row.State), Metric: string(w.Metric), Allocation: string(w.Allocation), Ends: w.Ends(),
		Verdict: api.ExperimentVerdict{Act: string(s.verdict.Act), Variant: s.verdict.Variant, Why: append([]string{}, s.verdict.Why...), Shares: 1},
		Looks:   append([]experiment.Look{}, s.looks...), Decisions: []api.ExperimentDecision{}}
	if len(w.Variants) > 1 {
		out.Verdict.Shares = s.verdict.Mismatch
	}
	for i, v := range w.Variants {
		t := s.mem.Tallies[v.Name]
		one := api.ExperimentVariant{Name: v.Name, Script: v.Script, Version: v.Version, Weight: v.Weight, Dropped: s.dropped(v.Name),
			Assigned: max(assigned[v.Name], t.Assigned), Called: t.Called, Answer: measured(t.AnswerRate()), Conversion: measured(t.ConversionRate()),
			Negative: measured(t.NegativeRate()), Complaint: measured(t.ComplaintRate())}
		if i > 0 && len(s.looks) > 0 {
			c := s.verdict.Comparison[i-1]
			one.Test = &api.ExperimentTest{Difference: c.Difference, Low: c.Low, High: c.High, Chi2: c.Chi2, ChiP: c.ChiP, AlwaysP: c.Always}
		}
		out.Variants = append(out.Variants, one)
	}
	for _, d := range s.decided {
		out.Decisions = append(out.Decisions, api.ExperimentDecision{Version: d.Version, At: d.At, Act: string(d.Act), Variant: d.Variant, Who: d.Who, Why: d.Why})
	}
	return out, nil
}

// over tells that one variant is spoken to everybody.
func (s standing) over() bool {
	return s.verdict.Act == experiment.Adopt || s.verdict.Act == experiment.Keep
}

func (s standing) dropped(variant string) bool {
	return slices.Contains(s.verdict.Dropped, variant) || s.over() && s.verdict.Variant != variant
}

func measured(a experiment.Arm) api.ExperimentRate {
	low, high := a.Wilson(1.96)
	return api.ExperimentRate{Persons: a.Hits, Rate: a.Rate(), Low: low, High: high}
}

// Decide keeps what a person decided of a campaign's experiment: the server that runs it
// goes by it within a second. What tell makes of it (nil: nothing) is posted with it. Wrong or ErrDecided says why not.
func Decide(ctx context.Context, e *store.Editor, id string, d api.DecideExperiment, now time.Time, tell func(Turned) []store.Message) error {
	s, err := stand(ctx, e.Reader, id, now)
	if err != nil {
		return err
	}
	if err := s.takes(d); err != nil {
		return err
	}
	word := store.Decided{Campaign: id, Version: s.row.Version, Word: experiment.Word{At: now, Act: experiment.Act(d.Do), Variant: d.Variant, Who: d.Who, Why: d.Why}}
	var messages []store.Message
	if tell != nil {
		messages = tell(Turned{Decided: word})
	}
	return e.Decide(ctx, word, messages...)
}

// takes tells why a decision changes nothing or cannot be.
func (s standing) takes(d api.DecideExperiment) error {
	var names []string
	for _, v := range s.c.Wording.Variants {
		names = append(names, v.Name)
	}
	drop := experiment.Act(d.Do) == experiment.Drop
	switch i := slices.Index(names, d.Variant); {
	case !drop && experiment.Act(d.Do) != experiment.Adopt:
		return Wrong{fmt.Errorf("a variant is adopted or dropped, not %q", d.Do)}
	case len(names) < 2:
		return fmt.Errorf("%w: %s has one wording", ErrDecided, s.row.ID)
	case i < 0:
		return Wrong{fmt.Errorf("%s has no variant %q; %s", s.row.ID, d.Variant, vocab.Suggest(d.Variant, names))}
	case drop && i == 0:
		return fmt.Errorf("%w: %s is the control, with which all are compared; adopt another to be rid of it", ErrDecided, d.Variant)
	case s.over() && s.verdict.Variant == d.Variant && !drop:
		return fmt.Errorf("%w: %s is spoken to everybody already", ErrDecided, d.Variant)
	case s.over() && drop:
		return fmt.Errorf("%w: %s is spoken to everybody; adopt another to change that", ErrDecided, s.verdict.Variant)
	case s.verdict.Act == experiment.Halt && drop:
		return fmt.Errorf("%w: the experiment was halted; adopt a variant, or start a new version of the campaign", ErrDecided)
	case s.dropped(d.Variant) && drop:
		return fmt.Errorf("%w: %s was dropped already", ErrDecided, d.Variant)
	}
	return nil
}
