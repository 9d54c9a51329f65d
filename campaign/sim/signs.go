package sim

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/parley-voice/parley/campaign"
)

const day = 24 * time.Hour

// signs makes up when a person did what the campaign's window is counted from, from
// before its start to the last day that is played. Everybody joins once; purchases come
// every 20 days on average; signs, of each person at a rate of their own, every 3 to 90.
func signs(cfg Config, dice *rand.Rand) (all []time.Time) {
	start := cfg.Campaign.When.Start
	end := cfg.end()
	var at time.Time
	var gap float64 // in days
	switch cfg.Campaign.Who.Window {
	case campaign.NewWindow:
		return []time.Time{start.Add(-day + time.Duration(dice.Int64N(int64(end.Sub(start)+day)/int64(time.Second)))*time.Second)}
	case campaign.RepurchaseWindow:
		at, gap = start.Add(-40*day), 20
	case campaign.LostWindow:
		at, gap = start.Add(-120*day), 3*math.Exp(dice.Float64()*math.Log(30))
	}
	for {
		at = at.Add(time.Duration(gap*dice.ExpFloat64()*day.Seconds())*time.Second + time.Second)
		if !at.Before(end) {
			return all
		}
		all = append(all, at)
	}
}

// last is the person's last sign until now, zero when there was none.
func (p *person) last(now time.Time) (at time.Time) {
	for _, s := range p.signs {
		if s.After(now) {
			break
		}
		at = s
	}
	return at
}

// moments are what windows are counted from; a campaign looks at one of them.
func (p *person) moments(now time.Time) campaign.Moments {
	at := p.last(now)
	return campaign.Moments{Joined: at, Bought: at, Seen: at}
}
