package routing

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/parley-voice/parley/dialog/expr"
)

// Greeting is what the caller hears first, by language; "" is for all others.
type Greeting map[string]Template

// Template is a text with {{fact}} or {{fact | other words}} in it. What stands in
// the brackets is an expression.
type Template struct {
	Source string
	pieces []piece
}

type piece struct {
	text     string
	expr     *expr.Expr
	fallback string
	offset   int // of the expression in the text, in runes
}

// parseTemplate reads a text. The error is an *expr.Fault with its place in it.
func parseTemplate(source string) (Template, error) {
	t := Template{Source: source}
	rest := source
	for {
		before, after, found := strings.Cut(rest, "{{")
		if before != "" {
			t.pieces = append(t.pieces, piece{text: before})
		}
		if !found {
			return t, nil
		}
		inside, more, closed := strings.Cut(after, "}}")
		if !closed {
			return t, &expr.Fault{Offset: runes(source, rest) + len([]rune(before)), Text: "{{ is not closed", Hint: "write {{name}} or {{name | other words}}"}
		}
		from := runes(source, rest) + len([]rune(before)) + 2
		what, fallback, _ := strings.Cut(inside, "|")
		trimmed := strings.TrimLeft(what, " ")
		from += len([]rune(what)) - len([]rune(trimmed))
		e, err := expr.Parse(strings.TrimSpace(what))
		if err != nil {
			return t, shifted(err, from)
		}
		t.pieces = append(t.pieces, piece{expr: e, fallback: strings.TrimSpace(fallback), offset: from})
		rest = more
	}
}

// runes is how many runes of source come before its ending rest.
func runes(source, rest string) int { return len([]rune(source[:len(source)-len(rest)])) }

func shifted(err error, by int) error {
	var f *expr.Fault
	if errors.As(err, &f) {
		moved := *f
		moved.Offset += by
		return &moved
	}
	return err
}

func (t Template) bind(s expr.Scope) error {
	for _, p := range t.pieces {
		if p.expr == nil {
			continue
		}
		if err := p.expr.Bind(s); err != nil {
			return shifted(err, p.offset)
		}
		if typ := p.expr.Type(); typ == expr.Span || typ == expr.List {
			return &expr.Fault{Offset: p.offset, Text: fmt.Sprintf("%s cannot be said", typ), Hint: "name a text or a number"}
		}
	}
	return nil
}

// fill puts the facts in. A fact that is not known leaves its other words, or
// nothing.
func (t Template) fill(f expr.Facts) string {
	var b strings.Builder
	for _, p := range t.pieces {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		v, ok := p.expr.Text(f)
		if !ok {
			v = p.fallback
		}
		b.WriteString(v)
	}
	return b.String()
}

// Languages are those in which a rule's callers may be spoken to, the table's
// own first.
func (t *Table) Languages(r Rule) []string {
	all := []string{t.Language}
	for _, l := range slices.Sorted(maps.Keys(r.Greeting)) {
		if l != "" && l != t.Language {
			all = append(all, l)
		}
	}
	return all
}

// spoken is the language of a greeting for somebody who speaks language.
func (t *Table) spoken(g Greeting, language string) string {
	for l := language; l != ""; l = l[:max(strings.LastIndexByte(l, '-'), 0)] {
		if _, ok := g[l]; ok {
			return l
		}
	}
	return t.Language
}

// Text is the greeting in a language of Languages; fixed is false when facts go
// into it.
func (t *Table) Text(g Greeting, language string) (text string, fixed bool) {
	p := g.in(language, t.Language)
	return p.Source, !slices.ContainsFunc(p.pieces, func(p piece) bool { return p.expr != nil })
}

// in picks the text for a language: its own, that of its first part (zh of
// zh-CN), that of the table, the one for all.
func (g Greeting) in(languages ...string) Template {
	for _, l := range languages {
		for l != "" {
			if t, ok := g[l]; ok {
				return t
			}
			i := strings.LastIndexByte(l, '-')
			l = l[:max(i, 0)]
		}
	}
	if t, ok := g[""]; ok {
		return t
	}
	return Template{}
}
