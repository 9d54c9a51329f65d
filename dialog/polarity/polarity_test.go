package polarity

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGold holds yes, no and wavering against how people answer a closed
// question: lines of meaning (yes, no, wavering, -), tab, words.
func TestGold(t *testing.T) {
	files, err := filepath.Glob("testdata/*.tsv")
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		total, misses := gold(t, file)
		t.Logf("%s: %d of %d right", file, total-len(misses), total)
		for _, m := range misses {
			t.Log(m)
		}
		if total < 150 || float64(len(misses)) > 0.03*float64(total) {
			t.Errorf("%s: %d of %d wrong, at most 3 %% of at least 200 lines may be", file, len(misses), total)
		}
	}
}

func gold(t testing.TB, file string) (total int, misses []string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for in := bufio.NewScanner(f); in.Scan(); {
		want, said, ok := strings.Cut(in.Text(), "\t")
		if !ok || strings.HasPrefix(want, "#") {
			continue
		}
		total++
		if a := Read(said).Answer; a.Sense.String() != want {
			misses = append(misses, fmt.Sprintf("%s: %q is taken for %s (%s)", want, said, a.Sense, a.Why))
		}
	}
	return total, misses
}

func TestWhatCountsMore(t *testing.T) {
	for text, want := range map[string]string{
		"不错，可惜我用不上": "no", "听着不错但我不需要": "no", "好的，不过请快一点": "yes", "sounds good but I can't afford it": "no", "yes but make it quick": "yes",
		"要是便宜我就要": "wavering", "如果方便的话就送过来，可以": "yes", "除非你们打折": "wavering", "as long as it is free, yes": "wavering",
		"是今天还是明天": "-", "还是要吧": "yes", "要收费不": "-", "我才不要": "no", "绝不": "no",
		"冇问题": "yes", "唔使": "no", "木有": "no", "得行": "yes", "不得行": "no", "要不得": "no", "得": "yes", "差得很": "-",
		"满意个鬼": "no", "no thanks love": "no", "I'd love to": "yes", "might as well": "yes", "doesn't bother me": "yes", "hardly": "no", "it is no": "no",
		"I'm good": "no", "I'm good with that": "yes", "I'd sooner keep mine": "no", "without a doubt": "yes", "I doubt it": "no",
	} {
		if a := Read(text).Answer; a.Sense.String() != want {
			t.Errorf("%q is taken for %s (%s), want %s", text, a.Sense, a.Why, want)
		}
	}
}
