// Package calendar says when people may be called, by the law and custom of where
// they live: hours of the week by the called person's own wall clock, holidays by
// year, and the time zones that a number may be in. It is pure; the rules that
// ship are files in shipped, and a site may add its own (docs/consent.md).
package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/dialog/vocab/hours"
)

// Rule is what one jurisdiction asks.
type Rule struct {
	Name      string
	Countries []string     // ISO 3166-1 alpha-2
	Regions   []string     // states or provinces, as places spell them; none: the whole country
	Hours     hours.Week   // a day without hours has no calls
	Holidays  map[int]Year // nil: no rule on holidays. A year that is missing is unknown.
	Source    string
}

// Year is the holidays of one.
type Year struct {
	Off  []hours.Days
	Work []hours.Days // worked although it is a weekend, or among Off
}

// Shut is why people may not be called at a moment.
type Shut string

// The reasons of a Shut; Open is none.
const (
	Open        Shut = ""
	OutOfHours  Shut = "hours"
	Holiday     Shut = "holiday"
	UnknownYear Shut = "unknown_year"
)

// At tells whether people may be called at t, whose location is theirs. The wall
// clock counts: hours that a clock skips are not called in, hours that come twice
// are called in twice. Holidays and unknown years bind marketing only.
func (r Rule) At(t time.Time, marketing bool) Shut {
	day, spans := t.Format(hours.DayForm), r.Hours[t.Weekday()]
	if r.Holidays != nil {
		year, known := r.Holidays[t.Year()]
		switch {
		case !known && marketing:
			return UnknownYear
		case hours.Among(year.Work, day):
			if len(spans) == 0 {
				spans = r.Hours[time.Monday]
			}
		case hours.Among(year.Off, day) && marketing:
			return Holiday
		}
	}
	if !hours.Within(spans, t) {
		return OutOfHours
	}
	return Open
}

// Book is all the rules of a site. The zero Book has none, so nobody may be called.
type Book struct{ rules []Rule }

// NewBook makes a book; of two rules with one name the later counts.
func NewBook(rules ...Rule) *Book {
	b := &Book{}
	for _, r := range rules {
		if i := slices.IndexFunc(b.rules, func(old Rule) bool { return old.Name == r.Name }); i >= 0 {
			b.rules[i] = r
		} else {
			b.rules = append(b.rules, r)
		}
	}
	return b
}

// Regional tells whether a country has rules of its regions.
func (b *Book) Regional(country string) bool {
	return slices.ContainsFunc(b.rules, func(r Rule) bool { return len(r.Regions) > 0 && slices.Contains(r.Countries, country) })
}

// Rules are those of the book.
func (b *Book) Rules() []Rule { return slices.Clone(b.rules) }

// With is the book with other rules over its own.
func (b *Book) With(rules ...Rule) *Book { return NewBook(append(b.Rules(), rules...)...) }

// For gives every rule that binds a call to a country and to any of these places
// in it, all of which must be kept. The error tells that the country has none.
func (b *Book) For(country string, places ...string) (all []Rule, err error) {
	general := false
	for _, r := range b.rules {
		if !slices.Contains(r.Countries, country) {
			continue
		}
		if len(r.Regions) == 0 {
			general = true
			all = append(all, r)
		} else if slices.ContainsFunc(r.Regions, func(name string) bool {
			return slices.ContainsFunc(places, func(place string) bool { return in(place, name) })
		}) {
			all = append(all, r)
		}
	}
	if !general {
		return nil, fmt.Errorf("no jurisdiction covers the country %q: add a file of its hours (docs/consent.md)", country)
	}
	return all, nil
}

// in tells whether a place is in a region: Florida, Miami, FL, 广东深圳.
func in(place, region string) bool {
	if strings.EqualFold(place, region) {
		return true
	}
	for part := range strings.FieldsFuncSeq(place, func(r rune) bool { return r == ',' || r == '/' }) {
		if strings.EqualFold(strings.TrimSpace(part), region) {
			return true
		}
	}
	return region != "" && region[0] >= 0x80 && strings.HasPrefix(place, region)
}
