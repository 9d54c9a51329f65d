// Package phrase reads the patterns in which authors write what callers say:
// words, (a|b) for either, [a] for optional, * for a gap. RE2 runs them, so time
// is linear in the text whatever the pattern.
package phrase

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/parley-voice/parley/dialog/pinyin"
)

// Bounds of a pattern, and with them of what it compiles to.
const (
	Max    = 200 // runes
	MaxGap = 6   // words, or Han characters, that * stands for at most
	depth  = 4   // of brackets
)

// Phrase is one pattern. It matches anywhere in a text.
type Phrase struct {
	text  string
	spelt *regexp.Regexp
	sound *regexp.Regexp // nil: compared letter by letter only
	han   int
}

// Parse reads a pattern. The error completes the sentence "the phrase ...".
func Parse(text string) (*Phrase, error) {
	if len([]rune(text)) > Max {
		return nil, fmt.Errorf("is longer than %d letters", Max)
	}
	p := parser{rest: []rune(text)}
	all, err := p.branches(0)
	if err != nil {
		return nil, err
	}
	whole := choice{of: all}
	if whole.least(func(lit literal) int { return len(lit) }) == 0 {
		return nil, errors.New("would match anything")
	}
	out := &Phrase{text: text, han: whole.least(literal.han)}
	out.spelt, err = compile(whole, func(lit literal) []string { return lit })
	return out, err
}

// Sound makes the phrase match also what sounds alike: Chinese syllables without
// their tones, as pinyin.Sounds folds them.
func (p *Phrase) Sound() error {
	if p.han == 0 {
		return nil
	}
	all, err := (&parser{rest: []rune(p.text)}).branches(0)
	if err == nil {
		p.sound, err = compile(choice{of: all}, func(lit literal) []string { return pinyin.Sounds(lit) })
	}
	return err
}

// String is the pattern as its author wrote it.
func (p *Phrase) String() string { return p.text }

// Han is the least number of Chinese characters that the phrase matches.
func (p *Phrase) Han() int { return p.han }

// Span is where a phrase matches: the words from From up to but not To.
type Span struct{ From, To int }

// Find gives the first place in the words, as words.Split gives them, where the
// phrase stands as it is spelt.
func (p *Phrase) Find(all []string) (Span, bool) { return find(p.spelt, all) }

// FindSound gives the first place where it sounds like the phrase, in what
// pinyin.Sounds makes of the words; none before Sound has been called.
func (p *Phrase) FindSound(sounds []string) (Span, bool) {
	if p.sound == nil {
		return Span{}, false
	}
	return find(p.sound, sounds)
}

// find runs an expression over words that each end in a space.
func find(re *regexp.Regexp, all []string) (Span, bool) {
	text := " " + strings.Join(all, " ") + " "
	at := re.FindStringIndex(text)
	if at == nil {
		return Span{}, false
	}
	from := strings.Count(text[:at[0]], " ")
	return Span{from, from + strings.Count(text[at[0]:at[1]], " ") - 1}, true
}

func compile(whole choice, spell func(literal) []string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString(" ")
	whole.write(&b, spell)
	re, err := regexp.Compile(b.String())
	if err != nil { // too large
		return nil, fmt.Errorf("cannot be used: %w", err)
	}
	return re, nil
}
