package campaign

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/dialog/vocab"
	"github.com/parley-voice/parley/dialog/vocab/hours"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// Codes of what Lint finds.
const (
	BadSegment    strictyaml.Code = "bad-segment"    // the condition cannot be read
	BadOrder      strictyaml.Code = "bad-order"      // no label of numbers
	UnknownTrunk  strictyaml.Code = "unknown-trunk"  // not in the configuration, or it places no calls
	UnknownQueue  strictyaml.Code = "unknown-queue"  // not in the configuration
	NotApproved   strictyaml.Code = "not-approved"   // the script cannot dial
	NoHours       strictyaml.Code = "no-hours"       // nobody of a region can be called
	FewHours      strictyaml.Code = "few-hours"      // less than five hours a week
	NoRulesThere  strictyaml.Code = "no-rules"       // no jurisdiction covers the numbers' country
	YearUnknown   strictyaml.Code = "unknown-year"   // its holidays are not known
	TooManyTries  strictyaml.Code = "too-many-tries" // the caps leave no room for them
	OverAlready   strictyaml.Code = "over"           // the deadline is past
	SmallTrial    strictyaml.Code = "experiment"     // what is unwise of the experiment
	UnknownClip   strictyaml.Code = "unknown-clip"   // not a recording of the scripts
	ForbiddenWord strictyaml.Code = "forbidden-word" // that no call may say
	PoorData      strictyaml.Code = "data"           // it would not start with its people's data
	CodesOfLint                   = "bad-segment bad-order unknown-trunk unknown-queue not-approved no-hours few-hours no-rules unknown-year too-many-tries over experiment unknown-clip forbidden-word data"
	fewestHours                   = 5
	secondsInHour                 = 3600
)

// Site is what a campaign is checked against. What is nil is not looked at.
type Site struct {
	Policy permit.Policy
	Groups *segment.Book
	Trunks []string                        // that place calls
	Queues []string                        // of agents
	Script func(experiment.Variant) string // why a variant cannot dial, "" when it can
	Clips  func(name string) []string
	// Forbidden finds a word in a text that no call may say.
	Forbidden func(text string) (word, why string)
	Data      func(*Campaign) (Data, bool)
}

type linter struct {
	c     *Campaign
	found []strictyaml.Finding
}

func (l *linter) add(s strictyaml.Severity, code strictyaml.Code, key, hint, format string, args ...any) {
	l.found = append(l.found, l.c.Finding(s, code, key, hint, format, args...))
}

// Lint tells what keeps a campaign from doing what its file says, at this site and
// as of now.
func (c *Campaign) Lint(now time.Time, s Site) []strictyaml.Finding {
	l := &linter{c: c}
	l.who(s)
	l.scripts(s)
	l.message(s)
	l.names("line.trunk", UnknownTrunk, "trunk with a host", c.Line.Trunk, s.Trunks)
	l.names("line.queue", UnknownQueue, "queue of agents", c.Line.Queue, s.Queues)
	l.hours(s.Policy)
	l.tries(c.Guard.Limits.Apply(s.Policy))
	if !now.Before(c.When.Deadline) {
		l.add(strictyaml.Warning, OverAlready, "when.until", "give a later day, and a higher version", "the campaign is over")
	}
	if len(c.Wording.Variants) > 1 {
		for _, f := range c.Wording.Lint() {
			l.add(f.Severity, SmallTrial, "variants", f.Hint, "%s", f.Text)
		}
	} else if c.Who.Pilot < 1 {
		l.add(strictyaml.Advice, SmallTrial, "variants", "give three wordings or more: a pilot is there to learn which one does better", "the pilot tries one wording")
	}
	if s.Data != nil {
		if d, ok := s.Data(c); ok {
			for _, cause := range c.Unfit(now, d) {
				l.add(strictyaml.Warning, PoorData, "who.segment", "it would not start now", "%s", cause.Text)
			}
		}
	}
	slices.SortStableFunc(l.found, func(a, b strictyaml.Finding) int { return a.Line - b.Line })
	return l.found
}

func (l *linter) who(s Site) {
	if s.Groups != nil {
		if _, err := s.Groups.Parse(l.c.Who.Segment, l.c.places.file); err != nil {
			text, hint := err.Error(), "see docs/customers.md for labels and groups"
			var f *segment.Fault
			if errors.As(err, &f) {
				text, hint = f.Text, f.Hint
			}
			l.add(strictyaml.Error, BadSegment, "who.segment", hint, "%s", text)
		}
	}
	if by := l.c.Who.Order; by != "" {
		if d, ok := label.Find(by); !ok || d.Type != label.Number {
			var numbers []string
			for _, d := range label.Registry() {
				if d.Type == label.Number {
					numbers = append(numbers, d.Name)
				}
			}
			l.add(strictyaml.Error, BadOrder, "who.order", vocab.Suggest(by, numbers), "%q is no label of numbers", by)
		}
	}
}

func (l *linter) scripts(s Site) {
	if s.Script == nil {
		return
	}
	for i, v := range l.c.Wording.Variants {
		if why := s.Script(v); why != "" {
			l.add(strictyaml.Error, NotApproved, fmt.Sprintf("variants[%d].script", i), "have it approved and published: parley script submit, approve, publish", "variant %q cannot dial: %s", v.Name, why)
		}
	}
}

// message looks at what is said to machines.
func (l *linter) message(s Site) {
	p := l.c.Line.Pickup
	if s.Forbidden != nil && p.Say != "" {
		if word, why := s.Forbidden(p.Say); word != "" {
			l.add(strictyaml.Error, ForbiddenWord, "line.voicemail.say", "say it in another way; until then machines are hung up on", "%q: %s", word, why)
		}
	}
	if s.Clips == nil || p.Clip == "" {
		return
	}
	for _, v := range l.c.Wording.Variants {
		if clips := s.Clips(v.Script); !slices.Contains(clips, p.Clip) {
			l.add(strictyaml.Error, UnknownClip, "line.voicemail.clip", vocab.Suggest(p.Clip, clips), "the script of variant %q plays no clip %q", v.Name, p.Clip)
		}
	}
}

func (l *linter) names(key string, code strictyaml.Code, what, name string, among []string) {
	if among != nil && name != "" && !slices.Contains(among, name) {
		l.add(strictyaml.Error, code, key, vocab.Suggest(name, among), "no %s is named %q", what, name)
	}
}

// hours looks for places of the shown numbers' countries where the campaign's hours
// and the law's leave nothing.
func (l *linter) hours(p permit.Policy) {
	if p.Book == nil {
		return
	}
	key := "when.hours"
	if l.c.When.Hours.None() {
		key = "when"
	}
	var seen []string
	for i, n := range l.c.Line.Callers {
		country := customer.Parse(n, "").Country
		if slices.Contains(seen, country) {
			continue
		}
		seen = append(seen, country)
		if _, err := p.Book.For(country); err != nil {
			l.add(strictyaml.Warning, NoRulesThere, fmt.Sprintf("line.numbers[%d]", i), "nobody there can be called", "%v", err)
			continue
		}
		for _, r := range p.Book.Rules() {
			if !slices.Contains(r.Countries, country) {
				continue
			}
			where := strings.Join(append([]string{r.Name}, r.Regions...), ", ")
			switch week := shared(l.c.When.Hours, r.Hours).Hours(); {
			case week == 0:
				l.add(strictyaml.Error, NoHours, key, "choose hours that lie within those of docs/consent.md", "nobody in %s can be called: the campaign's hours and those allowed there have none in common", where)
			case week < fewestHours:
				l.add(strictyaml.Warning, FewHours, key, "choose more hours", "people in %s can be called in %.1f hours a week", where, week)
			}
			l.years(r, p)
		}
	}
}

func (l *linter) years(r calendar.Rule, p permit.Policy) {
	if r.Holidays == nil || !p.Marketing(l.c.Purpose) {
		return
	}
	for y := l.c.When.Start.Year(); y <= l.c.When.Deadline.Add(-time.Second).Year(); y++ {
		if _, ok := r.Holidays[y]; !ok {
			l.add(strictyaml.Warning, YearUnknown, "when", "add the year to the jurisdiction's file: docs/consent.md", "the holidays of %d in %s are not known: nobody there is called in it", y, r.Name)
		}
	}
}

// shared is what two weeks have in common; a week without hours allows all.
func shared(a, b hours.Week) (out weekly) {
	for d := range b {
		spans := a[d]
		if a.None() {
			spans = []hours.Span{{From: 0, To: 24 * secondsInHour}}
		}
		for _, x := range spans {
			for _, y := range b[d] {
				if from, to := max(x.From, y.From), min(x.To, y.To); from < to {
					out += weekly(to - from)
				}
			}
		}
	}
	return out
}

// weekly is seconds of a week.
type weekly int

// Hours is them in hours.
func (w weekly) Hours() float64 { return float64(w) / secondsInHour }

// tries compares the tries with what the caps leave room for until the deadline.
func (l *linter) tries(p permit.Policy) {
	if p.Person.Week == 0 {
		return
	}
	lasts := l.c.When.Deadline.Sub(l.c.When.Start)
	weeks, days := math.Ceil(lasts.Hours()/(7*24)), math.Ceil(lasts.Hours()/24)
	room := min(int(weeks)*p.Person.Week, int(days)*p.Person.Day)
	if l.c.Retry.Tries > room {
		l.add(strictyaml.Warning, TooManyTries, "retry.tries", "lower tries, or call for longer", "a person is called %d times at most, and %d in 7 days and %d in 24 hours are allowed: until the deadline that is %d", l.c.Retry.Tries, p.Person.Week, p.Person.Day, room)
	}
}
