// Package sim plays days of a campaign over people who are made up, in virtual time:
// the same Plan, permit, calendar, timing, pacing and Next as in earnest. Each call
// that is placed is held to the rules a second time, by code of its own. The same
// Config plays the same days.
package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/campaign/timing"
)

// Config of a simulation.
type Config struct {
	Campaign *campaign.Campaign
	Policy   permit.Policy // the site's; the campaign's own limits are applied to it
	People   int           // of the segment, before the pilot's share is taken
	Days     int           // from the campaign's start
	Agents   int           // logged in while the campaign calls; 0 for none
	Seed     uint64
	Habits   Habits
	Progress func(day, days int) // after each day; nil tells nobody
}

// Report is what came of a simulation.
type Report struct {
	Days     []Day
	People   int                   // who were candidates: the pilot's share, and of it who came into the window
	Refused  map[permit.Code]int   // answers of permit, by each reason that they held
	Statuses map[pickup.Status]int // of calls
	Outcomes map[string]int        // of conversations
	Follows  map[campaign.Deed]int
	Ends
	Held      map[campaign.Code]int // minutes in which health held the campaign back
	Coverage  timing.Coverage       // how the time to call was chosen
	Windows   *Windows              `json:",omitempty"` // of a campaign that has a window
	Breaches  []string              // of the rules: must be none
	Attempted int
}

// Ends is how far candidates are at the end.
type Ends struct {
	States  map[campaign.State]int
	Endings map[string]int // why candidates were stopped
}

// Day is one day of the campaign's zone.
type Day struct {
	Date      string // 2006-01-02
	Dialled   int
	People    int // answered by a person
	Machines  int
	Abandoned int // a person for whom there was no agent within 2 s
	Overflow  int // of those: taken by the script
	Opted     int // never again, and complaints
	Talked    time.Duration
	Came      int `json:",omitempty"` // whose window opened
	Left      int `json:",omitempty"` // whose window closed
	Uncalled  int `json:",omitempty"` // of those: not called in it
}

// Sum adds up all days.
func (r Report) Sum() (d Day) {
	for _, o := range r.Days {
		d.Dialled += o.Dialled
		d.People += o.People
		d.Machines += o.Machines
		d.Abandoned += o.Abandoned
		d.Overflow += o.Overflow
		d.Opted += o.Opted
		d.Talked += o.Talked
		d.Came += o.Came
		d.Left += o.Left
		d.Uncalled += o.Uncalled
	}
	return d
}

// Run plays the days.
func Run(cfg Config) (Report, error) {
	c := cfg.Campaign
	if cfg.People < 1 || cfg.Days < 1 {
		return Report{}, fmt.Errorf("a simulation needs people and days: %d and %d are given", cfg.People, cfg.Days)
	}
	cfg.Policy = c.Guard.Limits.Apply(cfg.Policy)
	cfg.Habits = cfg.Habits.filled()
	dice := rand.New(rand.NewPCG(cfg.Seed, 0x5eed))
	people, err := makePeople(cfg, dice)
	if err != nil {
		return Report{}, err
	}
	return newWorld(cfg, dice, people).run(), nil
}

// run plays all days.
func (w *world) run() Report {
	cfg, c := w.cfg, w.cfg.Campaign
	for day := range cfg.Days {
		end := timing.StartOfDay(c.When.Start, day+1, c.When.Zone)
		w.today = Day{Date: end.Add(-time.Hour).In(c.When.Zone).Format(time.DateOnly)}
		w.play(end)
		w.out.Days = append(w.out.Days, w.today)
		if cfg.Progress != nil {
			cfg.Progress(day+1, cfg.Days)
		}
	}
	for _, p := range w.people {
		if p.k.State == "" { // was never a candidate
			continue
		}
		w.out.People++
		w.out.States[p.k.State]++
		if p.k.State == campaign.Stopped {
			w.out.Endings[p.k.Last.Why]++
		}
	}
	w.out.Windows, w.out.Breaches = w.windows(), slices.Clone(w.check.breaches)
	return w.out
}

// end is when nothing is played any more.
func (c Config) end() time.Time {
	return timing.StartOfDay(c.Campaign.When.Start, c.Days, c.Campaign.When.Zone)
}

// person is one candidate and the truth about them.
type person struct {
	base   campaign.Candidate // as they are taken up
	k      campaign.Candidate // no State: they are not, yet
	signs  []time.Time        // when they did what the window is counted from
	stay   *Stay              // in the window, while they are
	facts  permit.Facts
	timing timing.Person
	truth  truth
}
