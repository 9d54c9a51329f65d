package script

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/scripts"
)

// NewCmd is parley script new.
type NewCmd struct {
	Name  string `arg:"" optional:"" help:"Name of the new script; it is written to NAME.yaml with its tests in NAME.test.yaml."`
	Pack  string `default:"member-callback.en" help:"The script to begin from."`
	Out   string `short:"o" default:"." placeholder:"DIR" help:"Folder to write into."`
	List  bool   `help:"Only list what one can begin from."`
	Force bool   `help:"Write over what is there."`
}

var (
	scriptName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)
	idLine     = regexp.MustCompile(`(?m)^script:.*$`)
	modeline   = "# yaml-language-server: $schema=script.schema.json\n"
)

// Run writes the script, its tests and its clips.
func (c *NewCmd) Run(w *World) error {
	if c.List || c.Name == "" {
		return c.list(w)
	}
	if !scriptName.MatchString(c.Name) {
		return Wrongf("%q cannot name a script: use letters, digits, dots, dashes and underscores, beginning with a letter", c.Name)
	}
	s, err := need(c.Pack)
	if err != nil {
		return err
	}
	beside := map[string][]byte{} // by name in the new folder
	for from, to := range map[string]string{c.Pack + ".yaml": c.Name + ".yaml", c.Pack + ".test.yaml": c.Name + ".test.yaml"} {
		data, err := fs.ReadFile(scripts.FS, from)
		if err != nil {
			return Wrongf("--pack takes a script that ships: %s has no %s", c.Pack, from)
		}
		text := idLine.ReplaceAllString(string(data), "script: "+c.Name)
		if from == c.Pack+".yaml" {
			text = modeline + text
		}
		beside[to] = []byte(text)
	}
	for _, p := range s.FixedLines() {
		if p.Clip != "" {
			if beside[p.Clip], err = fs.ReadFile(scripts.FS, path.Join(path.Dir(c.Pack), p.Clip)); err != nil {
				return err
			}
		}
	}
	if err := c.write(beside); err != nil {
		return err
	}
	file := filepath.Join(c.Out, c.Name+".yaml")
	if _, err := dialog.LoadFile(file); err != nil {
		return err
	}
	fmt.Fprintf(w.Stdout, "%s and its tests are there. Next:\n\n  parley script chat %s    be the caller\n  parley script check %s   what is wrong with it\n  parley script test %s    play its conversations\n",
		file, file, file, file)
	return nil
}

func (c *NewCmd) write(beside map[string][]byte) error {
	for name := range beside {
		to := filepath.Join(c.Out, filepath.FromSlash(name))
		if _, err := os.Stat(to); err == nil && !c.Force && library.IsFile(name) {
			return Wrongf("%s is there already: choose another name, or --force", to)
		}
	}
	for name, data := range beside {
		to := filepath.Join(c.Out, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, data, 0o644)); err != nil {
			return err
		}
	}
	return nil
}

// list tells what can be begun from: scripts that ship and have tests that are
// conversations.
func (c *NewCmd) list(w *World) error {
	rows := [][]string{{"PACK", "LANGUAGE", "WHAT IT IS FOR"}}
	for _, name := range shipped() {
		if strings.HasPrefix(name, "line-test/") {
			continue
		}
		s, err := load(name)
		if err != nil {
			return err
		}
		rows = append(rows, []string{name, strings.Join(s.Languages(), ", "), s.Goal})
	}
	w.printer().Table(rows)
	return nil
}
