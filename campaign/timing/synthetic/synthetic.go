// Package synthetic makes up people whose true probability of answering is
// known, to measure models by. Their habits are built of what calls to people
// show, not of what any model here assumes; docs/timing.md tells the structure.
package synthetic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/parley-voice/parley/campaign/timing"
)

// Config is how many people, called how often and for how long.
type Config struct {
	People int
	Weeks  int
	Calls  int // of one person on average
	Start  time.Time
	Seed   uint64
}

// Population is people with their attempts, and the truth about them.
type Population struct {
	People []timing.Person
	truth  map[string]habits
	season []float64 // log odds of each week, for everybody
	start  time.Time
}

// segment is a way of life: bumps of log odds over the hours of workdays and of
// weekends.
type segment struct {
	name              string
	share, level      float64
	workday, weekends []bump
}

// bump is a rise of log odds around an hour of the day.
type bump struct{ hour, width, height float64 }

var segments = []segment{
	{"office", 0.35, -1.5, []bump{{12.5, 0.8, 1.4}, {19.5, 1.5, 2.2}}, []bump{{11, 2, 1.6}, {16, 3, 1.2}}},
	{"retired", 0.2, -0.6, []bump{{10, 2, 1.8}, {15.5, 1.5, 1.2}, {13, 0.7, -1.2}}, []bump{{10, 2, 1.1}}},
	{"student", 0.15, -1.8, []bump{{21, 1.5, 2.2}, {13, 1, 0.8}}, []bump{{14, 2, 1.5}, {21, 2, 1.2}}},
	{"shift", 0.15, -1.2, []bump{{14.5, 1.5, 1.6}}, []bump{{15, 2, 0.8}}},
	{"parents", 0.15, -1.3, []bump{{9.5, 1, 1.9}, {20.5, 1, 1.7}, {17.5, 1.2, -1.5}}, []bump{{10, 1.5, 0.8}, {20.5, 1.2, 1.0}}},
}

// habits are one person's own, around their segment's.
type habits struct {
	segment int
	level   float64 // log odds, always
	later   float64 // hours that the day is shifted by
	weekend float64 // log odds at weekends
	own     int     // a part of the week that is theirs, -1 for none
	wary    float64 // how much a call just before lowers the next
	channel float64
	drift   float64 // log odds a week
}

var cities = []string{"Asia/Shanghai", "Asia/Shanghai", "Europe/Berlin", "America/New_York"}

// Make makes people up. The same Config makes the same.
func Make(c Config) (*Population, error) {
	var zones []*time.Location
	for _, name := range cities {
		z, err := time.LoadLocation(name)
		if err != nil {
			return nil, fmt.Errorf("synthetic people: %w", err)
		}
		zones = append(zones, z)
	}
	pop := &Population{truth: map[string]habits{}, start: c.Start}
	dice := rand.New(rand.NewPCG(c.Seed, 0x7061726c6579))
	for level := 0.0; len(pop.season) <= c.Weeks; level += 0.07 * dice.NormFloat64() {
		pop.season = append(pop.season, level-0.008*float64(len(pop.season)))
	}
	for i := range c.People {
		p := timing.Person{ID: fmt.Sprintf("p%d", i), Where: zones[dice.IntN(len(zones))]}
		h := someone(dice)
		p.Segment = segments[h.segment].name
		h.tell(&p, dice)
		pop.truth[p.ID] = h
		pop.call(&p, c, dice)
		pop.People = append(pop.People, p)
	}
	return pop, nil
}

func someone(dice *rand.Rand) habits {
	h := habits{own: -1, level: 0.9 * dice.NormFloat64(), later: 1.3 * dice.NormFloat64(), weekend: 0.5 * dice.NormFloat64(), wary: 0.4 + 0.8*dice.Float64(), drift: 0.015 * dice.NormFloat64()}
	pick := dice.Float64()
	for i, s := range segments {
		h.segment = i
		if pick -= s.share; pick < 0 {
			break
		}
	}
	if dice.Float64() < 0.3 {
		h.own = dice.IntN(12)
	}
	return h
}

// tell lets a person say what they prefer: most of it is true.
func (h *habits) tell(p *timing.Person, dice *rand.Rand) {
	switch pick := dice.Float64(); {
	case pick < 0.25:
		p.Channel, h.channel = "phone", 0.5
	case pick < 0.45:
		p.Channel, h.channel = "sms", -0.7
	case pick < 0.55:
		p.Channel, h.channel = "email", -0.4
	}
	if dice.Float64() > 0.35 {
		return
	}
	names, best := []string{"morning", "afternoon", "evening"}, math.Inf(-1)
	for i, clock := range []float64{10, 15, 20} {
		if x := h.curve(clock, false); x > best {
			p.Prefers, best = names[i], x
		}
	}
	if dice.Float64() < 0.2 {
		p.Prefers = names[dice.IntN(3)]
	}
}

func (h habits) curve(clock float64, weekend bool) (x float64) {
	bumps := segments[h.segment].workday
	if weekend {
		bumps = segments[h.segment].weekends
	}
	for _, b := range bumps {
		d := (clock - h.later - b.hour) / b.width
		x += b.height * math.Exp(-d*d/2)
	}
	return x
}

// call places the attempts: at allowed hours of any day, sometimes soon again,
// and tosses the coin of each.
func (pop *Population) call(p *timing.Person, c Config, dice *rand.Rand) {
	end := c.Start.Add(time.Duration(c.Weeks) * 7 * 24 * time.Hour)
	gap := float64(c.Weeks) * 7 / float64(c.Calls)
	for at := c.Start; ; {
		days := gap * 1.15 * dice.ExpFloat64()
		if dice.Float64() < 0.15 {
			days = dice.Float64() * 2
		}
		day := at.In(p.Where).AddDate(0, 0, int(math.Ceil(days)))
		at = time.Date(day.Year(), day.Month(), day.Day(), 8+dice.IntN(14), dice.IntN(60), 0, 0, p.Where)
		if !at.Before(end) {
			return
		}
		answered := dice.Float64() < pop.P(*p, at)
		p.Attempts = append(p.Attempts, timing.Attempt{At: at, Answered: answered})
	}
}

// P is the true probability that a person answers at t, from what came before t.
func (pop *Population) P(p timing.Person, t time.Time) float64 {
	h, local := pop.truth[p.ID], t.In(p.Where)
	hour := timing.HourOf(t, p.Where)
	week := t.Sub(pop.start).Hours() / (7 * 24)
	x := segments[h.segment].level + h.level + h.channel + h.drift*week + h.curve(float64(local.Hour())+float64(local.Minute())/60, hour.Weekend())
	x += pop.season[min(max(int(week), 0), len(pop.season)-1)]
	if hour.Weekend() {
		x += h.weekend
	}
	if hour.Part() == h.own {
		x += 1.5
	}
	missed := 0
	for i := len(p.Attempts) - 1; i >= 0; i-- {
		a := p.Attempts[i]
		if !a.At.Before(t) {
			continue
		}
		if missed == 0 { // the contact just before
			x -= h.wary * math.Exp(-t.Sub(a.At).Hours()/48)
		}
		if a.Answered {
			break
		}
		if missed++; missed == 4 { // an unknown number that keeps calling is ignored
			x -= 0.6
			break
		}
	}
	return 1 / (1 + math.Exp(-x))
}
