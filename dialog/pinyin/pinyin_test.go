package pinyin

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/parley-voice/parley/dialog/words"
)

func TestRead(t *testing.T) {
	for text, want := range map[string]string{
		"重庆银行":   "chong qing yin hang",
		"重要行动":   "zhong yao xing dong",
		"我要还款":   "wo yao huan kuan",
		"我还没收到货": "wo hai mei shou dao huo",
		"便宜一点":   "pian yi yi dian",
		"方便吗":    "fang bian ma",
		"女士绿色":   "nv shi lv se",
		"会计开会":   "kuai ji kai hui",
		"登录不了":   "deng lu bu liao",
		"到了吗":    "dao le ma",
	} {
		if got := strings.Join(Read(words.Split(text)), " "); got != want {
			t.Errorf("Read(%s) = %s, want %s", text, got, want)
		}
	}
}

func TestFuzzyFoldsWhatSoundsAlike(t *testing.T) {
	for _, pair := range []string{"zhong zong", "chi ci", "shan san", "nan lan", "nv lv", "hui fui", "fang han", "xing xin", "leng nen"} {
		a, b, _ := strings.Cut(pair, " ")
		if Fuzzy(a) != Fuzzy(b) {
			t.Errorf("%s and %s fold to %s and %s", a, b, Fuzzy(a), Fuzzy(b))
		}
	}
	for _, pair := range []string{"bu pu", "shi xi", "ta da", "mai wai", "e a"} {
		a, b, _ := strings.Cut(pair, " ")
		if Fuzzy(a) == Fuzzy(b) {
			t.Errorf("%s and %s both fold to %s", a, b, Fuzzy(a))
		}
	}
}

func TestRunsBreakAtOtherWords(t *testing.T) {
	got := Runs(words.Split("我的 iphone 15 坏了"))
	if len(got) != 2 || strings.Join(got[0], " ") != "wo de" || strings.Join(got[1], " ") != "huai le" {
		t.Errorf("runs %q", got)
	}
}

// Every phrase has as many syllables as characters, all of plain letters, none
// is read that way anyhow, and none stands twice.
func TestReadingsAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for p, said := range phrases() {
		if len(said) != utf8.RuneCountInString(p) {
			t.Errorf("%s: syllables %v", p, said)
		}
		var plain []string
		for _, c := range strings.Split(p, "") {
			plain = append(plain, single(c))
		}
		if strings.Join(plain, " ") == strings.Join(said, " ") && !holdsPhrase(p) {
			t.Errorf("%s is read %v without the table", p, plain)
		}
		for _, s := range said {
			if strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") != "" {
				t.Errorf("%s: syllable %q", p, s)
			}
		}
	}
	for line := range strings.Lines(readings) {
		for _, f := range strings.Fields(line) {
			if f[0] < utf8.RuneSelf {
				continue
			}
			if seen[f] {
				t.Errorf("%s stands twice", f)
			}
			seen[f] = true
		}
	}
}

// holdsPhrase tells whether a shorter phrase stands inside, which the longer one
// then puts right.
func holdsPhrase(p string) bool {
	for q := range phrases() {
		if p != q && strings.Contains(p, q) {
			return true
		}
	}
	return false
}

func TestEveryReadingOfTheLibraryIsPlain(t *testing.T) {
	for _, r := range "一丁嗯呣哼ㄅ欸ê〇々龘" {
		if got := single(string(r)); got != string(r) && strings.Trim(got, "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("%c reads %q", r, got)
		}
	}
}

func FuzzRuns(f *testing.F) {
	f.Add("重庆 bank 银行")
	f.Add("嗯\xff々〇")
	f.Fuzz(func(t *testing.T, s string) {
		for _, run := range Runs(words.Split(s)) {
			if len(run) == 0 {
				t.Error("an empty run")
			}
		}
	})
}
