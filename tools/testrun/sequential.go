package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// listed is what go list -json says of a package.
type listed struct {
	ImportPath, Dir                     string
	GoFiles, CgoFiles                   []string
	TestGoFiles, XTestGoFiles           []string
	Imports, TestImports, XTestImports  []string
	concurrent, concurrentTests, judged bool
}

// sequential lists the packages in which nothing can run at the same time as
// anything else: neither they, their tests, nor what they import of this module
// start a goroutine, lock anything, or open what does. The race detector has
// nothing to see in them, and they compute five times as fast without it.
func sequential(ctx context.Context) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-json", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	all := map[string]*listed{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if err := p.look(); err != nil {
			return nil, err
		}
		all[p.ImportPath] = &p
	}
	var quiet []string
	for path, p := range all {
		if !p.concurrentTests && !reaches(all, path) && !slices.ContainsFunc(append(p.TestImports, p.XTestImports...), func(i string) bool { return reaches(all, i) }) {
			quiet = append(quiet, path)
		}
	}
	slices.Sort(quiet)
	return quiet, nil
}

// reaches tells whether a package, or one of this module that it imports, is
// concurrent.
func reaches(all map[string]*listed, path string) bool {
	p := all[path]
	if p == nil || p.judged {
		return p != nil && p.concurrent
	}
	p.judged = true // imports have no cycles
	p.concurrent = p.concurrent || slices.ContainsFunc(p.Imports, func(i string) bool { return reaches(all, i) })
	return p.concurrent
}

// servers are packages that start goroutines for those who import them.
var servers = []string{"net", "net/http", "net/http/httptest", "os/exec", "os/signal", "database/sql", "sync/atomic", "testing/synctest", "C"}

func (p *listed) look() error {
	var err error
	p.concurrent = len(p.CgoFiles) > 0 || imports(p.Imports)
	for _, name := range p.GoFiles {
		p.concurrent = p.concurrent || goes(filepath.Join(p.Dir, name), &err)
	}
	p.concurrentTests = imports(p.TestImports) || imports(p.XTestImports)
	for _, name := range append(p.TestGoFiles, p.XTestGoFiles...) {
		p.concurrentTests = p.concurrentTests || goes(filepath.Join(p.Dir, name), &err)
	}
	return err
}

func imports(all []string) bool {
	return slices.ContainsFunc(all, func(i string) bool { return slices.Contains(servers, i) })
}

// goes tells whether a file starts a goroutine or guards something against another.
func goes(path string, failed *error) (found bool) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		*failed = errors.Join(*failed, err)
		return true
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = true
		case *ast.CallExpr:
			f, ok := n.Fun.(*ast.SelectorExpr)
			found = found || ok && f.Sel.Name == "Go" // of a WaitGroup
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			found = found || ok && x.Name == "sync" && !strings.HasPrefix(n.Sel.Name, "Once")
		}
		return !found
	})
	return found
}
