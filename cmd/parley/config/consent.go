package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/permit"
)

// Consent says how often, and when, people may be reached. It makes the rules that
// ship stricter, never looser; only a jurisdiction's file may replace another.
type Consent struct {
	Jurisdictions string        `yaml:"jurisdictions" doc:"Folder of files (*.yaml) that say when people may be called, by country and region (docs/consent.md). One with the name of one that ships takes its place. Relative to the configuration file."`
	Person        Caps          `yaml:"person" doc:"Attempts to one person over all numbers of theirs."`
	Number        Caps          `yaml:"number" doc:"Attempts to one number."`
	Refusal       time.Duration `yaml:"refusal" default:"720h" min:"720h" max:"87600h" doc:"How long one who refused an offer is left alone; 720h are 30 days."`
	Complaint     time.Duration `yaml:"complaint" default:"720h" min:"720h" max:"87600h" doc:"How long one who complained is."`
	Service       []string      `yaml:"service" default:"service, callback" doc:"Purposes that are no marketing, so that neither holidays nor unknown years forbid them. All others are marketing."`
}

// Caps bound attempts in windows that roll.
type Caps struct {
	Day  int `yaml:"day" default:"3" min:"1" max:"3" doc:"At most so many in 24 hours."`
	Week int `yaml:"week" default:"2" min:"1" max:"2" doc:"At most so many in 7 days. The stricter of both holds."`
}

// Policy is what the site allows, with the jurisdictions that ship and its own. The
// error tells of every mistake in the files, with its place.
func (c *Config) Policy() (permit.Policy, error) {
	book, err := calendar.Shipped()
	if err != nil {
		return permit.Policy{}, err
	}
	if folder := c.Consent.Jurisdictions; folder != "" {
		if book, err = withFolder(book, folder); err != nil {
			return permit.Policy{}, err
		}
	}
	p := permit.Standard(book)
	p.Person, p.Number = permit.Caps(c.Consent.Person), permit.Caps(c.Consent.Number)
	p.Refusal, p.Complaint, p.Service = c.Consent.Refusal, c.Consent.Complaint, c.Consent.Service
	return p, nil
}

func withFolder(book *calendar.Book, folder string) (*calendar.Book, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.yaml")) // sorted
	if err != nil {
		return nil, fmt.Errorf("consent.jurisdictions: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("consent.jurisdictions: there is no *.yaml in %s; name another folder, or leave it out", folder)
	}
	var wrong error
	from := map[string]string{}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("consent.jurisdictions: %w", err)
		}
		r, err := calendar.Load(f, name)
		wrong = errors.Join(wrong, err, f.Close())
		if first, twice := from[r.Name]; twice && err == nil {
			wrong = errors.Join(wrong, fmt.Errorf("%s: %q is the name of %s too; names must differ", name, r.Name, first))
		}
		from[r.Name] = name
		book = book.With(r)
	}
	return book, wrong
}
