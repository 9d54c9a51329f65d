// Package mood judges from a caller's words and manner whether they are
// impatient, hesitant or angry. It is pure.
//
// Words say more than the voice: lexicons alone reach 27-53 % on public sets, so a
// mood is one soft score. It may change what is said next; where the call goes it
// decides only where the script's author wrote so. Manner is held against the
// caller's own first turns, never against other people.
package mood

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parley-voice/parley/dialog/words"
)

// The moods.
const (
	Impatient = "impatient"
	Hesitant  = "hesitant"
	Angry     = "angry"
)

// Names lists the moods in the order in which they are told: the gravest first.
var Names = []string{Angry, Impatient, Hesitant}

// Sure is the score from which a mood counts.
const Sure = 0.6

// Turn is what the caller said and how.
type Turn struct {
	Text        string
	Lasted      time.Duration // of their speech; 0 is unknown
	Interrupted bool          // it cut us short
	Unheard     bool          // the turn before it was not understood
}

// Reading is a turn's scores, 0 to 1, and what they rest on.
type Reading struct {
	Score map[string]float64
	Why   map[string]string
}

// Strongest is the mood that counts, "" when none does. Of two that do the higher
// score wins, of equals the graver.
func (r Reading) Strongest() string {
	best := ""
	for _, name := range Names {
		if s := r.Score[name]; s >= Sure && (best == "" || s > r.Score[best]) {
			best = name
		}
	}
	return best
}

// String is the strongest mood with its score and reasons.
func (r Reading) String() string {
	name := r.Strongest()
	if name == "" {
		return ""
	}
	return fmt.Sprintf("%s %.2f: %s", name, r.Score[name], r.Why[name])
}

// Gauge follows one caller through a call. The zero value is ready. It is not safe
// for concurrent use.
type Gauge struct {
	turns int
	rates []float64 // syllables a second of the first turns
	last  string
	row   int // interruptions running
}

// baseline is how many turns tell how the caller speaks.
const baseline = 2

// evidence is one sign of a mood: scores join as if independent, 1-(1-a)(1-b).
type evidence struct {
	mood   string
	weight float64
	why    string
}

// Weights of what the manner tells. No two of them together make a mood: words
// have to say so too.
const (
	weightInterrupt = 0.25
	weightAgain     = 0.20 // interrupted the time before too
	weightRepeat    = 0.25 // the same words again
	weightUnheard   = 0.15
	weightRate      = 0.20
)

// How far from their own rate a caller is fast or slow.
const (
	fast = 1.3
	slow = 0.7
)

// Hear takes the next turn.
func (g *Gauge) Hear(t Turn) Reading {
	said := words.Split(t.Text)
	signs := spoken(said)
	g.turns++
	if t.Interrupted {
		signs = append(signs, evidence{Impatient, weightInterrupt, "interrupted"})
		if g.row++; g.row > 1 {
			signs = append(signs, evidence{Impatient, weightAgain, "again"}, evidence{Angry, weightAgain, "interrupted again"})
		}
	} else {
		g.row = 0
	}
	if normal := strings.Join(said, " "); normal != "" && normal == g.last && len(said) > 1 {
		signs = append(signs, evidence{Impatient, weightRepeat, "said it again"}, evidence{Angry, weightUnheard, "said it again"})
	} else {
		g.last = normal
	}
	if t.Unheard {
		signs = append(signs, evidence{Impatient, weightUnheard, "was not understood"}, evidence{Angry, weightUnheard, "was not understood"})
	}
	return fuse(append(signs, g.rate(said, t.Lasted)...))
}

// rate holds how fast the caller speaks against their own first turns.
func (g *Gauge) rate(said []string, lasted time.Duration) []evidence {
	n := syllables(said)
	if n < 4 || lasted < 500*time.Millisecond || lasted > time.Minute {
		return nil
	}
	now := float64(n) / lasted.Seconds()
	if g.turns <= baseline {
		g.rates = append(g.rates, now)
		return nil
	}
	if len(g.rates) == 0 {
		return nil
	}
	own := 0.0
	for _, r := range g.rates {
		own += r / float64(len(g.rates))
	}
	switch {
	case now >= fast*own:
		return []evidence{{Impatient, weightRate, fmt.Sprintf("speaks %.1f times as fast", now/own)}}
	case now <= slow*own:
		return []evidence{{Hesitant, weightRate, fmt.Sprintf("speaks %.1f times as fast", now/own)}}
	}
	return nil
}

// syllables counts Han characters, and the vowels of Latin words.
func syllables(said []string) int {
	n := 0
	for _, w := range said {
		if r, size := utf8.DecodeRuneInString(w); size == len(w) && r >= 0x2E80 {
			n++
			continue
		}
		before, vowels := false, 0
		for _, r := range w {
			v := strings.ContainsRune("aeiouy", r)
			if v && !before {
				vowels++
			}
			before = v
		}
		n += max(vowels, 1)
	}
	return n
}

func fuse(signs []evidence) Reading {
	r := Reading{Score: map[string]float64{}, Why: map[string]string{}}
	for _, e := range signs {
		r.Score[e.mood] = 1 - (1-r.Score[e.mood])*(1-e.weight)
		if r.Why[e.mood] != "" {
			r.Why[e.mood] += ", "
		}
		r.Why[e.mood] += e.why
	}
	return r
}
