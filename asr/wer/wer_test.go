package wer

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestNormalize(t *testing.T) {
	for text, want := range map[string]string{
		"Press 1, now.":            "press 1 now",
		"Press one now":            "press 1 now",
		"twenty-one":               "2 1",
		"21":                       "2 1",
		"two one":                  "2 1",
		"two thousand and five":    "2 0 0 5",
		"one hundred twenty three": "1 2 3",
		"three hundred and five people and a dog": "3 0 5 people and a dog",
		"one million":                 "1 0 0 0 0 0 0",
		"28.8 kilobit":                "2 8 8 kilobit",
		"I'm sorry, I can't; cannot.": "i am sorry i can not can not",
		"You've dialed, haven't you?": "you have dialed have not you",
		"That’s the user's mailbox":   "that is the users mailbox",
		"Um, uh... well":              "well",
		"re-enter e-mail":             "re enter e mail",
		"www.asterisk.org":            "www asterisk org",
		"您好，转人工123":                   "您 好 转 人 工 1 2 3",
		"OK":                          "okay",
		"IAX2":                        "iax 2",
		"":                            "",
		"hundred":                     "hundred",
		"one and two":                 "1 and 2",
		"'quoted' words":              "quoted words",
		"ｆｕｌｌ　ｗｉｄｔｈ":                  "full width",
		"don't":                       "do not",
		"9 to save":                   "9 to save",
		"Two hundred thousand three hundred forty": "2 0 0 3 4 0",
	} {
		if got := strings.Join(Normalize(text), " "); got != want {
			t.Errorf("Normalize(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		said, heard string
		score       Score
		edits       []Edit
	}{
		{"a b c", "a b c", Score{Words: 3}, nil},
		{"a b c", "A, B, C!", Score{Words: 3}, nil},
		{"a b c", "a x c", Score{3, 1, 0, 0}, []Edit{{"b", "x"}}},
		{"a b c", "a c", Score{3, 0, 1, 0}, []Edit{{"b", ""}}},
		{"a b c", "a b b c", Score{3, 0, 0, 1}, []Edit{{"", "b"}}},
		{"a b", "", Score{2, 0, 2, 0}, []Edit{{"a", ""}, {"b", ""}}},
		{"", "a", Score{0, 0, 0, 1}, []Edit{{"", "a"}}},
		{"您好", "你好", Score{2, 1, 0, 0}, []Edit{{"您", "你"}}},
	} {
		score, edits := Compare(c.said, c.heard)
		if score != c.score {
			t.Errorf("Compare(%q, %q) = %+v, want %+v", c.said, c.heard, score, c.score)
		}
		if c.said != "a b c" || c.heard != "a b b c" { // which b was inserted is a matter of taste
			if !reflect.DeepEqual(edits, c.edits) {
				t.Errorf("Compare(%q, %q): %v, want %v", c.said, c.heard, edits, c.edits)
			}
		}
	}
}

func TestReport(t *testing.T) {
	var r Report
	r.Add("one", "press one now", "Press 1 now.")
	r.Add("two", "good bye", "goodbye")
	if r.Texts != 2 || r.Words != 5 || len(r.Misses) != 1 || math.Abs(r.Rate()-0.4) > 1e-9 {
		t.Errorf("%+v, rate %v", r, r.Rate())
	}
	if s := r.String(); !strings.Contains(s, "WER 40.00 %") || !strings.Contains(s, "heard goodbye") {
		t.Error(s)
	}
}

// The prompts' texts are the reference of the recognition tests.
func TestPairsThatShip(t *testing.T) {
	pairs, err := AsteriskEnglish()
	if err != nil || len(pairs) < 250 {
		t.Fatalf("%d pairs, %v", len(pairs), err)
	}
	seen := map[string]bool{}
	for _, p := range pairs {
		if seen[p.Path] || !strings.HasSuffix(p.Path, ".wav") {
			t.Errorf("%+v", p)
		}
		seen[p.Path] = true
	}
}

func TestReadPairsSaysWhere(t *testing.T) {
	got, err := ReadPairs("x.tsv", strings.NewReader("# said\n\na.wav\thello\n"))
	if err != nil || len(got) != 1 || got[0] != (Pair{"a.wav", "hello"}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"a.wav hello", "a.wav\t", "a.wav\t..."} {
		if _, err := ReadPairs("x.tsv", strings.NewReader("# one\n"+bad)); err == nil || !strings.HasPrefix(err.Error(), "x.tsv:2: ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("press one", "press 1")
	f.Add("won't", "您好 n't '")
	f.Fuzz(func(t *testing.T, a, b string) {
		if s, _ := Compare(a, a); s.Errors() != 0 {
			t.Errorf("%q differs from itself: %+v", a, s)
		}
		x, edits := Compare(a, b)
		y, _ := Compare(b, a)
		if x.Errors() != y.Errors() || x.Errors() != len(edits) {
			t.Errorf("%q, %q: %+v, %+v, %d edits", a, b, x, y, len(edits))
		}
	})
}
