// Package scroll shows calls live: who speaks, what was heard, what it meant,
// where the conversation went, and how long each turn took.
package scroll

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
)

// Line is one line of the scroll.
type Line struct {
	At     time.Time
	Call   string // id
	Who    string // "parley", "caller", "call"
	Verb   string // "says", "heard", "pressed", ...
	Text   string
	Detail string
	Alarm  bool
}

// patience is how long a turn's line waits for its timing.
const patience = 2500 * time.Millisecond

// Follower turns the updates of one call into lines, in the journal's order. A
// heard line waits for its meaning, the move that it caused and its timing. It
// is pure: no clock, no output.
type Follower struct {
	next    int // Seq of the next entry to show
	entries map[int]call.Entry
	since   time.Time // when the entry to be shown next began to wait
}

// Take takes an update and gives the lines that are ready.
func (f *Follower) Take(u call.Update, now time.Time) []Line {
	if f.entries == nil {
		f.entries, f.next = map[int]call.Entry{}, 1
	}
	if u.Entry != nil && u.Entry.Seq >= f.next { // else amended after it was shown
		f.entries[u.Entry.Seq] = *u.Entry
	}
	lines := f.ready(now, u.Done != nil)
	if u.Done != nil {
		lines = append(lines, ended(u.Done))
	}
	for i := range lines {
		lines[i].Call = u.Snapshot.ID
	}
	return lines
}

// Tick gives the lines that have waited long enough.
func (f *Follower) Tick(now time.Time) []Line { return f.ready(now, false) }

func (f *Follower) ready(now time.Time, all bool) []Line {
	var lines []Line
	for {
		if len(f.entries) == 0 {
			return lines
		}
		if f.since.IsZero() {
			f.since = now
		}
		e, ok := f.entries[f.next]
		if !all && (!ok || f.waits(e)) && now.Sub(f.since) < patience {
			return lines
		}
		if !ok { // the watcher was too slow for it, or came later
			f.next = slices.Min(slices.Collect(maps.Keys(f.entries)))
			continue
		}
		f.since = time.Time{}
		if line, show := f.line(e); show {
			lines = append(lines, line)
		}
		f.next++
		delete(f.entries, e.Seq)
	}
}

// waits tells whether more of a turn is still to come.
func (f *Follower) waits(e call.Entry) bool {
	if e.Kind != call.EntryHeard || e.Timing != nil && e.Timing.Reply > 0 {
		return false
	}
	for seq := e.Seq + 1; ; seq++ { // a turn without an answer of its own
		later, ok := f.entries[seq]
		if !ok {
			return true
		}
		if later.Kind == call.EntryHeard {
			return false
		}
	}
}

func (f *Follower) line(e call.Entry) (Line, bool) {
	l := Line{At: e.At, Who: "parley", Text: e.Text}
	switch e.Kind {
	case call.EntrySaid:
		l.Verb, l.Detail = "says", e.Node
	case call.EntryHeard:
		l.Verb, l.Detail = "heard", f.meaning(e)
	case call.EntryTalk:
		l.Who, l.Verb = e.From, "says"
	case call.EntryAlert:
		l.Who, l.Verb, l.Detail, l.Alarm = e.From, "alert", e.Why, true
	case call.EntryDigits:
		l.Who, l.Verb = "caller", "presses"
	case call.EntryTransfer:
		l.Who, l.Verb, l.Detail = "call", "transfer", e.Why
	case call.EntryServed:
		l.Who, l.Verb, l.Detail = "call", "served by", e.Why
	case call.EntrySupervised:
		l.Who, l.Verb, l.Detail = "call", "supervised", e.Why
	case call.EntryTrouble:
		l.Who, l.Verb, l.Detail, l.Alarm = "call", "trouble", e.Why, true
	default: // moves show with the turn that caused them; notes are for the record
		return Line{}, false
	}
	return l, true
}

// meaning is a turn's intent, where it led, and its milliseconds.
func (f *Follower) meaning(e call.Entry) string {
	var parts []string
	what := e.Intent
	if what == "" {
		what = "not understood"
	}
	if m, ok := f.move(e.Seq); ok {
		what += " → " + m
	}
	parts = append(parts, what)
	if t := e.Timing; t != nil && t.Reply > 0 {
		parts = append(parts, fmt.Sprintf("%.0f ms", t.Reply))
	}
	return strings.Join(parts, ", ")
}

// move is where the conversation went after the entry, before the next turn.
func (f *Follower) move(seq int) (string, bool) {
	for seq++; ; seq++ {
		e, ok := f.entries[seq]
		if !ok || e.Kind == call.EntryHeard {
			return "", false
		}
		if e.Kind == call.EntryMoved {
			return e.Node, true
		}
	}
}

func ended(r *call.Record) Line {
	l := Line{At: r.Ended, Who: "call", Verb: string(r.State), Text: r.Outcome, Alarm: r.State == call.Failed}
	var parts []string
	if r.EndedBy != "" {
		parts = append(parts, "ended by "+r.EndedBy)
	}
	if r.Why != "" {
		parts = append(parts, r.Why)
	}
	if r.SIPCode != 0 {
		parts = append(parts, fmt.Sprintf("SIP %d", r.SIPCode))
	}
	l.Detail = strings.Join(parts, ", ")
	return l
}
