package media

// The concealer's measures, in samples at 8 kHz. Pitch is looked for from 66 to
// 200 Hz, as in G.711 Appendix I; a made-up sound is whole for 10 ms and gone
// after 70.
const (
	lagMin     = 40
	lagMax     = 120
	pitchFrame = 160
	plcHistory = lagMax + pitchFrame
	plcWhole   = 80
	plcGone    = 560
	plcMerge   = 40 // overlap with the first good samples
	plcQuiet   = 64 // peak below which there is no pitch to look for: about -54 dBm0
)

// concealer makes up lost audio by repeating the last pitch period, fading, and
// merges it into what comes next.
type concealer struct {
	hist  [plcHistory]int16 // the last good samples
	cycle [lagMax]int16
	lag   int
	lost  int // samples made up in this run
}

// good takes samples that were received and smooths their beginning after a loss.
func (c *concealer) good(pcm []int16) {
	if c.lost > 0 {
		n := min(plcMerge, len(pcm))
		for i := range n {
			made := c.sample(c.lost + i)
			pcm[i] = int16((int(made)*(n-i) + int(pcm[i])*i) / n)
		}
		c.lost = 0
	}
	if len(pcm) >= len(c.hist) {
		copy(c.hist[:], pcm[len(pcm)-len(c.hist):])
		return
	}
	n := copy(c.hist[:], c.hist[len(pcm):])
	copy(c.hist[n:], pcm)
}

// conceal makes samples up.
func (c *concealer) conceal(pcm []int16) {
	if c.lost == 0 {
		c.prepare()
	}
	for i := range pcm {
		pcm[i] = c.sample(c.lost + i)
	}
	c.lost = min(c.lost+len(pcm), plcGone)
}

// sample is the made-up signal t samples after the last good one.
func (c *concealer) sample(t int) int16 {
	if t >= plcGone || c.lag == 0 {
		return 0
	}
	s := int(c.cycle[t%c.lag])
	if t > plcWhole {
		s = s * (plcGone - t) / (plcGone - plcWhole)
	}
	return int16(s)
}

// prepare cuts the last pitch period out and bends its end towards its beginning.
func (c *concealer) prepare() {
	c.lag = c.pitch()
	end := c.hist[len(c.hist)-c.lag:]
	copy(c.cycle[:], end)
	quarter := c.lag / 4
	before := c.hist[len(c.hist)-c.lag-quarter:]
	for i := range quarter {
		k := c.lag - quarter + i
		c.cycle[k] = int16((int(end[k])*(quarter-i) + int(before[i])*i) / quarter)
	}
}

// pitch finds the lag at which the last 20 ms resemble what came before: every
// second lag on every second sample, then the neighbours of the best.
func (c *concealer) pitch() int {
	if peak(c.hist[len(c.hist)-pitchFrame:]) < plcQuiet {
		return lagMax
	}
	var hist [plcHistory]float32
	for i, v := range c.hist {
		hist[i] = float32(v)
	}
	best, score := lagMax, float32(0)
	try := func(lag, step int) {
		if v := likeness(&hist, lag, step); v > score {
			best, score = lag, v
		}
	}
	for lag := lagMin; lag <= lagMax; lag += 2 {
		try(lag, 2)
	}
	coarse := best
	score = 0
	for lag := max(lagMin, coarse-1); lag <= min(lagMax, coarse+1); lag++ {
		try(lag, 1)
	}
	return best
}

// likeness is the normalised correlation with the signal a lag ago, squared. Two
// sums each keep the processor from waiting for the addition before.
func likeness(hist *[plcHistory]float32, lag, step int) float32 {
	now := hist[plcHistory-pitchFrame:]
	ago := hist[plcHistory-pitchFrame-lag:][:pitchFrame]
	var corr, corr2, energy, energy2 float32
	for i, k := 0, step; k < pitchFrame; i, k = i+2*step, k+2*step {
		a, b := ago[i], ago[k]
		corr += now[i] * a
		corr2 += now[k] * b
		energy += a * a
		energy2 += b * b
	}
	corr, energy = corr+corr2, energy+energy2
	if corr <= 0 || energy == 0 {
		return 0
	}
	return corr * corr / energy
}
