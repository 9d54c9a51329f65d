package intent

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/words"
)

// phrase is an author's pattern: words, (a|b) for either, [a] for optional, *
// for a gap of up to maxGap words. It matches anywhere in the words. RE2 runs
// it, so time is linear in the text whatever the pattern.
type phrase struct {
	text string
	re   *regexp.Regexp
}

const maxGap = 6

// compile turns a phrase into an expression over words that each end in a space.
func compile(text string) (phrase, error) {
	if n := len([]rune(text)); n > dialog.MaxPhrase {
		return phrase{}, fmt.Errorf("phrase %q… is longer than %d letters", string([]rune(text)[:20]), dialog.MaxPhrase)
	}
	var b, word strings.Builder
	b.WriteString(" ")
	flush := func() {
		for _, w := range words.Split(word.String()) {
			b.WriteString(regexp.QuoteMeta(w) + " ")
		}
		word.Reset()
	}
	for _, c := range text {
		switch c {
		case '(', '[':
			flush()
			b.WriteString("(?:")
		case ')':
			flush()
			b.WriteString(")")
		case ']':
			flush()
			b.WriteString(")?")
		case '|':
			flush()
			b.WriteString("|")
		case '*':
			flush()
			fmt.Fprintf(&b, `(?:\S+ ){0,%d}`, maxGap)
		default:
			word.WriteRune(c)
		}
	}
	flush()
	re, err := regexp.Compile(b.String())
	if err != nil {
		return phrase{}, fmt.Errorf("phrase %q cannot be read: check its brackets", text)
	}
	if re.MatchString(" ") {
		return phrase{}, fmt.Errorf("phrase %q would match anything", text)
	}
	return phrase{text: text, re: re}, nil
}

func (p phrase) matches(spaced string) bool { return p.re.MatchString(spaced) }
