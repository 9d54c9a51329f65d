package campaigns

import (
	"cmp"
	"context"
	"fmt"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/script"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// CheckCmd is parley campaign check.
type CheckCmd struct {
	Files    []string `arg:"" name:"file" help:"Campaigns, or folders of them."`
	Config   string   `short:"c" placeholder:"FILE" help:"Configuration: it tells which trunks, queues, groups and jurisdictions there are, and where reviews are kept. Without one trunks, queues and reviews are not looked at, and the rules are those that ship."`
	Segments string   `placeholder:"FILE" help:"Groups and strategies; those of the configuration when not given, else those that ship."`
	Strict   bool     `help:"Fail on warnings too."`
	JSON     bool     `name:"json" help:"As JSON."`
}

// Run checks; it fails on errors, and with --strict on warnings.
func (c *CheckCmd) Run(ctx context.Context, w *script.World) error {
	all, err := script.Documents(c.Files, func(string) bool { return true })
	if err != nil {
		return err
	}
	site, done, err := c.site(ctx, w)
	if err != nil {
		return err
	}
	defer done()
	found, err := script.Findings(all, load, func(one *campaign.Campaign) []strictyaml.Finding { return one.Lint(w.Now(), site) })
	if err != nil {
		return err
	}
	return script.Tell(w, script.Report{What: "campaign", Files: len(all), Found: found, Strict: c.Strict, JSON: c.JSON})
}

// site is what is known here.
func (c *CheckCmd) site(ctx context.Context, w *script.World) (s campaign.Site, done func(), err error) {
	done = func() {}
	cfg, err := configured(w, c.Config)
	if err != nil {
		return s, done, err
	}
	if s.Policy, err = policy(cfg); err != nil {
		return s, done, err
	}
	if s.Groups, err = groups(cmp.Or(c.Segments, cfg.Segments)); err != nil || c.Config == "" {
		return s, done, err
	}
	if err := server.CampaignSite(ctx, cfg, &s); err != nil {
		return s, done, err
	}
	measure, shut, err := measurer(ctx, cfg, w.Now())
	if err != nil { // a file can be checked where no database can be reached
		fmt.Fprintf(w.Stderr, "parley: the customers' data are not looked at: %v\n", err)
		return s, done, nil
	}
	if measure == nil {
		return s, done, nil
	}
	s.Data = func(one *campaign.Campaign) (campaign.Data, bool) {
		d, err := measure(one)
		if err != nil {
			fmt.Fprintf(w.Stderr, "parley: %s: its people's data are not looked at: %v\n", one.ID, err)
			return d, false
		}
		if !c.JSON {
			fmt.Fprintf(w.Stderr, "parley: %s: %s\n", one.ID, one.Summary(w.Now(), d))
		}
		return d, true
	}
	return s, func() { _ = shut() }, nil
}

// configured is the site's configuration, that of a site which says nothing without
// a file.
func configured(w *script.World, file string) (*config.Config, error) {
	if file == "" {
		return config.Default(), nil
	}
	return w.Config(file)
}

// policy is what the site allows. What is wrong with its jurisdictions is an error of
// the user's.
func policy(cfg *config.Config) (permit.Policy, error) {
	p, err := cfg.Policy()
	if err != nil {
		return p, script.Mistake(err)
	}
	return p, nil
}

func groups(file string) (*segment.Book, error) {
	if file == "" {
		return segment.Default()
	}
	return script.Document(file, "a file of groups and strategies", segment.Load)
}
