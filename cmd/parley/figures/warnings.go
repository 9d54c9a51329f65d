package figures

import (
	"fmt"

	"github.com/parley-voice/parley/cmd/parley/config"
)

// Warning is a figure beyond its goal.
type Warning struct{ EN, ZH string }

// rule says which figure is held against which goal.
type rule struct {
	view, column string
	scale        float64 // from the figure to percent
	goal         int
	above        bool // warn above the goal, not below
}

// warnings are those of the period. A figure that nothing was counted for warns of
// nothing.
func warnings(r Report, g config.Goals) (all []Warning) {
	for _, c := range []rule{
		{"kpi_intent", "rate", 100, g.Intent, false},
		{"kpi_satisfaction", "csat", 1, g.CSAT, false},
		{"kpi_service_level", "rate", 100, g.Service, false},
		{"kpi_high_risk", "rate", 100, g.Risk, true},
		{"kpi_repeat_callers", "rate", 100, g.Repeat, true},
		{"kpi_complaints", "rate", 100, g.Escalated, true},
		{"kpi_outbound_abandonment", "rate", 100, g.Abandoned, true},
	} {
		f := r.table(c.view).Now
		for _, row := range f.Rows {
			n, ok := number(f.Of(row, c.column))
			if n *= c.scale; !ok || c.goal == 0 || n == float64(c.goal) || (n > float64(c.goal)) != c.above {
				continue
			}
			whose, than, zh := "", "below", "低于"
			if k := key(row); k != "" {
				whose = " (" + k + ")"
			}
			if c.above {
				than, zh = "above", "高于"
			}
			names := viewNames[c.view]
			if c.column == "csat" {
				names = name{"CSAT", "满意度"}
			}
			all = append(all, Warning{
				EN: fmt.Sprintf("%s%s is %.1f, %s the goal of %d.", names.EN, whose, n, than, c.goal),
				ZH: fmt.Sprintf("%s%s为 %.1f，%s目标 %d。", names.ZH, whose, n, zh, c.goal),
			})
		}
	}
	return all
}
