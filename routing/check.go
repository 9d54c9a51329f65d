package routing

import (
	"slices"

	"github.com/parley-voice/parley/dialog/vocab"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// Names is what there is for rules to lead to. Of a list that is nil nothing is
// known, and nothing is checked.
type Names struct {
	Scripts []string
	Queues  []string
	Agents  []string
}

// Check finds queues that are not there, and rules that send calls to scripts or
// agents that are not.
func (t *Table) Check(there Names) (ps strictyaml.Problems) {
	for _, q := range t.Queues {
		if there.Queues != nil && !slices.Contains(there.Queues, q) {
			ps = append(ps, t.places.problem(Undefined, listed+q, suggest(q, there.Queues, "configure it under queues, or take it out of the table"),
				"the queue "+q+" is not configured"))
		}
	}
	for _, r := range slices.Concat(t.Rules, t.During) {
		all := []Target{r.To}
		if r.Overflow != nil {
			all = append(all, *r.Overflow)
		}
		if r.Promise != nil {
			all = append(all, r.Promise.Else)
		}
		for _, to := range all {
			switch {
			case to.Kind == Script && there.Scripts != nil && !slices.Contains(there.Scripts, to.Name):
				ps = append(ps, t.places.problem(Undefined, r.ID, vocab.Suggest(to.Name, there.Scripts), "the rule "+r.ID+" leads to the script "+to.Name+", and no script is named so"))
			case to.Kind == Agent && there.Agents != nil && !slices.Contains(there.Agents, to.Name):
				ps = append(ps, t.places.problem(Undefined, r.ID, suggest(to.Name, there.Agents, "configure it under agents"),
					"the rule "+r.ID+" leads to the agent "+to.Name+", and no agent is configured so"))
			}
		}
	}
	return ps
}

// suggest is the nearest name, or what to do when there is nothing like it.
func suggest(name string, among []string, otherwise string) string {
	if vocab.Nearest(name, among) == "" {
		return otherwise
	}
	return vocab.Suggest(name, among)
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
