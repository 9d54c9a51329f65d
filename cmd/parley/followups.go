package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// FollowUpsCmd is parley follow-ups.
type FollowUpsCmd struct {
	List   FollowUpsListCmd   `cmd:"" default:"withargs" help:"List what is owed to callers, the first due first, with masked numbers."`
	Settle FollowUpsSettleCmd `cmd:"" help:"Say that what is owed was done, and what the person was given for it."`
}

// FollowUpsListCmd is parley follow-ups list.
type FollowUpsListCmd struct {
	From
	State string `enum:"open,overdue,settled,all" default:"open" help:"open, overdue, settled or all."`
	After string `placeholder:"ID" help:"Only those after this one."`
	Limit int    `default:"100" help:"How many at most."`
	JSON  bool   `name:"json" help:"As JSON."`
}

// FollowUpsSettleCmd is parley follow-ups settle.
type FollowUpsSettleCmd struct {
	From
	ID      string `arg:"" name:"follow-up" help:"Its id."`
	Note    string `required:"" help:"What was done."`
	Outcome string `enum:"done,unfounded,unreachable,declined,dropped" default:"done" help:"done, unfounded, unreachable, declined or dropped."`
	Gave
}

// Gave is what the person was given.
type Gave struct {
	Gave     string `enum:"coupon,points,refund,other," default:"" help:"Compensation: coupon, points, refund or other."`
	Value    string `help:"Of the compensation: 20, 4999.99; whole points."`
	Currency string `help:"Of the value; callers.currency when not given."`
	Code     string `help:"Of the coupon, or of the refund in the shop's books."`
	What     string `help:"More of the compensation; needed for other."`
}

// Run lists.
func (c *FollowUpsListCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	state := c.State
	if state == "all" {
		state = ""
	}
	all, err := e.FollowUps(ctx, store.FollowUpFilter{State: state, Now: m.Now(), After: c.After, Limit: c.Limit})
	if err != nil {
		return err
	}
	for i, f := range all {
		all[i].Number = customer.Parse(f.Number, cfg.Callers.Country).Masked()
		if f.Task != nil {
			task := *f.Task
			task.Number = customer.Parse(task.Number, cfg.Callers.Country).Masked()
			all[i].Task = &task
		}
	}
	if c.JSON {
		return writeJSON(m, all)
	}
	for _, f := range all {
		how := ""
		switch {
		case !f.Settled.IsZero():
			how = fmt.Sprintf("  %s by %s at %s%s", cmp.Or(string(f.Outcome), "settled"), f.Who, f.Settled.Local().Format(time.DateTime), given(f.Compensation))
		case !f.Due.After(m.Now()):
			how = "  overdue"
		}
		if r := f.Sending.Receipt; r.State != "" {
			how += strings.TrimRight("  message "+string(r.State)+" "+r.Code, " ")
		}
		fmt.Fprintf(m.Stdout, "%s  due %s  %-9s  %-16s%s\n", f.ID, f.Due.Local().Format(time.DateTime), f.Kind, cmp.Or(f.Number, "withheld"), how)
	}
	return nil
}

func given(c *customer.Compensation) string {
	if c == nil {
		return ""
	}
	text := ", " + string(c.Kind)
	for _, part := range []string{c.Value, c.Currency, c.Code} {
		if part != "" {
			text += " " + part
		}
	}
	return text
}

// Run settles.
func (c *FollowUpsSettleCmd) Run(ctx context.Context, m *Main) error {
	s := customer.Settlement{Who: "command line", Outcome: customer.Settled(c.Outcome), Note: c.Note}
	switch {
	case c.Gave.Gave != "":
		s.Compensation = &customer.Compensation{Kind: customer.CompensationKind(c.Gave.Gave), Value: c.Value, Currency: c.Currency, Code: c.Code, Note: c.What}
	case c.Value+c.Currency+c.Code+c.What != "":
		return wrong{errors.New("--value, --currency, --code and --what tell of a compensation: say with --gave which")}
	}
	_, cfg, err := c.where(m)
	if err != nil {
		return err
	}
	if s, err = s.Check(cfg.Callers.Currency); err != nil {
		return wrong{err}
	}
	deed := m.deed("follow_ups.settle", "follow-up "+c.ID, string(s.Outcome)+given(s.Compensation))
	return c.audited(ctx, m, deed, func(e *store.Editor, cfg *config.Config) error {
		var wrongly error // an event that cannot be written keeps nothing from being done
		f, err := e.SettleFollowUp(ctx, c.ID, s, m.Now(), func(f store.FollowUp) (tell []store.Message) {
			tell, wrongly = server.Letters{Config: cfg}.Settled(f)
			return tell
		})
		switch {
		case errors.Is(err, store.ErrNoFollowUp), errors.Is(err, store.ErrSettled):
			return wrong{fmt.Errorf("%w; parley follow-ups lists those that are open", err)}
		case err != nil:
			return err
		}
		late := ""
		if f.Settled.After(f.Due) {
			late = fmt.Sprintf(", %s late", f.Settled.Sub(f.Due).Round(time.Second))
		}
		fmt.Fprintf(m.Stdout, "%s: %s%s%s\n", f.ID, f.Outcome, given(f.Compensation), late)
		return wrongly
	})
}
