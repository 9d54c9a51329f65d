package label

import "slices"

// registry is every label, in the order of the classes.
var registry = slices.Concat(basics, behaviours, interactions, transactions, consumptions, emotions)

var byName = func() map[string]Label {
	m := map[string]Label{}
	for _, l := range registry {
		m[l.Name] = l
	}
	return m
}()

// Registry lists every label.
func Registry() []Label { return slices.Clone(registry) }

// Find gives a label by its name.
func Find(name string) (Label, bool) {
	l, ok := byName[name]
	return l, ok
}

// The words of labels that have few.
var (
	degrees   = []string{"low", "medium", "high"}
	dayparts  = []string{"morning", "afternoon", "evening", "night"}
	styles    = []string{"caller", "writer", "self_service", "visitor", "quiet"}
	spenders  = []string{"loyal", "impulse", "rational", "mixed"}
	deciders  = []string{"decisive", "considering", "hesitant"}
	moodWords = []string{"impatient", "hesitant", "angry"}
)
