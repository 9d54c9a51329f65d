package experiment

import "math"

// fewest is how many hits, and how many misses, there must be in both arms
// together before the normal approximation below is trusted.
const fewest = 10

// Sequential is the evidence that two rates differ, for those who look as often
// as they like: the mixture sequential probability ratio test of Johari, Koomen,
// Pekelis and Walsh (2015; Operations Research 70(3), 2022). With θ the
// difference of the rates seen, V its variance if both were one, and a normal
// mixture over true differences of mean 0 and deviation τ,
//
//	Λ = √(V/(V+τ²)) · exp(θ²τ² / (2V(V+τ²)))
//
// is at most 1 on average whenever one looks if the rates are one, so that 1/Λ
// is a p-value at every look (Ville 1939), and so is the least of all looks so
// far. τ is the difference worth finding: it must not be taken from the data.
// The rate behind V is that of both arms with one hit and one miss added.
func Sequential(a, b Arm, tau float64) float64 {
	v, ok := variance(a, b)
	if !ok || tau <= 0 {
		return 1
	}
	d, t2 := b.Rate()-a.Rate(), tau*tau
	log := 0.5*math.Log(v/(v+t2)) + d*d*t2/(2*v*(v+t2))
	return min(1, math.Exp(-log))
}

// Interval holds the difference of the rates, b's less a's, at every look at
// once with probability 1-alpha: the differences that Sequential would not
// reject. It is from -1 to 1 while there is too little to tell.
func Interval(a, b Arm, tau, alpha float64) (low, high float64) {
	v, ok := variance(a, b)
	if !ok || tau <= 0 || alpha <= 0 {
		return -1, 1
	}
	d, t2 := b.Rate()-a.Rate(), tau*tau
	half := math.Sqrt(v * (v + t2) / t2 * (2*math.Log(1/alpha) + math.Log((v+t2)/v)))
	return max(-1, d-half), min(1, d+half)
}

func variance(a, b Arm) (v float64, ok bool) {
	hits, n := a.Hits+b.Hits, a.Trials+b.Trials
	if a.Trials == 0 || b.Trials == 0 || hits < fewest || n-hits < fewest {
		return 0, false
	}
	p := (float64(hits) + 1) / (float64(n) + 2)
	return p * (1 - p) * (1/float64(a.Trials) + 1/float64(b.Trials)), true
}
