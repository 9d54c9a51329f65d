package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/cmd/parley/campaigns"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/outbound"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
	"github.com/parley-voice/parley/store"
)

// CampaignCmd is parley campaign.
type CampaignCmd struct {
	campaigns.Command
	Start  CampaignStartCmd  `cmd:"" help:"Start a campaign of the configured folder, or let it go on: the server that runs calls within a second."`
	Pause  CampaignPauseCmd  `cmd:"" help:"Place no more calls of a campaign for now; start lets it go on."`
	Stop   CampaignStopCmd   `cmd:"" help:"End a campaign."`
	Status CampaignStatusCmd `cmd:"" help:"Tell how campaigns stand: people by state, what the last attempts found, outcomes."`
	Timing CampaignTimingCmd `cmd:"" help:"Versions of the model of when people answer."`
}

// CampaignStartCmd is parley campaign start.
type CampaignStartCmd struct {
	From
	ID string `arg:"" name:"campaign" help:"Its id: the file's name without .yaml."`
}

// CampaignPauseCmd is parley campaign pause.
type CampaignPauseCmd struct {
	From
	ID     string `arg:"" name:"campaign" help:"Its id."`
	Why    string `required:"" help:"For whoever asks."`
	Cancel bool   `help:"Hang up the calls that ring; talks go on."`
}

// CampaignStopCmd is parley campaign stop.
type CampaignStopCmd struct{ CampaignPauseCmd }

// CampaignStatusCmd is parley campaign status.
type CampaignStatusCmd struct {
	From
	ID   string `arg:"" optional:"" name:"campaign" help:"Only this one."`
	JSON bool   `name:"json" help:"As JSON."`
}

// turn brings a campaign into another state, and writes it to the audit log.
func (f From) turn(ctx context.Context, m *Main, id, do string, t store.Turn) error {
	t.Who = "command line"
	return f.audited(ctx, m, m.deed("campaigns.run", "campaign "+id, do), func(e *store.Editor, cfg *config.Config) error {
		turner := outbound.Turner{Store: e, Folder: cfg.Campaigns}
		if do == "start" {
			var err error
			if turner.People, err = campaigns.People(ctx, cfg); err != nil {
				return err
			}
			if f.Data == "" { // else no configuration tells what there is
				turner.Check = server.CampaignCheck(cfg)
				turner.Warn = func(w strictyaml.Finding) { fmt.Fprintf(m.Stderr, "parley: warning: %s\n", w.Error()) }
			}
		}
		row, err := turner.Turn(ctx, id, do, t, m.Now())
		switch {
		case errors.As(err, new(outbound.Wrong)), errors.Is(err, outbound.ErrUnfit), errors.Is(err, store.ErrTurn), errors.Is(err, store.ErrNoCampaign):
			return wrong{err}
		case err != nil:
			return err
		}
		fmt.Fprintf(m.Stderr, "parley: the campaign %s is %s (version %d)\n", row.ID, row.State, row.Version)
		return nil
	})
}

// Run starts.
func (c *CampaignStartCmd) Run(ctx context.Context, m *Main) error {
	return c.turn(ctx, m, c.ID, "start", store.Turn{})
}

func (c *CampaignPauseCmd) halt() store.Turn {
	t := store.Turn{Why: c.Why}
	if c.Cancel {
		t.Ringing = store.CancelRing
	}
	return t
}

// Run pauses.
func (c *CampaignPauseCmd) Run(ctx context.Context, m *Main) error {
	return c.turn(ctx, m, c.ID, "pause", c.halt())
}

// Run stops.
func (c *CampaignStopCmd) Run(ctx context.Context, m *Main) error {
	return c.turn(ctx, m, c.ID, "stop", c.halt())
}

// campaignStatus is how one stands.
type campaignStatus struct {
	store.Campaign
	Next   time.Time              `json:"next,omitzero"`
	Data   *campaign.Data         `json:"data,omitempty"` // at its last start; missing before the server has looked
	People []store.CandidateCount `json:"people"`
	// Decided is what was decided of its wordings, by itself and by people.
	Decided []store.Decided `json:"decided,omitempty"`
	outbound.Learnt
}

func statusOf(ctx context.Context, r *store.Reader, row store.Campaign) (s campaignStatus, err error) {
	memories, err := r.CampaignMemories(ctx, row.ID)
	if err != nil {
		return s, err
	}
	s = campaignStatus{Campaign: row, Learnt: outbound.Recall(row, memories)}
	if s.People, s.Next, err = r.CountCandidates(ctx, row.ID); err != nil {
		return s, err
	}
	if d, looked := outbound.DataOf(row); looked {
		s.Data = &d
	}
	s.Decided, err = r.Decisions(ctx, row.ID)
	return s, err
}

// Run tells.
func (c *CampaignStatusCmd) Run(ctx context.Context, m *Main) (err error) {
	r, err := c.records(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	rows, err := r.Campaigns(ctx)
	if err != nil {
		return err
	}
	all := []campaignStatus{}
	for _, row := range rows {
		if c.ID != "" && row.ID != c.ID {
			continue
		}
		s, err := statusOf(ctx, r, row)
		if err != nil {
			return err
		}
		all = append(all, s)
	}
	switch {
	case c.JSON:
		return writeJSON(m, all)
	case len(all) == 0 && c.ID != "":
		return wrong{fmt.Errorf("%w: %s; parley campaign status lists those that were", store.ErrNoCampaign, c.ID)}
	case len(all) == 0:
		fmt.Fprintln(m.Stdout, "No campaign was started. parley campaign start does.")
	}
	for _, s := range all {
		fmt.Fprintf(m.Stdout, "%s, version %d: %s since %s, by %s\n", s.ID, s.Version, s.State, day(s.Since), s.Who)
		if s.Why != "" {
			fmt.Fprintf(m.Stdout, "  why: %s\n", s.Why)
		}
		if c, err := campaign.Load(strings.NewReader(s.Doc), s.ID); err == nil && s.Data != nil { // the text was checked when it was started
			fmt.Fprintf(m.Stdout, "  data, at its start: %s\n", c.Summary(m.Now(), *s.Data))
		}
		for _, p := range s.People {
			fmt.Fprintf(m.Stdout, "  %-9s %-16s %-20s %6d people %6d attempts\n", p.State, p.Status, p.Outcome, p.People, p.Tries)
		}
		for _, d := range s.Decided {
			fmt.Fprintf(m.Stdout, "  decided %s of version %d: %s %s, by %s: %s\n", day(d.At), d.Version, d.Act, d.Variant, d.Who, d.Why)
		}
		if hours := s.Hours(); hours != "" {
			fmt.Fprintf(m.Stdout, "  hours: %s\n", hours)
		}
		if !s.Next.IsZero() {
			fmt.Fprintf(m.Stdout, "  next due: %s\n", day(s.Next))
		}
	}
	return nil
}
