package outbound

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/store"
)

// Wrong marks a campaign's file that has mistakes.
type Wrong struct{ error }

// Unwrap gives the error itself.
func (w Wrong) Unwrap() error { return w.error }

// Turn starts, pauses or stops a campaign in the store, where the server that runs
// it sees it within a second. One that is started is read from the folder; a paused
// one whose file is gone goes on by the text that it was started with.
func Turn(ctx context.Context, s *store.Editor, folder, id, do string, t store.Turn, now time.Time) (store.Campaign, error) {
	running, paused := store.CampaignRunning, store.CampaignPaused
	switch do {
	case "start":
		f, err := Find(folder, id)
		if errors.Is(err, ErrNoFile) {
			old, gone := s.Campaign(ctx, id)
			if gone != nil || old.State != paused {
				return old, err
			}
			f.Text, err = old.Doc, nil
		}
		if err != nil {
			return store.Campaign{}, Wrong{err}
		}
		return s.StartCampaign(ctx, now, id, f.Text, t.Who)
	case "pause":
		return s.TurnCampaign(ctx, now, id, []store.CampaignState{running}, paused, t)
	case "stop":
		return s.TurnCampaign(ctx, now, id, []store.CampaignState{running, paused}, store.CampaignStopped, t)
	}
	return store.Campaign{}, fmt.Errorf("there is no %q: start, pause or stop", do)
}
