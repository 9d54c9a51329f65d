package outbound

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/campaign/pacing"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/store"
)

// memory is what a campaign has learnt about itself. It is kept with the campaign
// every few seconds and at the end: a kill loses the tallies of that time, and no
// attempt.
type memory struct {
	Version  int                         `json:"version"` // of the campaign that Reached is of
	Filled   bool                        `json:"filled"`  // its data were found good enough
	Data     campaign.Data               `json:"-"`       // kept with the campaign: one node finds its people
	Reached  experiment.Arm              `json:"reached"` // people, and those who complained or opted out
	Breaker  campaign.Breaker            `json:"breaker"`
	Callers  map[string]*shown           `json:"callers,omitempty"`
	Quarters map[int64]pacing.Count      `json:"quarters,omitempty"` // since 1970: people who answered, and were abandoned
	Tallies  map[string]experiment.Tally `json:"tallies,omitempty"`  // by variant
	Spoken   spoken                      `json:"spoken,omitempty"`   // by version of a script
	Fates    map[string]int              `json:"fates,omitempty"`    // attempts by what became of them
	Chosen   timing.Coverage             `json:"chosen,omitempty"`   // times to call that a model chose, by the rule
	Staff    map[int]staff               `json:"staff,omitempty"`    // agents by hour of the week
}

// shown is a number that is shown, by days of the campaign's zone.
type shown struct {
	Days   map[string]dayOf `json:"days,omitempty"`
	Rested time.Time        `json:"rested,omitzero"`
}

type dayOf struct{ Calls, Answered, Blocked int }

const quarter = 15 * time.Minute

func recall(text string, row store.Campaign) memory {
	var m memory
	version := row.Version
	if text != "" {
		_ = json.Unmarshal([]byte(text), &m) // of our own writing; what cannot be read is begun anew
	}
	if m.Version != version {
		m.Version, m.Filled, m.Reached, m.Tallies, m.Spoken = version, false, experiment.Arm{}, nil, nil
	}
	if row.Data != "" {
		_ = json.Unmarshal([]byte(row.Data), &m.Data)
	}
	for _, p := range []*map[string]int{&m.Fates} {
		if *p == nil {
			*p = map[string]int{}
		}
	}
	if m.Callers == nil {
		m.Callers = map[string]*shown{}
	}
	if m.Quarters == nil {
		m.Quarters = map[int64]pacing.Count{}
	}
	if m.Tallies == nil {
		m.Tallies = map[string]experiment.Tally{}
	}
	return m
}

// DataOf tells how good the data of a campaign's people were when it was started
// last; nothing before the server has looked at them.
func DataOf(row store.Campaign) (d campaign.Data, looked bool) {
	m := recall("", row)
	return m.Data, m.Data.People > 0
}

// ledger is the pacer's, as it was.
func (m *memory) ledger(l *pacing.Ledger) {
	for _, q := range slices.Sorted(maps.Keys(m.Quarters)) {
		l.Add(time.Unix(q*int64(quarter/time.Second), 0), m.Quarters[q])
	}
}

// caller is what is known of a number that is shown.
func (m *memory) caller(number string) *shown {
	s := m.Callers[number]
	if s == nil {
		s = &shown{Days: map[string]dayOf{}}
		m.Callers[number] = s
	}
	return s
}

// called counts an attempt that was dialled.
func (m *memory) called(at time.Time, c *campaign.Campaign, k campaign.Candidate, caller string) {
	s := m.caller(caller)
	day := at.In(c.When.Zone).Format(time.DateOnly)
	d := s.Days[day]
	d.Calls++
	s.Days[day] = d
	for old := range s.Days {
		if old < at.AddDate(0, 0, -7).In(c.When.Zone).Format(time.DateOnly) {
			delete(s.Days, old)
		}
	}
	if k.Tries-k.Last.Void <= 1 { // each person counts once
		t := m.Tallies[k.Variant]
		t.Variant = k.Variant
		t.Assigned++
		t.Called++
		m.Tallies[k.Variant] = t
	}
}

// ended counts what came of one.
func (m *memory) ended(now time.Time, c *campaign.Campaign, k campaign.Candidate, caller string, e ending) {
	m.Fates[string(e.fate)]++
	m.Breaker = m.Breaker.Ended(campaign.Ending{Began: e.result.At, At: now, Failed: e.result.Failed()}, c.Guard.Breaker)
	if s := m.Callers[caller]; s != nil {
		day := e.result.At.In(c.When.Zone).Format(time.DateOnly)
		d := s.Days[day]
		if e.result.Status.Answerer() {
			d.Answered++
		}
		if e.result.Status == pickup.Blocked {
			d.Blocked++
		}
		s.Days[day] = d
	}
	if !e.person() {
		return
	}
	one := e.tally(c)
	one.Variant = k.Variant
	m.Reached.Trials++
	m.Reached.Hits += one.Complained
	m.Tallies[k.Variant] = sum(m.Tallies[k.Variant], one)
}

// met counts a person who answered, and whether an agent was there in time.
func (m *memory) met(at time.Time, c pacing.Count) {
	q := at.Unix() / int64(quarter/time.Second)
	old := m.Quarters[q]
	m.Quarters[q] = pacing.Count{Answered: old.Answered + c.Answered, Abandoned: old.Abandoned + c.Abandoned}
	for k := range m.Quarters {
		if k <= q-30*24*4 {
			delete(m.Quarters, k)
		}
	}
}

// chose counts times that a model chose.
func (m *memory) chose(c timing.Coverage) {
	if m.Chosen == nil && len(c) > 0 {
		m.Chosen = timing.Coverage{}
	}
	for v, n := range c {
		m.Chosen[v] += n
	}
}

// tallies of the numbers that are shown.
func (m *memory) callers(now time.Time, c *campaign.Campaign) (all []campaign.CallerTally) {
	today := now.In(c.When.Zone).Format(time.DateOnly)
	for _, number := range slices.Sorted(maps.Keys(m.Callers)) {
		s := m.Callers[number]
		t := campaign.CallerTally{Number: number, Today: s.Days[today].Calls, Rested: s.Rested}
		from := ""
		if !s.Rested.IsZero() {
			from = s.Rested.Add(c.Guard.Callers.Rest).In(c.When.Zone).Format(time.DateOnly)
		}
		for day, d := range s.Days {
			if day >= from {
				t.Calls, t.Answered, t.Blocked = t.Calls+d.Calls, t.Answered+d.Answered, t.Blocked+d.Blocked
			}
		}
		all = append(all, t)
	}
	return all
}

func (m *memory) text() string {
	b, err := json.Marshal(m)
	if err != nil { // no type of it fails
		panic(err)
	}
	return string(b)
}
