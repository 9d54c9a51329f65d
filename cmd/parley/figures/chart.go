package figures

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/parley-voice/parley/store"
)

const (
	chartWide, chartHigh                     = 520.0, 210.0
	plotLeft, plotRight, plotTop, plotBottom = 46.0, 494.0, 14.0, 178.0
	gridLines                                = 4
	labelsAtMost                             = 8
)

// line is one curve; NaN is a gap.
type line struct {
	name   string
	values []float64
}

// curves are a column's values along the steps, one line for each key.
func curves(f store.Figures, column string, steps []string) (lines []line) {
	scale := 1.0
	if percent(column) {
		scale = 100
	}
	for _, row := range f.Rows {
		at := slices.Index(steps, fmt.Sprint(row[1]))
		v, ok := number(f.Of(row, column))
		if at < 0 || !ok {
			continue
		}
		k := key(row)
		i := slices.IndexFunc(lines, func(l line) bool { return l.name == k })
		if i < 0 {
			gaps := make([]float64, len(steps))
			for j := range gaps {
				gaps[j] = math.NaN()
			}
			lines = append(lines, line{k, gaps})
			i = len(lines) - 1
		}
		lines[i].values[at] = v * scale
	}
	return lines
}

// draw makes an SVG of lines over steps; goal draws a broken line there when it is
// not 0. The colours are the page's classes c0 to c5.
func draw(title string, lines []line, steps []string, goal float64) template.HTML {
	top := goal
	low := 0.0
	for _, l := range lines {
		for _, v := range l.values {
			if !math.IsNaN(v) {
				top, low = max(top, v), min(low, v)
			}
		}
	}
	top, low = nice(top), -nice(-low)
	x := func(i int) float64 {
		if len(steps) == 1 {
			return (plotLeft + plotRight) / 2
		}
		return plotLeft + (plotRight-plotLeft)*float64(i)/float64(len(steps)-1)
	}
	y := func(v float64) float64 { return plotBottom - (plotBottom-plotTop)*(v-low)/(top-low) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`, chartWide, chartHigh, html.EscapeString(title))
	for i := range gridLines + 1 {
		v := low + (top-low)*float64(i)/gridLines
		fmt.Fprintf(&b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/><text class="y" x="%.1f" y="%.1f">%s</text>`,
			plotLeft, plotRight, y(v), y(v), plotLeft-6, y(v)+3.5, short(v))
	}
	every := (len(steps) + labelsAtMost - 1) / labelsAtMost
	for i, s := range steps {
		if i%every == 0 {
			fmt.Fprintf(&b, `<text class="x" x="%.1f" y="%.1f">%s</text>`, x(i), plotBottom+18, html.EscapeString(s[5:])) // without the year
		}
	}
	if goal != 0 {
		fmt.Fprintf(&b, `<line class="goal" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, plotLeft, plotRight, y(goal), y(goal))
	}
	for i, l := range lines {
		b.WriteString(path(l, i%6, x, y))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // all texts in it are escaped above
}

// path is one curve with a dot for each value, so that one between gaps shows.
func path(l line, colour int, x func(int) float64, y func(float64) float64) string {
	var d, dots strings.Builder
	pen := "M"
	for i, v := range l.values {
		if math.IsNaN(v) {
			pen = "M"
			continue
		}
		fmt.Fprintf(&d, "%s%.1f %.1f", pen, x(i), y(v))
		fmt.Fprintf(&dots, `<circle class="c%d" cx="%.1f" cy="%.1f" r="2.6"/>`, colour, x(i), y(v))
		pen = "L"
	}
	return fmt.Sprintf(`<path class="c%d" d="%s"/>%s`, colour, d.String(), dots.String())
}

// nice is the least of 1, 2, 2.5, 5 and 10 times a power of ten that v does not
// exceed; 0 for none below, 1 for nothing at all above.
func nice(v float64) float64 {
	if v <= 0 {
		if v == 0 && !math.Signbit(v) {
			return 1
		}
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if v <= m*unit {
			return m * unit
		}
	}
	return 10 * unit
}

func short(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
}
