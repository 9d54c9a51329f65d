// Package script is parley script: what an author of scripts needs between
// writing one and hearing it on the telephone.
package script

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/scripts"
)

// Command is the command line of parley script.
type Command struct {
	Author
	Review
}

// Author is what writes, tries and compares scripts.
type Author struct {
	New    NewCmd    `cmd:"" help:"Begin a script, with its tests, from one that ships."`
	Check  CheckCmd  `cmd:"" help:"Tell what is wrong with scripts, where, and how to mend it."`
	Test   TestCmd   `cmd:"" help:"Play the conversations that lie beside scripts, in text or by telephone."`
	Chat   ChatCmd   `cmd:"" help:"Be the caller of a script, by typing."`
	Graph  GraphCmd  `cmd:"" help:"Draw a script."`
	Diff   DiffCmd   `cmd:"" help:"Tell what callers will hear differently."`
	Words  WordsCmd  `cmd:"" help:"List everything that a script says, with reading times."`
	Render RenderCmd `cmd:"" help:"Write what a script says as WAV files."`
	Schema SchemaCmd `cmd:"" help:"Write the JSON Schema of scripts, so that editors complete and complain."`
}

// Review is what a script goes through before calls use it.
type Review struct {
	Submit   SubmitCmd   `cmd:"" help:"Put a version of a script forward for review."`
	Approve  ApproveCmd  `cmd:"" help:"Say that a version may be used; somebody else than who submitted it."`
	Reject   RejectCmd   `cmd:"" help:"Say that a version may not be used."`
	Publish  PublishCmd  `cmd:"" help:"Use an approved version from the next call on."`
	Rollback RollbackCmd `cmd:"" help:"Use again the version that was published before."`
	Withdraw WithdrawCmd `cmd:"" help:"Use no version of a script any more."`
	History  HistoryCmd  `cmd:"" help:"Show who submitted, approved and published what."`
}

// World is what the commands take from outside.
type World struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Terminal       bool // standard output is one
	Env            config.Env
	Now            func() time.Time
	Config         func(path string) (*config.Config, error)
	Spare          func() // leaves processors to the pacer before a server runs; may be nil
}

func (w *World) printer() term.Printer {
	return term.Printer{W: w.Stdout, Color: term.Wants(w.Terminal, w.Env)}
}

// ErrTold fails a command that has already told why.
var ErrTold = errors.New("failed")

// Wrong marks an error of the command line or of a file: exit code 2.
type Wrong struct{ error }

func (w Wrong) Unwrap() error { return w.error }

// Mistake marks an error as the user's.
func Mistake(err error) error { return Wrong{err} }

// Wrongf is a mistake of the user's in words.
func Wrongf(format string, args ...any) error { return Wrong{fmt.Errorf(format, args...)} }

// load reads a script from a file, or one that ships by its name.
func load(name string) (*dialog.Script, error) {
	if library.IsFile(name) {
		return dialog.LoadFile(name)
	}
	folder, err := fs.Sub(scripts.FS, path.Dir(name))
	if err == nil {
		_, err = fs.Stat(folder, path.Base(name)+".yaml")
	}
	if err != nil {
		return nil, Wrongf("%s is neither a .yaml file nor a script that ships; those are %s", name, strings.Join(shipped(), ", "))
	}
	return dialog.LoadFS(folder, path.Base(name)+".yaml", name+".yaml")
}

// need is load for commands that go no further without the script.
func need(name string) (*dialog.Script, error) {
	s, err := load(name)
	if err != nil {
		return nil, Wrong{err}
	}
	return s, nil
}

// heed has a script keep to the house's list of words, when a configuration is
// named that has one: what holds such a word by a value in it is not said.
func heed(w *World, file string, s *dialog.Script) error {
	if file == "" {
		return nil
	}
	cfg, err := w.Config(file)
	if err != nil {
		return err
	}
	list, err := config.ReadWords(cfg.Words)
	if err != nil {
		return Wrong{err}
	}
	s.Forbid(list)
	return nil
}

// shipped are the names of the scripts that ship.
func shipped() []string {
	var all []string
	_ = fs.WalkDir(scripts.FS, ".", func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path.Ext(file) == ".yaml" && !strings.HasSuffix(file, ".test.yaml") && !strings.HasSuffix(file, dialog.PartSuffix) {
			all = append(all, strings.TrimSuffix(file, ".yaml"))
		}
		return err
	})
	return all
}

// files lists the files that the arguments mean: those named, and of folders
// every file below for which keep holds.
func files(args []string, keep func(path string) bool) ([]string, error) {
	var all []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			if !library.IsFile(arg) && errors.Is(err, fs.ErrNotExist) {
				all = append(all, arg) // perhaps one that ships
				continue
			}
			return nil, Wrongf("%s: %w", arg, errors.Unwrap(err))
		}
		if !info.IsDir() {
			all = append(all, arg)
			continue
		}
		before := len(all)
		err = filepath.WalkDir(arg, func(file string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && file != arg && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
				return fs.SkipDir
			case !d.IsDir() && library.IsFile(file) && keep(file):
				all = append(all, file)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(all) == before {
			return nil, Wrongf("there is nothing to read in folder %s", arg)
		}
	}
	return all, nil
}

// isScript tells the scripts of a folder from its other YAML files.
func isScript(file string) bool {
	if isTest(file) || strings.HasSuffix(file, dialog.PartSuffix) {
		return false
	}
	data, err := os.ReadFile(file)
	return err != nil || library.IsScript(data)
}

func isTest(file string) bool {
	return strings.HasSuffix(file, ".test.yaml") || strings.HasSuffix(file, ".test.yml")
}

// Printer writes for people.
func (w *World) Printer() term.Printer { return w.printer() }

// JSON writes for programs.
func (w *World) JSON(v any) error { return writeJSON(w, v) }
