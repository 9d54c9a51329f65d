package bench

import (
	"fmt"
	"io"
	"math"
	"os"
	"text/tabwriter"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
)

// Report is the result of one measurement.
type Report struct {
	Bench  string   `json:"bench"`
	Target string   `json:"target"`
	Rows   []Row    `json:"rows"`
	Detail any      `json:"detail,omitempty"` // per call or per turn
	Notes  []string `json:"notes,omitempty"`
}

// Row is one figure.
type Row struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
	Unit  string `json:"unit,omitempty"`
	Goal  string `json:"goal,omitempty"`
	Met   *bool  `json:"met,omitempty"`
}

func (r *Report) add(name string, value any, unit string) {
	if f, ok := value.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		value = nil
	}
	r.Rows = append(r.Rows, Row{Name: name, Value: value, Unit: unit})
}

// atMost adds a figure with a goal that it should not exceed.
func (r *Report) atMost(name string, value, goal float64, unit string) {
	r.goal(name, value, value <= goal, fmt.Sprintf("<= %g", goal), unit)
}

// atLeast adds a figure with a goal that it should reach.
func (r *Report) atLeast(name string, value, goal float64) {
	r.goal(name, value, value >= goal, fmt.Sprintf(">= %g", goal), "")
}

func (r *Report) goal(name string, value float64, met bool, goal, unit string) {
	r.add(name, value, unit)
	row := &r.Rows[len(r.Rows)-1]
	row.Goal, row.Met = goal, &met
}

func (r *Report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func (r *Report) missed() bool {
	for _, row := range r.Rows {
		if row.Met != nil && !*row.Met {
			return true
		}
	}
	return false
}

// write prints the table and, if a file is named, writes the JSON.
func (r *Report) write(file string) error {
	return measure.Output(os.Stdout, file, r, r.table)
}

func (r *Report) table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "bench %s: %s\n", r.Bench, r.Target)
	for _, row := range r.Rows {
		verdict := ""
		if row.Met != nil {
			verdict = "  goal " + row.Goal
			if !*row.Met {
				verdict += "  MISSED"
			}
		}
		fmt.Fprintf(t, "%s\t%s %s\t%s\n", row.Name, show(row.Value), row.Unit, verdict)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(t, "note: %s\n", n)
	}
	return t.Flush()
}

func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case float64:
		switch a := math.Abs(v); {
		case a >= 1000:
			return fmt.Sprintf("%.0f", v)
		case a >= 10:
			return fmt.Sprintf("%.1f", v)
		case a >= 1:
			return fmt.Sprintf("%.2f", v)
		}
		return fmt.Sprintf("%.3f", v)
	}
	return fmt.Sprint(v)
}

// round keeps four digits after the point, for JSON that people read.
func round(f float64) float64 { return math.Round(f*1e4) / 1e4 }

// rounded is a spread that people read.
func rounded(s measure.Spread) measure.Spread {
	s.Mean, s.P50, s.P95, s.P99, s.Max = round(s.Mean), round(s.P50), round(s.P95), round(s.P99), round(s.Max)
	return s
}
