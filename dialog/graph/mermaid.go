package graph

import (
	"fmt"
	"slices"
	"strings"
)

// stages in the order of a conversation.
var stages = []string{"opening", "need", "offer", "close", "handoff"}

// Mermaid writes a flowchart that GitHub, GitLab and most wikis draw.
func (g Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for _, stage := range stages {
		if !slices.ContainsFunc(g.Boxes, func(x Box) bool { return x.Stage == stage }) {
			continue
		}
		fmt.Fprintf(&b, "  subgraph %s\n", stage)
		for i, x := range g.Boxes {
			if x.Stage == stage {
				fmt.Fprintf(&b, "    n%d[\"%s\"]\n", i, strings.Join(x.mermaid(), "<br/>"))
			}
		}
		b.WriteString("  end\n")
	}
	ends := map[string]int{}
	for i, x := range g.Boxes {
		if x.Name == Anywhere {
			fmt.Fprintf(&b, "  n%d([\"%s\"])\n", i, Anywhere)
		}
		for _, e := range x.joined() {
			to := fmt.Sprintf("n%d", e.To)
			if e.To < 0 {
				if _, ok := ends[e.End]; !ok {
					ends[e.End] = len(ends)
					fmt.Fprintf(&b, "  e%d((\"%s\"))\n", ends[e.End], quoted(e.End))
				}
				to = fmt.Sprintf("e%d", ends[e.End])
			}
			arrow := "-->"
			if e.Kind == Ladder || e.Kind == Failed {
				arrow = "-.->"
			}
			fmt.Fprintf(&b, "  n%d %s|\"%s\"| %s\n", i, arrow, quoted(e.Label), to)
		}
	}
	return b.String()
}

func (x Box) mermaid() []string {
	lines := []string{"<b>" + quoted(x.Name) + "</b>"}
	if x.Says != "" {
		lines = append(lines, quoted(cut(x.Says, 60)))
	}
	for _, f := range x.Facts {
		lines = append(lines, "<i>"+quoted(f)+"</i>")
	}
	return lines
}

// joined are the ways that lead on, those to the same place as one.
func (x Box) joined() []Row {
	var all []Row
	for _, r := range x.Rows {
		if r.To < 0 && r.End == "" {
			continue
		}
		i := slices.IndexFunc(all, func(o Row) bool { return o.To == r.To && o.End == r.End && o.Kind == r.Kind })
		if i < 0 {
			all = append(all, r)
			continue
		}
		all[i].Label += ", " + r.Label
	}
	return all
}

// quoted makes a text fit for a Mermaid label (HTML entities by number or name).
func quoted(s string) string {
	return strings.NewReplacer("&", "#amp;", "\"", "#quot;", "<", "#lt;", ">", "#gt;", "#", "#35;", "\n", " ", "`", "#96;").Replace(s)
}

// cut shortens a text to at most width columns.
func cut(s string, width int) string {
	n := 0
	for i, r := range s {
		if n += columns(r); n > width-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// columns is how wide a letter is: Chinese ones take two.
func columns(r rune) int {
	if r >= 0x2E80 {
		return 2
	}
	return 1
}

// wide is how many columns a text takes.
func wide(s string) int {
	n := 0
	for _, r := range s {
		n += columns(r)
	}
	return n
}
