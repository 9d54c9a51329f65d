package figures

import (
	"fmt"
	"io"
	"strings"

	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/store"
)

// Print writes the report for a terminal.
func (r Report) Print(p term.Printer) {
	title := grainNames[string(r.Period.Grain)]
	p.Printf("%s %s %s, days of %s\n\n", title.EN, title.ZH, r.Period.Name, r.Zone)
	rows := [][]string{{"FIGURE", "", "NOW", r.Before.Name}}
	for _, t := range r.tiles() {
		rows = append(rows, []string{t.Name.EN + " " + t.Name.ZH, t.Whose, t.Value, t.Was})
	}
	p.Table(rows)
	for _, w := range r.Warnings {
		p.Printf("warning: %s %s\n", w.EN, w.ZH)
	}
	if len(r.Phrases) > 0 {
		p.Printf("\nSaid more often than before (suggestions; nothing changes by itself):\n")
		rows := [][]string{{"PHRASE", "PERSONS", "SHARE", "BEFORE", "G2"}}
		for _, k := range r.Phrases {
			rows = append(rows, []string{k.Text, fmt.Sprint(k.Persons), shown("rate", k.Share), shown("rate", k.Was), fmt.Sprintf("%.1f", k.Score)})
		}
		p.Table(rows)
	}
}

// Reference writes what each view tells, for docs/reports.md.
func Reference(w io.Writer) error {
	var b strings.Builder
	for _, v := range store.Views() {
		fmt.Fprintf(&b, "### `%s`\n\n%s\n\n", v.Name, v.What)
		if n := viewNames[v.Name]; n.ZH != "" {
			fmt.Fprintf(&b, "In reports: %s, %s.\n\n", n.EN, n.ZH)
		}
		fmt.Fprintf(&b, "- Formula: %s\n- Left out: %s\n\n", v.Formula, v.LeftOut)
	}
	_, err := io.WriteString(w, strings.TrimSpace(b.String())+"\n")
	return err
}
