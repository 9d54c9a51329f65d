package server

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent/overlap"
	"github.com/parley-voice/parley/dialog/lint"
)

// shelf tells the API of scripts.
type shelf struct{ s *Server }

func (f shelf) Scripts(context.Context) ([]api.Script, error) {
	all := f.s.Library.Shelf()
	var out []api.Script
	for _, name := range all.Names() {
		if run, ok := all.Named(name); ok {
			out = append(out, api.Script{Name: name, Version: run.Version, Hash: run.Hash, Language: run.Language, Draft: run.Draft})
		}
	}
	return out, nil
}

func (f shelf) Versions(ctx context.Context, name string) ([]api.ScriptEvent, error) {
	past, err := f.s.web.reviews.History(ctx, name)
	if err != nil {
		return nil, err
	}
	if _, inUse := f.s.Library.Named(name); len(past) == 0 && !inUse {
		return nil, fmt.Errorf("no script is named %q: %w", name, api.ErrNotFound)
	}
	var out []api.ScriptEvent
	for _, e := range past {
		out = append(out, api.ScriptEvent{Hash: e.Hash, Act: string(e.Act), Who: e.Who, Note: e.Note, At: e.At})
	}
	return out, nil
}

func (f shelf) Check(ctx context.Context, text string) ([]api.Remark, error) {
	const file = "script.yaml"
	s, err := dialog.Load(strings.NewReader(text), file)
	if err != nil {
		return remarks(lint.FromLoad(err)), nil
	}
	measured, err := overlap.Find(ctx, s)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil { // a phrase that cannot be compiled, or too many examples
		measured = lint.FromLoad(err)
	}
	return remarks(lint.Sort(slices.Concat(lint.Check(s, lint.Options{Recorded: f.s.cfg.Record}), measured))), nil
}

func remarks(found []lint.Finding) []api.Remark {
	var out []api.Remark
	for _, f := range found {
		out = append(out, api.Remark{Severity: string(f.Severity), Code: string(f.Code), Line: f.Line, Column: f.Column, Text: f.Text, Hint: f.Hint})
	}
	return out
}
