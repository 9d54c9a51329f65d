package transcript

import (
	"context"

	"github.com/parley-voice/parley/dialog"
)

// Conversation is a test that is made up while it goes: for a person who types
// as the caller.
type Conversation struct {
	run   *run
	shown int
}

// Begin answers the call and lets the script speak until it waits for the
// caller.
func Begin(ctx context.Context, s *dialog.Script, u Understander, t Test) (*Conversation, error) {
	c := &Conversation{run: &run{line: newLine(dialog.NewMachine(s, t.With, t.Seed), u, t.Clock), result: Result{Test: t}}}
	if err := c.run.tell(ctx, dialog.Answered{}); err != nil {
		return nil, err
	}
	return c, c.settle(ctx)
}

// Do lets something happen, one of the kinds of a step but bot and expect, and
// lets the script speak until it waits for the caller again. The last prompt is
// still being said then, so that it can be interrupted.
func (c *Conversation) Do(ctx context.Context, s Step) error {
	if err := c.run.step(ctx, s); err != nil {
		return err
	}
	return c.settle(ctx)
}

// settle lets time pass until nothing goes on by itself.
func (c *Conversation) settle(ctx context.Context) error {
	l := c.run.line
	return l.until(ctx, func() bool { return l.state.ended || l.state.away || l.m.Listening() || l.asked() })
}

// News are the entries since it was last asked.
func (c *Conversation) News() []Entry {
	all := public(c.run.entries[c.shown:])
	c.shown = len(c.run.entries)
	return all
}

// Node is where the conversation is.
func (c *Conversation) Node() string { return c.run.m.Node() }

// Ended tells whether the call is over.
func (c *Conversation) Ended() bool { return c.run.state.ended }

// Away tells whether a transfer is under way.
func (c *Conversation) Away() bool { return c.run.state.away }

// Facts are what is on record so far, by the keys of expect.
func (c *Conversation) Facts() map[string][]string { return c.run.state.facts }

// Entry is one line of a transcript.
type Entry struct {
	Who   string  `json:"who,omitempty"` // "bot", "caller", "✗" for a failure, "" for what went on inside
	Node  string  `json:"node"`
	Text  string  `json:"text"`
	Score float64 `json:"score,omitempty"` // of what was understood
}

// Entries are the conversation as it went.
func (r Result) Entries() []Entry { return public(r.entries) }

func public(entries []entry) []Entry {
	all := make([]Entry, len(entries))
	for i, e := range entries {
		all[i] = Entry{Who: e.who, Node: e.node, Text: e.text, Score: e.score}
	}
	return all
}
