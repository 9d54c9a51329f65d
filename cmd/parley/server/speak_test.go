package server

import (
	"log/slog"
	"slices"
	"testing"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/scripts"
	"github.com/parley-voice/parley/tts"
)

// What a campaign says is made once, before its calls are answered: no number leads to
// its script.
func TestWhatACampaignSaysIsMadeAhead(t *testing.T) {
	l, err := library.Open(t.Context(), library.Source{Shipped: scripts.FS}, nil)
	if err != nil {
		t.Fatal(err)
	}
	voice := &tts.Fake{Rate: 16000}
	s := &Server{Shelves: Shelves{Library: l}, log: slog.New(slog.DiscardHandler)}
	if s.speech.cache, err = tts.NewCache(t.TempDir(), voice, tts.CacheConfig{}); err != nil {
		t.Fatal(err)
	}
	c := &campaign.Campaign{}
	c.ID = "spring"
	c.Wording.Variants = []experiment.Variant{{Name: "plain", Script: "appointment.en"}}
	c.Line.Pickup.Say = "We will try again."
	s.campaignAhead(t.Context(), c)
	made := len(voice.Said())
	if made < 3 || !slices.ContainsFunc(voice.Said(), func(u tts.Utterance) bool { return u.Text == c.Line.Pickup.Say && u.Language == "en" }) {
		t.Errorf("made %+v", voice.Said())
	}
	s.campaignAhead(t.Context(), c)
	if again := len(voice.Said()); again != made {
		t.Errorf("%d lines, %d after a second start", made, again)
	}
}
