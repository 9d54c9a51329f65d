package dialog

import (
	"fmt"
	"strings"
	"unicode"
)

// Template is a text with {{variables}}. {{name | other words}} says the other
// words when the variable is unknown. Values are put in once and are never read
// as templates themselves.
type Template struct {
	Source string
	pieces []piece
}

type piece struct {
	text     string // literal, or the words for an unknown variable
	name     string // "" for a literal
	fallback bool
	offset   int // of the braces in Source, in runes
}

// maxValue bounds what one variable can bring into a text, in runes.
const maxValue = 400

// ParseTemplate reads a template. The error names what is wrong and where
// (rune offset in its text).
func ParseTemplate(source string) (Template, error) {
	t := Template{Source: source}
	rest, done := source, 0
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
		p, err := parsePiece(rest[open+2 : open+length])
		if err != nil {
			return t, err
		}
		p.offset = len([]rune(source[:done+open]))
		t.pieces = append(t.pieces, p)
		done += open + length + 2
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
	name, words, has := strings.Cut(inside, "|")
	p := piece{name: strings.TrimSpace(name), text: strings.TrimSpace(words), fallback: has}
	if !isName(p.name) {
		return p, fmt.Errorf("{{%s}} is not a variable's name: use letters, digits, dots and underscores", inside)
	}
	if strings.ContainsAny(words, "{}") {
		return p, fmt.Errorf("{{%s}} has braces within braces", inside)
	}
	return p, nil
}

// isName tells whether s may name a variable, node, intent or slot.
func isName(s string) bool {
	if s == "" || len(s) > 100 {
		return false
	}
	for i, r := range s {
		letter := unicode.IsLetter(r) || r == '_'
		if !letter && (i == 0 || !unicode.IsDigit(r) && r != '.' && r != '-') {
			return false
		}
	}
	return true
}

// Empty tells whether there is nothing to say.
func (t Template) Empty() bool { return strings.TrimSpace(t.Source) == "" }

// Fixed tells whether the text is the same in every call.
func (t Template) Fixed() bool {
	for _, p := range t.pieces {
		if p.name != "" {
			return false
		}
	}
	return true
}

// Names lists the variables in the order of the text.
func (t Template) Names() []string {
	var names []string
	for _, p := range t.pieces {
		if p.name != "" {
			names = append(names, p.name)
		}
	}
	return names
}

// Fill puts values in. missing names the variables that are unknown and have no
// words of their own; the text then lacks them.
func (t Template) Fill(value func(name string) (string, bool)) (text string, missing []string) {
	var b strings.Builder
	for _, p := range t.pieces {
		if p.name == "" {
			b.WriteString(p.text)
			continue
		}
		v, ok := value(p.name)
		switch v = clean(v); {
		case ok && v != "":
			b.WriteString(v)
		case p.fallback:
			b.WriteString(p.text)
		default:
			missing = append(missing, p.name)
		}
	}
	return b.String(), missing
}

// FillWhole is Fill, but leaves out the sentences whose variables are unknown,
// so that the caller never hears a hole.
func (t Template) FillWhole(value func(name string) (string, bool)) (text string, missing []string) {
	var out strings.Builder
	for _, sentence := range t.sentences() {
		s, lacks := sentence.Fill(value)
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
		if p.name != "" {
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
