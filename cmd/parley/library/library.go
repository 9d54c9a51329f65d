// Package library holds the scripts that calls follow: those that ship, the
// published versions and, where they are let in, drafts. It notices within a
// second when a version is published or a draft is saved.
package library

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/tts"
)

// Poll is how often a Library looks whether something changed.
const Poll = 500 * time.Millisecond

// Library is the shelf in use. It is a call.Scripts.
type Library struct {
	src Source
	cfg *config.Config // its numbers; nil has none
	now atomic.Pointer[Shelf]

	mu    sync.Mutex // one reload at a time
	seen  mark
	extra []*loaded // given as files: they stay
}

// mark is what the scripts were made from.
type mark struct {
	seq    int64
	folder uint64
}

// Open loads every script. The error has every problem of every file.
func Open(ctx context.Context, src Source, c *config.Config) (*Library, error) {
	l := &Library{src: src, cfg: c}
	l.seen = l.look(ctx)
	shelf, problems, err := l.build(ctx, nil)
	if err := errors.Join(errors.Join(problems...), err); err != nil {
		return nil, err
	}
	l.now.Store(shelf)
	return l, nil
}

// Shelf is what is in use now. A reload does not change it.
func (l *Library) Shelf() *Shelf { return l.now.Load() }

// ForNumber is the script that answers a called number.
func (l *Library) ForNumber(called string) (*call.Script, bool) { return l.Shelf().ForNumber(called) }

// Named is the script of a name.
func (l *Library) Named(name string) (*call.Script, bool) { return l.Shelf().Named(name) }

// Add puts one more script on the shelf, from a file: a draft, unless it is what
// is published under its name.
func (l *Library) Add(ctx context.Context, file string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := ScriptName(file)
	e, err := readEdition(os.DirFS(filepath.Dir(file)), filepath.Base(file), name, file)
	if err != nil {
		return err
	}
	published, err := l.src.published(ctx)
	if err != nil {
		return err
	}
	e.draft = published[name] != e.hash
	made, err := e.ready(l.src)
	if err != nil {
		return err
	}
	l.extra = append(l.extra, made)
	next := *l.Shelf()
	next.scripts = maps.Clone(next.scripts)
	next.scripts[name] = made
	l.now.Store(&next)
	return nil
}

// Made makes a script fit for calls that is in no file; what it says and can be
// rendered ahead comes with it.
func (l *Library) Made(name, text string) (*call.Script, []tts.Utterance, error) {
	s, err := dialog.Load(strings.NewReader(text), name)
	if err != nil {
		return nil, nil, err
	}
	made, err := edition{name: name, hash: fmt.Sprintf("%x", sha256.Sum256([]byte(text))), s: s}.ready(l.src)
	if err != nil {
		return nil, nil, err
	}
	return made.run, made.fixed, nil
}

// build makes a shelf. What did not change is taken over from old, which may be
// nil; what cannot be read is too, and told.
func (l *Library) build(ctx context.Context, old *Shelf) (*Shelf, []error, error) {
	found, wrong, err := l.src.editions(ctx)
	if err != nil {
		return nil, slices.Collect(maps.Values(wrong)), err
	}
	shelf := &Shelf{scripts: map[string]*loaded{}}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		e := found[name]
		if old != nil {
			if have, ok := old.scripts[name]; ok && have.run.Hash == e.hash && have.run.Draft == e.draft {
				shelf.scripts[name] = have
				continue
			}
		}
		made, err := e.ready(l.src)
		if err != nil {
			wrong[name] = err
			continue
		}
		shelf.scripts[name] = made
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		problems = append(problems, wrong[name])
		if old == nil {
			continue
		}
		if have, ok := old.scripts[name]; ok {
			shelf.scripts[name] = have
		}
	}
	for _, made := range l.extra {
		shelf.scripts[made.run.ID] = made
	}
	if l.cfg != nil && (len(problems) == 0 || old != nil) {
		err = shelf.number(l.cfg, l.unpublished)
	}
	return shelf, problems, err
}

// unpublished is the advice for a number whose script is only a draft.
func (l *Library) unpublished(name string) string {
	if l.src.Folder == "" {
		return ""
	}
	file := filepath.Join(l.src.Folder, filepath.FromSlash(name)+".yaml")
	if _, err := os.Stat(file); err != nil {
		return ""
	}
	return fmt.Sprintf("have it reviewed (parley script submit %s, then approve and publish), or set drafts: true to answer with it as it is", file)
}

// look tells what the scripts are made from now. A database that fails shows as
// no change.
func (l *Library) look(ctx context.Context) mark {
	m := mark{folder: l.src.glimpse(), seq: l.seen.seq}
	if l.src.Versions != nil {
		if seq, err := l.src.Versions.Seq(ctx); err == nil {
			m.seq = seq
		}
	}
	return m
}

// Change is one reload.
type Change struct {
	Shelf    *Shelf   // what is in use now
	New      []string // scripts that came or changed
	Gone     []string
	Problems error // files that were refused; the scripts before them stay in use
}

// Refresh loads what changed, if anything did. prepare is given the new shelf
// before it is used, with the names of what is new. ok is false when there was
// nothing to do.
func (l *Library) Refresh(ctx context.Context, prepare func(context.Context, *Shelf, []string)) (c Change, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.look(ctx)
	if now == l.seen {
		return Change{}, false
	}
	l.seen = now
	old := l.Shelf()
	shelf, problems, err := l.build(ctx, old)
	if err != nil {
		return Change{Shelf: old, Problems: errors.Join(append(problems, err)...)}, true
	}
	c = Change{Shelf: shelf, Problems: errors.Join(problems...)}
	for name, made := range shelf.scripts {
		if old.scripts[name] != made {
			c.New = append(c.New, name)
		}
	}
	for name := range old.scripts {
		if shelf.scripts[name] == nil {
			c.Gone = append(c.Gone, name)
		}
	}
	slices.Sort(c.New)
	slices.Sort(c.Gone)
	if prepare != nil && len(c.New) > 0 {
		prepare(ctx, shelf, c.New)
	}
	l.now.Store(shelf)
	return c, true
}

// Watch refreshes until ctx ends, and tells of each change.
func (l *Library) Watch(ctx context.Context, prepare func(context.Context, *Shelf, []string), tell func(Change)) {
	tick := time.NewTicker(Poll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if c, ok := l.Refresh(ctx, prepare); ok {
				tell(c)
			}
		}
	}
}
