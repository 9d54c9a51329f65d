package intent

import (
	"bufio"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/pinyin"
)

// homophones are the 3,755 everyday characters of GB 2312's first level, by
// their toneless syllable.
func homophones(t testing.TB) map[string][]rune {
	t.Helper()
	all := map[string][]rune{}
	for row := byte(0xB0); row <= 0xD7; row++ {
		for cell := byte(0xA1); cell <= 0xFE; cell++ {
			b, err := simplifiedchinese.GB18030.NewDecoder().Bytes([]byte{row, cell})
			r := []rune(string(b))
			if err != nil || len(r) != 1 || !unicode.Is(unicode.Han, r[0]) {
				continue
			}
			s := pinyin.Read([]string{string(r)})[0]
			all[s] = append(all[s], r[0])
		}
	}
	return all
}

// mishear writes each Chinese character, with a probability of share, as another
// one that sounds the same.
func mishear(text string, share float64, alike map[string][]rune, random *rand.Rand) string {
	out := []rune(text)
	var han []string
	for _, r := range out {
		han = append(han, string(r))
	}
	for i, s := range pinyin.Read(han) {
		if others := alike[s]; len(others) > 1 && random.Float64() < share {
			out[i] = others[random.IntN(len(others))]
		}
	}
	return string(out)
}

type said struct{ intent, text string }

func readSaid(t testing.TB, file string) (all []said) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for in := bufio.NewScanner(f); in.Scan(); {
		if name, text, ok := strings.Cut(in.Text(), "\t"); ok && !strings.HasPrefix(name, "#") {
			all = append(all, said{name, text})
		}
	}
	return all
}

// byRules is the intent that an author's rules find by themselves.
func byRules(d *Detector, text string, sound bool) string {
	t, best := newTurn(text), dialog.Intent{}
	for _, r := range d.rules {
		in := r.spelt(t)
		if in.Score == 0 && sound {
			in = r.heard(t)
		}
		if in.Score > best.Score || in.Score == best.Score && in.Name < best.Name {
			best = in
		}
	}
	return best.Name
}

// TestSoundRecall holds what matching by sound is worth: of lines that hold a
// keyword, with 15 of 100 characters written as another that sounds the same,
// how many are still found.
func TestSoundRecall(t *testing.T) {
	lines, alike := readSaid(t, "testdata/sound.tsv"), homophones(t)
	for _, hear := range []string{"", dialog.HearSound} {
		s, err := dialog.LoadFile("testdata/sound.yaml")
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.Intents {
			s.Intents[i].Hear = hear
		}
		d, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		var total, clean, spelt, heard, whole, wrong int
		for seed := range uint64(10) {
			random := rand.New(rand.NewPCG(seed, 0))
			for _, l := range lines {
				noisy := mishear(l.text, 0.15, alike, random)
				total++
				if byRules(d, l.text, false) == l.intent {
					clean++
				}
				if byRules(d, noisy, false) == l.intent {
					spelt++
				}
				switch got := byRules(d, noisy, true); got {
				case l.intent:
					heard++
				case "":
				default:
					wrong++
				}
				in, err := d.Understand(t.Context(), dialog.Query{Text: noisy, Language: "zh-CN", Intents: names(s)})
				if err != nil {
					t.Fatal(err)
				}
				if in.Name == l.intent {
					whole++
				}
			}
		}
		percent := func(n int) float64 { return 100 * float64(n) / float64(total) }
		t.Logf("hear %q: of %d lines, clean %.1f %%; noisy, letter by letter %.1f %%, by sound %.1f %% (%.1f %% another intent), with the classifier %.1f %%",
			hear, total, percent(clean), percent(spelt), percent(heard), percent(wrong), percent(whole))
		if percent(heard) < percent(spelt)+15 {
			t.Errorf("matching by sound finds %.1f %%, without it %.1f %%", percent(heard), percent(spelt))
		}
		if percent(wrong) > 1 {
			t.Errorf("%.1f %% are taken for another intent", percent(wrong))
		}
	}
}

func names(s *dialog.Script) (all []string) {
	for _, d := range s.Intents {
		all = append(all, d.Name)
	}
	return all
}
