package api

import (
	"context"
	"net/http"
	"time"

	"github.com/parley-voice/parley/console/access"
)

// Routes knows the rules that say where calls go. An empty text means the rules in
// use.
type Routes interface {
	// Current gives the rules in use.
	Current(ctx context.Context) (RouteFile, error)
	// Check reads rules and gives what is to be said about them.
	Check(ctx context.Context, text string) ([]Remark, error)
	// Explain decides for a made-up caller and says why. ErrInvalid: the rules or
	// the facts are wrong.
	Explain(ctx context.Context, text string, facts map[string]string) (Explanation, error)
	// Test runs the tests that belong to the rules.
	Test(ctx context.Context, text string) (TestReport, error)
}

// RouteFile is a file of rules.
type RouteFile struct {
	Text   string    `json:"text" doc:"YAML."`
	Hash   string    `json:"hash" doc:"Hex SHA-256 of text."`
	Loaded time.Time `json:"loaded"`
}

// Remark is one remark on a file, at its place.
type Remark struct {
	Severity string `json:"severity" doc:"error, warning or advice."`
	Code     string `json:"code"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Text     string `json:"text"`
	Hint     string `json:"hint,omitempty" doc:"What to do."`
}

// Findings is all remarks on a file.
type Findings struct {
	OK       bool     `json:"ok" doc:"No error among them."`
	Findings []Remark `json:"findings"`
}

// Explanation is a decision and how it came about.
type Explanation struct {
	Rule string   `json:"rule" doc:"Name of the rule that holds."`
	To   string   `json:"to" doc:"Where the call goes."`
	Why  []string `json:"why" doc:"One line for each rule looked at."`
}

// TestReport is how tests went.
type TestReport struct {
	Passed int      `json:"passed"`
	Failed []string `json:"failed" doc:"What each failed test wanted and got."`
}

type posted struct {
	Body struct {
		Text string `json:"text" minLength:"1" doc:"The file, YAML."`
	}
}

type perhapsPosted struct {
	Body struct {
		Text string `json:"text,omitempty" doc:"Rules to use instead of those in use, YAML."`
	}
}

type explainRoute struct {
	Body struct {
		Facts map[string]string `json:"facts" maxProperties:"200" doc:"What is known of the caller: fact to value, as in parley route explain."`
		Text  string            `json:"text,omitempty" doc:"Rules to use instead of those in use, YAML."`
	}
}

func (a *API) routes() {
	is := func(o op) op {
		o.needs, o.missing = a.Routes != nil, "rules are not connected here: the configuration names no file of them"
		return o
	}
	type file struct {
		ETag string `header:"ETag"`
		Body RouteFile
	}
	add(a, is(op{method: http.MethodGet, path: "/routes", id: "getRoutes", summary: "Read the rules in use", action: access.ReadRoutes}),
		func(ctx context.Context, _ *struct{}) (*file, error) {
			f, err := a.Routes.Current(ctx)
			return &file{`"` + f.Hash + `"`, f}, err
		})
	add(a, is(op{method: http.MethodPost, path: "/routes/check", id: "checkRoutes", summary: "Check a file of rules", action: access.TryRoutes}),
		func(ctx context.Context, in *posted) (*struct{ Body Findings }, error) {
			return findings(a.Routes.Check(ctx, in.Body.Text))
		})
	add(a, is(op{method: http.MethodPost, path: "/routes/explain", id: "explainRoute", summary: "Say where a caller would go, and why", action: access.TryRoutes}),
		func(ctx context.Context, in *explainRoute) (*struct{ Body Explanation }, error) {
			out, err := a.Routes.Explain(ctx, in.Body.Text, in.Body.Facts)
			out.Why = list0(out.Why)
			return &struct{ Body Explanation }{out}, err
		})
	add(a, is(op{method: http.MethodPost, path: "/routes/test", id: "testRoutes", summary: "Run the tests of the rules", action: access.TryRoutes}),
		func(ctx context.Context, in *perhapsPosted) (*struct{ Body TestReport }, error) {
			out, err := a.Routes.Test(ctx, in.Body.Text)
			out.Failed = list0(out.Failed)
			return &struct{ Body TestReport }{out}, err
		})
}

func findings(all []Remark, err error) (*struct{ Body Findings }, error) {
	out := Findings{OK: true, Findings: list0(all)}
	for _, f := range all {
		out.OK = out.OK && f.Severity != "error"
	}
	return &struct{ Body Findings }{out}, err
}
