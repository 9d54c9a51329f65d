package campaign

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of docs/campaigns.md anew")

const page = "../docs/campaigns.md"

// The tables of docs/campaigns.md are those of the code: -update writes them anew.
func TestReferenceIsGenerated(t *testing.T) {
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text, missing := vocabulary.Rewrite(string(data))
	for _, block := range missing {
		t.Errorf("docs/campaigns.md has no table of %s", block)
	}
	if *update {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if text != string(data) {
		t.Error("the tables of docs/campaigns.md are not those of the code: run go test ./campaign -run Reference -update")
	}
	for code := range strings.FieldsSeq(CodesOfLint) {
		if !strings.Contains(text, "`"+code+"`") {
			t.Errorf("docs/campaigns.md does not explain %s", code)
		}
	}
}
