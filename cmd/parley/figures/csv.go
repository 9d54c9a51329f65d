package figures

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/parley-voice/parley/store"
)

// WriteCSV writes a file for each view into dir, named after it, with the view's
// columns: the row of the period first, then those of the steps along it. The files
// are UTF-8 with a byte order mark, which spreadsheets need for Chinese.
func (r Report) WriteCSV(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("csv: %w", err)
	}
	for _, t := range r.Tables {
		var b bytes.Buffer
		b.WriteString("\uFEFF")
		w := csv.NewWriter(&b)
		_ = w.Write(t.Now.Columns) // a buffer takes it
		rows := t.Now.Rows
		if t.Now.View.Periodic() {
			rows = append(rows[:len(rows):len(rows)], along(r, t.Along)...)
		}
		for _, row := range rows {
			_ = w.Write(cells(row))
		}
		w.Flush()
		if err := os.WriteFile(filepath.Join(dir, t.Now.View.Name+".csv"), b.Bytes(), 0o640); err != nil {
			return fmt.Errorf("csv: %w", err)
		}
	}
	return nil
}

// along are the rows of the steps without the period's own.
func along(r Report, f store.Figures) (rows [][]any) {
	for _, row := range f.Rows {
		if row[0] != string(r.Period.Grain) || row[1] != r.Period.Name {
			rows = append(rows, row)
		}
	}
	return rows
}

// cells are values with a full stop for decimals, all digits, and nothing for none.
// A text that a spreadsheet would take for a formula gets an apostrophe before it.
func cells(row []any) []string {
	out := make([]string, len(row))
	for i, v := range row {
		switch v := v.(type) {
		case int64:
			out[i] = strconv.FormatInt(v, 10)
		case float64:
			out[i] = strconv.FormatFloat(v, 'f', -1, 64)
		case string:
			if out[i] = v; v != "" && bytes.ContainsAny([]byte(v[:1]), "=+-@\t\r") {
				out[i] = "'" + v
			}
		}
	}
	return out
}
