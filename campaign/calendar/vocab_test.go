package calendar

import (
	"os"
	"strings"
	"testing"
)

// docs/consent.md shows every key of the vocabulary, with its default and meaning.
func TestConsentPageNamesEveryKey(t *testing.T) {
	page, err := os.ReadFile("../../docs/consent.md")
	if err != nil {
		t.Fatal(err)
	}
	want, missing := Vocabulary().Rewrite(string(page))
	if len(missing) > 0 {
		t.Errorf("docs/consent.md has no table of the blocks %s", strings.Join(missing, ", "))
	}
	if want != string(page) {
		t.Errorf("docs/consent.md is behind the vocabulary; it must be\n%s", want[strings.Index(want, "A jurisdiction's file"):])
	}
}
