// Command testrun runs every test of the module, shows what failed and why tests
// were skipped, and ends with one line that counts: N passed, N failed, N skipped.
//
//	go run ./tools/testrun [-first PACKAGE,...] [-last PACKAGE,...] [-- FLAGS of go test]
//
// Packages in which nothing is concurrent run without -race: see sequential.
//
// A test that fails runs once more, alone, if few did: see again.
//
// Packages named by -first, which mostly wait, begin before the others, which
// compute meanwhile. Those named by -last run when all the rest is done: they
// recognise speech in real time and want the machine to themselves.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
)

func main() {
	first := flag.String("first", "", "packages to begin with; separated by commas")
	last := flag.String("last", "", "packages to run when all others are done; separated by commas")
	flag.Parse()
	if !run(*first, *last, flag.Args()) {
		os.Exit(1)
	}
}

// run tests everything and tells whether all is well.
func run(first, last string, flags []string) bool {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	groups, err := packages(ctx, first, last)
	var pure []string
	if err == nil && slices.Contains(flags, "-race") {
		pure, err = sequential(ctx)
		groups[0] = without(groups[0], pure)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "testrun:", err)
		return false
	}
	t := newTally(os.Stdout)
	unwatched := without(flags, []string{"-race"})
	sure := len(pure) == 0 || t.agrees(ctx, unwatched, pure)
	return t.all(ctx, flags, groups) && sure
}

// all runs groups of packages one after the other and ends with the summary.
func (t *tally) all(ctx context.Context, flags []string, groups [][]string) bool {
	sure := true // go test and the count agree
	for _, p := range slices.DeleteFunc(groups, func(p []string) bool { return len(p) == 0 }) {
		sure = t.agrees(ctx, flags, p) && sure
	}
	if sure && ctx.Err() == nil {
		t.again(ctx, flags)
	}
	t.summary()
	return sure && t.failed == 0
}

// packages lists the module's, those that go first at the beginning, and those
// that run when all others are done in a group of their own.
func packages(ctx context.Context, first, last string) (groups [][]string, err error) {
	var lists [3][]string
	for i, patterns := range []string{first, "./...", last} {
		if patterns == "" {
			continue
		}
		if lists[i], err = list(ctx, strings.Split(patterns, ",")...); err != nil {
			return nil, err
		}
	}
	begin, all, end := lists[0], lists[1], lists[2]
	return [][]string{append(begin, without(without(all, begin), end)...), end}, nil
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(p string) bool { return slices.Contains(some, p) })
}

func list(ctx context.Context, patterns ...string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"list"}, patterns...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list %s: %w", strings.Join(patterns, " "), err)
	}
	return strings.Fields(string(out)), nil
}

// test runs packages and tells whether go test was content.
func (t *tally) test(ctx context.Context, flags, packages []string) bool {
	cmd := exec.CommandContext(ctx, "go", slices.Concat([]string{"test", "-json"}, flags, packages)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(t.w, "testrun:", err)
		return false
	}
	t.read(out)
	return cmd.Wait() == nil
}

// agrees runs packages and tells whether go test was content, or a failure was
// counted.
func (t *tally) agrees(ctx context.Context, flags, packages []string) bool {
	before := t.failed
	return t.test(ctx, flags, packages) || t.failed > before
}

// event is one line of go test -json (go doc test2json).
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Elapsed    float64
	Output     string
}

// tally counts tests; a test that has subtests counts beside them, as go test
// itself sees it.
type tally struct {
	w                       io.Writer
	passed, failed, skipped int
	output                  map[string][]string // by package and test, until it ends
	races                   map[string][]string // by package: what passed tests printed of a data race
	blamed                  map[string]bool     // packages of which a failure is counted
	skips                   []string
	failures                []failure
	twice                   int     // tests that passed only on a second run
	slow                    []event // tests of a package's own that took long
}

// long is from when on a test is named, in seconds; so many are.
const (
	long      = 10
	mostNamed = 15
)

func newTally(w io.Writer) *tally {
	return &tally{w: w, output: map[string][]string{}, races: map[string][]string{}, blamed: map[string]bool{}}
}

func (t *tally) read(r io.Reader) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				_, _ = t.w.Write(line)
			} else {
				t.take(e)
			}
		}
		if err != nil {
			return
		}
	}
}

func (t *tally) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		t.output[key] = append(t.output[key], e.Output)
	case "build-output":
		io.WriteString(t.w, e.Output)
	case "build-fail":
		t.failed++
		pkg, _, _ := strings.Cut(e.ImportPath, " ")
		t.blamed[pkg] = true
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.endPackage(e, key)
		} else {
			t.endTest(e, key)
		}
		delete(t.output, key)
	}
}

func (t *tally) endTest(e event, key string) {
	if e.Elapsed >= long && !strings.Contains(e.Test, "/") {
		t.slow = append(t.slow, e)
	}
	switch e.Action {
	case "pass":
		t.passed++
		t.keepRace(e.Package, t.output[key])
	case "fail":
		t.failed++
		t.blamed[e.Package] = true
		t.note(e, t.output[key])
		fmt.Fprintf(t.w, "FAIL %s %s\n", e.Package, e.Test)
		for _, line := range t.output[key] {
			if !strings.HasPrefix(line, "=== ") {
				io.WriteString(t.w, "    "+line)
			}
		}
	case "skip":
		t.skipped++
		t.skips = append(t.skips, fmt.Sprintf("%s %s: %s", e.Package, e.Test, reason(t.output[key])))
	}
}

// keepRace keeps what the race detector printed into a test that passed: a race
// between tests, or after the last one, fails the package alone.
func (t *tally) keepRace(pkg string, lines []string) {
	if slices.ContainsFunc(lines, func(l string) bool {
		return strings.Contains(l, "WARNING: DATA RACE") || strings.HasPrefix(l, "testing: race")
	}) {
		t.races[pkg] = append(t.races[pkg], lines...)
	}
}

// endPackage shows a package's time, and its output when it failed outside any
// test: a panic, a race, a TestMain, a timeout.
func (t *tally) endPackage(e event, key string) {
	switch e.Action {
	case "pass":
		fmt.Fprintf(t.w, "ok   %-60s %6.1fs\n", e.Package, e.Elapsed)
	case "fail":
		for k, lines := range t.output { // tests cut short never end
			if k != key && strings.HasPrefix(k, e.Package+" ") {
				t.failed++
				t.blamed[e.Package] = true
				fmt.Fprintf(t.w, "FAIL %s did not end\n", k)
				io.WriteString(t.w, strings.Join(lines, ""))
				delete(t.output, k)
			}
		}
		if !t.blamed[e.Package] || len(t.races[e.Package]) > 0 {
			t.failed++
		}
		io.WriteString(t.w, strings.Join(slices.Concat(t.races[e.Package], t.output[key]), ""))
		fmt.Fprintf(t.w, "FAIL %-60s %6.1fs\n", e.Package, e.Elapsed)
	}
}

// reason is what a skipped test said.
func reason(output []string) string {
	for _, line := range slices.Backward(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "===") {
			continue
		}
		if _, said, ok := strings.Cut(line, ".go:"); ok {
			_, said, _ = strings.Cut(said, ": ")
			return said
		}
		return line
	}
	return "no reason given"
}

func (t *tally) summary() {
	if len(t.skips) > 0 {
		fmt.Fprintln(t.w, "\nSkipped:")
		for _, s := range t.skips {
			fmt.Fprintln(t.w, "    "+s)
		}
		fmt.Fprintln(t.w)
	}
	slices.SortFunc(t.slow, func(a, b event) int { return cmp.Compare(b.Elapsed, a.Elapsed) })
	if len(t.slow) > 0 {
		fmt.Fprintln(t.w, "\nThe longest, of those that ran side by side with their waiting:")
		for _, e := range t.slow[:min(mostNamed, len(t.slow))] {
			fmt.Fprintf(t.w, "    %6.1fs %s %s\n", e.Elapsed, e.Package, e.Test)
		}
		fmt.Fprintln(t.w)
	}
	fmt.Fprintf(t.w, "%d passed, %d failed, %d skipped", t.passed, t.failed, t.skipped)
	if t.twice > 0 {
		fmt.Fprintf(t.w, ", %d of the passed on a second run only: see FAIL above", t.twice)
	}
	fmt.Fprintln(t.w)
}
