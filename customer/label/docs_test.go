package label

import (
	"os"
	"strings"
	"testing"
)

// The reference in the documents is that of the registry.
func TestReferenceIsInStep(t *testing.T) {
	text, err := os.ReadFile("../../docs/portraits.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "<!-- labels -->\n")
	got, _, ok := strings.Cut(rest, "<!-- end -->")
	if want := Reference(); !ok || got != want {
		t.Errorf("docs/portraits.md, between its two marks, should read:\n%s", want)
	}
}
