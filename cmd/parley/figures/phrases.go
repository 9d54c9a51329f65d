package figures

import (
	"context"

	"github.com/parley-voice/parley/dialog/keyness"
	"github.com/parley-voice/parley/dialog/mask"
	"github.com/parley-voice/parley/store"
)

// weeksBefore is how long the time is that a week's phrases are compared with.
const weeksBefore = 8

// phrases are what people say more often in a week than in the eight before it.
// Numbers are masked first, also where the records hold them. They are suggestions.
func phrases(ctx context.Context, from Source, week store.Period) ([]keyness.Phrase, error) {
	now := keyness.NewCounter()
	if err := from.Heard(ctx, week.Starts, week.Ends, masked(now)); err != nil {
		return nil, err
	}
	before := now.Before()
	if err := from.Heard(ctx, week.Starts.AddDate(0, 0, -7*weeksBefore), week.Starts, masked(before)); err != nil {
		return nil, err
	}
	return keyness.Said(now, before), nil
}

func masked(c *keyness.Counter) func([]string) {
	return func(texts []string) {
		hidden := make([]string, len(texts))
		for i, t := range texts {
			hidden[i] = mask.Text(t)
		}
		c.Add(hidden)
	}
}
