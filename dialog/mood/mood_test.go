package mood

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"time"
)

// TestGold holds the words alone against what people say.
func TestGold(t *testing.T) {
	f, err := os.Open("testdata/moods.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	total, right := 0, 0
	for in := bufio.NewScanner(f); in.Scan(); {
		said, want, ok := strings.Cut(in.Text(), "\t")
		if !ok {
			continue
		}
		total++
		var g Gauge
		r := g.Hear(Turn{Text: said})
		got := r.Strongest()
		if got == "" {
			got = "-"
		}
		if got == want {
			right++
			continue
		}
		t.Logf("%q: got %s, want %s: %v", said, got, want, r)
	}
	t.Logf("%d of %d right", right, total)
	if total < 50 || float64(right) < 0.9*float64(total) {
		t.Errorf("%d of %d right, at least 90 %% wanted", right, total)
	}
}

// TestMannerAloneIsNoMood holds that interruptions, speed and repeats make no mood
// without a word that says so, and that they carry a faint one over the line.
func TestMannerAloneIsNoMood(t *testing.T) {
	var g Gauge
	say := func(text string, lasted time.Duration, interrupted bool) Reading {
		return g.Hear(Turn{Text: text, Lasted: lasted, Interrupted: interrupted})
	}
	say("我想问一下手表的价格", 2*time.Second, false)
	say("对我上周看过的那款", 2*time.Second, false)
	if r := say("那它的续航到底怎么样", 900*time.Millisecond, true); r.Strongest() != "" || r.Score[Impatient] == 0 {
		t.Errorf("a fast interruption alone: %v %v", r, r.Score)
	}
	if r := say("哎呀那它的续航到底怎么样", 900*time.Millisecond, true); r.Strongest() != Impatient {
		t.Errorf("a second one with a sigh: %v %v", r, r.Score)
	}
	if !strings.Contains(say("快点", 0, true).String(), `"快点"`) {
		t.Error("the reading does not tell why")
	}
}

// TestOwnBaseline holds that a fast talker is not impatient for being one.
func TestOwnBaseline(t *testing.T) {
	var g Gauge
	for range 6 {
		if r := g.Hear(Turn{Text: "so I was wondering about the battery of that watch", Lasted: time.Second}); r.Score[Impatient] > 0.5 {
			t.Fatalf("%v", r.Score)
		}
	}
	if r := g.Hear(Turn{Text: "and then the other one over there you see", Lasted: 4 * time.Second}); r.Score[Hesitant] == 0 {
		t.Error("slowing down tells nothing")
	}
}

func FuzzHear(f *testing.F) {
	f.Add("快点 hurry up", int64(1000), true)
	f.Add(strings.Repeat("嗯", 2000), int64(-5), false)
	f.Add("\xff\xfe", int64(0), true)
	f.Fuzz(func(t *testing.T, text string, ms int64, cut bool) {
		var g Gauge
		for range 4 {
			r := g.Hear(Turn{Text: text, Lasted: time.Duration(ms) * time.Millisecond, Interrupted: cut, Unheard: cut})
			for name, s := range r.Score {
				if s < 0 || s > 1 || name == "" {
					t.Fatalf("%q: %v", text, r)
				}
			}
		}
	})
}
