package campaign

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
)

func well(c *Campaign) Health {
	return Health{Act: Run, Variants: c.Wording.Variants, Callers: c.Line.Callers}
}

func crowd(c *Campaign, n int, dice *rand.Rand) (all []Candidate) {
	states := States()
	for i := range n {
		k := someone(c)
		k.Person = fmt.Sprintf("p%d", i)
		k.State = states[dice.IntN(len(states))]
		k.Tries = dice.IntN(5)
		k.Due = tuesday.Add(time.Duration(dice.IntN(48)-24) * time.Hour)
		k.Deadline = tuesday.Add(time.Duration(dice.IntN(96)-8) * time.Hour)
		k.Priority = []int{Triggered, Normal, Low}[dice.IntN(3)]
		k.Score = float64(dice.IntN(5))
		k.Zones = [][]string{{"Asia/Shanghai"}, {"America/New_York"}, {"Asia/Shanghai", "Asia/Urumqi"}, {"Nowhere/Land"}, nil}[dice.IntN(5)]
		all = append(all, k)
	}
	return all
}

// Whatever candidates there are: nobody is planned who must not be, nobody twice,
// never more than there is room for, and nobody is passed over for one who comes
// after them.
func TestPlanHoldsForAnyCrowd(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	c.Who.Pilot = 0.6
	for seed := range uint64(200) {
		dice := rand.New(rand.NewPCG(seed, 1))
		due := crowd(c, 60, dice)
		room := Room{Calls: dice.IntN(20), Health: well(c)}
		plan := Plan(tuesday, c, room, due)
		if len(plan) > room.Calls {
			t.Fatalf("seed %d: %d attempts, room for %d", seed, len(plan), room.Calls)
		}
		planned := map[string]bool{}
		for i, a := range plan {
			k := a.Candidate
			bad := k.State != Pending && k.State != Waiting || k.Due.After(tuesday) || !k.Deadline.After(tuesday) || k.Tries >= c.Retry.Tries ||
				!c.InPilot(k.Person) || !slices.Equal(k.Zones, []string{"Asia/Shanghai"})
			if bad || planned[k.Person] || a.ID != AttemptID(c.ID, k.Person, k.Tries+1) || a.Variant.Name != k.Variant || !slices.Contains(c.Line.Callers, a.Caller) {
				t.Errorf("seed %d: %+v", seed, a)
			}
			planned[k.Person] = true
			if i > 0 && Order(plan[i-1].Candidate, k) > 0 {
				t.Errorf("seed %d: %s before %s", seed, plan[i-1].Candidate.Person, k.Person)
			}
		}
		for _, k := range due {
			if len(plan) > 0 && c.ready(tuesday, k) && !planned[k.Person] && (len(plan) < room.Calls || Order(k, plan[len(plan)-1].Candidate) < 0) {
				t.Errorf("seed %d: %s was passed over", seed, k.Person)
			}
		}
		dice.Shuffle(len(due), func(i, j int) { due[i], due[j] = due[j], due[i] })
		if again := Plan(tuesday, c, room, due); !reflect.DeepEqual(plan, again) {
			t.Errorf("seed %d: the order of the rows changes the plan", seed)
		}
	}
}

func TestPlanKeepsToHealthAndAgents(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	c.Who.Pilot = 1
	due := []Candidate{someone(c), someone(c), someone(c)}
	for i := range due {
		due[i].Person = fmt.Sprint(i)
	}
	act := func(a Act) Health { h := well(c); h.Act = a; return h }
	for _, tt := range []struct {
		name string
		now  time.Time
		room Room
		want int
	}{
		{"run", tuesday, Room{Calls: 9, Health: act(Run)}, 3},
		{"pacing", tuesday, Room{Calls: 2, Health: act(Run)}, 2},
		{"pause", tuesday, Room{Calls: 9, Health: act(Pause)}, 0},
		{"stop", tuesday, Room{Calls: 9, Health: act(Stop)}, 0},
		{"nothing judged", tuesday, Room{Calls: 9}, 0},
		{"trial", tuesday, Room{Calls: 9, Health: act(Trial)}, 1},
		{"no number", tuesday, Room{Calls: 9, Health: Health{Act: Run, Variants: c.Wording.Variants}}, 0},
		{"no wording", tuesday, Room{Calls: 9, Health: Health{Act: Run, Callers: c.Line.Callers}}, 0},
		{"busy agents", tuesday, Room{Calls: 9, Health: act(Run), Agents: Agents{Staffed: 2, Waiting: 4}}, 0},
		{"agents with room", tuesday, Room{Calls: 9, Health: act(Run), Agents: Agents{Staffed: 2, Waiting: 3}}, 3},
		{"lunch", tuesday.Add(2 * time.Hour), Room{Calls: 9, Health: act(Run)}, 0},
		{"before the start", c.When.Start.Add(-time.Second), Room{Calls: 9, Health: act(Run)}, 0},
		{"the deadline", c.When.Deadline, Room{Calls: 9, Health: act(Run)}, 0},
	} {
		if got := Plan(tt.now, c, tt.room, due); len(got) != tt.want {
			t.Errorf("%s: %d attempts, want %d", tt.name, len(got), tt.want)
		}
	}
}

func TestPeopleStayWithTheirWordingAndNumber(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	c.Who.Pilot = 1
	c.Wording.Variants = []experiment.Variant{{Name: "a", Weight: 1}, {Name: "b", Weight: 1}, {Name: "c", Weight: 1}}
	seen := map[string]int{}
	for i := range 300 {
		k := someone(c)
		k.Person = fmt.Sprint(i)
		first := Plan(tuesday, c, Room{Calls: 1, Health: well(c)}, []Candidate{k})[0]
		seen[first.Variant.Name]++
		seen[first.Caller]++
		k.Variant, k.State, k.Tries = "b", Waiting, 1
		h := well(c)
		if got := Plan(tuesday, c, Room{Calls: 1, Health: h}, []Candidate{k})[0]; got.Variant.Name != "b" || got.Caller != first.Caller {
			t.Errorf("%d: had b, is given %s; saw %s, sees %s", i, got.Variant.Name, first.Caller, got.Caller)
		}
		h.Variants = []experiment.Variant{c.Wording.Variants[0], c.Wording.Variants[2]} // b was dropped
		h.Callers = c.Line.Callers[:1]
		if got := Plan(tuesday, c, Room{Calls: 1, Health: h}, []Candidate{k})[0]; got.Variant.Name == "b" || got.Caller != c.Line.Callers[0] {
			t.Errorf("%d: is given %s and sees %s", i, got.Variant.Name, got.Caller)
		}
	}
	for what, n := range seen {
		if n < 60 {
			t.Errorf("%s comes to %d of 300", what, n)
		}
	}
}

func TestThePilotGrows(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	in := func(share float64) (all []string) {
		c.Who.Pilot = share
		for i := range 5000 {
			if p := fmt.Sprintf("person-%d", i); c.InPilot(p) {
				all = append(all, p)
			}
		}
		return all
	}
	small, large := in(0.1), in(0.3)
	if len(small) < 420 || len(small) > 580 || len(large) < 1380 || len(large) > 1620 || len(in(1)) != 5000 {
		t.Errorf("10 %%, 30 %% and all of 5000 are %d, %d and %d", len(small), len(large), len(in(1)))
	}
	for _, p := range small {
		if !slices.Contains(large, p) {
			t.Fatalf("%s left the pilot when it grew", p)
		}
	}
}
