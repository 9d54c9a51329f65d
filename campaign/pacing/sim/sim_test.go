package sim

import (
	"reflect"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/pacing"
)

// play simulates days of 20 agents and four hours and adds them up.
func play(mode pacing.Mode, days int, seed uint64) ([]Day, Day) {
	all := Run(Config{Pacing: pacing.Config{Mode: mode}, Days: days, Hours: 4 * time.Hour, Seed: seed})
	var sum Day
	for _, d := range all {
		sum = sum.Plus(d)
	}
	return all, sum
}

func TestPredictiveIsAheadAndAbandonsNobodyTooMany(t *testing.T) {
	for seed := range uint64(2) {
		days, ahead := play(pacing.Predictive, 1, seed)
		_, single := play(pacing.Progressive, 1, seed)
		if single.Abandoned != 0 {
			t.Errorf("seed %d: progressive pacing abandoned %d people", seed, single.Abandoned)
		}
		if ahead.TalkShare() < single.TalkShare()+0.05 {
			t.Errorf("seed %d: agents talk %.3f of their time, with progressive pacing %.3f", seed, ahead.TalkShare(), single.TalkShare())
		}
		if share := ahead.AbandonedShare(); share > 0.03 || share == 0 {
			t.Errorf("seed %d: %.4f of the people were abandoned", seed, share)
		}
		if ahead.Double+single.Double > 0 {
			t.Errorf("seed %d: an agent was given two calls", seed)
		}
		again, _ := play(pacing.Predictive, 1, seed)
		if !reflect.DeepEqual(days, again) {
			t.Errorf("seed %d: the same seed played other days", seed)
		}
	}
}

// Few agents are called for one by one.
func TestFewAgents(t *testing.T) {
	for agents, ahead := range map[int]bool{14: false, 15: true} {
		day := Run(Config{Pacing: pacing.Config{Mode: pacing.Predictive}, Agents: agents, Days: 1, Hours: 4 * time.Hour, Seed: 1})[0]
		if (day.Abandoned > 0) != ahead {
			t.Errorf("%d agents: %d abandoned, %d answered", agents, day.Abandoned, day.Answered)
		}
	}
}

func TestOverflowAbandonsNobody(t *testing.T) {
	day := Run(Config{Pacing: pacing.Config{Mode: pacing.Predictive, Overflow: 0.2}, Days: 1, Hours: 4 * time.Hour, Seed: 1})[0]
	if share := float64(day.Overflowed) / float64(day.Answered); day.Abandoned > 0 || share < 0.05 || share > 0.3 {
		t.Errorf("%d abandoned, %.2f talked to by the script", day.Abandoned, share)
	}
}
