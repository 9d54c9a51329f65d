package label

import "strings"

// Change is a label whose value changed; an empty value is none.
type Change struct {
	Label string `json:"label"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// Ages tells whether a label counts the days that pass: that it is another one each
// night is no news.
func (l Label) Ages() bool {
	return strings.HasPrefix(l.Name, "days_since_") || l.Name == "profile_age" || l.Name == "tenure"
}

// Changes compares labels as AppendLines writes them, in the order of the registry.
// Those that age are passed over, and so are those that the registry no longer knows.
func Changes(old, now string) (all []Change) {
	if old == now {
		return nil
	}
	was, is := values(old), values(now)
	for _, l := range registry {
		if a, b := was[l.Name], is[l.Name]; a != b && !l.Ages() {
			all = append(all, Change{l.Name, a, b})
		}
	}
	return all
}

// values are the labels of lines, by name.
func values(lines string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(lines) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
			out[name] = value
		}
	}
	return out
}
