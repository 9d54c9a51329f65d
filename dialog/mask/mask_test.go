package mask

import (
	"slices"
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
		"It is 4111, 1111, 1111, 1234.":         "It is ****, ****, ****, 1234.",
		"六二二二，零二零零，一二三四，五六七八":                    "****，****，****，五六七八",
		"that is 19,999.00 for 2":                "that is 19,999.00 for 2",
		"forty one eleven double one twenty two": "forty one * * * twenty two",
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

func TestCard(t *testing.T) {
	for in, want := range map[string]string{
		"4111111111111111":    "************1111",
		"4111 1111 1111 1111": "**** **** **** 1111",
		"4111111111111112":    "4111111111111112", // the check digit is wrong
		"13800138000":         "13800138000",
		"2026-03-05":          "2026-03-05",
		"x4111111111111111":   "x4111111111111111",
		"":                    "",
	} {
		if got := Card(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestBreaths(t *testing.T) {
	for _, c := range []struct {
		said, want []string
		number     []bool
	}{
		{[]string{"My card is 6222.", "0200", "1234,", "5678.", "Thank you."}, []string{"My card is ****", "****", "****", "5678", "Thank you."}, []bool{true, true, true, true, false}},
		{[]string{"my number is", "幺三八", "零零幺三", "八零零零"}, []string{"my number is", "幺三八", "****", "八零零零"}, []bool{false, true, true, true}},
		{[]string{"room 1204", "at 18 30"}, []string{"room 1204", "at 18 30"}, []bool{false, false}},
		{[]string{"1204", "no", "5678"}, []string{"1204", "no", "5678"}, []bool{false, false, false}},
		{[]string{"call 13800138000 now"}, []string{"call 138****8000 now"}, []bool{true}},
		{nil, []string{}, []bool{}},
	} {
		got, number := Breaths(c.said)
		if !slices.Equal(got, c.want) || !slices.Equal(number, c.number) {
			t.Errorf("%q: %q %v, want %q %v", c.said, got, number, c.want, c.number)
		}
	}
}

// FuzzBreaths holds that turns never make it panic and stay as many.
func FuzzBreaths(f *testing.F) {
	f.Add("6222", "0200 12", "34 5678")
	f.Add("a@b 12", "\x00 1 2 3", "  ")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if hidden, number := Breaths([]string{a, b, c}); len(hidden) != 3 || len(number) != 3 {
			t.Errorf("%d texts, %d marks", len(hidden), len(number))
		}
	})
}
