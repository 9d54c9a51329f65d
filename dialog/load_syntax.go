package dialog

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

var atLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// syntax puts the YAML parser's message at a place and adds what to do.
func (r *reader) syntax(err error) {
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
	at.Line = min(max(at.Line, 1), max(len(r.lines), 1))
	line := r.line(at.Line)
	at.Column = 1 + len([]rune(line)) - len([]rune(strings.TrimLeft(line, " \t")))
	hint := "check the indentation and the colons of this line and the one before"
	switch {
	case strings.HasPrefix(strings.TrimLeft(line, " "), "\t"):
		hint = "indent with spaces: YAML does not take tabs"
	case strings.Contains(line, "{{"):
		hint = "put a text with {{...}} in quotes when it stands in [ ] or { } or begins a value"
	case strings.ContainsAny(line, "{["):
		hint = "put texts with ? : , [ or { in quotes when they stand in [ ] or { }, and close every bracket"
	case strings.Contains(text, "mapping values"):
		hint = "put a text with a colon in quotes, or mend the indentation"
	}
	r.wrong(at, hint, "this is not YAML: %s", text)
}

// maxReparsed bounds, in bytes, the search for the line that breaks a file.
const maxReparsed = 4 << 20

// breaksAt finds the line at which the file stops being YAML: the one after the
// longest beginning that is. The parser itself only tells where the block began
// that it was reading. 0 when the search would cost too much.
func (r *reader) breaksAt() int {
	size, spent := 0, 0
	for _, l := range r.lines {
		size += len(l) + 1
	}
	for n := len(r.lines) - 1; n >= 0; n-- {
		size -= len(r.lines[n]) + 1
		if spent += size; spent > maxReparsed {
			return 0
		}
		var doc yaml.Node
		d := yaml.NewDecoder(strings.NewReader(strings.Join(r.lines[:n], "\n") + "\n"))
		if err := decode(d, &doc); n == 0 || err == nil {
			return n + 1
		}
	}
	return 0
}
