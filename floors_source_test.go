package parley_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// The sizes that keep a file one idea and a function one thought.
const (
	maxLines   = 400
	maxBody    = 60
	maxFields  = 12
	maxMethods = 5
)

// pkg is one folder of Go source.
type pkg struct {
	path    string // from the module's root, slashes
	imports []imported
	files   []file
}

type imported struct {
	path string
	at   string // file:line
}

type file struct {
	name  string // from the module's root
	lines int
	test  bool
	fset  *token.FileSet
	ast   *ast.File
}

// readPackages parses every Go file below root, whatever its build tags. The
// imports are those of the code that ships: tests may reach up.
func readPackages(root string) ([]pkg, error) {
	byPath := map[string]*pkg{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"testdata", "bin", "var", "node_modules"}, d.Name())):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		f, err := readFile(name, filepath.ToSlash(rel))
		if err != nil {
			return err
		}
		dir := path.Dir(f.name)
		if byPath[dir] == nil {
			byPath[dir] = &pkg{path: dir}
		}
		byPath[dir].add(f)
		return nil
	})
	var out []pkg
	for _, p := range byPath {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b pkg) int { return strings.Compare(a.path, b.path) })
	return out, err
}

func readFile(name, rel string) (file, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return file{}, err
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, rel, src, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return file{}, err
	}
	return file{name: rel, lines: bytes.Count(src, []byte("\n")), test: strings.HasSuffix(rel, "_test.go"), fset: fset, ast: tree}, nil
}

func (p *pkg) add(f file) {
	p.files = append(p.files, f)
	if f.test {
		return
	}
	for _, spec := range f.ast.Imports {
		p.imports = append(p.imports, imported{strings.Trim(spec.Path.Value, `"`), f.at(spec.Pos())})
	}
}

func (f file) at(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", f.name, f.fset.Position(pos).Line)
}

func (f file) height(n ast.Node) int {
	return f.fset.Position(n.End()).Line - f.fset.Position(n.Pos()).Line + 1
}

// clocks are the functions of package time that know what time it is.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}

// pure are the rooms that decide: they have no clock and no goroutines.
var pure = []string{"dialog", "routing", "routing/queue", "routing/queue/sim", "campaign", "campaign/sim", "campaign/calendar", "campaign/permit", "campaign/timing", "campaign/experiment"}

// checkPurity holds the pure rooms to no clock and no goroutine, and the dialog
// machine to no files, but for the loader.
func checkPurity(pkgs []pkg) (out []string) {
	for _, p := range pkgs {
		if !slices.Contains(pure, p.path) {
			continue
		}
		for _, i := range p.imports {
			if p.path == "dialog" && i.path == "os" && !strings.HasPrefix(i.at, "dialog/load") {
				out = append(out, i.at+" imports os: the machine reads no files: load in dialog/load*.go, act in call")
			}
		}
		for _, f := range p.files {
			if f.test {
				continue
			}
			ast.Inspect(f.ast, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					out = append(out, f.at(n.Pos())+": a goroutine in "+p.path+": the machine is pure: return an Action and let call run it")
				case *ast.SelectorExpr:
					if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clocks, n.Sel.Name) {
						out = append(out, fmt.Sprintf("%s: time.%s in %s: the machine has no clock: use the time given to Step", f.at(n.Pos()), n.Sel.Name, p.path))
					}
				}
				return true
			})
		}
	}
	return out
}

// checkSizes measures files, functions and types. excused holds package.Type.
func checkSizes(pkgs []pkg, excused map[string]string) (out []string) {
	used := map[string]bool{}
	for _, p := range pkgs {
		for _, f := range p.files {
			if f.lines > maxLines && !ast.IsGenerated(f.ast) {
				out = append(out, fmt.Sprintf("%s: %d lines, at most %d: move one idea into a file of its own", f.name, f.lines, maxLines))
			}
			if f.test {
				continue
			}
			ast.Inspect(f.ast, func(n ast.Node) bool {
				breach := f.size(n)
				if t, ok := n.(*ast.TypeSpec); ok && breach != "" {
					name := path.Base(p.path) + "." + t.Name.Name
					used[name] = true
					if excused[name] != "" {
						breach = ""
					}
				}
				if breach != "" {
					out = append(out, breach)
				}
				return true
			})
		}
	}
	for name := range excused {
		if !used[name] {
			out = append(out, "excused: "+name+" is within the sizes, or gone: take it off the list in floors_test.go")
		}
	}
	return out
}

func (f file) size(n ast.Node) string {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if h := f.height(n); h > maxBody {
			return fmt.Sprintf("%s: function %s has %d lines, at most %d: name a step of it", f.at(n.Pos()), n.Name.Name, h, maxBody)
		}
	case *ast.TypeSpec:
		switch t := n.Type.(type) {
		case *ast.StructType:
			if c := t.Fields.NumFields(); c > maxFields && !mirrors(t) {
				return fmt.Sprintf("%s: struct %s has %d fields, at most %d: group those that change together", f.at(n.Pos()), n.Name.Name, c, maxFields)
			}
		case *ast.InterfaceType:
			if c := t.Methods.NumFields(); c > maxMethods {
				return fmt.Sprintf("%s: interface %s has %d methods, at most %d: split it by who consumes it", f.at(n.Pos()), n.Name.Name, c, maxMethods)
			}
		}
	case *ast.StructType:
		for _, field := range n.Fields.List {
			if s, ok := field.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Context" && fmt.Sprint(s.X) == "context" {
				return f.at(field.Pos()) + ": a context is kept in a struct: pass it as the first argument"
			}
		}
	}
	return ""
}

// mirrors tells whether a struct is the image of a format, field by tagged field:
// how many it has is then not ours to choose.
func mirrors(t *ast.StructType) bool {
	tagged := 0
	for _, f := range t.Fields.List {
		if f.Tag != nil {
			tagged++
		}
	}
	return tagged*2 > len(t.Fields.List)
}

// vague names say nothing about what is inside.
var vague = []string{"util", "utils", "common", "helper", "helpers", "manager", "types", "misc", "shared", "lib", "base"}

func checkNames(pkgs []pkg) (out []string) {
	for _, p := range pkgs {
		if name := path.Base(p.path); slices.Contains(vague, name) {
			out = append(out, fmt.Sprintf("%s: a package named %s says nothing: name it after what it holds, or move each thing to where it is used", p.path, name))
		}
	}
	return out
}
