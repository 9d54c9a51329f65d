package sim

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/pickup"
)

// drawn is what a call comes to, once it rings.
type drawn struct {
	result campaign.Result
	rings  time.Duration // until somebody answers, or it is over
	talks  time.Duration
}

// nobody are the shares of what becomes of a call that no person answers.
var nobody = []struct {
	status pickup.Status
	share  float64
	rings  time.Duration // zero: as long as it may
}{
	{pickup.Busy, 0.12, 2 * time.Second},
	{pickup.Machine, 0.22, 18 * time.Second},
	{pickup.Off, 0.10, 5 * time.Second},
	{pickup.Unreachable, 0.05, 6 * time.Second},
	{pickup.Refused, 0.04, 9 * time.Second},
	{pickup.Blocked, 0.01, time.Second},
	{pickup.NoAnswer, 1, 0},
}

// draw decides what a call comes to.
func (w *world) draw(now time.Time, p *person, ring time.Duration) drawn {
	dice, h := w.dice, w.cfg.Habits
	d := drawn{result: campaign.Result{At: now, Fate: campaign.Ended}}
	switch {
	case dice.Float64() < h.Fail:
		d.result.Status, d.rings = pickup.Network, time.Second
	case p.truth.number != "":
		d.result.Status, d.rings = p.truth.number, 4*time.Second
	case dice.Float64() < p.truth.answers(now, p.timing.Where):
		d.rings = min(ring-time.Second, time.Duration((4+8*dice.ExpFloat64())*float64(time.Second)))
		d.talks = time.Duration(math.Exp(math.Log(60)+0.7*dice.NormFloat64()) * float64(time.Second))
		d.result.Status = pickup.Human
		d.result.Outcome, d.result.Wish = w.talk(dice)
	default:
		x := dice.Float64()
		for _, n := range nobody {
			if x -= n.share; x < 0 {
				d.result.Status, d.rings = n.status, n.rings
				break
			}
		}
		if d.result.Status == "" || d.rings == 0 {
			d.result.Status, d.rings = pickup.NoAnswer, ring
		}
		if d.result.Status == pickup.Machine {
			d.talks = 3 * time.Second
		}
	}
	return d
}

// shares of what conversations come to.
var shares = map[campaign.Meaning]float64{campaign.Need: 0.15, campaign.Considering: 0.15, campaign.Refusal: 0.2, campaign.Later: 0.08, campaign.Settled: 0.1}

// talk draws an outcome of the campaign's own, and a wish.
func (w *world) talk(dice *rand.Rand) (outcome string, wish campaign.Wish) {
	switch x := dice.Float64(); {
	case x < w.cfg.Habits.Complain:
		return "", campaign.Complains
	case x < w.cfg.Habits.Complain+w.cfg.Habits.OptOut:
		return "", campaign.Never
	}
	x := dice.Float64()
	count := map[campaign.Meaning]int{}
	for _, f := range w.cfg.Campaign.FollowUps {
		count[f.Meaning]++
	}
	for _, f := range w.cfg.Campaign.FollowUps {
		if x -= shares[f.Meaning] / float64(count[f.Meaning]); x < 0 {
			return f.Outcome, ""
		}
	}
	return "", ""
}
