package dialog

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/parley-voice/parley/dialog/expr"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// Template is a text with {{variables}} and {{expressions}}. {{name | other
// words}} says the other words when the value is unknown. Values are put in once
// and are never read as templates themselves.
type Template struct {
	Source string
	pieces []piece
}

type piece struct {
	text     string     // literal, or the words for an unknown value
	name     string     // of a variable
	expr     *expr.Expr // more than a name
	fallback bool
	offset   int // of what stands in the braces, in runes of Source
}

func (p piece) literal() bool { return p.name == "" && p.expr == nil }

// MaxText bounds a text, in runes: more than half an hour of speech.
const MaxText = 20_000

const maxPieces = 100

// maxValue bounds what one variable can bring into a text, in runes.
const maxValue = 400

// ParseTemplate reads a template. The error names what is wrong; that of an
// expression is an *expr.Fault with its offset in source.
func ParseTemplate(source string) (Template, error) {
	t := Template{Source: source}
	if n := utf8.RuneCountInString(source); n > MaxText {
		return t, fmt.Errorf("it has %d letters, at most %d can be said at once", n, MaxText)
	}
	if n := strings.Count(source, "{{"); n > maxPieces {
		return t, fmt.Errorf("it has %d variables, at most %d go into one text", n, maxPieces)
	}
	rest, done, runes := source, 0, 0 // what is done, in bytes and in runes
	for {
		open := strings.Index(rest, "{{")
		if open < 0 {
			if strings.Contains(rest, "}}") {
				return t, fmt.Errorf("\"}}\" without \"{{\" in %q", source)
			}
			break
		}
		if strings.Contains(rest[:open], "}}") {
			return t, fmt.Errorf("\"}}\" without \"{{\" in %q", source)
		}
		length := strings.Index(rest[open:], "}}")
		if length < 0 {
			return t, fmt.Errorf("\"{{\" is never closed in %q", source)
		}
		t.literal(rest[:open])
		inside := rest[open+2 : open+length]
		offset := runes + utf8.RuneCountInString(rest[:open]) + 2 + len(inside) - len(strings.TrimLeft(inside, " "))
		p, err := parsePiece(inside)
		var fault *expr.Fault
		if errors.As(err, &fault) {
			fault.Offset += offset
		}
		if err != nil {
			return t, err
		}
		p.offset = offset
		t.pieces = append(t.pieces, p)
		done, runes = done+open+length+2, runes+utf8.RuneCountInString(rest[:open+length+2])
		rest = source[done:]
	}
	t.literal(rest)
	return t, nil
}

func (t *Template) literal(s string) {
	if s != "" {
		t.pieces = append(t.pieces, piece{text: s})
	}
}

func parsePiece(inside string) (piece, error) {
	name, words, has := cutWords(inside)
	p := piece{name: strings.TrimSpace(name), text: strings.TrimSpace(words), fallback: has}
	if strings.ContainsAny(inside, "{}") {
		return p, fmt.Errorf("{{%s}} has braces within braces", inside)
	}
	if isName(p.name) {
		return p, nil
	}
	if !strings.ContainsFunc(p.name, unicode.IsLetter) {
		return p, fmt.Errorf("{{%s}} names no variable", inside)
	}
	e, err := expr.Parse(p.name)
	if err != nil {
		return p, err
	}
	p.name, p.expr = "", e
	return p, nil
}

// cutWords separates {{value | words}}. After a name everything is words; an
// expression goes to the last bar outside of quotes and brackets.
func cutWords(inside string) (value, words string, has bool) {
	if name, words, has := strings.Cut(inside, "|"); has && isName(strings.TrimSpace(name)) {
		return name, words, true
	}
	at, depth := -1, 0
	var quote byte
	for i := range len(inside) {
		switch c := inside[i]; {
		case quote != 0:
			if c == quote && inside[i-1] != '\\' {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == '|' && depth == 0 && !strings.HasPrefix(inside[i+1:], "|") && (i == 0 || inside[i-1] != '|'):
			at = i
		}
	}
	if at < 0 {
		return inside, "", false
	}
	return inside[:at], inside[at+1:], true
}

// isName tells whether s may name a variable, node, intent or slot.
func isName(s string) bool { return strictyaml.IsName(s) }

// Empty tells whether there is nothing to say.
func (t Template) Empty() bool { return strings.TrimSpace(t.Source) == "" }

// Fixed tells whether the text is the same in every call.
func (t Template) Fixed() bool {
	for _, p := range t.pieces {
		if !p.literal() {
			return false
		}
	}
	return true
}

// Names lists the variables in the order of the text. Those of an expression are
// known once its script has been loaded.
func (t Template) Names() []string {
	var names []string
	for _, p := range t.pieces {
		switch {
		case p.expr != nil:
			names = append(names, p.expr.Names()...)
		case p.name != "":
			names = append(names, p.name)
		}
	}
	return names
}

// value is what a piece becomes, and its name for the record.
func (p piece) value(look lookup, as shaping) (v, name string) {
	name, kind := p.name, expr.Text
	if p.expr != nil {
		v, _ = p.expr.Text(look)
		name, kind = p.expr.Source, p.expr.Type()
	} else if known, ok := look(p.name); ok {
		v = known
	}
	if v = clean(v); v != "" && as != nil {
		v = as(p.name, kind, v)
	}
	return v, name
}

// shaping gives a value the form that its text needs: read aloud, escaped. An
// expression computes with values as they are, and what it gives is shaped. name
// is "" for an expression.
type shaping func(name string, kind expr.Type, v string) string

// lookup finds values by name. It also answers expressions, which ask how often
// a node was entered as visits(node) and an intent understood as times(intent).
type lookup func(name string) (string, bool)

func (l lookup) Value(name string) (string, bool) { return l(name) }
func (l lookup) Visits(node string) int           { return l.count("visits(" + node + ")") }
func (l lookup) Times(intent string) int          { return l.count("times(" + intent + ")") }

func (l lookup) count(name string) int {
	v, _ := l(name)
	n, _ := strconv.Atoi(v)
	return n
}

// Fill puts values in. missing names the variables that are unknown and have no
// words of their own; the text then lacks them.
func (t Template) Fill(value func(name string) (string, bool)) (text string, missing []string) {
	return t.fill(value, nil)
}

func (t Template) fill(value lookup, as shaping) (text string, missing []string) {
	var b strings.Builder
	for _, p := range t.pieces {
		if p.literal() {
			b.WriteString(p.text)
			continue
		}
		switch v, name := p.value(value, as); {
		case v != "":
			b.WriteString(v)
		case p.fallback:
			b.WriteString(p.text)
		default:
			missing = append(missing, name)
		}
	}
	return b.String(), missing
}

// FillWhole is Fill, but leaves out the sentences whose variables are unknown,
// so that the caller never hears a hole.
func (t Template) FillWhole(value func(name string) (string, bool)) (text string, missing []string) {
	return t.fillWhole(value, nil)
}

func (t Template) fillWhole(value lookup, as shaping) (text string, missing []string) {
	var out strings.Builder
	for _, sentence := range t.sentences() {
		s, lacks := sentence.fill(value, as)
		if len(lacks) > 0 {
			missing = append(missing, lacks...)
			continue
		}
		out.WriteString(s)
	}
	return strings.TrimSpace(out.String()), missing
}

// sentences cuts the pieces after each full stop in a literal.
func (t Template) sentences() []Template {
	var all []Template
	var now Template
	for _, p := range t.pieces {
		if !p.literal() {
			now.pieces = append(now.pieces, p)
			continue
		}
		rest := p.text
		for {
			end := sentenceEnd(rest)
			if end < 0 {
				break
			}
			now.literal(rest[:end])
			all, now, rest = append(all, now), Template{}, rest[end:]
		}
		now.literal(rest)
	}
	return append(all, now)
}

// sentenceEnd is the byte after the first sentence in s, or -1. A full stop
// inside a word (3.5, a.b) ends nothing.
func sentenceEnd(s string) int {
	for i, r := range s {
		after := i + len(string(r))
		switch r {
		case '。', '！', '？', '；', '\n':
			return after
		case '.', '!', '?':
			if after < len(s) && (s[after] == ' ' || s[after] == '\n') {
				return after
			}
		}
	}
	return -1
}

// clean makes a value fit to be spoken or sent: one line, no control
// characters, bounded.
func clean(v string) string {
	v = strings.ToValidUTF8(v, "")
	v = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case r == '\u2028' || r == '\u2029' || r == '\ufeff':
			return ' '
		}
		return r
	}, v)
	v = strings.Join(strings.Fields(v), " ")
	if runes := []rune(v); len(runes) > maxValue {
		v = string(runes[:maxValue])
	}
	return v
}
