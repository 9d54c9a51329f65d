package pacing

import (
	"fmt"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// bound is the share of abandoned people to aim at, computed anew every so often.
type bound struct {
	at     time.Time
	share  float64
	why    string
	counts Count
}

// review is how long a target stands when nobody is abandoned.
const review = 15 * time.Second

// target is the share that may be aimed at now; 0 forbids to place calls ahead. Where
// the script takes people over, it is they who are bounded.
func (b *bound) target(now time.Time, c Config, l *Ledger) (float64, string) {
	most, what := c.Abandoned, "abandoned"
	if c.Overflow > 0 {
		most, what = c.Overflow, "met by the script"
	}
	month := l.Month(now)
	if month.Abandoned == b.counts.Abandoned && !b.at.IsZero() && now.Sub(b.at) < review && !now.Before(b.at) {
		return b.share, b.why
	}
	b.at, b.counts = now, month
	long := Limit(month, Count{}, 0, c.Confidence)
	short := 0.0
	if lately := l.Lately(now); lately.Answered > 0 {
		short = Limit(lately, month, 1500, c.Confidence)
	}
	high := max(long, short)
	// Full speed at 0.7 of the bound or less, none at the bound.
	b.share = most * max(0, min(1, (most-high)/(0.3*most)))
	b.why = fmt.Sprintf("%s: at most %.2f %% in 30 days, %.2f %% lately (%.0f %% sure), %.2f %% allowed", what, 100*long, 100*short, 100*c.Confidence, 100*most)
	return b.share, b.why
}

// Limit is the upper confidence limit of the share of abandoned people (Clopper and
// Pearson 1934, one-sided). A quarter of an hour alone has too few answers to show
// 3 %: it is judged together with what is known of before, which counts as weight
// answers at most.
func Limit(c, before Count, weight int, confidence float64) float64 {
	a, n := float64(c.Abandoned), float64(c.Answered)
	if before.Answered > 0 {
		w := float64(min(weight, before.Answered))
		a += w * float64(before.Abandoned) / float64(before.Answered)
		n += w
	}
	if n <= 0 || a >= n {
		return 1
	}
	return distuv.Beta{Alpha: a + 1, Beta: n - a}.Quantile(confidence)
}
