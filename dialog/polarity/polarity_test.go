package polarity

import (
	"bufio"
	"os"
	"strings"
	"testing"
)

// TestPolarityGold holds yes, no and wavering against how people answer a closed
// question: lines of meaning (yes, no, wavering, -), tab, words.
func TestPolarityGold(t *testing.T) {
	f, err := os.Open("testdata/polarity.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	total, right := 0, 0
	for in := bufio.NewScanner(f); in.Scan(); {
		want, said, ok := strings.Cut(in.Text(), "\t")
		if !ok || strings.HasPrefix(want, "#") {
			continue
		}
		total++
		p := Read(said).Answer
		if p.Sense.String() == want {
			right++
			continue
		}
		t.Logf("%-9q got %-9q %s (%s)", want, p.Sense, said, p.Why)
	}
	t.Logf("%d of %d right", right, total)
	if total < 200 || float64(right) < 0.97*float64(total) {
		t.Errorf("%d of %d right, at least 97 %% of 200 lines are wanted", right, total)
	}
}
