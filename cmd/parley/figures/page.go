package figures

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/store"
)

//go:embed page.gohtml
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"percent": func(v float64) string { return shown("rate", v) }}).Parse(pageText))

// tile is a figure at the top of the page.
type tile struct {
	Name         name
	Whose        string
	Value, Was   string
	view, column string
}

var tiles = []struct{ view, column string }{
	{"kpi_counted", "kept"}, {"kpi_answer_rate", "rate"}, {"kpi_completed", "per_day"}, {"kpi_handling_time", "aht_s"}, {"kpi_conversion", "rate"},
	{"kpi_intent", "rate"}, {"kpi_satisfaction", "csat"}, {"kpi_satisfaction", "nps"}, {"kpi_first_contact", "rate"}, {"kpi_high_risk", "rate"},
	{"kpi_repeat_callers", "rate"}, {"kpi_complaints", "rate"}, {"kpi_complaints", "in_time_rate"}, {"kpi_cost", "per_call"}, {"kpi_value", "roi"}, {"kpi_value", "ticket"}, {"kpi_value", "ltv"}, {"kpi_outbound_abandonment", "rate"},
}

var tileNames = map[string]name{
	"kept": {"Calls", "通话量"}, "per_day": {"Completed a day", "日均完成量"}, "aht_s": {"AHT, seconds", "平均时长（秒）"},
	"csat": {"CSAT", "满意度"}, "nps": {"NPS", "净推荐值"}, "per_call": {"Cost per call", "单通成本"},
	"in_time_rate": {"Complaints settled in 24 h", "投诉24小时处理率"},
	"roi":          {"ROI", "投资回报率"}, "ticket": {"Average order", "客单价"}, "ltv": {"Lifetime value", "终身价值"},
}

// tiles are the figures of the period, each with that of the period before.
func (r Report) tiles() (all []tile) {
	for _, c := range tiles {
		t := r.table(c.view)
		names, ok := tileNames[c.column]
		if !ok {
			names = viewNames[c.view]
		}
		if slices.Contains([]string{"per_call", "ticket", "ltv"}, c.column) && r.Currency != "" {
			names = name{names.EN + ", " + r.Currency, names.ZH}
		}
		for _, row := range t.Now.Rows {
			one := tile{Name: names, Whose: key(row), Value: shown(c.column, t.Now.Of(row, c.column)), Was: "–", view: c.view, column: c.column}
			for _, before := range t.Before.Rows {
				if key(before) == one.Whose {
					one.Was = shown(c.column, t.Before.Of(before, c.column))
				}
			}
			all = append(all, one)
		}
	}
	return all
}

// chart is a drawing with its legend.
type chart struct {
	Name   name
	Lines  []string
	Figure template.HTML
}

func (r Report) charts(g config.Goals) (all []chart) {
	for _, c := range []struct {
		view, column string
		goal         int
	}{
		{"kpi_counted", "kept", 0}, {"kpi_answer_rate", "rate", 0}, {"kpi_handling_time", "aht_s", 0}, {"kpi_conversion", "rate", 0},
		{"kpi_intent", "rate", g.Intent}, {"kpi_satisfaction", "csat", g.CSAT}, {"kpi_high_risk", "rate", g.Risk}, {"kpi_first_contact", "rate", 0},
		{"kpi_service_level", "rate", g.Service}, {"kpi_abandonment", "rate", 0},
	} {
		lines := curves(r.table(c.view).Along, c.column, r.Steps)
		if len(lines) == 0 {
			continue
		}
		names, ok := tileNames[c.column]
		if !ok {
			names = viewNames[c.view]
		}
		if percent(c.column) {
			names = name{names.EN + ", %", names.ZH + "（%）"}
		}
		one := chart{Name: names, Figure: draw(names.EN, lines, r.Steps, float64(c.goal))}
		for _, l := range lines {
			one.Lines = append(one.Lines, l.name)
		}
		all = append(all, one)
	}
	return all
}

// grid is a table of the page.
type grid struct {
	View  store.View
	Name  name
	Heads []name
	Rows  [][]string
}

func (r Report) grids() (all []grid) {
	for _, t := range r.Tables {
		one := grid{View: t.Now.View, Name: viewNames[t.Now.View.Name]}
		for _, c := range t.Now.Columns[2:] {
			one.Heads = append(one.Heads, name{c, columnNames[c]})
		}
		for _, row := range t.Now.Rows {
			cells := make([]string, 0, len(row)-2)
			for i, v := range row[2:] {
				cells = append(cells, shown(t.Now.Columns[i+2], v))
			}
			one.Rows = append(one.Rows, cells)
		}
		all = append(all, one)
	}
	return all
}

// WriteHTML writes one page that needs nothing else: no network, no script.
func (r Report) WriteHTML(w io.Writer, g config.Goals) error {
	err := page.Execute(w, map[string]any{
		"R": r, "Title": grainNames[string(r.Period.Grain)], "Tiles": r.tiles(), "Charts": r.charts(g), "Grids": r.grids(),
		"Made": r.Made.Format("2006-01-02 15:04"), "Unfinished": r.Made.Before(r.Period.Ends),
	})
	if err != nil {
		return fmt.Errorf("html: %w", err)
	}
	return nil
}
