package strictyaml

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

var atLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// syntax puts the YAML parser's message at a place and adds what to do.
func (r *Reader) syntax(err error) {
	text := strings.SplitN(err.Error(), "\n", 2)[0]
	at := &yaml.Node{Line: 1, Column: 1}
	if m := atLine.FindStringSubmatch(text); m != nil {
		text = m[2]
		if n, e := strconv.Atoi(m[1]); e == nil {
			at.Line = n
		}
	}
	if n := r.breaksAt(); n > 0 {
		at.Line = n
	}
	src := r.src()
	at.Line = src.base + min(max(at.Line, 1), max(len(src.lines), 1))
	line := r.Line(at.Line)
	at.Column = 1 + len([]rune(line)) - len([]rune(strings.TrimLeft(line, " \t")))
	hint := "check the indentation and the colons of this line and the one before"
	switch {
	case strings.HasPrefix(strings.TrimLeft(line, " "), "\t"):
		hint = "indent with spaces: YAML does not take tabs"
	case strings.Contains(line, "{{"):
		hint = "put a text with {{...}} in quotes when it stands in [ ] or { } or begins a value"
	case strings.ContainsAny(line, "{["):
		hint = "put texts with : , [ or { in quotes when they stand in [ ] or { }, and close every bracket"
	case strings.Contains(text, "mapping values"):
		hint = "put a text with a colon in quotes, or mend the indentation"
	}
	r.Fault(NotYAML, at, hint, "this is not YAML: %s", text)
}

// maxReparsed bounds, in bytes, the search for the line that breaks a file.
const maxReparsed = 4 << 20

// breaksAt finds the line at which the file stops being YAML: the one after the
// longest beginning that is. The parser itself only tells where the block began
// that it was reading. 0 when the search would cost too much.
func (r *Reader) breaksAt() int {
	size, spent, lines := 0, 0, r.src().lines
	for _, l := range lines {
		size += len(l) + 1
	}
	for n := len(lines) - 1; n >= 0; n-- {
		size -= len(lines[n]) + 1
		if spent += size; spent > maxReparsed {
			return 0
		}
		var doc yaml.Node
		d := yaml.NewDecoder(bytes.NewReader(veil([]byte(strings.Join(lines[:n], "\n") + "\n"))))
		if err := decode(d, &doc); n == 0 || err == nil {
			return n + 1
		}
	}
	return 0
}

// veiled stands for a question mark inside or after a word. YAML 1.2 takes it as
// a part of the text; the parser, which is of 1.1 here, ends a text within [ ]
// or { } at it, and texts are full of questions.
const veiled = '\ue03f'

// veil hides such question marks from the parser. Columns stay as they are.
func veil(data []byte) []byte {
	if !bytes.Contains(data, []byte("?")) {
		return data
	}
	out := make([]byte, 0, len(data)+64)
	for i, b := range data {
		if b == '?' && i > 0 && !bytes.ContainsRune([]byte(" \t\r\n[{,"), rune(data[i-1])) {
			out = append(out, string(veiled)...)
			continue
		}
		out = append(out, b)
	}
	return out
}

func unveil(s string) string { return strings.ReplaceAll(s, string(veiled), "?") }
