package hours

import (
	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// ReadWeek reads a block of days, each with one or more spans. Wrong ones are
// noted in r.
func ReadWeek(r *strictyaml.Reader, v *yaml.Node) (w Week) {
	if !r.IsMap(v, "hours") {
		return w
	}
	for i := 0; i+1 < len(v.Content); i += 2 {
		k, list := v.Content[i], v.Content[i+1]
		days, err := Weekdays(k.Value)
		if err != nil {
			r.Fault(strictyaml.UnknownKey, k, "write mon, tue, wed, thu, fri, sat, sun, or mon-fri", "%v", err)
			continue
		}
		for _, item := range strictyaml.Items(list) {
			text := r.Text(item, "hours")
			if text == "" {
				continue
			}
			span, err := ParseSpan(text)
			if err != nil {
				r.Wrong(item, "write 09:00-18:00; what goes past midnight is two: 22:00-24:00 and, the next day, 00:00-06:00", "%v", err)
				continue
			}
			for _, d := range days {
				w[d] = append(w[d], span)
			}
		}
	}
	return w
}

// ReadDays reads one or more days; what names the key in messages.
func ReadDays(r *strictyaml.Reader, v *yaml.Node, what string) (all []Days) {
	for _, item := range strictyaml.Items(v) {
		text := r.Text(item, what)
		if text == "" {
			continue
		}
		d, err := ParseDays(text)
		if err != nil {
			r.Wrong(item, "write 2026-10-01, or 2026-10-01..2026-10-07 for several", "%v", err)
			continue
		}
		all = append(all, d)
	}
	return all
}
