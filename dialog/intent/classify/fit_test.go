package classify

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// publicSets is where BenchmarkFitHeads finds the sets, beside the repository.
const publicSets = "../../../../shared/data/intents/"

// assumedOutOfScope is the share of turns that belong to no intent of the
// script, after the phrase rules have taken theirs.
const assumedOutOfScope = 0.06

// BenchmarkFitHeads fits the coefficients in confidence.go and prints them. It
// learns from the training halves of the public sets only, takes a few minutes
// and needs
//
//	go test -run '^$' -bench FitHeads -benchtime 1x ./dialog/intent/classify
func BenchmarkFitHeads(b *testing.B) {
	if _, err := os.Stat(publicSets); err != nil {
		b.Skipf("the public sets are not at %s", publicSets)
	}
	banking := publicSet(b, "banking77/train.tsv")
	clinc := publicSet(b, "clinc150/train.tsv")
	valid := publicSet(b, "clinc150/valid.tsv")
	strangers := slices.Concat(publicSet(b, "clinc150/oos_train.tsv"), publicSet(b, "clinc150/oos_val.tsv"))
	for b.Loop() {
		var f fitting
		for _, examples := range []int{2, 3, 5, 10, 20, 60, 100} {
			for _, intents := range []int{2, 4, 8, 15, 30, 77, 150} {
				if examples >= 60 && intents > 77 && examples != 100 || examples == 100 && intents != 77 && intents != 150 {
					continue
				}
				for i := range max(1, min(8, 32/intents)) {
					seed := uint64(1000*examples + 10*intents + i)
					share := 1 / float64(max(1, min(8, 32/intents)))
					if intents <= 77 {
						train, held, other := split(banking, intents, examples, seed)
						f.learn(b, train, held, slices.Concat(some(clinc, 100, seed), some(other, 100, seed)), share)
					}
					train, _, _ := split(clinc, intents, examples, seed)
					f.learn(b, train, some(known(valid, train), 600, seed), strangers, share)
				}
			}
		}
		fmt.Printf("scopeHead %.3f\nrightHead %.3f\n", f.scope.solve(), f.right.solve())
	}
}

func publicSet(b *testing.B, name string) []Example {
	data, err := os.ReadFile(publicSets + name)
	if err != nil {
		b.Fatal(err)
	}
	var out []Example
	for line := range strings.Lines(string(data)) {
		intent, text, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
		out = append(out, Example{intent, text})
	}
	return out
}

// split draws intents and examples; held are up to 40 other examples of each of
// the intents, other those of intents that were not drawn.
func split(all []Example, intents, examples int, seed uint64) (train, held, other []Example) {
	random := rand.New(rand.NewPCG(seed, 1))
	var names []string
	for _, e := range all {
		names = append(names, e.Intent)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:min(intents, len(names))]
	taken := map[string]int{}
	for _, i := range random.Perm(len(all)) {
		e := all[i]
		if !slices.Contains(names, e.Intent) {
			other = append(other, e)
			continue
		}
		switch taken[e.Intent]++; {
		case taken[e.Intent] <= examples:
			train = append(train, e)
		case taken[e.Intent] <= examples+40:
			held = append(held, e)
		}
	}
	return train, some(held, 600, seed), other
}

func some(all []Example, n int, seed uint64) []Example {
	random := rand.New(rand.NewPCG(seed, 2))
	var out []Example
	for _, i := range random.Perm(len(all))[:min(n, len(all))] {
		out = append(out, all[i])
	}
	return out
}

func known(all, train []Example) []Example {
	has := map[string]bool{}
	for _, e := range train {
		has[e.Intent] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(e Example) bool { return !has[e.Intent] })
}

// fitting gathers what many models say of lines that they were not trained with.
type fitting struct{ scope, right logistic }

// learn trains one model and adds what it says, all its lines together counting
// as much as share.
func (f *fitting) learn(b *testing.B, train, held, strangers []Example, share float64) {
	m, err := Train(train, Options{})
	if err != nil {
		b.Fatal(err)
	}
	all := m.allowed(nil)
	ask := func(text string) (evidence, string, bool) {
		v := m.tuning.vector(m.dict.read(text), m.core.rarity, m.dict.kinds)
		if len(v.ids) == 0 {
			return evidence{}, "", false
		}
		o := m.core.judge(v)
		first, _ := best(o.logits, all)
		return m.core.evidence(o, v, all, first, m.fit.scale), m.intents[first], true
	}
	for _, e := range held {
		ev, said, ok := ask(e.Text)
		if !ok {
			continue
		}
		f.scope.add(ev, 1, share*(1-assumedOutOfScope)/float64(len(held)))
		right := 0.0
		if said == e.Intent {
			right = 1
		}
		// Not here: they would make an example said to the letter less sure than half of it.
		ev[3], ev[4], ev[6] = 0, 0, 0
		f.right.add(ev, right, share/float64(len(held)))
	}
	for _, e := range strangers {
		if ev, _, ok := ask(e.Text); ok {
			f.scope.add(ev, 0, share*assumedOutOfScope/float64(len(strangers)))
		}
	}
}

// logistic is a weighed logistic regression.
type logistic struct {
	x    []evidence
	y, w []float64
}

func (l *logistic) add(x evidence, y, w float64) {
	l.x, l.y, l.w = append(l.x, x), append(l.y, y), append(l.w, w)
}

// solve finds the coefficients by Newton's method.
func (l *logistic) solve() evidence {
	var c evidence
	for range 25 {
		var a [len(evidence{})][len(evidence{}) + 1]float64
		for i := range a {
			a[i][i] = 1e-6
		}
		for n, x := range l.x {
			p := sigmoid(x.dot(c))
			for i := range x {
				a[i][len(x)] += l.w[n] * (l.y[n] - p) * x[i]
				for j := range x {
					a[i][j] += l.w[n] * p * (1 - p) * x[i] * x[j]
				}
			}
		}
		for i := range a { // Gauss and Jordan; the matrix is positive definite
			for j := range a {
				if i == j {
					continue
				}
				q := a[j][i] / a[i][i]
				for k := i; k < len(a[i]); k++ {
					a[j][k] -= q * a[i][k]
				}
			}
		}
		for i := range c {
			c[i] += a[i][len(c)] / a[i][i]
		}
	}
	return c
}
