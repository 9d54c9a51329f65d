package script

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/dialog/lint"
	"github.com/parley-voice/parley/dialog/review"
	"github.com/parley-voice/parley/store"
)

// Who is told with every act of a review.
type Who struct {
	As     string `required:"" placeholder:"NAME" help:"Your name; who approves must be another than who submitted."`
	Note   string `placeholder:"TEXT" help:"Why, for the history."`
	Config string `short:"c" placeholder:"FILE" help:"Configuration: it tells the data folder, where reviews are kept, and the house's list of words."`
}

// SubmitCmd is parley script submit.
type SubmitCmd struct {
	Who
	File string `arg:"" help:"The script; what it includes and its clips are taken with it."`
	Name string `help:"Its name; else its path below the configuration's scripts folder, without .yaml."`
}

// Version names a stored version of a script.
type Version struct {
	Script string `arg:"" help:"The script's name."`
	Hash   string `arg:"" optional:"" help:"The beginning of the version's hash; the latest version submitted when not given."`
}

// ApproveCmd is parley script approve.
type ApproveCmd struct {
	Who
	Version
}

// RejectCmd is parley script reject.
type RejectCmd struct {
	Who
	Version
}

// PublishCmd is parley script publish.
type PublishCmd struct {
	Who
	Version
}

// WithdrawCmd is parley script withdraw.
type WithdrawCmd struct {
	Who
	Script string `arg:"" help:"The script's name."`
}

// RollbackCmd is parley script rollback.
type RollbackCmd struct {
	Who
	Script string `arg:"" help:"The script's name."`
	Hash   string `arg:"" optional:"" help:"The version to go back to; the one published before when not given."`
}

// HistoryCmd is parley script history.
type HistoryCmd struct {
	Script string `arg:"" optional:"" help:"The script's name; all of them when not given."`
	Config string `short:"c" placeholder:"FILE" help:"Configuration: it tells the data folder, where reviews are kept."`
	JSON   bool   `name:"json" help:"As JSON."`
}

// open gives the reviews that a configuration leads to.
func open(ctx context.Context, w *World, path string) (*store.Reviews, error) {
	cfg, err := w.Config(path)
	if err != nil {
		return nil, err
	}
	return store.OpenReviews(ctx, cfg.ReviewsAt())
}

// Run submits a version. One with errors is not taken.
func (c *SubmitCmd) Run(ctx context.Context, w *World) (err error) {
	cfg, err := w.Config(c.Config)
	if err != nil {
		return err
	}
	o := lint.Options{Recorded: true}
	if o.Forbidden, err = config.ReadWords(cfg.Words); err != nil {
		return Wrong{err}
	}
	found, err := check(ctx, c.File, o)
	if err != nil {
		return err
	}
	if count(found, lint.Error) > 0 {
		showFindings(w.printer(), Report{What: "script", Files: 1, Found: found})
		return ErrTold
	}
	said := slices.DeleteFunc(found, func(f lint.Finding) bool { return f.Code != lint.CodeForbiddenWord })
	if len(said) > 0 { // whoever reviews it decides
		showFindings(w.printer(), Report{What: "script", Files: 1, Found: said})
	}
	b, _, err := library.Pack(c.File)
	if err != nil {
		return Wrong{err}
	}
	r, err := store.OpenReviews(ctx, cfg.ReviewsAt())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	name := c.Name
	if name == "" {
		name = nameIn(cfg.Scripts, c.File)
	}
	if err := r.Submit(ctx, b, c.event(w, name, b.Hash, review.Submit)); err != nil {
		return err
	}
	w.printer().Printf("%s %s submitted. Somebody else reads it and says:\n  parley script approve %s %s --as NAME\n",
		name, review.Short(b.Hash), name, review.Short(b.Hash))
	return nil
}

// nameIn is what serve calls a file: its path below the scripts' folder.
func nameIn(folder, file string) string {
	name := library.ScriptName(file)
	if folder == "" {
		return name
	}
	dir, err1 := filepath.Abs(folder)
	abs, err2 := filepath.Abs(file)
	if err1 != nil || err2 != nil {
		return name
	}
	rel, err := filepath.Rel(dir, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return name
	}
	return strings.TrimSuffix(filepath.ToSlash(rel), filepath.Ext(rel))
}

func (o Who) event(w *World, script, hash string, act review.Act) review.Event {
	return review.Event{Script: script, Hash: hash, Act: act, Who: o.As, Note: o.Note, At: w.Now()}
}

// Run approves.
func (c *ApproveCmd) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, review.Approve, c.or(submitted), "approved. To use it:\n  parley script publish %s %s --as NAME\n")
}

// Run rejects.
func (c *RejectCmd) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, review.Reject, c.or(submitted), "rejected; it may be submitted again.\n")
}

// Run publishes.
func (c *PublishCmd) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, review.Publish, c.or(submitted), "published; a running server uses it within a second. Calls in progress keep theirs.\n")
}

// Run withdraws what is published.
func (c *WithdrawCmd) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, review.Withdraw, Version{Script: c.Script}.or(published), "withdrawn; nothing is published under its name now.\n")
}

// Run goes back.
func (c *RollbackCmd) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, review.Rollback, Version{c.Script, c.Hash}.or(before), "published again; a running server uses it within a second.\n")
}

// pick finds the version that an act is about.
type pick func(ctx context.Context, r *store.Reviews) (script, hash string, err error)

// or is the version named, else the one that choose takes from the history.
func (v Version) or(choose func(script string, past []review.Event) (hash string, err error)) pick {
	return func(ctx context.Context, r *store.Reviews) (script, hash string, err error) {
		if v.Hash != "" {
			hash, err = r.Find(ctx, v.Script, v.Hash)
			return v.Script, hash, err
		}
		past, err := r.History(ctx, v.Script)
		if err == nil {
			hash, err = choose(v.Script, past)
		}
		return v.Script, hash, err
	}
}

func submitted(script string, past []review.Event) (string, error) {
	for _, e := range slices.Backward(past) {
		if e.Act == review.Submit {
			return e.Hash, nil
		}
	}
	return "", Wrongf("no version of %q was submitted", script)
}

func published(script string, past []review.Event) (string, error) {
	if hash := review.Current(past); hash != "" {
		return hash, nil
	}
	return "", Wrongf("no version of %q is published", script)
}

func before(script string, past []review.Event) (string, error) {
	if hash, ok := review.Before(past); ok {
		return hash, nil
	}
	return "", Wrongf("no other version of %q was published before", script)
}

// act carries out one act and says so. after may have two places, for the
// script's name and the hash.
func (o Who) act(ctx context.Context, w *World, act review.Act, find pick, after string) (err error) {
	r, err := open(ctx, w, o.Config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	script, hash, err := find(ctx, r)
	if err != nil {
		return err
	}
	if err := r.Record(ctx, o.event(w, script, hash, act)); err != nil {
		return err
	}
	if strings.Contains(after, "%s") {
		after = fmt.Sprintf(after, script, review.Short(hash))
	}
	w.printer().Printf("%s %s %s", script, review.Short(hash), after)
	return nil
}

// Run shows who did what.
func (c *HistoryCmd) Run(ctx context.Context, w *World) (err error) {
	r, err := open(ctx, w, c.Config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	names := []string{c.Script}
	if c.Script == "" {
		if names, err = r.Scripts(ctx); err != nil {
			return err
		}
	}
	all := []review.Event{}
	for _, name := range names {
		past, err := r.History(ctx, name)
		if err != nil {
			return err
		}
		if len(past) == 0 {
			return Wrongf("no version of %q was submitted", name)
		}
		all = append(all, past...)
		if !c.JSON {
			showHistory(w.printer(), name, past)
		}
	}
	if c.JSON {
		return writeJSON(w, all)
	}
	if len(all) == 0 {
		w.printer().Printf("No script was submitted for review yet.\n")
	}
	return nil
}

// showHistory prints the acts of one script, and which version is in use.
func showHistory(p term.Printer, name string, past []review.Event) {
	p.Printf("%s\n", p.In(term.Bold, name))
	rows := [][]string{{"when", "version", "what", "who", "why"}}
	for _, e := range past {
		rows = append(rows, []string{e.At.Local().Format("2006-01-02 15:04:05"), review.Short(e.Hash), string(e.Act), e.Who, e.Note})
	}
	p.Table(rows)
	if now := review.Current(past); now != "" {
		p.Printf("published: %s\n\n", review.Short(now))
	} else {
		p.Printf("published: none\n\n")
	}
}
