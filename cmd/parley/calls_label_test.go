package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

// A turn is labelled, shown, and exported as an example.
func TestLabelAndExport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), filepath.Join(dir, "records.db"), "CN")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Finish(t.Context(), storetest.Ended("0190-a", storetest.T0)); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(t.Context(), "0190-a"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "examples.tsv")
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"export-labels --out " + file, 1, "nothing has been labelled yet"},
		{"label latest 2 price --as Anna", 1, "has 1 turns, not 2"},
		{"label nobody 1 price --as Anna", 1, "no such call"},
		{"label latest 1 price", 2, "--as"},
		{"label latest 1 a\tb --as Anna", 2, "one word"},
		{"label latest 1 price --as Anna", 0, `0190-a, turn 1: "多少钱" means price; it was understood as price`},
		{"label 0190-a 1 discount --as Bo", 0, "means discount"},
		{"show latest", 0, "labelled: turn 1 means discount, by Bo"},
		{"export-labels --script other --out " + file, 1, "nothing"},
		{"export-labels --script member --out " + file, 0, "1 examples from 1 labels"},
		{"export-labels --out -", 0, "discount\t多少钱\n"},
	} {
		args := append([]string{"calls"}, strings.Split(c.args, " ")...)
		code, out, errs := run(t, nil, append(args, "--data", dir)...)
		if code != c.code || !strings.Contains(out+errs, c.want) {
			t.Errorf("parley calls %s: exit code %d, %s%s", c.args, code, out, errs)
		}
	}
	if data, err := os.ReadFile(file); err != nil || string(data) != "discount\t多少钱\n" {
		t.Errorf("%v %q", err, data)
	}
}
