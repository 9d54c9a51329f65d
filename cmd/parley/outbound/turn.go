package outbound

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
	"github.com/parley-voice/parley/store"
)

// Wrong marks a campaign's file that has mistakes.
type Wrong struct{ error }

// Unwrap gives the error itself.
func (w Wrong) Unwrap() error { return w.error }

// ErrUnfit tells that a campaign may not start with the data of its people.
var ErrUnfit = errors.New("the campaign does not start")

// Turner turns campaigns: those of a folder, when nothing is wrong with them here and
// their people's data are good enough.
type Turner struct {
	Store  *store.Editor
	Folder string
	People People
	// Check finds what keeps a campaign from working here; nil where nothing is known
	// that it could be held against.
	Check func(ctx context.Context, now time.Time, c *campaign.Campaign) ([]strictyaml.Finding, error)
	Warn  func(strictyaml.Finding) // told of what keeps it from nothing; may be nil
}

// Turn starts, pauses or stops a campaign in the store, where the server that runs
// it sees it within a second. One that is started is read from the folder; a paused
// one whose file is gone goes on by the text that it was started with. Without
// People.Book the data are not looked at here; the server looks in any case.
func (u Turner) Turn(ctx context.Context, id, do string, t store.Turn, now time.Time) (store.Campaign, error) {
	running, paused := store.CampaignRunning, store.CampaignPaused
	switch do {
	case "start":
		return u.start(ctx, id, t, now)
	case "pause":
		return u.Store.TurnCampaign(ctx, now, id, []store.CampaignState{running}, paused, t)
	case "stop":
		return u.Store.TurnCampaign(ctx, now, id, []store.CampaignState{running, paused}, store.CampaignStopped, t)
	}
	return store.Campaign{}, fmt.Errorf("there is no %q: start, pause or stop", do)
}

func (u Turner) start(ctx context.Context, id string, t store.Turn, now time.Time) (store.Campaign, error) {
	old, gone := u.Store.Campaign(ctx, id)
	if gone == nil && old.State == store.CampaignRunning {
		return old, fmt.Errorf("%w: %s runs already", store.ErrTurn, id)
	}
	f, err := Find(u.Folder, id)
	if errors.Is(err, ErrNoFile) {
		if gone != nil || old.State != store.CampaignPaused {
			return old, err
		}
		f.Text = old.Doc
		f.Campaign, err = campaign.Load(strings.NewReader(old.Doc), id)
	}
	if err != nil {
		return store.Campaign{}, Wrong{err}
	}
	if err := u.sound(ctx, now, f.Campaign); err != nil {
		return store.Campaign{}, err
	}
	if err := u.fit(ctx, now, f.Campaign); err != nil {
		return store.Campaign{}, err
	}
	return u.Store.StartCampaign(ctx, now, id, f.Text, t.Who)
}

// sound checks a campaign: Wrong tells of every error.
func (u Turner) sound(ctx context.Context, now time.Time, c *campaign.Campaign) error {
	if u.Check == nil {
		return nil
	}
	found, err := u.Check(ctx, now, c)
	if err != nil {
		return err
	}
	var wrong strictyaml.Problems
	for _, f := range found {
		switch {
		case f.Severity == strictyaml.Error:
			wrong = append(wrong, f.Problem)
		case f.Severity == strictyaml.Warning && u.Warn != nil:
			u.Warn(f)
		}
	}
	if len(wrong) > 0 {
		return Wrong{wrong}
	}
	return nil
}

// fit measures the data of a campaign's people: ErrUnfit says why it may not start.
func (u Turner) fit(ctx context.Context, now time.Time, c *campaign.Campaign) error {
	if u.People.Book == nil {
		return nil
	}
	d, err := u.People.Measure(ctx, u.Store.Reader, now, c)
	if err != nil {
		return err
	}
	var why []string
	for _, cause := range c.Unfit(now, d) {
		why = append(why, cause.Text)
	}
	if len(why) > 0 {
		return fmt.Errorf("%w: %s", ErrUnfit, strings.Join(why, "; "))
	}
	return nil
}
