package graph

import (
	"slices"
	"strings"
)

// Sizes, in pixels.
const (
	boxWidth   = 240
	gapAcross  = 130
	gapDown    = 26
	lineHeight = 16
	headHeight = 24
	margin     = 24
	titleSpace = 54
	textWidth  = 34 // columns in a box
	saysLines  = 3
)

// placed is a box with its place on the page.
type placed struct {
	Box
	x, y, w, h int
	column     int
	says       []string
	rows       []int // y of the middle of each row
}

// layout puts each stage into a column, its nodes in file order. What holds
// everywhere stands above the opening.
func (g Graph) layout() (all []placed, width, height int) {
	all = make([]placed, len(g.Boxes))
	var used []string
	for _, stage := range stages {
		if slices.ContainsFunc(g.Boxes, func(b Box) bool { return b.Stage == stage }) {
			used = append(used, stage)
		}
	}
	bottom := make([]int, max(len(used), 1))
	for i := range bottom {
		bottom[i] = titleSpace + margin
	}
	put := func(i int) {
		p := placed{Box: g.Boxes[i].folded(g), w: boxWidth, column: max(0, slices.Index(used, g.Boxes[i].Stage))}
		p.says = wrap(p.Says, textWidth, saysLines)
		p.x, p.y = margin+p.column*(boxWidth+gapAcross), bottom[p.column]
		y := p.y + headHeight + (len(p.says)+len(p.Facts))*lineHeight + 8
		for range p.Rows {
			p.rows = append(p.rows, y+lineHeight/2)
			y += lineHeight
		}
		p.h = y + 4 - p.y
		bottom[p.column] = p.y + p.h + gapDown
		all[i] = p
	}
	for i, b := range g.Boxes {
		if b.Name == Anywhere && b.Stage == "" {
			put(i)
		}
	}
	for i, b := range g.Boxes {
		if b.Stage != "" {
			put(i)
		}
	}
	return all, 2*margin + len(bottom)*(boxWidth+gapAcross) - gapAcross/2, slices.Max(bottom) + margin
}

// closing marks belong to the word before them.
const closing = "。，？！；：、”’）》…"

// wrap breaks a text into lines of at most width columns, between words or
// between Chinese letters, and cuts what goes beyond the last line.
func wrap(s string, width, most int) []string {
	var lines []string
	line, n := []rune{}, 0
	space := -1
	for _, r := range s {
		if r == '\n' {
			r = ' '
		}
		line, n = append(line, r), n+columns(r)
		if r == ' ' || columns(r) == 2 {
			space = len(line)
		}
		if n <= width {
			continue
		}
		at := space
		if at <= 0 || at == len(line) && r != ' ' {
			at = len(line) - 1
		}
		if at < len(line) && strings.ContainsRune(closing, line[at]) {
			at++ // a line does not begin with a full stop
		}
		lines = append(lines, string(line[:at]))
		line = slices.Clone(line[at:])
		n, space = wide(string(line)), -1
	}
	if len(line) > 0 {
		lines = append(lines, string(line))
	}
	if len(lines) > most {
		lines = lines[:most]
		if last := lines[most-1]; wide(last) < width {
			lines[most-1] = last + "…"
		} else {
			lines[most-1] = cut(last, width)
		}
	}
	return lines
}
