package route

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/script"
	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/routing"
)

// ExplainCmd is parley route explain.
type ExplainCmd struct {
	File   string            `arg:"" optional:"" help:"Table of routes; that of the configuration when not given."`
	Caller string            `placeholder:"NUMBER" help:"Who calls. Without it the number is withheld."`
	Called string            `placeholder:"NUMBER" help:"The number that was dialled."`
	At     string            `placeholder:"2026-03-04T10:00" help:"When, on the table's wall clock; now when not given."`
	With   map[string]string `placeholder:"FACT=VALUE" mapsep:"none" help:"A fact; again for each."`
	During bool              `help:"Ask the rules of mid-call."`
	Heard  []string          `sep:"none" placeholder:"TEXT" help:"What the caller said, for the table's words; again for each."`
	JSON   bool              `name:"json" help:"As JSON."`
	Records
}

// Run explains.
func (c *ExplainCmd) Run(ctx context.Context, w *script.World) error {
	table, err := chosen(w, c.File, c.Config)
	if err != nil {
		return err
	}
	now, err := moment(w, table, c.At)
	if err != nil {
		return err
	}
	facts, err := c.facts(ctx, w, table, now)
	if err != nil {
		return err
	}
	if !c.During {
		d, _ := table.Decide(now, facts, nil)
		return c.tell(w, d, true)
	}
	d, _, ok := table.Reroute(now, facts, nil)
	return c.tell(w, d, ok)
}

// facts are those of the records, under those of the command line.
func (c *ExplainCmd) facts(ctx context.Context, w *script.World, table *routing.Table, now time.Time) (routing.Facts, error) {
	past, err := c.past(ctx, w, now.Add(-customer.Month))
	if err != nil {
		return nil, err
	}
	facts := past.facts(now, c.Caller, c.Called)
	for name, value := range c.With {
		if err := table.Set(facts, name, value); err != nil {
			return nil, script.Wrongf("--with %s=%s: %w", name, value, err)
		}
	}
	if classes := table.Hear(strings.Join(c.Heard, "\n")); len(classes) > 0 {
		facts["heard"] = strings.Join(classes, ", ")
	}
	return facts, nil
}

func (c *ExplainCmd) tell(w *script.World, d routing.Decision, ok bool) error {
	if c.JSON {
		return w.JSON(struct {
			Decided bool `json:"decided"`
			routing.Decision
			Reasons []string `json:"reasons"`
		}{ok, d, d.Explain()})
	}
	p := w.Printer()
	for _, line := range d.Explain() {
		style := term.Dim
		if strings.HasPrefix(line, "yes") {
			style = term.Green
		}
		p.Printf("%s\n", p.In(style, line))
	}
	if !ok {
		p.Printf("\nno rule of mid-call holds: the call stays where it is\n")
		return nil
	}
	p.Printf("\n")
	p.Table(rows(d))
	return nil
}

// rows are a decision's parts, as far as there are any.
func rows(d routing.Decision) [][]string {
	to := d.To.String()
	if d.Overflowed {
		to += " (the caller's region overflows)"
	}
	out := [][]string{{"rule", d.Rule}, {"to", to}, {"priority", fmt.Sprint(d.Priority)}}
	for _, s := range d.Skills {
		need := strings.Join(s.Need, ", ")
		if need == "" {
			need = "anybody"
		}
		out = append(out, []string{"skills", fmt.Sprintf("%s after %s", need, s.After)})
	}
	if d.Promise != nil {
		out = append(out, []string{"promise", fmt.Sprintf("%s, then %s", d.Promise.Within, d.Promise.Else)})
	}
	if d.Greeting != "" {
		out = append(out, []string{"greeting", d.Greeting})
	}
	if len(d.Context) > 0 {
		out = append(out, []string{"context", strings.Join(d.Context, ", ")})
	}
	if d.FollowUp > 0 {
		out = append(out, []string{"follow up", "within " + d.FollowUp.String()})
	}
	return out
}
