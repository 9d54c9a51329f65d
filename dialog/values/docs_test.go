package values

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog/polarity"
)

var update = flag.Bool("update", false, "write the scores and misses into docs/values.md")

// TestDocs holds the scores and the misses of docs/values.md to what is measured.
func TestDocs(t *testing.T) {
	const page = "../../docs/values.md"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), "<!-- gold -->\n")
	_, tail, ok2 := strings.Cut(rest, "<!-- /gold -->")
	if !ok || !ok2 {
		t.Fatal("docs/values.md has no block between <!-- gold --> and <!-- /gold -->")
	}
	want := head + "<!-- gold -->\n" + goldReport(t) + "<!-- /gold -->" + tail
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(data) {
		t.Error("docs/values.md tells other scores or misses than are measured: go test ./dialog/values -run Docs -update")
	}
}

var firstReading = regexp.MustCompile(`gave (\d+ of \d+) right`)

// goldReport is a table of the gold files and a list of what is misread.
func goldReport(t *testing.T) string {
	var table, list strings.Builder
	table.WriteString("| file | first reading | now |\n|---|---|---|\n")
	for _, pattern := range []string{"testdata/*.tsv", "../polarity/testdata/*.tsv"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) < 3 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".tsv")
			lines, misses := goldMisses(t, file, name)
			first := "-"
			if m := firstReading.FindStringSubmatch(headOf(t, file)); m != nil {
				first = m[1]
			}
			fmt.Fprintf(&table, "| %s | %s | %d of %d |\n", name, first, lines-len(misses), lines)
			for _, m := range misses {
				fmt.Fprintf(&list, "- %s: %s\n", name, m)
			}
		}
	}
	return table.String() + "\nMisread:\n\n" + list.String()
}

func headOf(t *testing.T, file string) string {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Scan()
	return in.Text()
}

// goldMisses reads a gold file and tells what comes out otherwise.
func goldMisses(t *testing.T, file, name string) (lines int, misses []string) {
	for _, g := range goldFile(t, file) {
		lines++
		var got string
		if typ := goldTypes[base(name)]; typ != "" {
			v, ok := Read(typ, g.said, Options{Language: g.language, Now: goldNow})
			if got = v.Canonical; !ok {
				got = "-"
			}
		} else {
			got = polarity.Read(g.said).Answer.Sense.String()
		}
		if got != g.want {
			misses = append(misses, fmt.Sprintf("%q is taken for %s, not %s", g.said, got, g.want))
		}
	}
	return lines, misses
}
