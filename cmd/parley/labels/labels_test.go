package labels

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/parley-voice/parley/store"
)

func TestWrite(t *testing.T) {
	var out strings.Builder
	n, disputed, err := Write(&out, []store.Label{
		{Intent: "price", Text: "多少钱啊"},
		{Intent: "price", Text: "多少钱啊？"},
		{Intent: "delivery", Text: "where\tis my\nparcel"},
		{Intent: "refund", Text: "Where is my parcel?"},
		{Intent: "phone", Text: "my number is 13800138000"},
		{Intent: "empty", Text: "…"},
	})
	want := "delivery\twhere is my parcel\nphone\tmy number is 138****8000\nprice\t多少钱啊\nrefund\tWhere is my parcel?\n"
	if err != nil || n != 4 || out.String() != want {
		t.Errorf("%d lines, %v:\n%s", n, err, out.String())
	}
	if len(disputed) != 1 || disputed[0] != "Where is my parcel?" {
		t.Errorf("disputed %q", disputed)
	}
}

func TestMask(t *testing.T) {
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
		if got := Mask(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, bad := range []string{"", "two words", "a\tb", strings.Repeat("x", 101)} {
		if Check(bad) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if err := Check("stop_calling"); err != nil {
		t.Error(err)
	}
}

// FuzzMask holds that no eleven digits in a row come through.
func FuzzMask(f *testing.F) {
	for _, s := range []string{"13800138000", "1 2 3 4 5 6 7", "one two three four five six seven eight", "幺三八零零幺三八零零零", "a@b", "oh-oh", "\xff1234567"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Mask(s)
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
