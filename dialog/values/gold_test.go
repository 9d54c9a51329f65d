package values

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// goldNow is the Wednesday from which the gold files count.
var goldNow = time.Date(2026, 10, 28, 14, 0, 0, 0, time.UTC)

// goldTypes says which type a gold file reads. The -second files were written
// after the reader, the -heldout ones after it had been tuned on all others.
var goldTypes = map[string]string{"numbers": Number, "digits": Digits, "amounts": Amount, "dates": Date, "times": Time, "datetimes": DateTime, "phones": Phone, "names": Name}

func base(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, "-heldout"), "-second")
}

type goldLine struct{ language, said, want string }

func goldFile(t testing.TB, file string) (all []goldLine) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for in := bufio.NewScanner(f); in.Scan(); {
		if strings.HasPrefix(in.Text(), "#") || in.Text() == "" {
			continue
		}
		fields := strings.Split(in.Text(), "\t")
		if len(fields) == 2 { // yes and no: meaning, words
			fields = []string{"", fields[1], fields[0]}
		}
		if len(fields) != 3 {
			t.Fatalf("%s: %q has %d fields, wants language, words, value", file, in.Text(), len(fields))
		}
		all = append(all, goldLine{fields[0], fields[1], fields[2]})
	}
	return all
}

// TestGold holds every file of what people say at 97 % or more.
func TestGold(t *testing.T) {
	files, err := filepath.Glob("testdata/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".tsv")
		typ := goldTypes[base(name)]
		if typ == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			lines, misses := goldMisses(t, file, name)
			right := lines - len(misses)
			t.Logf("%d of %d right", right, lines)
			for _, m := range misses {
				t.Log(m)
			}
			if float64(right) < 0.97*float64(lines) {
				t.Errorf("%s: %d of %d right, at least 97 %% wanted", name, right, lines)
			}
		})
	}
}
