package script

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/dialog/transcript"
)

// ChatCmd is parley script chat.
type ChatCmd struct {
	File   string            `arg:"" help:"Script, or the name of one that ships."`
	Config string            `short:"c" placeholder:"FILE" help:"Configuration, for its list of words that no call may say."`
	Var    map[string]string `mapsep:"none" placeholder:"K=V" help:"A variable; may be given again. Others have their examples."`
	Seed   uint64            `help:"Picks variants."`
}

const chatHelp = `Type what the caller says. A line that begins with / is something else:
  /press 1        keys               /silence 6s   nothing is said for so long
  /barge TEXT     interrupt          /noise        a sound without words
  /hangup         the caller leaves  /transfer ok  how a transfer ends: ok, busy, no answer, ...
  /deaf, /mute    recognition, or the voice, is lost
  /fetch {"a": 1} what the other system answers: JSON, an HTTP status, late or broken
  /llm It is.     what the model says
  /vars           what is known      /help         this
The end of the input hangs up.`

// Run talks until the call is over or the input ends.
func (c *ChatCmd) Run(ctx context.Context, w *World) error {
	s, err := need(c.File)
	if err != nil {
		return err
	}
	if err := heed(w, c.Config, s); err != nil {
		return err
	}
	detector, err := intent.New(s)
	if err != nil {
		return Wrong{err}
	}
	vars := examples(s)
	maps.Copy(vars, c.Var)
	talk, err := transcript.Begin(ctx, s, detector, transcript.Test{With: vars, Seed: c.Seed, Clock: time.Now()})
	if err != nil {
		return err
	}
	p := w.printer()
	if w.Terminal {
		p.Printf("%s\n\n", chatHelp)
	}
	chat := &chat{c: talk, p: p, vars: vars, silent: w.Terminal}
	return chat.read(ctx, bufio.NewScanner(w.Stdin))
}

// examples are the variables as tests and simulators know them.
func examples(s *dialog.Script) map[string]string {
	vars := map[string]string{}
	for _, n := range s.Needs {
		if v, ok := s.Example(n.Name); ok {
			vars[n.Name] = v
		}
	}
	return vars
}

type chat struct {
	c      *transcript.Conversation
	p      term.Printer
	vars   map[string]string
	silent bool // the caller's lines are on the screen already
}

func (c *chat) read(ctx context.Context, in *bufio.Scanner) error {
	c.news()
	for !c.c.Ended() {
		if c.silent {
			c.p.Printf("%s ", c.p.In(term.Bold, c.c.Node()+">"))
		}
		if !in.Scan() {
			if c.silent {
				c.p.Printf("\n")
			}
			return in.Err()
		}
		if err := c.line(ctx, strings.TrimSpace(in.Text())); err != nil {
			return err
		}
		c.news()
	}
	return nil
}

func (c *chat) news() {
	for _, e := range c.c.News() {
		if e.Who != "caller" || !c.silent {
			showEntry(c.p, e)
		}
	}
}

// line does what was typed.
func (c *chat) line(ctx context.Context, text string) error {
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	step := transcript.Step{Kind: strings.TrimPrefix(word, "/"), Text: rest}
	switch {
	case text == "":
		return nil
	case !strings.HasPrefix(text, "/"):
		step = transcript.Step{Kind: "caller", Text: text}
	case word == "/help":
		c.p.Printf("%s\n", chatHelp)
		return nil
	case word == "/vars":
		c.known()
		return nil
	case word == "/silence":
		d, err := time.ParseDuration(rest)
		if err != nil || d <= 0 || d > time.Hour {
			c.p.Printf("  say how long: /silence 6s\n")
			return nil //nolint:nilerr // the author was told
		}
		step.For = d
	case word == "/barge" && rest != "":
		step.Kind = "barge_in"
	case word == "/press" && strings.Trim(rest, "0123456789*#") == "" && rest != "":
	case slices.Contains([]string{"/hangup", "/noise", "/deaf", "/mute", "/transfer", "/fetch", "/llm"}, word):
		if word == "/transfer" && rest == "" {
			step.Text = "ok"
		}
	default:
		c.p.Printf("  %q is not known or lacks what it takes: /help\n", text)
		return nil
	}
	if c.c.Away() && step.Kind != "transfer" && step.Kind != "hangup" {
		c.p.Printf("  a transfer is under way: /transfer ok or /transfer busy ends it\n")
		return nil
	}
	return c.c.Do(ctx, step)
}

// known lists variables and facts.
func (c *chat) known() {
	rows := [][]string{{"  node", c.c.Node()}}
	for _, name := range slices.Sorted(maps.Keys(c.vars)) {
		rows = append(rows, []string{"  " + name, c.vars[name]})
	}
	facts := c.c.Facts()
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		if name != "node" {
			rows = append(rows, []string{"  " + name, fmt.Sprint(strings.Join(facts[name], ", "))})
		}
	}
	c.p.Table(rows)
}
