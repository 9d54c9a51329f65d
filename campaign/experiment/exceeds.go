package experiment

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Exceeds is the evidence that an arm's true rate is above a limit, one-sided
// and for every look at once: Robbins' mixture (1970) over the rates above the
// limit, weighed by a Beta whose mean is twice the limit, or half-way from it to
// 1. If the true rate is at or below the limit, the likelihood ratio
//
//	E = ∫ (p/limit)^hits ((1-p)/(1-limit))^misses dπ(p)
//
// is a supermartingale that begins at 1, exactly and not by an approximation; so
// 1/E is a p-value at each look. Few persons are enough: three complaints of the
// first five are, for a limit of 1 in 200.
func Exceeds(a Arm, limit float64) float64 {
	if a.Hits == 0 || limit >= 1 {
		return 1
	}
	if limit <= 0 {
		return 0 // what cannot happen has happened
	}
	alpha, beta := wide(min(2*limit, (1+limit)/2))
	h, m := float64(a.Hits), float64(a.Trials-a.Hits)
	log := above(alpha+h, beta+m, limit) - above(alpha, beta, limit) - h*math.Log(limit) - m*math.Log1p(-limit)
	return min(1, math.Exp(-log))
}

// above is the logarithm of the integral of p^(a-1) (1-p)^(b-1) over p > limit.
func above(a, b, limit float64) float64 {
	return mathext.Lbeta(a, b) + math.Log(distuv.Beta{Alpha: a, Beta: b}.Survival(limit))
}

// wide is the Beta of this mean that says least otherwise: its lesser parameter is 1.
func wide(mean float64) (alpha, beta float64) {
	if mean <= 0.5 {
		return 1, (1 - mean) / mean
	}
	return mean / (1 - mean), 1
}
