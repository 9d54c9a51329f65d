package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/cmd/parley/clusters"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store"
)

// CustomersLabelCmd is parley customers label.
type CustomersLabelCmd struct {
	From
	JSON bool `name:"json" help:"As JSON."`
}

// CustomersExplainCmd is parley customers explain.
type CustomersExplainCmd struct {
	From
	Who  string    `arg:"" name:"customer" help:"Id or telephone number."`
	AsOf time.Time `placeholder:"DATE" format:"2006-01-02" help:"As of the end of this day; now when not given."`
	JSON bool      `name:"json" help:"As JSON."`
}

// CustomersSegmentCmd is parley customers segment.
type CustomersSegmentCmd struct {
	From
	Book
	Expr  string `arg:"" name:"expression" help:"What must hold of the labels, or the name of a group: value == high and not complained_within(30d)."`
	By    string `default:"intent_score" help:"The label that hits are ordered by, highest first."`
	Limit int    `default:"50" help:"How many at most; 0 is all."`
	JSON  bool   `name:"json" help:"As JSON."`
}

// Book is the flag of commands that use groups and strategies.
type Book struct {
	Segments string `placeholder:"FILE" help:"Groups and strategies; those of the configuration when not given, else those that ship."`
}

func (b Book) read(cfg *config.Config) (*segment.Book, error) {
	path := cmp.Or(b.Segments, cfg.Segments)
	if path == "" {
		return segment.Default()
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, wrong{err}
	}
	defer f.Close()
	book, err := segment.Load(f, path)
	if err != nil {
		return nil, wrong{err}
	}
	return book, nil
}

// Run computes the labels of all customers.
func (c *CustomersLabelCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	began := time.Now()
	run, err := e.PortraitAll(ctx, label.Options{Now: m.Now(), Currency: cfg.Callers.Currency}, server.LabelTeller(cfg, slog.New(slog.NewTextHandler(m.Stderr, nil))), func(r store.PortraitRun) {
		if r.Customers%10_000 == 0 {
			fmt.Fprintf(m.Stderr, "parley: labels of %d customers, from %d events\n", r.Customers, r.Events)
		}
	})
	if err != nil {
		return err
	}
	run.Took = time.Since(began)
	if c.JSON {
		return writeJSON(m, run)
	}
	fmt.Fprintf(m.Stdout, "%d customers, %d events, %d findings of needs, in %v\n", run.Customers, run.Events, run.Needs, run.Took.Round(time.Millisecond))
	return nil
}

// Run tells every label with its why.
func (c *CustomersExplainCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	o := label.Options{Now: m.Now(), Currency: cfg.Callers.Currency}
	if !c.AsOf.IsZero() {
		y, mon, d := c.AsOf.Date()
		o.Now = customer.EndOfDay(time.Date(y, mon, d, 12, 0, 0, 0, o.Now.Location()))
	}
	id := c.Who
	if _, err := e.Customer(ctx, id); errors.Is(err, store.ErrNoCustomer) {
		n := customer.Parse(c.Who, cfg.Callers.Country)
		p, err := e.ByNumber(ctx, n.Text)
		if err != nil {
			return fmt.Errorf("%w: %s; parley customers list shows whom there is", err, n.Masked())
		}
		id = p.ID
	}
	p, values, err := clusters.Explain(ctx, e.Reader, id, o)
	if err != nil {
		return err
	}
	withheld := label.Withheld(p, o.Now)
	if c.JSON {
		return writeJSON(m, map[string]any{"customer": p.ID, "as_of": o.Now, "labels": values, "withheld": withheld})
	}
	fmt.Fprintf(m.Stdout, "%s, as of %s\n", p.ID, o.Now.Format(time.DateTime))
	class := label.Class("")
	for _, v := range values {
		if v.Class != class {
			class = v.Class
			fmt.Fprintf(m.Stdout, "\n%s\n", class)
		}
		until := "another version is used"
		if !v.Expires.IsZero() {
			until = v.Expires.Format(time.DateOnly)
		}
		fmt.Fprintf(m.Stdout, "  %-22s %-20s %s [%s, %s, until %s]\n", v.Name, v.Text, v.Why, v.Source, v.Basis, until)
	}
	if len(withheld) > 0 {
		fmt.Fprintf(m.Stdout, "\nnot computed, for no consent to profiling is on record: %s\n", strings.Join(withheld, ", "))
	}
	return nil
}

// found is a hit with what is to be done.
type found struct {
	segment.Hit
	Strategy string   `json:"strategy,omitempty"`
	Do       []string `json:"do,omitempty"`
	Within   string   `json:"within,omitempty"`
}

// Run screens all customers.
func (c *CustomersSegmentCmd) Run(ctx context.Context, m *Main) (err error) {
	_, cfg, err := c.where(m)
	if err != nil {
		return err
	}
	book, err := c.read(cfg)
	if err != nil {
		return err
	}
	seg, err := book.Parse(c.Expr, "expression:1")
	if err != nil {
		return wrong{err}
	}
	if l, ok := label.Find(c.By); !ok || l.Type != label.Number {
		return wrong{fmt.Errorf("--by %s is no label with a number", c.By)}
	}
	e, _, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	now, began := m.Now(), time.Now()
	screening := book.Screen(seg, c.By, now)
	strategies := map[string]segment.Strategy{}
	if err := e.Portraits(ctx, func(p store.Portrait) error {
		r := segment.Row{Customer: p.Customer, Labels: p.Labels, AsOf: p.AsOf.In(now.Location()), Cluster: p.Cluster}
		before := len(screening.Hits)
		if screening.Take(r); len(screening.Hits) > before {
			if s, ok := book.Strategy(r, now); ok {
				strategies[r.Customer] = s
			}
		}
		return nil
	}); err != nil {
		return err
	}
	total := len(screening.Hits)
	out := []found{}
	for _, h := range screening.Best(c.Limit) {
		s := strategies[h.Customer]
		out = append(out, found{h, s.Name, s.Do, s.Within.String()})
	}
	if c.JSON {
		return writeJSON(m, map[string]any{"found": total, "of": screening.Seen, "customers": out})
	}
	for _, f := range out {
		fmt.Fprintf(m.Stdout, "%-36s  %6.1f  %s: %s within %s\n", f.Customer, f.Score, f.Strategy, strings.Join(f.Do, ", "), f.Within)
	}
	fmt.Fprintf(m.Stderr, "parley: %d of %d customers with labels, in %v\n", total, screening.Seen, time.Since(began).Round(time.Millisecond))
	return nil
}
