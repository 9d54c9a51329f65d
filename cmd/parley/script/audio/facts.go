package audio

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/dialog/transcript"
)

// facts is what the journal of a call tells, while it grows.
type facts struct {
	mu      sync.Mutex
	entries []call.Entry // by Seq
	done    *call.Record
	over    chan struct{} // closed with done
	acts    []act
}

// act is one thing that the caller did, or that failed.
type act struct {
	at   time.Time
	who  string
	text string
}

func newFacts() *facts { return &facts{over: make(chan struct{})} }

// follow takes updates until the call is over or the watching ends.
func (f *facts) follow(updates <-chan call.Update) {
	for u := range updates {
		f.mu.Lock()
		if u.Entry != nil {
			f.take(*u.Entry)
		}
		if u.Done != nil && f.done == nil {
			f.done = u.Done
			for _, e := range u.Done.Entries {
				f.take(e)
			}
			close(f.over)
		}
		f.mu.Unlock()
	}
}

func (f *facts) take(e call.Entry) {
	i, found := slices.BinarySearchFunc(f.entries, e.Seq, func(a call.Entry, seq int) int { return cmp.Compare(a.Seq, seq) })
	if found {
		f.entries[i] = e
		return
	}
	f.entries = slices.Insert(f.entries, i, e)
}

// note keeps what the caller does, for the transcript.
func (f *facts) note(at time.Time, who, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.acts = append(f.acts, act{at, who, text})
}

// count is how many entries there are.
func (f *facts) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.entries)
}

// ended tells whether the call is over.
func (f *facts) ended() bool {
	select {
	case <-f.over:
		return true
	default:
		return false
	}
}

// visited finds a node among the entries from an index on, and the index after.
func (f *facts) visited(node string, from int) (next int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := from; i < len(f.entries); i++ {
		if e := f.entries[i]; e.Kind == call.EntryMoved && e.Node == node {
			return i + 1, true
		}
	}
	return from, false
}

// get is what is on record under a key of expect; said counts from an index on.
func (f *facts) get(key string, since int) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for i, e := range f.entries {
		switch {
		case key == "node" && e.Kind == call.EntryMoved:
			all = []string{e.Node}
		case key == "stage" && e.Kind == call.EntryMoved:
			all = []string{e.Stage}
		case key == "intent" && e.Kind == call.EntryMoved && e.Intent != "":
			all = []string{e.Intent}
		case key == "said" && e.Kind == call.EntrySaid && i >= since:
			all = append(all, e.Text)
		case key == "transfer" && e.Kind == call.EntryTransfer && strings.HasPrefix(e.Text, "to "):
			_, name, _ := strings.Cut(strings.TrimPrefix(e.Text, "to "), " ")
			all = []string{name}
		case e.Kind == call.EntryNote && key != "transfer":
			name, value, _ := strings.Cut(e.Text, "=")
			if name == key && key == "language" { // the last one stands
				all = []string{value}
			} else if name == key {
				all = append(all, value)
			} else if key == "set" {
				all = append(all, e.Text)
			}
		}
	}
	if f.done != nil && key == "outcome" && f.done.Outcome != "" {
		all = []string{f.done.Outcome}
	}
	if f.done != nil && key == "ended" {
		all = []string{f.done.Why}
		if slices.ContainsFunc(f.entries, func(e call.Entry) bool { return e.Kind == call.EntryTransfer && e.Text == "done" }) {
			all = append(all, "transferred") // as the machine calls it
		}
	}
	return all
}

// transcript is the conversation as both sides lived it.
func (f *facts) transcript() []transcript.Entry {
	f.mu.Lock()
	defer f.mu.Unlock()
	type line struct {
		at time.Time
		transcript.Entry
	}
	var lines []line
	for _, a := range f.acts {
		lines = append(lines, line{a.at, transcript.Entry{Who: a.who, Text: a.text}})
	}
	for _, e := range f.entries {
		l := line{e.At, transcript.Entry{Node: e.Node, Text: e.Text}}
		switch e.Kind {
		case call.EntrySaid:
			l.Who = "bot"
		case call.EntryHeard:
			meaning := cmp.Or(e.Intent, "nothing")
			l.Text, l.Score = fmt.Sprintf("heard %q, understood %s: %s", e.Text, meaning, e.Why), e.Score
			if e.Timing != nil && e.Timing.Reply > 0 {
				l.Text += fmt.Sprintf("; answered after %.0f ms", e.Timing.Reply)
			}
		case call.EntryMoved:
			l.Text = "→ " + e.Node + " (" + e.Why + ")"
		default:
			l.Text = strings.TrimSpace(string(e.Kind) + " " + e.Text + " " + e.Why)
		}
		lines = append(lines, l)
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
	all := make([]transcript.Entry, len(lines))
	for i, l := range lines {
		all[i] = l.Entry
	}
	return all
}
