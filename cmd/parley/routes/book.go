// Package routes holds the table of routes in use and notices within a second
// when its file changes.
package routes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/tts"
)

// Poll is how often a Book looks whether its file changed.
const Poll = 500 * time.Millisecond

// Book is the table in use.
type Book struct {
	file   string
	there  func() routing.Names
	now    atomic.Pointer[edition]
	status atomic.Pointer[Status]

	reload sync.Mutex // one at a time; it guards what follows
	seen   []byte
	maker  Maker
	home   Home

	mu     sync.Mutex // guards the memory
	memory routing.Memory
}

// Status is how the last reading of the file went.
type Status struct {
	Table   string
	Version int
	Loaded  time.Time // when the table in use was read
	Reloads uint64    // files that came into use after the first
	Refused uint64    // files that did not
	Wrong   error     // with the file as it is now; nil when it is in use
}

// Read reads a table from disk and refuses one with errors, or one that leads to
// what is not there.
func Read(file string, there routing.Names) (*routing.Table, error) {
	data, err := contents(file)
	if err != nil {
		return nil, err
	}
	return parse(file, data, there)
}

func contents(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("the routes cannot be read: %w", err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, strictyaml.MaxBytes+1))
}

func parse(file string, data []byte, there routing.Names) (*routing.Table, error) {
	t, err := routing.Load(bytes.NewReader(data), file)
	if err != nil {
		return nil, err
	}
	ps := append(routing.Errors(t.Lint()), t.Check(there)...)
	if len(ps) > 0 {
		return nil, ps
	}
	return t, nil
}

// Open reads the file for the first time. there gives what rules may lead to, with
// each change of the file anew; nil does not look.
func Open(file string, there func() routing.Names, now time.Time) (*Book, error) {
	b := &Book{file: file, there: there}
	data, err := contents(file)
	if err != nil {
		return nil, err
	}
	t, err := parse(file, data, b.names())
	if err != nil {
		return nil, err
	}
	b.seen = data
	b.now.Store(&edition{table: t})
	b.status.Store(&Status{Table: t.ID, Version: t.Version, Loaded: now})
	return b, nil
}

func (b *Book) names() (none routing.Names) {
	if b.there == nil {
		return none
	}
	return b.there()
}

// Table is what is in use now. A reload does not change it.
func (b *Book) Table() *routing.Table { return b.now.Load().table }

// Speak makes the scripts of the rules that lead to people, now and with each
// change of the file.
func (b *Book) Speak(maker Maker, home Home) error {
	b.reload.Lock()
	defer b.reload.Unlock()
	e, err := compile(b.Table(), maker, home)
	if err != nil {
		return fmt.Errorf("%s: %w", b.file, err)
	}
	b.maker, b.home = maker, home
	b.now.Store(e)
	return nil
}

// Named is the script of a rule, for those who come back to a call: that of the
// default where the rule is no more.
func (b *Book) Named(name string) (*call.Script, bool) {
	e := b.now.Load()
	if s, ok := e.scripts[name]; ok || !strings.HasPrefix(name, folder) {
		return s, ok
	}
	s, ok := e.scripts[scriptOf("default", false, e.table.Language)]
	return s, ok
}

// Ahead is what the rules say that can be rendered before a call needs it.
func (b *Book) Ahead() []tts.Utterance { return b.now.Load().ahead }

// Status tells how the last reading went.
func (b *Book) Status() Status { return *b.status.Load() }

// Route decides where a call goes that comes in.
func (b *Book) Route(now time.Time, f routing.Facts) (routing.Decision, routing.Snapshot) {
	return b.decide(b.now.Load(), now, f)
}

func (b *Book) decide(e *edition, now time.Time, f routing.Facts) (routing.Decision, routing.Snapshot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, next := e.table.Decide(now, f, b.memory)
	kept := routing.Keep(now, f, b.memory, d, false)
	b.memory = next
	return d, kept
}

// recall takes the memory of a decision on record, as it was after it.
func (b *Book) recall(s routing.Snapshot) {
	was := routing.Memory{}
	for _, region := range s.Overflowing {
		was[region] = true
	}
	_, next := b.Table().Decide(s.At, s.Facts, was)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.memory = next
}

// reroute decides whether a call in progress goes elsewhere, by the table that it
// began with.
func (b *Book) reroute(t *routing.Table, now time.Time, f routing.Facts) (routing.Decision, routing.Snapshot, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, next, ok := t.Reroute(now, f, b.memory)
	kept := routing.Keep(now, f, b.memory, d, true)
	b.memory = next
	return d, kept, ok
}

// Refresh reads the file again if it changed. A file that is refused leaves the
// table before it in use. ok is false when there was nothing to do.
func (b *Book) Refresh(now time.Time) (s Status, ok bool) {
	data, err := contents(b.file)
	b.reload.Lock()
	defer b.reload.Unlock()
	last := b.Status()
	switch {
	case err != nil && last.Wrong != nil && err.Error() == last.Wrong.Error():
		return last, false // told already
	case err == nil && bytes.Equal(data, b.seen):
		return last, false
	}
	var e *edition
	if b.seen = data; err == nil {
		e, err = b.edit(data)
	}
	if last.Wrong = err; err != nil {
		last.Refused++
	} else {
		last.Table, last.Version, last.Loaded = e.table.ID, e.table.Version, now
		last.Reloads++
		b.now.Store(e)
	}
	b.status.Store(&last)
	return last, true
}

// edit makes a table and its scripts from the file's contents.
func (b *Book) edit(data []byte) (*edition, error) {
	t, err := parse(b.file, data, b.names())
	if err != nil {
		return nil, err
	}
	e, err := compile(t, b.maker, b.home)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.file, err)
	}
	return e, nil
}

// Watch refreshes until ctx ends, and tells of each change.
func (b *Book) Watch(ctx context.Context, tell func(Status)) {
	tick := time.NewTicker(Poll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if s, ok := b.Refresh(now); ok {
				tell(s)
			}
		}
	}
}

// Told puts what is wrong in one line, for a log or a status page.
func (s Status) Told() string {
	var ps strictyaml.Problems
	switch {
	case s.Wrong == nil:
		return ""
	case errors.As(s.Wrong, &ps) && len(ps) > 0:
		first := ps[0]
		first.Source = ""
		if len(ps) == 1 {
			return first.Error()
		}
		return fmt.Sprintf("%s (and %d more)", first.Error(), len(ps)-1)
	}
	return s.Wrong.Error()
}
