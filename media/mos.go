package media

import "math"

// mos estimates listening quality by the E-model (ITU-T G.107) with its default
// parameters, and Ie = 0, Bpl = 25.1 for G.711 with loss concealment (G.113
// table I.4). loss is the share of packets that were not heard, 0..1; delayMS is
// mouth to ear, one way.
func mos(loss, delayMS float64) float64 {
	const (
		r0  = 93.2
		bpl = 25.1
	)
	ppl := 100 * loss
	ie := 95 * ppl / (ppl + bpl)
	id := 0.024 * delayMS
	if delayMS > 177.3 {
		id += 0.11 * (delayMS - 177.3)
	}
	r := r0 - id - ie
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	}
	v := 1 + 0.035*r + r*(r-60)*(100-r)*7e-6
	return math.Round(100*max(1, v)) / 100
}
