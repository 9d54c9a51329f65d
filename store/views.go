package store

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

//go:embed views/*.sql
var viewFiles embed.FS

// View is one figure of the reports as the database keeps it: a SQL view, the same
// in SQLite and PostgreSQL. Those with a column period have rows by grain and period.
type View struct {
	Name    string // kpi_...
	What    string
	Formula string
	LeftOut string
	sql     string
}

// Views are all of them, each after those that it looks at.
var Views = sync.OnceValue(func() []View {
	files, err := fs.Glob(viewFiles, "views/*.sql") // sorted
	if err != nil {
		panic(err)
	}
	all := make([]View, 0, len(files))
	for _, file := range files {
		text, err := viewFiles.ReadFile(file)
		if err != nil {
			panic(err)
		}
		v, err := readView(string(text))
		if err != nil {
			panic(fmt.Errorf("%s: %w", file, err)) // it is built in: a test would have seen it
		}
		all = append(all, v)
	}
	return all
})

// readView reads a file: three lines of remarks, then the statement.
func readView(text string) (v View, err error) {
	lines := strings.SplitN(text, "\n", 4)
	for i, to := range []*string{&v.What, &v.Formula, &v.LeftOut} {
		var ok bool
		if *to, ok = strings.CutPrefix(lines[i], "-- "+[]string{"", "Formula: ", "Left out: "}[i]); !ok {
			return v, fmt.Errorf("line %d does not say what it is to", i+1)
		}
	}
	v.sql = lines[3]
	head, _, _ := strings.Cut(v.sql, " AS\n")
	var ok bool
	if v.Name, ok = strings.CutPrefix(head, "CREATE VIEW "); !ok || !strings.HasPrefix(v.Name, "kpi_") {
		return v, errors.New("it makes no view named kpi_")
	}
	return v, nil
}

// Periodic tells whether the view has rows by grain and period.
func (v View) Periodic() bool { return strings.Contains(v.sql, ".grain, ") }
