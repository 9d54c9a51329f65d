package segment

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/parley-voice/parley/dialog/expr"
)

// within are the functions that ask whether something was in the last days; each
// compares a label that tells how many days ago it was. Never is not within.
var within = map[string]string{
	"ordered_within": "days_since_order", "browsed_within": "days_since_browse", "carted_within": "days_since_cart",
	"enquired_within": "days_since_enquiry", "complained_within": "days_since_complaint", "refused_within": "days_since_refusal",
	"contacted_within": "days_since_contact", "serviced_within": "days_since_aftersales", "seen_within": "days_since_seen",
}

// never stands for how many days ago something was that never was.
const never = "1000000"

var (
	asksWithin = regexp.MustCompile(`^([a-z]+_within)\(\s*(\d{1,6})d?\s*\)`)
	compares   = regexp.MustCompile(`^([a-z][a-z0-9_]*)(\s*(?:==|!=)\s*)([a-z][a-z0-9_]*)`)
	word       = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*`)
)

// plain is a segment's source in the words of dialog/expr: complained_within(30d)
// becomes a comparison of days, and the word in value == high gets its quotes.
type plain struct {
	text string
	from []int // of each rune of text, where in the source it comes from, in runes
}

func (p *plain) add(text string, at int, follows bool) {
	p.text += text
	for range utf8.RuneCountInString(text) {
		p.from = append(p.from, at)
		if follows {
			at++
		}
	}
}

// offset is the place in the source of a place in the text.
func (p *plain) offset(at int) int {
	if at < len(p.from) {
		return p.from[at]
	}
	if len(p.from) == 0 {
		return 0
	}
	return p.from[len(p.from)-1] + 1
}

// plainOf rewrites a source.
func plainOf(source string, s expr.Scope) *plain {
	out := &plain{}
	for i, at := 0, 0; i < len(source); {
		rest := source[i:]
		var step int
		switch c := rest[0]; {
		case c == '\'' || c == '"' || c == '`':
			step = quoted(rest, c)
			out.add(rest[:step], at, true)
		case asksWithin.MatchString(rest) && within[asksWithin.FindStringSubmatch(rest)[1]] != "":
			m := asksWithin.FindStringSubmatch(rest)
			step = len(m[0])
			out.add("(("+within[m[1]]+" ?? "+never+") <= "+m[2]+")", at, false)
		case compares.MatchString(rest) && isWord(compares.FindStringSubmatch(rest), s):
			m := compares.FindStringSubmatch(rest)
			step = len(m[0])
			head := utf8.RuneCountInString(m[1] + m[2])
			out.add(m[1]+m[2], at, true)
			out.add("'", at+head, false)
			out.add(m[3], at+head, true)
			out.add("'", at+head+len(m[3])-1, false)
		case word.MatchString(rest):
			step = len(word.FindString(rest))
			out.add(rest[:step], at, true)
		default:
			_, step = utf8.DecodeRuneInString(rest)
			out.add(rest[:step], at, true)
		}
		at += utf8.RuneCountInString(rest[:step])
		i += step
	}
	return out
}

// isWord tells whether the right side of a comparison is a word of the left one,
// not a label: it is, unless it is a label's name, when the left one has words.
func isWord(m []string, s expr.Scope) bool {
	words, closed := s.Words[m[1]]
	_, label := s.Vars[m[3]]
	return closed && (slices.Contains(words, m[3]) || !label && m[3] != "true" && m[3] != "false")
}

// quoted is how long a text in quotes is, to the end when it is not closed.
func quoted(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote != '`':
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return len(s)
}

// Functions lists the functions that segments have beside those of scripts.
func Functions() []string {
	var all []string
	for name := range within {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// nearFunction is the function that a name in an error may mean.
func nearFunction(f *expr.Fault) []string {
	if strings.Contains(f.Text, "function") {
		return append(Functions(), f.Among...)
	}
	return f.Among
}
