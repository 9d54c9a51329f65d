package label

import (
	"fmt"
	"strings"
)

// Reference writes every label as a table of Markdown, one for each class.
func Reference() string {
	var b strings.Builder
	for _, class := range Classes() {
		fmt.Fprintf(&b, "### %s\n\n| label | value | portrait | basis | holds | meaning |\n|---|---|---|---|---|---|\n", class)
		for _, l := range registry {
			if l.Class != class {
				continue
			}
			kind := string(l.Type)
			switch l.Type {
			case Word:
				kind = "`" + strings.Join(l.Words, "` `") + "`"
			case Number:
				kind = "number, " + l.Unit
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %d d | %s |\n", l.Name, kind, l.Portrait, l.Basis, l.Days, l.Meaning)
		}
		b.WriteString("\n")
	}
	return b.String()
}
