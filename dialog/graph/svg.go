package graph

import (
	"fmt"
	"html"
	"strings"
)

// colours of the stages and of the ways.
var (
	heads = map[string]string{"opening": "#2563a8", "need": "#1f7a6d", "offer": "#8a5a00", "close": "#5b5f66", "handoff": "#9b2c5a", "": "#3d3f44"}
	lines = map[Kind]string{Answer: "#3f6fb0", Onward: "#5b5f66", Ladder: "#b07a1e", Failed: "#b33a3a"}
)

const style = `text{font:12px system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;fill:#22252a}` +
	`.t{font-size:17px;font-weight:600}.h{font-weight:600;fill:#fff}.f{fill:#6a6f78;font-style:italic}.e{fill:#b33a3a}.g{fill:#6a6f78;text-anchor:end}` +
	`path{fill:none;stroke-width:1.4}`

// SVG draws the script: a column for each stage, a box for each node with its
// words and a row for each way, and a line from the row to where it leads.
func (g Graph) SVG() string {
	boxes, width, height := g.layout()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>%s</style>\n<defs>", escape(g.Title), style)
	for _, k := range []Kind{Answer, Onward, Ladder, Failed} {
		fmt.Fprintf(&b, `<marker id="%s" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" style="fill:%s"/></marker>`, k, lines[k])
	}
	fmt.Fprintf(&b, "</defs>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, height)
	text(&b, "t", margin, 34, g.Title)
	text(&b, "f", margin, 54, g.Goal)
	for _, from := range boxes {
		for i, r := range from.Rows {
			if r.To >= 0 {
				line(&b, from, i, boxes[r.To])
			}
		}
	}
	for _, p := range boxes {
		p.draw(&b, g)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func escape(s string) string { return html.EscapeString(s) }

func text(b *strings.Builder, class string, x, y int, s string) {
	if s != "" {
		fmt.Fprintf(b, `<text class="%s" x="%d" y="%d">%s</text>`+"\n", class, x, y, escape(s))
	}
}

// draw draws a box: its name, its words, what it does, its ways.
func (p placed) draw(b *strings.Builder, g Graph) {
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="#f7f8fa" stroke="%s"/>`+"\n", p.x, p.y, p.w, p.h, heads[p.Stage])
	fmt.Fprintf(b, `<path d="M%d %dv-18q0-6 6-6h%dq6 0 6 6v18z" style="fill:%s;stroke:none"/>`+"\n", p.x, p.y+headHeight, p.w-12, heads[p.Stage])
	text(b, "h", p.x+10, p.y+17, cut(p.Name, textWidth))
	y := p.y + headHeight + lineHeight
	for _, s := range p.says {
		text(b, "s", p.x+10, y, s)
		y += lineHeight
	}
	for _, f := range p.Facts {
		text(b, "f", p.x+10, y, cut(f, textWidth))
		y += lineHeight
	}
	for i, r := range p.Rows {
		goal := g.goal(r)
		class := "r"
		if r.Kind == Failed {
			class = "e"
		}
		fmt.Fprintf(b, `<path d="M%d %dh%d" style="stroke:#e3e6ea"/>`+"\n", p.x+1, p.rows[i]-lineHeight/2, p.w-2)
		text(b, class, p.x+10, p.rows[i]+4, cut(r.Label, max(textWidth-wide(goal)-1, 8)))
		text(b, "g", p.x+p.w-10, p.rows[i]+4, cut(goal, textWidth-6))
	}
}

// line draws a way: out of its row, to the right and into the left of a later
// stage; back to an earlier one the other way round; around the right within one.
func line(b *strings.Builder, from placed, row int, to placed) {
	r := from.Rows[row]
	y, goal := from.rows[row], to.y+headHeight/2
	right, left := from.x+from.w, to.x
	bend := gapAcross / 2
	d := fmt.Sprintf("M%d %dC%d %d %d %d %d %d", right, y, right+bend, y, left-bend, goal, left-1, goal)
	switch {
	case from.column == to.column:
		d = fmt.Sprintf("M%d %dC%d %d %d %d %d %d", right, y, right+bend, y, right+bend, goal, right+1, goal)
	case from.column > to.column:
		left, right = from.x, to.x+to.w
		d = fmt.Sprintf("M%d %dC%d %d %d %d %d %d", left, y, left-bend, y, right+bend, goal, right+1, goal)
	}
	dash := ""
	if r.Kind == Ladder || r.Kind == Failed {
		dash = ";stroke-dasharray:5 4"
	}
	fmt.Fprintf(b, `<path d="%s" style="stroke:%s%s" marker-end="url(#%s)"><title>%s</title></path>`+"\n",
		d, lines[r.Kind], dash, r.Kind, escape(from.Name+": "+r.Label+" → "+to.Name))
}
