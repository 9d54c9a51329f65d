package mask

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"call 13800138000 now":                  "call 138****8000 now",
		"138 0013 8000":                         "138 **** 8000",
		"6222 0200 1234 5678 901":               "**** **** **** ***8 901",
		"我的电话是幺三八零零幺三八零零零":                      "我的电话是幺三八****八零零零",
		"one three eight double":                "one three eight double",
		"it is five five five oh one two three": "it is five five * * * two three",
		"room 1204, 3 people":                   "room 1204, 3 people",
		"一二三四":                                  "一二三四",
		"write to jo@example.com please":        "write to ***@*** please",
		"someone told nine of us":               "someone told nine of us",
		"on 2026-03-05 at 10":                   "on 20**-**-05 at 10",
		"":                                      "",
	} {
		if got := Text(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// FuzzText holds that no eleven digits in a row come through.
func FuzzText(f *testing.F) {
	for _, s := range []string{"13800138000", "1 2 3 4 5 6 7", "one two three four five six seven eight", "幺三八零零幺三八零零零", "a@b", "oh-oh", "\xff1234567"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Fatalf("%q: %q", s, got)
		}
		run := 0
		for _, r := range got {
			if run++; !unicode.IsDigit(r) {
				run = 0
			}
			if run >= leastDigits {
				t.Fatalf("%q: %q", s, got)
			}
		}
	})
}
