// Package term writes plain, aligned text: columns by what the eye sees, and
// colour only where it is wanted.
package term

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Style is one of few; a calm page needs no more.
type Style string

// The styles.
const (
	Plain  Style = ""
	Bold   Style = "1"
	Dim    Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
	Cyan   Style = "36"
)

// Printer writes to W, with colour when Color is set.
type Printer struct {
	W     io.Writer
	Color bool
}

// Wants tells whether a program should colour: the output is a terminal, and
// neither NO_COLOR (no-color.org) nor TERM=dumb forbids it.
func Wants(terminal bool, env func(string) (string, bool)) bool {
	if no, _ := env("NO_COLOR"); no != "" {
		return false
	}
	t, _ := env("TERM")
	return terminal && t != "dumb"
}

// In gives s in a style.
func (p Printer) In(style Style, s string) string {
	if !p.Color || style == Plain {
		return s
	}
	return "\x1b[" + string(style) + "m" + s + "\x1b[0m"
}

// Printf writes.
func (p Printer) Printf(format string, args ...any) { fmt.Fprintf(p.W, format, args...) }

// Table writes rows in columns, each as wide as its widest cell, two spaces
// apart. Rows may differ in length.
func (p Printer) Table(rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Width(cell))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-Width(cell)+2))
			}
		}
		fmt.Fprintln(p.W, strings.TrimRight(b.String(), " "))
	}
}

// Width is how many columns s takes: wide East Asian characters take two,
// escape sequences none.
func Width(s string) int {
	n, escape := 0, false
	for _, r := range s {
		switch {
		case escape:
			escape = r != 'm'
		case r == '\x1b':
			escape = true
		case unicode.Is(unicode.Mn, r):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wide tells Unicode's wide and full-width characters (UAX 11), as far as the
// languages here need them.
func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= 0x3000 && r <= 0x303e || r >= 0xff01 && r <= 0xff60
}

// Wrap breaks s into lines of at most width columns, at spaces, or anywhere in
// text without them.
func Wrap(s string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && Width(line)+1+Width(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		for _, r := range word {
			if Width(line)+Width(string(r)) > width {
				lines, line = append(lines, line), ""
			}
			line += string(r)
		}
	}
	return append(lines, line)
}
