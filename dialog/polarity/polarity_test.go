package polarity

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGold holds yes, no and wavering against how people answer a closed
// question: lines of meaning (yes, no, wavering, -), tab, words.
func TestGold(t *testing.T) {
	files, err := filepath.Glob("testdata/*.tsv")
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		total, misses := gold(t, file)
		t.Logf("%s: %d of %d right", file, total-len(misses), total)
		for _, m := range misses {
			t.Log(m)
		}
		if total < 150 || float64(len(misses)) > 0.03*float64(total) {
			t.Errorf("%s: %d of %d wrong, at most 3 %% of at least 200 lines may be", file, len(misses), total)
		}
	}
}

func gold(t testing.TB, file string) (total int, misses []string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for in := bufio.NewScanner(f); in.Scan(); {
		want, said, ok := strings.Cut(in.Text(), "\t")
		if !ok || strings.HasPrefix(want, "#") {
			continue
		}
		total++
		if a := Read(said).Answer; a.Sense.String() != want {
			misses = append(misses, fmt.Sprintf("%s: %q is taken for %s (%s)", want, said, a.Sense, a.Why))
		}
	}
	return total, misses
}
