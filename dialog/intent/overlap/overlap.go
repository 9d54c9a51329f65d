// Package overlap measures where the intents of a script are taken for each
// other: every example and keyword is put to the detector that live calls use,
// among the intents of each node that knows its own.
package overlap

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/dialog/intent/classify"
	"github.com/parley-voice/parley/dialog/lint"
)

// Find measures. The error is that of a detector that cannot be made.
func Find(ctx context.Context, s *dialog.Script) ([]lint.Finding, error) {
	found, err := lint.InEach(s, func(s *dialog.Script) ([]lint.Finding, error) { return find(ctx, s) })
	return lint.Sort(found), err
}

// find measures in one language.
func find(ctx context.Context, s *dialog.Script) ([]lint.Finding, error) {
	detector, err := intent.New(s)
	if err != nil {
		return nil, err
	}
	f := &finder{s: s, detector: detector, told: map[string]bool{}, paths: map[string]string{}}
	for _, d := range s.Intents {
		f.paths[d.Name] = "intents"
	}
	for _, a := range s.Asides {
		f.paths[a.Name] = "asides"
	}
	for _, a := range s.Always {
		f.paths[a.Name] = "always"
	}
	sets := together(s)
	for _, of := range sets {
		if err := f.among(ctx, of); err != nil {
			return nil, err
		}
	}
	if err := f.learned(sets); err != nil {
		return nil, err
	}
	return f.found, nil
}

type finder struct {
	s        *dialog.Script
	detector interface {
		Understand(context.Context, dialog.Query) (dialog.Intent, error)
	}
	told  map[string]bool
	paths map[string]string // block of each intent
	found []lint.Finding
}

func (f *finder) find(code dialog.Code, path []string, hint, format string, args ...any) {
	if found, ok := lint.At(f.s, code, hint, fmt.Sprintf(format, args...), path...); ok {
		f.found = append(f.found, found)
	}
}

// set is intents that nodes tell apart from each other.
type set struct {
	names []string
	nodes []*dialog.Node
}

// together are the sets of intents that the nodes tell apart, each once.
func together(s *dialog.Script) []*set {
	var all []*set
	seen := map[string]*set{}
	for _, n := range s.Nodes {
		if !n.Listens() {
			continue
		}
		var names []string
		for _, a := range s.Always {
			names = append(names, a.Name)
		}
		for _, b := range n.Go {
			if b.Intent != dialog.IntentElse && b.Intent != dialog.IntentFilled && !slices.Contains(names, b.Intent) {
				names = append(names, b.Intent)
			}
		}
		for _, a := range s.Asides {
			names = append(names, a.Name)
		}
		key := strings.Join(names, " ")
		if seen[key] == nil {
			seen[key] = &set{names: names}
			all = append(all, seen[key])
		}
		seen[key].nodes = append(seen[key].nodes, n)
	}
	return all
}

// differ tells whether it makes a difference in some node which of two intents
// is understood.
func (t *set) differ(s *dialog.Script, a, b string) bool {
	return slices.ContainsFunc(t.nodes, func(n *dialog.Node) bool {
		return !way(s, n, a).Same(way(s, n, b))
	})
}

func way(s *dialog.Script, n *dialog.Node, name string) dialog.Edge {
	for _, a := range s.Always {
		if a.Name == name {
			return a.Edge
		}
	}
	for _, a := range s.Asides {
		if a.Name == name {
			return a.Edge
		}
	}
	for _, b := range n.Go {
		if b.Intent == name {
			return b.Edge
		}
	}
	return dialog.Edge{}
}

// among puts what the intents are known by to the detector.
func (f *finder) among(ctx context.Context, of *set) error {
	for _, name := range of.names {
		d, defined := f.s.Intent(name)
		if !defined {
			continue
		}
		for _, list := range []struct {
			key   string
			texts []string
		}{{"examples", d.Examples}, {"keywords", d.Keywords}} {
			for i, text := range list.texts {
				if err := f.text(ctx, of, d, list.key, i, text); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (f *finder) text(ctx context.Context, of *set, d dialog.IntentDef, key string, i int, text string) error {
	got, err := f.detector.Understand(ctx, dialog.Query{Text: text, Language: f.s.Language, Shape: "open", Intents: of.names})
	if err != nil {
		return err
	}
	about := d.Name + "/" + key + "/" + text + "/" + got.Name
	if got.Name == d.Name || got.Name == "" || f.told[about] || !of.differ(f.s, d.Name, got.Name) {
		return nil
	}
	f.told[about] = true
	one := strings.TrimSuffix(key, "s")
	f.find(lint.CodeOverlap, []string{f.paths[d.Name], d.Name, key, strconv.Itoa(i)},
		fmt.Sprintf("move it to %q, make one of the two more special, or forbid it there with not", got.Name),
		"%s %q of %q is understood as %q (%s, %.2f)", one, text, d.Name, got.Name, got.Why, got.Score)
	return nil
}

// enough examples for a classifier's mistakes to tell something: with fewer, an
// example held out often has no like among the rest.
const enough = 10

// learned asks the classifier which intents it mistakes for each other.
func (f *finder) learned(sets []*set) error {
	var examples []classify.Example
	known := map[string]int{}
	add := func(d dialog.IntentDef) {
		known[d.Name] = len(d.Examples)
		for _, text := range d.Examples {
			examples = append(examples, classify.Example{Intent: d.Name, Text: text})
		}
	}
	for _, d := range f.s.Definitions() {
		add(d)
	}
	model, err := classify.Train(examples, classify.Options{})
	if err != nil {
		return err
	}
	for _, w := range model.Warnings() {
		one, list := w.Intents[len(w.Intents)-1], strings.Join(w.Examples, ", ")
		path := []string{f.paths[one], one, "examples"}
		if w.Kind == classify.Wordless {
			f.find(lint.CodeWordless, path, "write what callers say", "intent %q has an example without words: %q", one, list)
			continue
		}
		other := w.Intents[0]
		meet := slices.ContainsFunc(sets, func(t *set) bool {
			return slices.Contains(t.names, one) && slices.Contains(t.names, other) && t.differ(f.s, one, other)
		})
		if w.Kind == classify.Confusable && meet && known[one] >= enough && known[other] >= enough {
			f.find(lint.CodeOverlap, path, "join them, or add examples that tell them apart",
				"intents %q and %q are easily confused: %d of %d examples when held out, such as %q", other, one, w.Mistaken, w.Of, list)
		}
	}
	return nil
}
