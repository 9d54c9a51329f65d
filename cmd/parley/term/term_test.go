package term

import (
	"slices"
	"strings"
	"testing"
)

func TestTableAlignsWhatTheEyeSees(t *testing.T) {
	var b strings.Builder
	p := Printer{W: &b, Color: true}
	p.Table([][]string{{"caller", "heard"}, {p.In(Bold, "我们"), "x"}, {"a", "转人工", "end"}})
	want := "caller  heard\n\x1b[1m我们\x1b[0m    x\na       转人工  end\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestWrap(t *testing.T) {
	for in, want := range map[string][]string{
		"one two three":     {"one two", "three"},
		"一二三四五六":            {"一二三四", "五六"},
		"":                  {""},
		"abcdefghijkl mnop": {"abcdefgh", "ijkl", "mnop"},
	} {
		if got := Wrap(in, 8); !slices.Equal(got, want) {
			t.Errorf("Wrap(%q) = %q, want %q", in, got, want)
		}
		for _, line := range Wrap(in, 8) {
			if Width(line) > 8 {
				t.Errorf("%q is wider than 8", line)
			}
		}
	}
}

func TestColourIsOptional(t *testing.T) {
	env := func(pairs ...string) func(string) (string, bool) {
		return func(name string) (string, bool) {
			i := slices.Index(pairs, name)
			if i < 0 {
				return "", false
			}
			return pairs[i+1], true
		}
	}
	for _, c := range []struct {
		terminal bool
		env      func(string) (string, bool)
		want     bool
	}{
		{true, env("TERM", "xterm"), true},
		{false, env("TERM", "xterm"), false},
		{true, env("TERM", "xterm", "NO_COLOR", "1"), false},
		{true, env("TERM", "xterm", "NO_COLOR", ""), true},
		{true, env("TERM", "dumb"), false},
	} {
		if got := Wants(c.terminal, c.env); got != c.want {
			t.Errorf("Wants(%v) = %v", c.terminal, got)
		}
	}
	if got := (Printer{}).In(Red, "x"); got != "x" {
		t.Errorf("%q", got)
	}
}
