package overlap_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent/overlap"
	"github.com/parley-voice/parley/dialog/lint"
)

// why is the detector's explanation, which is its own matter.
var why = regexp.MustCompile(`\([^()]*, \d\.\d\d\)`)

var update = flag.Bool("update", false, "write the golden files")

func TestEachCode(t *testing.T) {
	for _, code := range []string{"overlapping-intents", "example-without-words"} {
		find := func(file string) string {
			s, err := dialog.LoadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found, err := overlap.Find(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, f := range found {
				if string(f.Code) == code {
					b.WriteString(why.ReplaceAllString(f.Error(), "(...)") + "\n")
				}
			}
			return b.String()
		}
		got, golden := find("testdata/"+code+".bad.yaml"), "testdata/"+code+".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || got != string(want) || got == "" {
			t.Errorf("%v; got\n%s", err, got)
		}
		if good := find("testdata/" + code + ".good.yaml"); good != "" {
			t.Errorf("found in the good script:\n%s", good)
		}
	}
}

func TestShippedScriptsDoNotOverlap(t *testing.T) {
	files, err := filepath.Glob("../../../scripts/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".test.yaml") || strings.HasSuffix(file, dialog.PartSuffix) {
			continue
		}
		s, err := dialog.LoadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found, err := overlap.Find(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(found, func(f lint.Finding) bool { return f.Severity != lint.Advice }); i >= 0 {
			t.Error(found[i].Error())
		}
	}
}
