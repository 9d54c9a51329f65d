package answers

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog/polarity"
)

// TestHeldOut holds the answers against lines that nothing was tuned on, and
// against those that the rules were tuned on. The floors are a little below what
// is measured; docs/intents.md has the figures.
func TestHeldOut(t *testing.T) {
	for _, set := range []struct {
		file          string
		least, rules  float64
		mistakenYeses int // denials taken for a yes, learned or not
	}{
		{"testdata/zh.tsv", 0.76, 0.73, 4},
		{"testdata/en.tsv", 0.81, 0.75, 6},
		{"testdata/clinc150.tsv", 0.92, 0.77, 2},
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
		if total < 80 || share(right) < set.least || yeses > set.mistakenYeses || share(ruled) > set.rules {
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
		for _, l := range read(t, "testdata/"+language+".tsv") {
			if was, ok := seen[l[1]]; ok {
				t.Errorf("held out %q is among the examples as %s", l[1], was)
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

func BenchmarkRead(b *testing.B) {
	Warm()
	for b.Loop() {
		Read(polarity.Read("please put me through for that one on tuesday"))
	}
}
