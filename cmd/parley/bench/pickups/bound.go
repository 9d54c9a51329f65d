package pickups

// UpperBound is the one-sided 95 % bound of a share of which k of n were seen.
func UpperBound(k, n int) float64 { return upper(k, n) }
