package vocab

import (
	"slices"
	"testing"
)

var sample = Table{
	{Name: "file", Keys: []Key{
		{"id", Name, Required, "its name"},
		{"steps", List(Of("step")), "", "what happens"},
	}},
	{Name: "step", With: []string{"place"}, Keys: []Key{{"kind", Word("a", "b|c"), "`a`", "one of a|b"}}},
	{Name: "place", Keys: []Key{{"at", Either(Time, Word("none")), "", "when"}, {"kind", Text, "", "hidden by the step's own"}}},
}

func TestKeysOfAnotherBlockComeAfterItsOwn(t *testing.T) {
	if got := sample.Names("step"); !slices.Equal(got, []string{"kind", "at"}) {
		t.Errorf("%q", got)
	}
	if got := sample.Names("nothing"); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestRewritePutsTablesInPlace(t *testing.T) {
	page := "# A\n\n<!-- keys: step -->\n| old | table |\n|---|---|\n| x | y |\n\ntext\n<!-- keys: file -->\n\n| another | table |\n"
	got, missing := sample.Rewrite(page)
	want := "# A\n\n<!-- keys: step -->\n| key | value | what it is | default |\n|---|---|---|---|\n| `kind` | `a`, `b\\|c` | one of a\\|b | `a` |\n\ntext\n" +
		"<!-- keys: file -->\n| key | value | what it is | default |\n|---|---|---|---|\n| `id` | name | its name | required |\n" +
		"| `steps` | list of `step` blocks | what happens | |\n\n| another | table |\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !slices.Equal(missing, []string{"place"}) {
		t.Errorf("missing %q", missing)
	}
	if again, _ := sample.Rewrite(got); again != got {
		t.Error("a second time gives another page")
	}
	const other = "<!-- keys: nought -->\n| of another table |\n"
	if odd, _ := sample.Rewrite(other); odd != other {
		t.Errorf("%s", odd)
	}
}

func TestNearest(t *testing.T) {
	words := []string{"say", "stage", "silence", "transfer", "no_match"}
	for in, want := range map[string]string{"sya": "say", "Stage": "stage", "silense": "silence", "tranfser": "transfer", "nomatch": "no_match", "zzz": "", "": "", "x": ""} {
		if got := Nearest(in, words); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
