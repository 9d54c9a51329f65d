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
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
	"github.com/parley-voice/parley/routing"
)

// Poll is how often a Book looks whether its file changed.
const Poll = 500 * time.Millisecond

// Book is the table in use. It is a call.Routes.
type Book struct {
	file    string
	scripts func() []string
	table   atomic.Pointer[routing.Table]
	status  atomic.Pointer[Status]

	mu     sync.Mutex // guards what follows
	seen   []byte
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

// Read reads a table from disk and refuses one with errors. scripts are the names
// that rules may lead to; nil does not look.
func Read(file string, scripts []string) (*routing.Table, error) {
	data, err := contents(file)
	if err != nil {
		return nil, err
	}
	return parse(file, data, scripts)
}

func contents(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("the routes cannot be read: %w", err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, strictyaml.MaxBytes+1))
}

func parse(file string, data []byte, scripts []string) (*routing.Table, error) {
	t, err := routing.Load(bytes.NewReader(data), file)
	if err != nil {
		return nil, err
	}
	ps := routing.Errors(t.Lint())
	if scripts != nil {
		ps = append(ps, t.CheckScripts(scripts)...)
	}
	if len(ps) > 0 {
		return nil, ps
	}
	return t, nil
}

// Open reads the file for the first time. scripts gives the names that rules may
// lead to; nil does not look.
func Open(file string, scripts func() []string, now time.Time) (*Book, error) {
	b := &Book{file: file, scripts: scripts}
	data, err := contents(file)
	if err != nil {
		return nil, err
	}
	t, err := parse(file, data, b.names())
	if err != nil {
		return nil, err
	}
	b.seen = data
	b.table.Store(t)
	b.status.Store(&Status{Table: t.ID, Version: t.Version, Loaded: now})
	return b, nil
}

func (b *Book) names() []string {
	if b.scripts == nil {
		return nil
	}
	return b.scripts()
}

// Table is what is in use now. A reload does not change it.
func (b *Book) Table() *routing.Table { return b.table.Load() }

// Status tells how the last reading went.
func (b *Book) Status() Status { return *b.status.Load() }

// Route decides where a call goes that comes in.
func (b *Book) Route(now time.Time, f routing.Facts) (routing.Decision, routing.Snapshot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, next := b.Table().Decide(now, f, b.memory)
	kept := routing.Keep(now, f, b.memory, d, false)
	b.memory = next
	return d, kept
}

// Reroute decides whether a call in progress goes elsewhere.
func (b *Book) Reroute(now time.Time, f routing.Facts) (routing.Decision, routing.Snapshot, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, next, ok := b.Table().Reroute(now, f, b.memory)
	kept := routing.Keep(now, f, b.memory, d, true)
	b.memory = next
	return d, kept, ok
}

// Refresh reads the file again if it changed. A file that is refused leaves the
// table before it in use. ok is false when there was nothing to do.
func (b *Book) Refresh(now time.Time) (s Status, ok bool) {
	data, err := contents(b.file)
	b.mu.Lock()
	defer b.mu.Unlock()
	last := b.Status()
	switch {
	case err != nil && last.Wrong != nil && err.Error() == last.Wrong.Error():
		return last, false // told already
	case err == nil && bytes.Equal(data, b.seen):
		return last, false
	}
	var t *routing.Table
	if b.seen = data; err == nil {
		t, err = parse(b.file, data, b.names())
	}
	if last.Wrong = err; err != nil {
		last.Refused++
	} else {
		last.Table, last.Version, last.Loaded = t.ID, t.Version, now
		last.Reloads++
		b.table.Store(t)
	}
	b.status.Store(&last)
	return last, true
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
