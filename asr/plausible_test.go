package asr

import (
	"strings"
	"testing"
	"time"
)

func TestPlausible(t *testing.T) {
	for _, c := range []struct {
		text   string
		speech time.Duration
		want   bool
	}{
		{"Yes.", 250 * ms, true},
		{"Please enter your agent number followed by the pound key.", 3 * time.Second, true},
		{"", time.Second, false},
		{" ... ", time.Second, false},
		{"Please enter your agent number followed by the pound key.", 800 * ms, false},
		{strings.Repeat("thank you ", 8), 10 * time.Second, false},
		{strings.Repeat("and then the other one ", 5), 20 * time.Second, false},
		{"no no no no no", 2 * time.Second, true},
		{"one one one one two two two", 4 * time.Second, true},
		{"five five five five five five", 4 * time.Second, true},
		{"您好，我想了解一下", 2 * time.Second, true},
		{strings.Repeat("好的", 8), 8 * time.Second, false},
	} {
		if got := Plausible(c.text, c.speech); got != c.want {
			t.Errorf("Plausible(%q, %v) = %v", c.text, c.speech, got)
		}
	}
}

func FuzzPlausible(f *testing.F) {
	f.Add("a b a b a b a b", 3000)
	f.Fuzz(func(_ *testing.T, text string, speech int) { Plausible(text, time.Duration(speech)*ms) })
}
