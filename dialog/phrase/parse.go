package phrase

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/parley-voice/parley/dialog/words"
)

// item is a piece of a pattern.
type item interface {
	// write adds its expression, over words that each end in a space.
	write(b *strings.Builder, spell func(literal) []string)
	// least is the smallest sum of what count gives for the literals on a way
	// through.
	least(count func(literal) int) int
}

type (
	literal []string // words in a row
	gap     struct{}
	choice  struct {
		of       [][]item
		optional bool
	}
)

func (l literal) write(b *strings.Builder, spell func(literal) []string) {
	for _, w := range spell(l) {
		b.WriteString(regexp.QuoteMeta(w) + " ")
	}
}

func (l literal) least(count func(literal) int) int { return count(l) }

func (l literal) han() int {
	n := 0
	for _, w := range l {
		if r, _ := utf8.DecodeRuneInString(w); unicode.Is(unicode.Han, r) {
			n++
		}
	}
	return n
}

func (gap) write(b *strings.Builder, _ func(literal) []string) {
	fmt.Fprintf(b, `(?:\S+ ){0,%d}?`, MaxGap)
}

func (gap) least(func(literal) int) int { return 0 }

func (c choice) write(b *strings.Builder, spell func(literal) []string) {
	b.WriteString("(?:")
	for i, way := range c.of {
		if i > 0 {
			b.WriteString("|")
		}
		for _, it := range way {
			it.write(b, spell)
		}
	}
	b.WriteString(")")
	if c.optional {
		b.WriteString("?")
	}
}

func (c choice) least(count func(literal) int) int {
	if c.optional {
		return 0
	}
	best := -1
	for _, way := range c.of {
		n := 0
		for _, it := range way {
			n += it.least(count)
		}
		if best < 0 || n < best {
			best = n
		}
	}
	return best
}

type parser struct {
	rest []rune
	open []rune
}

// branches reads up to the closing bracket that the last open one asks for, or
// to the end.
func (p *parser) branches(level int) ([][]item, error) {
	all, way := [][]item(nil), []item(nil)
	var word strings.Builder
	flush := func() {
		if l := literal(words.Split(word.String())); len(l) > 0 {
			way = append(way, l)
		}
		word.Reset()
	}
	for len(p.rest) > 0 {
		c := p.rest[0]
		p.rest = p.rest[1:]
		switch c {
		case '(', '[':
			flush()
			inner, err := p.bracket(c, level)
			if err != nil {
				return nil, err
			}
			way = append(way, inner)
		case ')', ']':
			flush()
			if err := p.close(c); err != nil {
				return nil, err
			}
			return append(all, way), nil
		case '|':
			flush()
			if level == 0 {
				return nil, errors.New("has a | outside of brackets")
			}
			all, way = append(all, way), nil
		case '*':
			flush()
			way = append(way, gap{})
		default:
			word.WriteRune(c)
		}
	}
	flush()
	if level > 0 {
		return nil, errors.New("leaves a bracket open")
	}
	return append(all, way), nil
}

func (p *parser) bracket(c rune, level int) (item, error) {
	if level == depth {
		return nil, fmt.Errorf("nests brackets more than %d deep", depth)
	}
	p.open = append(p.open, c)
	of, err := p.branches(level + 1)
	return choice{of: of, optional: c == '['}, err
}

func (p *parser) close(c rune) error {
	want := '('
	if c == ']' {
		want = '['
	}
	if len(p.open) == 0 || p.open[len(p.open)-1] != want {
		return errors.New("closes a bracket that is not open")
	}
	p.open = p.open[:len(p.open)-1]
	return nil
}
