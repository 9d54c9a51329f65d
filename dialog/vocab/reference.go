package vocab

import (
	"fmt"
	"slices"
	"strings"
)

// mark begins the place of a generated table in a page: <!-- keys: node -->.
const mark = "<!-- keys: "

// Rewrite puts the table of each block where the page names it. missing lists
// the blocks that the page never names.
func (t Table) Rewrite(page string) (rewritten string, missing []string) {
	var out []string
	var named []string
	lines := strings.Split(page, "\n")
	for i := 0; i < len(lines); i++ {
		out = append(out, lines[i])
		name, ok := strings.CutPrefix(lines[i], mark)
		if !ok {
			continue
		}
		name = strings.TrimSuffix(name, " -->")
		if _, ours := t.Block(name); !ours {
			continue // of another table
		}
		named = append(named, name)
		out = append(out, t.rows(name)...)
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "|") {
			i++
		}
	}
	for _, b := range t {
		if !slices.Contains(named, b.Name) && len(b.Keys) > 0 {
			missing = append(missing, b.Name)
		}
	}
	return strings.Join(out, "\n"), missing
}

// rows is the table of a block's own keys, in Markdown.
func (t Table) rows(name string) []string {
	b, _ := t.Block(name)
	defaults := slices.ContainsFunc(b.Keys, func(k Key) bool { return k.Default != "" })
	head, rule := "| key | value | what it is |", "|---|---|---|"
	if defaults {
		head, rule = head+" default |", rule+"---|"
	}
	all := []string{head, rule}
	for _, k := range b.Keys {
		row := fmt.Sprintf("| `%s` | %s | %s |", k.Name, escape(k.Value.String()), escape(k.Doc))
		if defaults {
			row = strings.TrimSuffix(row+" "+k.Default, " ") + " |"
		}
		all = append(all, row)
	}
	return all
}

func escape(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// String tells what a value looks like, for the reference.
func (v Value) String() string {
	if v.Label != "" {
		return v.Label
	}
	switch v.Kind {
	case KindWord:
		return "`" + strings.Join(v.Words, "`, `") + "`"
	case KindWhole:
		return fmt.Sprintf("%d to %d", v.Min, v.Max)
	case KindTruth:
		return "`true`, `false`"
	case KindBlock:
		return "`" + strings.TrimSuffix(v.Block, "_entry") + "` block"
	case KindList:
		return "list of " + plural(v.Of[0])
	case KindMap:
		return "names, each with a " + v.Of[0].String()
	case KindSpoken:
		return v.Of[0].String()
	case KindEither:
		ways := make([]string, len(v.Of))
		for i, w := range v.Of {
			ways[i] = w.String()
		}
		return strings.Join(ways, " or ")
	}
	return string(v.Kind)
}

func plural(v Value) string {
	if v.Kind == KindSpoken {
		return plural(v.Of[0])
	}
	s := v.String()
	switch {
	case v.Kind == KindWord || v.Kind == KindMap || v.Kind == KindEither || v.Label != "":
		return s
	case strings.HasPrefix(s, "text with"):
		return "texts" + strings.TrimPrefix(s, "text")
	}
	return s + "s"
}
