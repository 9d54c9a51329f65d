package review

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// story carries out "who act hash [! error]" lines and gives the events that
// were allowed.
func story(t *testing.T, lines ...string) []Event {
	t.Helper()
	var past []Event
	for _, line := range lines {
		f := strings.Fields(line)
		e := Event{Script: "s", Who: f[0], Act: Act(f[1]), Hash: f[2], At: time.Unix(int64(len(past)), 0)}
		err := Check(past, e)
		var want error
		if len(f) > 3 {
			want = map[string]error{"unknown": ErrUnknown, "own": ErrOwn, "state": ErrState, "who": ErrWho}[f[4]]
		}
		if !errors.Is(err, want) {
			t.Fatalf("%s: got %v, want %v", line, err, want)
		}
		if err == nil {
			past = append(past, e)
		}
	}
	return past
}

func TestTwoPeopleBringAVersionIntoUse(t *testing.T) {
	past := story(t,
		"li approve a ! unknown",
		"li submit a",
		"li submit a ! state",
		"li publish a ! state",
		"LI approve a ! own",
		"wang approve a",
		"wang approve a ! state",
		"li publish a",
		"wang reject a ! state",
	)
	if got := Current(past); got != "a" {
		t.Errorf("published is %q", got)
	}
}

func TestRejectedVersionsStartAnew(t *testing.T) {
	past := story(t,
		"li submit a",
		"wang reject a",
		"wang approve a ! state",
		"wang submit a",
		"li approve a ! own", // li put it forward first
		"wang approve a ! own",
		"chen approve a",
		"chen reject a",
		"chen publish a ! state",
	)
	if got := StateOf(past, "a"); got != Rejected {
		t.Errorf("it is %s", got)
	}
}

func TestRollbackGoesToWhatWasPublished(t *testing.T) {
	past := story(t,
		"li submit a", "wang approve a", "li publish a",
		"li submit b", "wang approve b",
		"li rollback b ! state", // it was never in use
		"li publish b",
	)
	if got := StateOf(past, "a"); got != Retired {
		t.Errorf("a is %s", got)
	}
	if to, ok := Before(past); !ok || to != "a" {
		t.Errorf("rollback goes to %q", to)
	}
	past = append(past, Event{Script: "s", Hash: "a", Act: Rollback, Who: "wang"})
	if Current(past) != "a" || StateOf(past, "b") != Retired {
		t.Errorf("published is %q, b is %s", Current(past), StateOf(past, "b"))
	}
	if to, _ := Before(past); to != "b" {
		t.Errorf("a second rollback goes to %q", to)
	}
	withdraw := Event{Script: "s", Hash: "a", Act: Withdraw, Who: "wang"}
	if err := Check(past, withdraw); err != nil {
		t.Fatal(err)
	}
	past = append(past, withdraw)
	if to, _ := Before(past); Current(past) != "" || to != "a" {
		t.Errorf("after the withdrawal %q is published, and rollback goes to %q", Current(past), to)
	}
}

// An alarm goes back from a new version alone, and into none that was gone back from.
func TestFormerNeverFlaps(t *testing.T) {
	publish := func(hash string) []string {
		return []string{"li submit " + hash, "wang approve " + hash, "li publish " + hash}
	}
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"nothing":            {nil, ""},
		"the first":          {publish("a"), ""},
		"a new one":          {slices.Concat(publish("a"), publish("b")), "a"},
		"gone back":          {slices.Concat(publish("x"), publish("a"), publish("b"), []string{"alarm rollback a"}), ""},
		"a person insists":   {slices.Concat(publish("a"), publish("b"), []string{"alarm rollback a", "li rollback b"}), ""},
		"past the one left":  {slices.Concat(publish("a"), publish("b"), []string{"alarm rollback a"}, publish("c")), "a"},
		"past one withdrawn": {slices.Concat(publish("x"), publish("a"), []string{"li withdraw a"}, publish("b")), "x"},
		"draft of the next":  {slices.Concat(publish("a"), publish("b"), []string{"li submit c"}), "a"},
		"insisted, then new": {slices.Concat(publish("a"), publish("b"), []string{"alarm rollback a", "li rollback b"}, publish("c")), ""},
	} {
		if got, ok := Former(story(t, c.lines...)); got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestSomebodyMustStandForIt(t *testing.T) {
	for _, who := range []string{"", "  ", "a\nb", strings.Repeat("x", maxWords+1)} {
		if err := Check(nil, Event{Hash: "a", Act: Submit, Who: who}); !errors.Is(err, ErrWho) {
			t.Errorf("%q: %v", who, err)
		}
	}
}

func TestBundleIsItsContent(t *testing.T) {
	files := fstest.MapFS{
		"s.yaml": {Data: []byte("script: s")}, "hold.wav": {Data: []byte{1, 2, 3}}, "other.yaml": {Data: []byte("no part of it")},
	}
	pack := func(names ...string) Bundle {
		t.Helper()
		b, err := Pack(files, "s.yaml", names)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	a := pack("hold.wav")
	if b := pack("s.yaml", "hold.wav", "hold.wav"); b.Hash != a.Hash {
		t.Error("the order of the files is in the hash")
	}
	files["s.yaml"].ModTime = time.Unix(99, 0)
	if b := pack("hold.wav"); b.Hash != a.Hash {
		t.Error("the times of the files are in the hash")
	}
	opened, err := a.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(opened, "s.yaml", "hold.wav"); err != nil {
		t.Error(err)
	}
	files["hold.wav"] = &fstest.MapFile{Data: []byte{1, 2, 4}}
	if b := pack("hold.wav"); b.Hash == a.Hash {
		t.Error("a clip that changed is not in the hash")
	}
	stolen := pack("hold.wav")
	stolen.Hash = a.Hash
	if _, err := stolen.Open(); err == nil || !strings.Contains(err.Error(), "not what was approved") {
		t.Errorf("files that were changed open: %v", err)
	}
}

// The same files begin at another one: that is another version, and a stored one
// whose main file was changed does not open.
func TestBundleIsItsMainFile(t *testing.T) {
	files := fstest.MapFS{"a.yaml": {Data: []byte("include: b.yaml")}, "b.yaml": {Data: []byte("include: a.yaml")}}
	a, err1 := Pack(files, "a.yaml", []string{"b.yaml"})
	b, err2 := Pack(files, "b.yaml", []string{"a.yaml"})
	if err1 != nil || err2 != nil || a.Hash == b.Hash {
		t.Errorf("%s and %s, %v, %v", a.Hash, b.Hash, err1, err2)
	}
	a.Main = "b.yaml"
	if _, err := a.Open(); err == nil || !strings.Contains(err.Error(), "not what was approved") {
		t.Errorf("it opens at another file: %v", err)
	}
}

func TestEventAsJSON(t *testing.T) {
	got, err := json.Marshal(Event{Script: "s", Hash: "ab", Act: Submit, Who: "li", Note: "why", At: time.Unix(0, 0).UTC()})
	if want := `{"script":"s","hash":"ab","act":"submit","who":"li","note":"why","at":"1970-01-01T00:00:00Z"}`; err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}

func TestBundleRefuses(t *testing.T) {
	if _, err := Pack(fstest.MapFS{}, "s.yaml", nil); err == nil {
		t.Error("a file that is not there is packed")
	}
	big := fstest.MapFS{"s.yaml": {Data: make([]byte, maxBytes+1)}}
	if _, err := Pack(big, "s.yaml", nil); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("a huge bundle: %v", err)
	}
	if _, err := (Bundle{Main: "s.yaml", Hash: "ab", Zip: []byte("no zip")}).Open(); err == nil {
		t.Error("what is no archive opens")
	}
}
