package route

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/script"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/routing"
)

// ReplayCmd is parley route replay.
type ReplayCmd struct {
	Since    time.Duration `default:"24h" help:"Calls that began within this time."`
	Rules    string        `required:"" placeholder:"FILE" help:"The changed table."`
	Against  string        `placeholder:"FILE" help:"A table to compare with, instead of what happened."`
	Examples int           `default:"3" help:"How many calls to name for each change."`
	JSON     bool          `name:"json" help:"As JSON."`
	Records
}

// moved is one way in which calls would go elsewhere.
type moved struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Rule     string   `json:"rule"` // of the changed table
	Calls    int      `json:"calls"`
	Examples []string `json:"examples"` // ids
}

// replayed is the whole result.
type replayed struct {
	Decisions int     `json:"decisions"`
	Same      int     `json:"same"`
	Changed   int     `json:"changed"`
	Rebuilt   int     `json:"rebuilt"` // decisions whose facts were gathered from records, because none were kept
	Moves     []moved `json:"moves"`
}

// Run replays.
func (c *ReplayCmd) Run(ctx context.Context, w *script.World) error {
	next, err := load(c.Rules)
	if err != nil {
		return err
	}
	var before *routing.Table
	if c.Against != "" {
		if before, err = load(c.Against); err != nil {
			return err
		}
	}
	since := w.Now().Add(-c.Since)
	p, err := c.past(ctx, w, since.Add(-customer.Month)) // the calls before tell what was known of each caller
	if err != nil {
		return err
	}
	out, err := c.compare(p, since, before, next)
	if err != nil {
		return err
	}
	if c.JSON {
		return w.JSON(out)
	}
	show(w, out)
	return nil
}

func (c *ReplayCmd) compare(p past, since time.Time, before, next *routing.Table) (out replayed, err error) {
	moves := map[[3]string]*moved{}
	for i, r := range p.calls {
		if r.Began.Before(since) {
			continue
		}
		kept, rebuilt, err := past{p.calls[:i], p.country}.decisions(r)
		if err != nil {
			return out, err
		}
		for _, s := range kept {
			out.Decisions++
			out.Rebuilt += rebuilt
			from := s.To.String()
			if before != nil {
				from, _ = again(before, s)
			}
			to, rule := again(next, s)
			if from == to {
				out.Same++
				continue
			}
			out.Changed++
			key := [3]string{from, to, rule}
			if moves[key] == nil {
				moves[key] = &moved{From: from, To: to, Rule: rule}
			}
			m := moves[key]
			if m.Calls++; len(m.Examples) < c.Examples {
				m.Examples = append(m.Examples, r.ID)
			}
		}
	}
	out.Moves = []moved{}
	for _, m := range moves {
		out.Moves = append(out.Moves, *m)
	}
	slices.SortFunc(out.Moves, func(a, b moved) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), strings.Compare(a.From+a.To+a.Rule, b.From+b.To+b.Rule))
	})
	return out, nil
}

// again is where a decision leads by a table, and the rule.
func again(t *routing.Table, s routing.Snapshot) (to, rule string) {
	d, ok := t.Replay(s)
	if !ok {
		return "stays", "none"
	}
	return d.To.String(), d.Rule
}

// decisions are those that a record kept, or one made from what the record and
// the calls before it tell; then rebuilt is 1.
func (p past) decisions(r call.Record) (all []routing.Snapshot, rebuilt int, err error) {
	for _, e := range r.Entries {
		if e.Kind != call.EntryRouted {
			continue
		}
		s, err := routing.ParseSnapshot(e.Why)
		if err != nil {
			return nil, 0, fmt.Errorf("call %s: %w", r.ID, err)
		}
		if s.Facts["caller.number"] != "" { // there it is masked
			s.Facts["caller.number"] = customer.Parse(r.Caller, p.country).Text
		}
		all = append(all, s)
	}
	if len(all) > 0 {
		return all, 0, nil
	}
	to := routing.Target{Kind: routing.Script, Name: r.Script}
	if r.Script == "" {
		to = routing.Target{Kind: routing.Reject, Code: r.SIPCode}
	}
	return []routing.Snapshot{{At: r.Began, To: to, Facts: p.facts(r.Began, r.Caller, r.Called)}}, 1, nil
}

func show(w *script.World, out replayed) {
	p := w.Printer()
	if len(out.Moves) > 0 {
		table := [][]string{{"calls", "went to", "would go to", "by the rule", "for example"}}
		for _, m := range out.Moves {
			table = append(table, []string{strconv.Itoa(m.Calls), m.From, m.To, m.Rule, strings.Join(m.Examples, " ")})
		}
		p.Table(table)
		p.Printf("\n")
	}
	noun := "decisions"
	if out.Decisions == 1 {
		noun = "decision"
	}
	p.Printf("%d %s: %d would change, %d would not\n", out.Decisions, noun, out.Changed, out.Same)
	if out.Rebuilt > 0 {
		p.Printf("%d of them were made from records that kept no facts: number, time and earlier calls are known, profiles and queues are not\n", out.Rebuilt)
	}
}
