package calendar

import (
	"github.com/parley-voice/parley/dialog/vocab"
)

// vocabulary of a jurisdiction's file; docs/consent.md shows it.
var vocabulary = vocab.Table{
	{Name: "jurisdiction", Keys: []vocab.Key{
		{Name: "jurisdiction", Value: vocab.Name, Default: vocab.Required, Doc: "the name; a file of your own with the name of one that ships takes its place"},
		{Name: "countries", Value: vocab.List(vocab.Text).Called("country codes"), Default: vocab.Required, Doc: "where numbers must be from, ISO 3166-1: `US`"},
		{Name: "regions", Value: vocab.List(vocab.Text).Called("names"), Default: "everywhere", Doc: "states or provinces, each in every spelling: `[FL, Florida]`; they add to what the whole country asks"},
		{Name: "hours", Value: vocab.Map(vocab.List(vocab.Text)).Called("days, each with hours"), Default: vocab.Required, Doc: "when people may be called, by their own wall clock: `mon-fri: 09:00-20:00`; a day that is missing has no calls"},
		{Name: "holidays", Value: vocab.Map(vocab.Of("year")).Called("years, each with a `year` block"), Default: "no rule on holidays", Doc: "days without marketing; a year that is missing has none at all"},
		{Name: "source", Value: vocab.List(vocab.Text), Default: vocab.Required, Doc: "the law or the reason, for whoever asks why"},
	}},
	{Name: "year", Keys: []vocab.Key{
		{Name: "off", Value: vocab.List(vocab.Text), Default: vocab.Required, Doc: "holidays: `2026-10-01` or `2026-10-01..2026-10-07`"},
		{Name: "work", Value: vocab.List(vocab.Text), Default: "none", Doc: "days worked in their stead: they have Monday's hours when their own weekday has none"},
	}},
}

// Vocabulary is the table of every key that a jurisdiction's file may use.
func Vocabulary() vocab.Table { return vocabulary }
