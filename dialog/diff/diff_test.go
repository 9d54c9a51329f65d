package diff

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog"
)

var update = flag.Bool("update", false, "write the golden file")

func load(t *testing.T, file string) *dialog.Script {
	t.Helper()
	s, err := dialog.LoadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBetween(t *testing.T) {
	var b strings.Builder
	for _, c := range Between(load(t, "testdata/old.yaml"), load(t, "testdata/new.yaml")) {
		fmt.Fprintf(&b, "%s / %s (%s): -%q +%q\n", c.Where, c.What, c.Kind, c.Removed, c.Added)
	}
	if *update {
		if err := os.WriteFile("testdata/changes.txt", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/changes.txt")
	if err != nil || b.String() != string(want) {
		t.Errorf("%v; got\n%s", err, b.String())
	}
}

// A script does not differ from itself, and what is removed one way is added the
// other way.
func TestBetweenIsEven(t *testing.T) {
	files, err := filepath.Glob("../../scripts/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".test.yaml") })
	if len(files) < 2 {
		t.Fatal(files)
	}
	one := load(t, files[0])
	for _, f := range files {
		other := load(t, f)
		if same := Between(other, load(t, f)); len(same) > 0 {
			t.Errorf("%s differs from itself: %+v", f, same)
		}
		there, back := Between(one, other), Between(other, one)
		if len(there) != len(back) {
			t.Errorf("%s: %d changes there, %d back", f, len(there), len(back))
		}
		for _, c := range there {
			i := slices.IndexFunc(back, func(d Change) bool { return d.Where == c.Where && d.What == c.What })
			if i < 0 || !slices.Equal(back[i].Added, c.Removed) || !slices.Equal(back[i].Removed, c.Added) {
				t.Errorf("%s: %+v has no like on the way back", f, c)
			}
		}
	}
}
