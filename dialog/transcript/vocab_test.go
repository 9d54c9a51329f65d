package transcript

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog"
)

var update = flag.Bool("update", false, "write the tables of docs/scripts.md")

// TestReferenceIsGenerated holds the tables of tests in docs/scripts.md to the
// vocabulary.
func TestReferenceIsGenerated(t *testing.T) {
	const path = "../../docs/scripts.md"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page, missing := vocabulary.Rewrite(string(data))
	for _, block := range missing {
		t.Errorf("docs/scripts.md has no table of %s", block)
	}
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if page != string(data) {
		t.Error("the tables of docs/scripts.md are not those of the vocabulary: run go test ./dialog/transcript -run Reference -update")
	}
}

func TestUnknownKeysAreSuggested(t *testing.T) {
	_, err := Load(strings.NewReader("test: t\nsteps:\n  - calller: hello\n"), "t.test.yaml")
	var ps dialog.Problems
	if !errors.As(err, &ps) || ps[0].Line != 3 || !strings.Contains(ps[0].Hint, `"caller"`) {
		t.Errorf("%v", err)
	}
}
