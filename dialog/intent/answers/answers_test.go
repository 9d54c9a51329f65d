package answers

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog/polarity"
)

// TestHeldOut holds the answers against lines of strangers whose misses nobody has
// looked at, against older ones that serve for regression, and against those that
// the rules were tuned on. The floors are a little below what
// is measured; docs/intents.md has the figures.
func TestHeldOut(t *testing.T) {
	for _, set := range []struct {
		file          string
		least, rules  float64
		mistakenYeses int // denials taken for a yes, learned or not
	}{
		{"testdata/strangers-zh.tsv", 0.72, 0.72, 3},
		{"testdata/strangers-en.tsv", 0.70, 0.66, 2},
		{"testdata/zh.tsv", 0.83, 0.82, 2},
		{"testdata/en.tsv", 0.86, 0.80, 4},
		{"testdata/clinc150.tsv", 0.93, 0.79, 1},
		{"../../polarity/testdata/polarity-heldout.tsv", 0.97, 1, 0},
		{"../../polarity/testdata/polarity.tsv", 0.99, 1, 0},
		{"../../polarity/testdata/polarity-second.tsv", 0.98, 1, 0},
	} {
		total, right, ruled, yeses := 0, 0, 0, 0
		var misses []string
		for _, l := range read(t, set.file) {
			said := polarity.Read(l[1])
			a := Read(said)
			total++
			if said.Answer.Sense.String() == l[0] {
				ruled++
			}
			if a.Sense.String() == l[0] {
				right++
				continue
			}
			if l[0] == "no" && a.Sense == polarity.Yes {
				yeses++
			}
			misses = append(misses, fmt.Sprintf("%s: %q is taken for %s (%s)", l[0], l[1], a.Sense, a.Why))
		}
		share := func(n int) float64 { return float64(n) / float64(total) }
		t.Logf("%s: %d lines, %.1f %% right, by the rules alone %.1f %%, %d denials taken for a yes", set.file, total, 100*share(right), 100*share(ruled), yeses)
		if total < 60 || share(right) < set.least || yeses > set.mistakenYeses || share(ruled) > set.rules {
			t.Errorf("at least %.2f should be right, at most %d denials taken for a yes, and the rules at most %.2f:\n%s",
				set.least, set.mistakenYeses, set.rules, strings.Join(misses, "\n"))
		}
	}
}

func read(t *testing.T, file string) (all [][2]string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if meaning, said, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && !strings.HasPrefix(line, "#") {
			all = append(all, [2]string{meaning, said})
		}
	}
	return all
}

func TestExamplesShip(t *testing.T) {
	for _, language := range []string{"zh", "en"} {
		seen, count := map[string]string{}, map[string]int{}
		for _, l := range read(t, "examples/"+language+".tsv") {
			if names[l[0]] == "" {
				t.Errorf("%s: %q is no meaning", l[1], l[0])
			}
			if was, ok := seen[l[1]]; ok {
				t.Errorf("%q stands twice: %s, %s", l[1], was, l[0])
			}
			seen[l[1]] = l[0]
			count[l[0]]++
		}
		for _, held := range []string{"testdata/" + language + ".tsv", "testdata/strangers-" + language + ".tsv"} {
			for _, l := range read(t, held) {
				if was, ok := seen[l[1]]; ok {
					t.Errorf("held out %q is among the examples as %s", l[1], was)
				}
			}
		}
		for meaning := range names {
			if count[meaning] < 80 {
				t.Errorf("%s: %d examples of %q", language, count[meaning], meaning)
			}
		}
	}
}

func TestPlainAnswersAreTheRules(t *testing.T) {
	for _, text := range []string{"yes", "no", "好的", "不用了", "maybe"} {
		if a := Read(polarity.Read(text)); a.Learned {
			t.Errorf("%q: %+v", text, a)
		}
	}
	if a := Read(polarity.Read("")); a.Sense != polarity.None || a.Learned {
		t.Errorf("silence: %+v", a)
	}
	if a := Read(polarity.Read("I have to cancel")); a.Sense != polarity.No {
		t.Errorf("%+v", a)
	}
}

// TestFaintYesIsDoubted holds that a yes by a word of many meanings, like no example
// of a yes, is less than sure: the caller is asked.
func TestFaintYesIsDoubted(t *testing.T) {
	for text, sure := range map[string]bool{"孩子要打针呢在医院": false, "我要了": true} {
		a := Read(polarity.Read(text))
		if doubted := a.Sense != polarity.Yes || a.Learned && a.Confidence < 0.65; doubted == sure {
			t.Errorf("%q: %+v", text, a)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	Warm()
	for b.Loop() {
		Read(polarity.Read("please put me through for that one on tuesday"))
	}
}
