package scroll

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/term"
)

// Page writes lines as they come, aligned. It may be used from any goroutine.
type Page struct {
	P     term.Printer
	Began time.Time // times are told from here
	mu    sync.Mutex
	calls map[string]*Follower
}

// The columns: time, who, verb, text, detail.
const (
	whoWidth  = 11
	verbWidth = 9
	textWidth = 58
)

var styles = map[string]term.Style{"parley": term.Cyan, "caller": term.Bold, "customer": term.Bold, "supervisor": term.Bold, "call": term.Dim}

// Take shows what an update brought.
func (pg *Page) Take(u call.Update, now time.Time) {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	if pg.calls == nil {
		pg.calls = map[string]*Follower{}
	}
	id := u.Snapshot.ID
	f := pg.calls[id]
	if f == nil {
		f = &Follower{}
		pg.calls[id] = f
	}
	pg.write(f.Take(u, now))
	if u.Done != nil {
		delete(pg.calls, id)
	}
}

// Tick shows what has waited long enough; call it a few times a second.
func (pg *Page) Tick(now time.Time) {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	for _, f := range pg.calls {
		pg.write(f.Tick(now))
	}
}

// Add shows one line.
func (pg *Page) Add(l Line) {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	pg.write([]Line{l})
}

func (pg *Page) write(lines []Line) {
	for _, l := range lines {
		at := max(l.At.Sub(pg.Began), 0).Round(100 * time.Millisecond)
		stamp := fmt.Sprintf("%02d:%04.1f", int(at.Minutes()), (at % time.Minute).Seconds())
		style := styles[l.Who]
		if l.Alarm {
			style = term.Red
		}
		who := pg.P.In(style, pad(l.Who, whoWidth))
		for i, text := range term.Wrap(l.Text, textWidth) {
			if i > 0 {
				pg.P.Printf("%s%s\n", strings.Repeat(" ", 9+whoWidth+verbWidth), text)
				continue
			}
			line := fmt.Sprintf("%s  %s%s", pg.P.In(term.Dim, stamp), who, pad(l.Verb, verbWidth))
			if l.Detail != "" {
				text = pad(text, textWidth) + "  " + pg.P.In(term.Dim, l.Detail)
			}
			pg.P.Printf("%s%s\n", line, strings.TrimRight(text, " "))
		}
	}
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(width-term.Width(s), 1))
}

// Follow shows updates until they end.
func (pg *Page) Follow(updates <-chan call.Update, now func() time.Time) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case u, open := <-updates:
			if !open {
				return
			}
			pg.Take(u, now())
		case <-tick.C:
			pg.Tick(now())
		}
	}
}
