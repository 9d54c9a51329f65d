package api

import (
	"context"
	"net/http"
	"time"

	"github.com/parley-voice/parley/console/access"
)

// Scripts knows the scripts that calls follow.
type Scripts interface {
	// Scripts lists those in use, by name.
	Scripts(ctx context.Context) ([]Script, error)
	// Versions gives what was done with each version of one, the oldest first;
	// nothing for one that was never submitted, ErrNotFound for one that is not there.
	Versions(ctx context.Context, name string) ([]ScriptEvent, error)
	// Check reads a script and gives what is to be said about it.
	Check(ctx context.Context, text string) ([]Remark, error)
}

// Script is one script in use.
type Script struct {
	Name     string `json:"name"`
	Version  int    `json:"version"`
	Hash     string `json:"hash" doc:"Of everything that the version is made of; empty for one that ships."`
	Language string `json:"language"`
	Draft    bool   `json:"draft" doc:"Not published: it may answer, not call out."`
}

// ScriptEvent is what somebody did with a version.
type ScriptEvent struct {
	Hash string    `json:"hash"`
	Act  string    `json:"act" doc:"submit, approve, reject, publish, withdraw, rollback."`
	Who  string    `json:"who"`
	Note string    `json:"note,omitempty"`
	At   time.Time `json:"at"`
}

// ScriptList is all scripts in use.
type ScriptList struct {
	Scripts []Script `json:"scripts"`
}

// ScriptHistory is the versions of one script.
type ScriptHistory struct {
	Events []ScriptEvent `json:"events"`
}

func (a *API) scripts() {
	is := func(o op) op {
		o.needs, o.missing = a.Scripts != nil, "scripts are not connected here"
		return o
	}
	add(a, is(op{method: http.MethodGet, path: "/scripts", id: "listScripts", summary: "List the scripts in use", action: access.ReadScripts}),
		func(ctx context.Context, _ *struct{}) (*struct{ Body ScriptList }, error) {
			all, err := a.Scripts.Scripts(ctx)
			return &struct{ Body ScriptList }{ScriptList{list0(all)}}, err
		})
	add(a, is(op{method: http.MethodGet, path: "/scripts/{name}/versions", id: "listScriptVersions", summary: "Read what was done with a script's versions", action: access.ReadScripts,
		about: "To submit, approve and publish, use parley script."}),
		func(ctx context.Context, in *struct {
			Name string `path:"name" maxLength:"200" doc:"The script's name; a slash in it is written %2F."`
		}) (*struct{ Body ScriptHistory }, error) {
			all, err := a.Scripts.Versions(ctx, in.Name)
			return &struct{ Body ScriptHistory }{ScriptHistory{list0(all)}}, err
		})
	add(a, is(op{method: http.MethodPost, path: "/scripts/check", id: "checkScript", summary: "Check a script", action: access.CheckScripts,
		about: "One file: what it includes and its clips are not there."}),
		func(ctx context.Context, in *posted) (*struct{ Body Findings }, error) {
			return findings(a.Scripts.Check(ctx, in.Body.Text))
		})
}
