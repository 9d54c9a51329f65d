package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/outbound"
	"github.com/parley-voice/parley/store"
)

// CampaignTimingCmd is parley campaign timing.
type CampaignTimingCmd struct {
	List  TimingListCmd  `cmd:"" default:"withargs" help:"List the versions of the timing model: what each learnt from, how well it did, which is used."`
	Learn TimingLearnCmd `cmd:"" help:"Learn a new version now, from the attempts of half a year, and use it. The server does so by itself each quarter."`
	Use   TimingUseCmd   `cmd:"" help:"Go back to an older version, or to none."`
}

// TimingListCmd is parley campaign timing list.
type TimingListCmd struct {
	From
	JSON bool `name:"json" help:"As JSON."`
}

// TimingLearnCmd is parley campaign timing learn.
type TimingLearnCmd struct{ From }

// TimingUseCmd is parley campaign timing use.
type TimingUseCmd struct {
	From
	Version string `arg:"" help:"A version, or none: then campaigns keep to their hours, and nothing is learnt until another is chosen."`
	Why     string `required:"" help:"For whoever asks."`
}

// timingList is what list tells.
type timingList struct {
	Models []timing.Model    `json:"models"`
	Uses   []store.TimingUse `json:"uses"` // the first holds
}

// Run lists.
func (c *TimingListCmd) Run(ctx context.Context, m *Main) (err error) {
	r, err := c.records(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	var out timingList
	if out.Models, err = r.TimingModels(ctx); err != nil {
		return err
	}
	if out.Uses, err = r.TimingUses(ctx); err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(m, out)
	}
	if len(out.Models) == 0 {
		fmt.Fprintln(m.Stdout, "No timing model was learnt yet: campaigns keep to their hours. The server learns one when half a year has 500 calls.")
		return nil
	}
	used := store.TimingUse{}
	if len(out.Uses) > 0 {
		used = out.Uses[0]
	}
	fmt.Fprintln(m.Stdout, "version  learnt      calls   people  kind            log-loss  calibration")
	for _, v := range out.Models {
		score := v.Scores.Logistic
		if v.Kind == timing.BetaBinomial {
			score = v.Scores.BetaBinomial
		}
		mark := " "
		if v.Version == used.Version {
			mark = "*"
		}
		fmt.Fprintf(m.Stdout, "%s%6d  %s  %6d  %7d  %-14s  %8.4f  %4.1f points\n", mark, v.Version, v.Trained.Format(time.DateOnly), v.Calls, v.People, v.Kind, score.LogLoss, 100*score.Calibration)
	}
	word := "none is used"
	if used.Version != 0 {
		word = fmt.Sprintf("* is used, its level moved by %+.2f", used.Shift)
	}
	fmt.Fprintf(m.Stdout, "%s since %s, by %s: %s\n", word, day(used.At), used.Who, used.Why)
	return nil
}

// Run learns.
func (c *TimingLearnCmd) Run(ctx context.Context, m *Main) error {
	return c.change(ctx, m, "learn", func(e *store.Editor, cfg *config.Config) error {
		v, err := outbound.NewClock(e, cfg.Callers.Country, slog.New(slog.DiscardHandler)).Train(ctx, m.Now(), "command line", "asked for")
		if errors.Is(err, timing.ErrTooFew) {
			return wrong{err}
		}
		if err == nil {
			fmt.Fprintf(m.Stderr, "parley: version %d was learnt from %d calls to %d people, and is used\n", v.Version, v.Calls, v.People)
		}
		return err
	})
}

// Run goes back.
func (c *TimingUseCmd) Run(ctx context.Context, m *Main) error {
	version := 0
	if c.Version != "none" {
		n, err := strconv.Atoi(c.Version)
		if err != nil || n < 1 {
			return wrong{fmt.Errorf("the version cannot be %q: name one of parley campaign timing, or none", c.Version)}
		}
		version = n
	}
	return c.change(ctx, m, "use "+c.Version, func(e *store.Editor, _ *config.Config) error {
		err := e.UseTimingModel(ctx, store.TimingUse{At: m.Now(), Version: version, Who: "command line", Why: c.Why})
		if errors.Is(err, store.ErrNoModel) {
			return wrong{fmt.Errorf("%w; parley campaign timing lists them", err)}
		}
		return err
	})
}

// change does something with the timing models, and writes it to the audit log.
func (f From) change(ctx context.Context, m *Main, what string, do func(e *store.Editor, cfg *config.Config) error) (err error) {
	return f.audited(ctx, m, m.deed("campaigns.timing", "timing model", what), do)
}

// audited does something with the records once the audit log says so.
func (f From) audited(ctx context.Context, m *Main, deed store.Deed, do func(e *store.Editor, cfg *config.Config) error) (err error) {
	where, cfg, err := f.where(m)
	if err != nil {
		return err
	}
	e, err := store.OpenEditor(ctx, where, cfg.Callers.Country)
	if err != nil {
		return fmt.Errorf("%w; say with -c or --data where they are", err)
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	a, err := store.OpenAccess(ctx, cfg.AccessAt())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.Write(ctx, deed); err != nil {
		return err
	}
	return do(e, cfg)
}
