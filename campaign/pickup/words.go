package pickup

import (
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

//go:embed phrases.txt
var shipped string

// Phrases knows what networks, machines and people say.
type Phrases struct{ all []phrase }

// phrase is one line of a list.
type phrase struct {
	status Status
	sure   float64
	text   string
	parts  [][][]rune // in order; each is one of several
}

// Match is a phrase that was heard.
type Match struct {
	Status Status
	Sure   float64
	Phrase string // as it is written in the list
}

// Standard is the list that ships.
func Standard() *Phrases {
	p, err := ReadPhrases("phrases.txt", strings.NewReader(shipped))
	if err != nil {
		panic(err) // a test reads it
	}
	return p
}

// ReadPhrases reads a list in the form of phrases.txt; errors tell file and line.
func ReadPhrases(name string, r io.Reader) (*Phrases, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p := &Phrases{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		one, err := readPhrase(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		p.all = append(p.all, one)
	}
	return p, nil
}

func readPhrase(line string) (phrase, error) {
	words := strings.Fields(line)
	if len(words) < 3 {
		return phrase{}, fmt.Errorf("%q: write a status, how sure it is (0 to 100), and the words", line)
	}
	p := phrase{status: Status(words[0]), text: strings.Join(words[2:], " ")}
	if !known(p.status) {
		return phrase{}, fmt.Errorf("status %q: use one of %v", words[0], Statuses)
	}
	sure, err := strconv.Atoi(words[1])
	if err != nil || sure < 0 || sure > 100 {
		return phrase{}, fmt.Errorf("%q: how sure it is must be 0 to 100", words[1])
	}
	p.sure = float64(sure) / 100
	for _, word := range words[2:] {
		var either [][]rune
		for w := range strings.SplitSeq(word, "|") {
			if w == "" {
				return phrase{}, fmt.Errorf("%q: a bar stands between two words", word)
			}
			letters := plain(w)
			if len(letters) == 0 {
				return phrase{}, fmt.Errorf("%q has no letter", w)
			}
			either = append(either, letters)
		}
		p.parts = append(p.parts, either)
	}
	return p, nil
}

func known(s Status) bool {
	for _, k := range Statuses {
		if k == s {
			return true
		}
	}
	return false
}

// plain is lower case without punctuation; apostrophes go with it.
func plain(s string) (out []rune) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, unicode.ToLower(r))
		}
	}
	return out
}

// unit is a Latin word or one Chinese character.
type unit []rune

func wide(r rune) bool { return unicode.Is(unicode.Han, r) }

// units cuts a text.
func units(text string) (out []unit) {
	var word unit
	end := func() {
		if len(word) > 0 {
			out, word = append(out, word), nil
		}
	}
	for _, r := range text {
		switch {
		case wide(r):
			end()
			out = append(out, unit{r})
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word = append(word, unicode.ToLower(r))
		case r == '\'' || r == '’' || r == '-':
		default:
			end()
		}
	}
	end()
	return out
}

// Hear finds the phrases in what was said, at most one for each status: the one
// that is surest.
func (p *Phrases) Hear(text string) []Match {
	said := units(text)
	var out []Match
next:
	for i := range p.all {
		f := &p.all[i]
		if !f.in(said) {
			continue
		}
		m := Match{f.status, f.sure, f.text}
		for j := range out {
			if out[j].Status == m.Status {
				if m.Sure > out[j].Sure {
					out[j] = m
				}
				continue next
			}
		}
		out = append(out, m)
	}
	return out
}

// count tells how many phrases of a status were said.
func (p *Phrases) count(text string, s Status) (n int) {
	said := units(text)
	for i := range p.all {
		if p.all[i].status == s && p.all[i].in(said) {
			n++
		}
	}
	return n
}

// The most that may stand between two parts.
const (
	gapWords = 3
	gapRunes = 6
)

// in tells whether the parts occur in order. A part of Chinese is a run of
// characters, one of English a word.
func (f *phrase) in(said []unit) bool {
	for start := range said {
		if f.from(said, start, 0) {
			return true
		}
	}
	return false
}

// from matches part k at or shortly after said[at].
func (f *phrase) from(said []unit, at, k int) bool {
	reach := 0
	if k > 0 {
		reach = gapWords
		if wide(f.parts[k][0][0]) {
			reach = gapRunes
		}
	}
	for skip := 0; skip <= reach && at+skip < len(said); skip++ {
		for _, w := range f.parts[k] {
			n := reads(said[at+skip:], w)
			if n > 0 && (k+1 == len(f.parts) || f.from(said, at+skip+n, k+1)) {
				return true
			}
		}
	}
	return false
}

// reads tells how many units of said make up w, 0 when they do not. Four
// characters and more may hold one that was misheard; so may six letters.
func reads(said []unit, w []rune) int {
	if wide(w[0]) {
		if len(said) < len(w) {
			return 0
		}
		miss := 0
		for i, r := range w {
			if len(said[i]) != 1 || !sounds(said[i][0], r) {
				miss++
			}
		}
		if miss == 0 || miss == 1 && len(w) >= 4 {
			return len(w)
		}
		return 0
	}
	if near(said[0], w) {
		return 1
	}
	return 0
}

// sounds tells whether a recogniser may have written one character for another.
func sounds(said, want rune) bool {
	return said == want || strings.ContainsRune(homophones[want], said)
}

// homophones are what recognisers write for the characters that decide.
var homophones = map[rune]string{
	'空': "控孔恐", '号': "好浩耗", '关': "观官管", '停': "亭庭廷", '机': "积鸡基级", '拨': "播波剥", '忙': "盲茫芒", '区': "去曲",
	'通': "同痛", '费': "肥废", '限': "现线", '嘀': "滴低", '滴': "嘀低", '留': "流", '言': "延颜",
}

// near tells whether two words are the same, or differ in one letter of at least
// six.
func near(a, b []rune) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(b) < 6 || len(a)-len(b) > 1 {
		return string(a) == string(b)
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return i == len(b) || string(a[i+1:]) == string(b[i+1:])
	}
	return string(a[i+1:]) == string(b[i:])
}
