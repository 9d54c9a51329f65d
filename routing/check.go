package routing

import (
	"slices"

	"github.com/parley-voice/parley/dialog/vocab"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// CheckScripts finds the rules that send calls to scripts which do not exist.
func (t *Table) CheckScripts(names []string) (ps strictyaml.Problems) {
	for _, r := range slices.Concat(t.Rules, t.During) {
		all := []Target{r.To}
		if r.Overflow != nil {
			all = append(all, *r.Overflow)
		}
		if r.Promise != nil {
			all = append(all, r.Promise.Else)
		}
		for _, to := range all {
			if to.Kind == Script && !slices.Contains(names, to.Name) {
				ps = append(ps, t.places.problem(Undefined, r.ID, vocab.Suggest(to.Name, names), "the rule "+r.ID+" leads to the script "+to.Name+", and no script is named so"))
			}
		}
	}
	return ps
}

// Errors are the findings that keep a table out of use.
func Errors(found []Finding) (ps strictyaml.Problems) {
	for _, f := range found {
		if f.Severity == Error {
			ps = append(ps, f.Problem)
		}
	}
	return ps
}
