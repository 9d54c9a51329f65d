package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/outbound"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/store"
)

// ExperimentCmd is parley experiment.
type ExperimentCmd struct {
	List   ExperimentListCmd   `cmd:"" default:"withargs" help:"List the experiments of campaigns, and what they came to."`
	Show   ExperimentShowCmd   `cmd:"" help:"Show how a campaign's wordings do: rates with intervals, tests, looks, decisions."`
	Decide ExperimentDecideCmd `cmd:"" help:"Adopt a wording, or drop one: the campaign goes by it from then on."`
}

// ExperimentListCmd is parley experiment list.
type ExperimentListCmd struct {
	From
	JSON bool `name:"json" help:"As JSON."`
}

// ExperimentShowCmd is parley experiment show.
type ExperimentShowCmd struct {
	From
	ID   string `arg:"" name:"campaign" help:"The campaign's id."`
	JSON bool   `name:"json" help:"As JSON."`
}

// ExperimentDecideCmd is parley experiment decide.
type ExperimentDecideCmd struct {
	From
	ID    string `arg:"" name:"campaign" help:"The campaign's id."`
	Adopt string `xor:"do" required:"" placeholder:"VARIANT" help:"Speak this one to everybody from now on."`
	Drop  string `xor:"do" required:"" placeholder:"VARIANT" help:"Speak this one to nobody new; the control cannot be dropped."`
	As    string `required:"" placeholder:"NAME" help:"Your name."`
	Why   string `required:"" placeholder:"TEXT" help:"For whoever asks."`
}

// tell reads one. What is not there is an error of the user's.
func tellExperiment(ctx context.Context, r *store.Reader, m *Main, id string) (api.Experiment, error) {
	e, err := outbound.Experiment(ctx, r, id, m.Now())
	if errors.Is(err, store.ErrNoCampaign) {
		err = wrong{fmt.Errorf("%w; parley campaign status lists those that were", err)}
	}
	return e, err
}

// Run lists.
func (c *ExperimentListCmd) Run(ctx context.Context, m *Main) (err error) {
	r, err := c.records(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	rows, err := r.Campaigns(ctx)
	if err != nil {
		return err
	}
	all := []api.Experiment{}
	for _, row := range rows {
		e, err := tellExperiment(ctx, r, m, row.ID)
		if err != nil {
			return err
		}
		if len(e.Variants) > 1 {
			all = append(all, e)
		}
	}
	if c.JSON {
		return writeJSON(m, all)
	}
	if len(all) == 0 {
		fmt.Fprintln(m.Stdout, "No campaign that was started has more than one wording.")
		return nil
	}
	table := [][]string{{"campaign", "version", "state", "variants", "called", "looks", "verdict", "ends"}}
	for _, e := range all {
		called := 0
		for _, v := range e.Variants {
			called += v.Called
		}
		table = append(table, []string{e.Campaign, strconv.Itoa(e.Version), e.State, strconv.Itoa(len(e.Variants)), strconv.Itoa(called), strconv.Itoa(len(e.Looks)),
			strings.TrimSpace(e.Verdict.Act + " " + e.Verdict.Variant), e.Ends.Format(time.DateOnly)})
	}
	m.printer().Table(table)
	return nil
}

// Run shows.
func (c *ExperimentShowCmd) Run(ctx context.Context, m *Main) (err error) {
	r, err := c.records(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	e, err := tellExperiment(ctx, r, m, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(m, e)
	}
	showExperiment(m.printer(), e)
	return nil
}

func showExperiment(p term.Printer, e api.Experiment) {
	p.Printf("%s, version %d: %s; %s decides, by %s, until %s\n\n", e.Campaign, e.Version, e.State, e.Metric, e.Allocation, e.Ends.Format(time.DateOnly))
	rates := [][]string{{"variant", "assigned", "called", "answer", "conversion", "negative", "complaint", ""}}
	tests := [][]string{{"against the control", "difference", "always-valid p", "χ² (Yates)", "p, at the end only"}}
	for _, v := range e.Variants {
		mark := ""
		if v.Dropped {
			mark = "spoken to nobody new"
		}
		rates = append(rates, []string{v.Name, strconv.Itoa(v.Assigned), strconv.Itoa(v.Called), interval(v.Answer), interval(v.Conversion), interval(v.Negative), interval(v.Complaint), mark})
		if t := v.Test; t != nil {
			tests = append(tests, []string{v.Name, fmt.Sprintf("%+.1f (%+.1f to %+.1f) points", 100*t.Difference, 100*t.Low, 100*t.High),
				fmt.Sprintf("%.2g", t.AlwaysP), fmt.Sprintf("%.3f", t.Chi2), fmt.Sprintf("%.2g", t.ChiP)})
		}
	}
	p.Table(rates)
	if n := len(e.Looks); len(tests) > 1 {
		p.Printf("\nAt the last of %d looks, %s; shares as meant: p %.2g\n", n, day(e.Looks[n-1].At), e.Verdict.Shares)
		p.Table(tests)
	} else if len(e.Variants) > 1 {
		p.Printf("\nNo look was taken yet: one is each day, once two variants were called with.\n")
	}
	if e.Verdict.Act != "" {
		p.Printf("\n%s %s\n", p.In(term.Bold, strings.TrimSpace(e.Verdict.Act+" "+e.Verdict.Variant)+":"), strings.Join(e.Verdict.Why, "; "))
	}
	if len(e.Decisions) > 0 {
		p.Printf("\n")
		table := [][]string{{"decided", "version", "what", "of", "who", "why"}}
		for _, d := range e.Decisions {
			table = append(table, []string{day(d.At), strconv.Itoa(d.Version), d.Act, cmp.Or(d.Variant, "-"), d.Who, d.Why})
		}
		p.Table(table)
	}
}

// interval is a rate with its 95 % interval, in percent.
func interval(r api.ExperimentRate) string {
	return fmt.Sprintf("%.1f %% (%.1f to %.1f)", 100*r.Rate, 100*r.Low, 100*r.High)
}

// Run decides.
func (c *ExperimentDecideCmd) Run(ctx context.Context, m *Main) error {
	d := api.DecideExperiment{Do: "adopt", Variant: c.Adopt, Who: strings.TrimSpace(c.As), Why: strings.TrimSpace(c.Why)}
	if c.Drop != "" {
		d.Do, d.Variant = "drop", c.Drop
	}
	if d.Who == "" || d.Why == "" {
		return wrong{errors.New("say who decides with --as, and why with --why")}
	}
	deed := m.deed("campaigns.run", "campaign "+c.ID, d.Do+" "+d.Variant)
	deed.Who, deed.Reason = d.Who, d.Why
	return c.audited(ctx, m, deed, func(e *store.Editor, cfg *config.Config) error {
		err := outbound.Decide(ctx, e, c.ID, d, m.Now(), server.DecisionTeller(cfg, slog.New(slog.NewTextHandler(m.Stderr, nil))))
		switch {
		case errors.As(err, new(outbound.Wrong)), errors.Is(err, outbound.ErrDecided), errors.Is(err, store.ErrNoCampaign):
			return wrong{err}
		case err != nil:
			return err
		}
		fmt.Fprintf(m.Stderr, "parley: %s %s: a server that runs %s goes by it within a second\n", d.Do, d.Variant, c.ID)
		return nil
	})
}
