package figures

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/customer/drift"
)

//go:embed drift.gohtml
var driftPage string

// Drift is how customers' labels moved in a month, to be read.
type Drift struct{ drift.Report }

// Print writes it for a terminal: the labels that moved, and every group.
func (d Drift) Print(p term.Printer) {
	p.Printf("Drift 标签漂移 %s, from %s to %s: %d customers then, %d now\n\n", d.Month, d.From.Format("2006-01-02"), d.Until.Format("2006-01-02"), d.Then, d.Now)
	rows := [][]string{{"LABEL", "PSI", "", "VALUE", "THEN", "NOW"}}
	still := 0
	for _, l := range d.Labels {
		if l.Verdict == drift.IsStable {
			still++
			continue
		}
		for i, v := range l.Values {
			head := []string{l.Label, fmt.Sprintf("%.3f", l.PSI), string(l.Verdict)}
			if i > 0 {
				head = []string{"", "", ""}
			}
			rows = append(rows, append(head, v.Value, shown("rate", v.ThenShare), shown("rate", v.NowShare)))
		}
	}
	if len(rows) > 1 {
		p.Table(rows)
	}
	p.Printf("%d labels are stable (PSI below %g).\n\n", still, drift.Moved)
	rows = [][]string{{"GROUP", "THEN", "NOW", "CAME", "WENT"}}
	for _, g := range d.Groups {
		rows = append(rows, []string{g.Name, fmt.Sprint(g.Then), fmt.Sprint(g.Now), fmt.Sprint(g.Came), fmt.Sprint(g.Went)})
	}
	p.Table(rows)
	for _, w := range d.Warnings() {
		p.Printf("warning: %s %s\n", w.EN, w.ZH)
	}
}

// Warnings are of labels that drifted.
func (d Drift) Warnings() (all []Warning) {
	for _, l := range d.Drifted() {
		all = append(all, Warning{
			EN: fmt.Sprintf("The label %s drifted: PSI %.3f, above %g.", l.Label, l.PSI, drift.Drifted),
			ZH: fmt.Sprintf("标签 %s 漂移：PSI %.3f，高于 %g。", l.Label, l.PSI, drift.Drifted),
		})
	}
	return all
}

// WriteCSV writes drift_labels.csv, a row for each value, and drift_groups.csv into dir.
func (d Drift) WriteCSV(dir string) error {
	labels := [][]any{{"month", "label", "psi", "verdict", "value", "customers_then", "customers_now", "share_then", "share_now"}}
	for _, l := range d.Labels {
		for _, v := range l.Values {
			labels = append(labels, []any{d.Month, l.Label, l.PSI, string(l.Verdict), v.Value, int64(v.Then), int64(v.Now), v.ThenShare, v.NowShare})
		}
	}
	groups := [][]any{{"month", "group", "customers_then", "customers_now", "came", "went"}}
	for _, g := range d.Groups {
		groups = append(groups, []any{d.Month, g.Name, int64(g.Then), int64(g.Now), int64(g.Came), int64(g.Went)})
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("csv: %w", err)
	}
	for name, rows := range map[string][][]any{"drift_labels.csv": labels, "drift_groups.csv": groups} {
		var b bytes.Buffer
		b.WriteString("\uFEFF")
		w := csv.NewWriter(&b)
		for _, row := range rows {
			_ = w.Write(cells(row)) // a buffer takes it
		}
		w.Flush()
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o640); err != nil {
			return fmt.Errorf("csv: %w", err)
		}
	}
	return nil
}

// WriteHTML writes one page that needs no network.
func (d Drift) WriteHTML(w io.Writer) error {
	t, err := template.New("drift").Funcs(template.FuncMap{
		"share": func(v float64) string { return shown("rate", v) },
		"index": func(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) },
	}).Parse(driftPage)
	if err != nil {
		return err
	}
	return t.Execute(w, d)
}
