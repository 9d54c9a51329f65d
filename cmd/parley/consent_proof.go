package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/parley-voice/parley/campaign/ledger"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/dialog/mask"
	"github.com/parley-voice/parley/store"
)

// ConsentEventsCmd is parley consent events.
type ConsentEventsCmd struct {
	From
	Who   string `arg:"" optional:"" help:"Customer's id or telephone number; all when not given."`
	After int64  `placeholder:"ID" help:"The last id of the page before."`
	Limit int    `default:"100" help:"How many at most."`
	JSON  bool   `name:"json" help:"As JSON."`
}

// ConsentProofCmd is parley consent proof.
type ConsentProofCmd struct {
	From
	Event  int64  `arg:"" help:"The event's id, as parley consent events shows it."`
	Reason string `required:"" placeholder:"REASON" help:"Why: a proof holds the whole number. It goes into the audit log."`
}

// ConsentGrowthCmd is parley consent growth.
type ConsentGrowthCmd struct {
	From
	Head string `arg:"" placeholder:"FILE" help:"The earlier head."`
	Key  string `placeholder:"FILE" help:"Public keys, one a line; consent.pub in the data folder when not given."`
}

// VerifyProofCmd is parley consent verify-proof.
type VerifyProofCmd struct {
	File string `arg:"" help:"Proof of parley consent proof or growth."`
	Key  string `required:"" placeholder:"FILE" help:"Public keys, one a line: consent.pub, as it was given to you."`
}

// Run lists.
func (c *ConsentEventsCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	f := store.EventFilter{After: c.After, Limit: c.Limit}
	if n := customer.Parse(c.Who, cfg.Callers.Country); n.Personal() {
		f.Number = n.Text
	} else {
		f.Person = c.Who
	}
	all, err := e.PermitEvents(ctx, f)
	if err != nil {
		return err
	}
	for i := range all {
		all[i] = masked(all[i], cfg.Callers.Country)
	}
	if c.JSON {
		return writeJSON(m, all)
	}
	for _, e := range all {
		fmt.Fprintf(m.Stdout, "%8d  %s  %-9s  %-16s  %-10s  %s\n", e.Seq, e.At.Local().Format(time.DateTime), e.Kind, e.Number, e.Purpose, e.Detail)
	}
	return nil
}

// masked is an event for people to look at: ids may be made of numbers.
func masked(e store.PermitEvent, country string) store.PermitEvent {
	e.Number = customer.Parse(e.Number, country).Masked()
	for _, text := range []*string{&e.Ref, &e.Person, &e.Source, &e.Detail} {
		*text = mask.Text(*text)
	}
	return e
}

// Run proves one.
func (c *ConsentProofCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	p, err := e.Prove(ctx, c.Event)
	if err != nil {
		return err
	}
	if err := m.audited(ctx, cfg, store.Deed{Action: "consent.proof", Target: fmt.Sprint("event ", c.Event), Reason: c.Reason}); err != nil {
		return err
	}
	return writeJSON(m, p)
}

// Run proves growth.
func (c *ConsentGrowthCmd) Run(ctx context.Context, m *Main) (err error) {
	where, cfg, err := c.where(m)
	if err != nil {
		return err
	}
	keys, err := known(c.Key, cfg.Data)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.Head)
	if err != nil {
		return wrong{err}
	}
	h, err := ledger.OpenHead(string(text), keys)
	if err != nil {
		return wrong{fmt.Errorf("%s: %w", c.Head, err)}
	}
	r, err := store.Read(ctx, where)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	g, err := r.ProveGrowth(ctx, h, string(text))
	if err != nil {
		return err
	}
	if _, _, err := g.Check(keys); err != nil {
		return err
	}
	return writeJSON(m, g)
}

// Run checks a proof of either kind.
func (c *VerifyProofCmd) Run(m *Main) error {
	keys, err := known(c.Key, "")
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.File)
	if err != nil {
		return wrong{err}
	}
	var p ledger.Proof
	if strict(text, &p) == nil {
		return c.event(m, p, keys)
	}
	var g ledger.Growth
	if err := strict(text, &g); err != nil {
		return wrong{fmt.Errorf("%s is no proof of parley consent proof or growth: %w", c.File, err)}
	}
	from, to, err := g.Check(keys)
	if err != nil {
		return fmt.Errorf("%s proves nothing: %w", c.File, err)
	}
	fmt.Fprintf(m.Stdout, "proven: the %d leaves of %s are the first of the %d of %s\n", from.Size, from.At.Format(time.RFC3339), to.Size, to.At.Format(time.RFC3339))
	return nil
}

func (c *VerifyProofCmd) event(m *Main, p ledger.Proof, keys note.Verifiers) error {
	h, err := p.Check(keys)
	if err != nil {
		return fmt.Errorf("%s proves nothing: %w", c.File, err)
	}
	fmt.Fprintf(m.Stdout, "proven: leaf %d of the %d signed at %s: %s of %s, %s %s %s\n", p.Leaf, h.Size, h.At.Format(time.RFC3339), p.Event.Kind,
		p.Event.At.Format(time.RFC3339), customer.Parse(p.Event.Number, "").Masked(), p.Event.Purpose, p.Event.Detail)
	return nil
}

func strict(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(to)
}
