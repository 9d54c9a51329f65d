package dialog

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// line is n lines, each made of its number.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, strings.ReplaceAll(format, "%", "%[1]d"), i)
	}
	return b.String()
}

// hostile are files that are meant to hurt, and what is said of them.
func hostile() map[string][2]string {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'i'; c++ {
		p := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+p+",", 9), ",") + "]\n"
	}
	var deep strings.Builder
	for i := range 1400 {
		deep.WriteString(strings.Repeat(" ", i%1000) + "a:\n")
	}
	one := "script: x\nnodes:\n  a:\n    stage: need\n    end: true\n"
	return map[string][2]string{
		"alias bomb":        {bomb, "aliases (*) are not part of the language"},
		"merge keys":        {"a: &a {b: c}\nd: {<<: *a}\n", "aliases (*) are not part of the language"},
		"10 MB":             {"script: x\nnodes: {a: {stage: need, say: " + strings.Repeat("very ", 2<<20) + "}}\n", "larger than 1 MiB"},
		"10 MB of lines":    {strings.Repeat("a: b\n", 2<<20), "larger than 1 MiB"},
		"10,000 brackets":   {"a: " + strings.Repeat("[", 10_000), "nested more than 64 deep"},
		"10,000 braces":     {strings.Repeat("{a: ", 10_000), "nested more than 64 deep"},
		"10,000 dashes":     {strings.Repeat("- ", 10_000) + "x", "nested more than 64 deep"},
		"100 deep":          {strings.Repeat("- ", 100) + "x", "nested more than 64 deep"},
		"indented":          {deep.String(), ""},
		"duplicate keys":    {one + "    end: true\n", "stands twice"},
		"all duplicates":    {"a: {" + strings.Repeat("b: 1, ", 100_000) + "}", ""},
		"many keys":         {"a: {" + numbered(40_000, "b%: 1, ") + "}", ""},
		"many lines":        {strings.Repeat("x: [\n", 50_000), ""},
		"question marks":    {strings.Repeat("? ", 100_000), ""},
		"quotes":            {"a: \"" + strings.Repeat("\\x41", 100_000), ""},
		"NUL":               {"script: \x00", "this is not YAML"},
		"not UTF-8":         {"script: \xff\xfe\xfd", "this is not YAML"},
		"clip outside":      {one + "  b: {stage: need, say: {clip: ../../etc/passwd.wav}, end: true}\n", "clip cannot be"},
		"unknown nodes":     {"script: x\nnodes:\n" + numbered(15_000, "  node_number_%: {stage: need, go: node_nomber_%}\n"), "there is no node"},
		"unknown intents":   {"script: x\nnodes:\n  a:\n    stage: need\n    go:\n" + numbered(30_000, "      intent_%: a\n"), "there is no intent"},
		"unknown variables": {one + "    say: [" + numbered(25_000, "\"{{name_of_%}}\", ") + "]\n", "there is no variable"},
		"unknown keys":      {"script: x\nnodes:\n" + numbered(20_000, "  n%: {stege: need}\n"), "has no key"},
		"key choices":       {"script: x\nnodes:\n" + numbered(9_000, "  n%: {stage: need, keys: {1: nobody_%}}\n"), "no node"},
		"long way":          {"script: x\nnodes:\n" + numbered(15_000, "  n%: {stage: need, go: n%1}\n"), "there is no node"},
		"long circle": {"script: x\nnodes:\n" + func() string {
			var b strings.Builder
			for i := range 15_000 {
				fmt.Fprintf(&b, "  n%d: {stage: need, go: n%d}\n", i, (i+1)%15_000)
			}
			return b.String()
		}(), "in a circle that never waits"},
		"many conditions":  {one + "    when:\n" + numbered(18_000, "      - {if: x% > 1 and y, go: a}\n"), "there is no variable"},
		"wild conditions":  {one + "    when:\n" + strings.Repeat("      - {if: "+strings.Repeat("(", 400)+", go: a}\n", 2000), ""},
		"many expressions": {one + "    say: \"" + strings.Repeat("{{1+a}}", 100_000) + "\"\n", "at most 20000 can be said"},
		"many pieces":      {one + "    say: [" + strings.Repeat("\""+strings.Repeat("{{1+a}}", 2500)+"\", ", 40) + "]\n", "at most 100 go into one text"},
		"many phrases":     {one + "intents: {i: {match: [" + strings.Repeat("\"((((a|b)|c)|d)\", ", 30_000) + "]}}\n", ""},
	}
}

// TestHostile refuses what is meant to hurt within 100 MB, with a position. The
// second that it may take is told, not held: a busy machine is no fault.
func TestHostile(t *testing.T) {
	const most = 100 << 20
	position := regexp.MustCompile(`^hostile\.yaml:\d+:\d+: `)
	for name, c := range hostile() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			began := time.Now()
			_, err := Load(strings.NewReader(c[0]), "hostile.yaml")
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			// What was allocated in all bounds what was held at any moment.
			all := after.TotalAlloc - before.TotalAlloc
			t.Logf("%s, %d KB: %s, %d MB allocated in all", name, len(c[0])>>10, took.Round(time.Millisecond), all>>20)
			if err == nil || !strings.Contains(err.Error(), c[1]) {
				t.Errorf("want %q, got %.200v", c[1], err)
			} else if !position.MatchString(err.Error()) {
				t.Errorf("no position: %.200s", err)
			}
			if all > most {
				t.Errorf("%d MB were allocated", all>>20)
			}
		})
	}
}
