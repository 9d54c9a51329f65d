package experiment

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// Thompson gives a new person's variant by Thompson sampling (Thompson 1933;
// Chapelle and Li, NIPS 2011): each usable variant draws a rate from Beta(1+hits,
// 1+misses) of its own, and the highest draw has the person. So each variant is
// chosen as often as it is likely to be the best. usable comes from
// Experiment.Usable: what nobody approved is never drawn. False when there is none.
//
// Write the assignment down before the call: unlike Assign, a second draw may
// give another. Since shares follow outcomes, neither Mismatch nor Sequential
// mean what they say under a bandit; Decide leaves them out.
func Thompson(dice *rand.Rand, usable []Variant, tallies []Tally, m Metric) (Variant, bool) {
	best, most := -1, -1.0
	for i, v := range usable {
		a := of(tallies, v.Name).Of(m)
		draw := distuv.Beta{Alpha: 1 + float64(a.Hits), Beta: 1 + float64(a.Trials-a.Hits), Src: dice}.Rand()
		if draw > most {
			best, most = i, draw
		}
	}
	if best < 0 {
		return Variant{}, false
	}
	return usable[best], true
}

// Best estimates how likely each usable variant is to have the highest rate, in
// their order, from this many draws of Thompson.
func Best(dice *rand.Rand, usable []Variant, tallies []Tally, m Metric, draws int) []float64 {
	wins := make([]float64, len(usable))
	for range draws {
		v, ok := Thompson(dice, usable, tallies, m)
		for i := range usable {
			if ok && usable[i].Name == v.Name {
				wins[i] += 1 / float64(draws)
				break
			}
		}
	}
	return wins
}
