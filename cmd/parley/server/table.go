package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/routes"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/routing/routetest"
)

// table tells the API of the rules that say where calls go.
type table struct {
	book *routes.Book
	file string
}

// Current gives the file as it lies there. One that was refused is not in use:
// /readyz and the log tell.
func (t table) Current(context.Context) (api.RouteFile, error) {
	text, err := os.ReadFile(t.file)
	sum := sha256.Sum256(text)
	return api.RouteFile{Text: string(text), Hash: hex.EncodeToString(sum[:]), Loaded: t.book.Status().Loaded}, err
}

const postedFile = "routes.yaml"

func (t table) Check(_ context.Context, text string) ([]api.Remark, error) {
	rules, err := routing.Load(strings.NewReader(text), postedFile)
	var wrong strictyaml.Problems
	if errors.As(err, &wrong) {
		return remarks(wrong.Findings()), nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", api.ErrInvalid, err)
	}
	return remarks(rules.Lint()), nil
}

// rules are those of a text, or those in use.
func (t table) rules(text string) (*routing.Table, error) {
	if text == "" {
		return t.book.Table(), nil
	}
	rules, err := routing.Load(strings.NewReader(text), postedFile)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", api.ErrInvalid, err)
	}
	return rules, nil
}

func (t table) Explain(_ context.Context, text string, given map[string]string) (api.Explanation, error) {
	rules, err := t.rules(text)
	if err != nil {
		return api.Explanation{}, err
	}
	facts := routing.Facts{}
	for name, value := range given {
		if err := rules.Set(facts, name, value); err != nil {
			return api.Explanation{}, fmt.Errorf("%w: %s: %w", api.ErrInvalid, name, err)
		}
	}
	d, _ := rules.Decide(time.Now(), facts, nil)
	return api.Explanation{Rule: d.Rule, To: d.To.String(), Why: d.Explain()}, nil
}

// Test runs the tests that lie beside the file in use.
func (t table) Test(_ context.Context, text string) (api.TestReport, error) {
	rules, err := t.rules(text)
	if err != nil {
		return api.TestReport{}, err
	}
	file := strings.TrimSuffix(t.file, ".yaml") + ".test.yaml"
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return api.TestReport{}, fmt.Errorf("no tests lie beside the rules (*.test.yaml): %w", api.ErrNotFound)
	}
	if err != nil {
		return api.TestReport{}, err
	}
	tests, err := routetest.Load(bytes.NewReader(content), file, rules)
	if err != nil {
		return api.TestReport{}, fmt.Errorf("%w: %w", api.ErrInvalid, err)
	}
	var out api.TestReport
	for _, test := range tests {
		if r := routetest.Run(rules, test); len(r.Failures) > 0 {
			out.Failed = append(out.Failed, test.Name+": "+strings.Join(r.Failures, "; "))
			continue
		}
		out.Passed++
	}
	return out, nil
}
