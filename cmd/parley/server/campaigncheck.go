package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/dialog/review"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
	"github.com/parley-voice/parley/scripts"
	"github.com/parley-voice/parley/store"
)

// CampaignCheck looks at a campaign that is about to start as parley campaign check
// does, but for its people's data, which a start measures by itself.
func CampaignCheck(cfg *config.Config) func(ctx context.Context, now time.Time, c *campaign.Campaign) ([]strictyaml.Finding, error) {
	return func(ctx context.Context, now time.Time, c *campaign.Campaign) (_ []strictyaml.Finding, err error) {
		var s campaign.Site
		if s.Policy, err = cfg.Policy(); err != nil {
			return nil, err
		}
		if s.Groups, err = OpenSegments(cfg.Segments); err != nil {
			return nil, err
		}
		if err := CampaignSite(ctx, cfg, &s); err != nil {
			return nil, err
		}
		return c.Lint(now, s), nil
	}
}

// CampaignSite tells what a configuration has that campaigns name: trunks, queues,
// scripts with their clips, read when they are asked for, and words that no call may
// say.
func CampaignSite(ctx context.Context, c *config.Config, s *campaign.Site) (err error) {
	s.Trunks, s.Queues = []string{}, slices.Sorted(maps.Keys(c.Queues))
	for _, t := range c.Trunks {
		if t.Host != "" {
			s.Trunks = append(s.Trunks, t.Name)
		}
	}
	if s.Script, err = dialable(ctx, c); err != nil {
		return err
	}
	s.Forbidden, err = forbidden(c)
	s.Clips = func(name string) []string {
		shelf, err := shelfOf(ctx, c)
		if err != nil { // which the script's own check tells
			return nil
		}
		script, ok := shelf.Named(name)
		if !ok {
			return nil
		}
		return slices.Sorted(maps.Keys(script.Clips))
	}
	return err
}

// dialable tells which scripts calls may be placed with: those that are published,
// and those that ship.
func dialable(ctx context.Context, cfg *config.Config) (func(experiment.Variant) string, error) {
	published := map[string]string{}
	r, err := store.ReadReviews(ctx, cfg.ReviewsAt())
	if err != nil {
		return nil, err
	}
	if r != nil {
		published, _, err = r.Published(ctx)
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, err
		}
	}
	return func(v experiment.Variant) string {
		hash := published[v.Script]
		if hash == "" {
			shipped, err := library.Hash(scripts.FS, v.Script)
			if err != nil {
				return fmt.Sprintf("no version of the script %q is published, and none ships", v.Script)
			}
			hash = shipped
		}
		if !strings.HasPrefix(hash, v.Version) {
			return fmt.Sprintf("version %s of the script %q is published, and not %s", review.Short(hash), v.Script, v.Version)
		}
		return ""
	}, nil
}
