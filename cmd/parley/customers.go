package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/intake"
	"github.com/parley-voice/parley/store"
)

// CustomersCmd is parley customers.
type CustomersCmd struct {
	List   CustomersListCmd   `cmd:"" default:"withargs" help:"List customers, with masked numbers."`
	Show   CustomersShowCmd   `cmd:"" help:"Show one customer and the calls of the last 30 days."`
	Import CustomersImportCmd `cmd:"" help:"Import customers from CSV. The same file again changes nothing."`
	Merge  CustomersMergeCmd  `cmd:"" help:"Make two customers one."`
	Export CustomersExportCmd `cmd:"" help:"Write all that is kept of one person, as JSON."`
	Erase  CustomersEraseCmd  `cmd:"" help:"Erase one person: profile, events, labels, calls, recordings, salts. They are never called again."`

	Events  CustomersEventsCmd  `cmd:"" help:"Take events, and people with them, from CSV. The same file again changes nothing."`
	Sources CustomersSourcesCmd `cmd:"" help:"Show how far each source was read, and what was not taken."`

	Label   CustomersLabelCmd   `cmd:"" help:"Compute the labels of all customers; serve does it every day."`
	Explain CustomersExplainCmd `cmd:"" help:"Tell every label of one customer, and why it is what it is."`
	Segment CustomersSegmentCmd `cmd:"" help:"Find customers by their labels, highest score first."`
	Cluster CustomersClusterCmd `cmd:"" help:"Divide customers into clusters with readable rules."`
	Vector  CustomersVectorCmd  `cmd:"" help:"Write a weighted feature vector of each customer as CSV, for models."`
}

// CustomersListCmd is parley customers list.
type CustomersListCmd struct {
	From
	Name  string `help:"Part of the name."`
	Tag   string `help:"Only who carries this tag."`
	After string `placeholder:"ID" help:"The last id of the page before."`
	Limit int    `default:"50" help:"How many at most, up to 1000."`
	JSON  bool   `name:"json" help:"As JSON."`
}

// CustomersShowCmd is parley customers show.
type CustomersShowCmd struct {
	From
	Who    string `arg:"" name:"customer" help:"Id or telephone number."`
	Reveal string `placeholder:"REASON" help:"Show numbers in full; the reason goes into the audit log."`
	JSON   bool   `name:"json" help:"As JSON."`
}

// CustomersImportCmd is parley customers import.
type CustomersImportCmd struct {
	From
	File   string            `arg:"" help:"CSV file, UTF-8 or GB18030; - for standard input."`
	Map    map[string]string `placeholder:"HEADER=FIELD" help:"What a column is when its header does not say so: id, name, number, tags, value, ..., or field:NAME."`
	Source string            `help:"Who tells; the file's name when not given."`
	AsOf   time.Time         `placeholder:"TIME" format:"2006-01-02T15:04:05Z07:00" help:"When the rows were true; the time of the file when not given."`
	JSON   bool              `name:"json" help:"Report as JSON."`
}

// CustomersMergeCmd is parley customers merge.
type CustomersMergeCmd struct {
	From
	Into  string `arg:"" help:"Id of the customer who stays, and whose word counts."`
	Other string `arg:"" help:"Id of the one who is the same person."`
}

// editor opens the customers to read and change.
func (f From) editor(ctx context.Context, m *Main) (*store.Editor, *config.Config, error) {
	where, cfg, err := f.where(m)
	if err != nil {
		return nil, nil, err
	}
	e, err := store.OpenEditor(ctx, where, cfg.Callers.Country)
	if err == nil {
		e.OnWithdrawn(server.ConsentTeller(cfg, slog.New(slog.NewTextHandler(m.Stderr, nil))))
	}
	return e, cfg, err
}

// newEditor is editor that makes the database if there is none: people are often
// imported, and opt out, before the first call.
func (f From) newEditor(ctx context.Context, m *Main) (*store.Editor, *config.Config, error) {
	where, _, err := f.where(m)
	if err != nil {
		return nil, nil, err
	}
	if err := store.Prepare(ctx, where); err != nil {
		return nil, nil, err
	}
	return f.editor(ctx, m)
}

// Run lists.
func (c *CustomersListCmd) Run(ctx context.Context, m *Main) (err error) {
	e, _, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	page, err := e.Customers(ctx, store.Search{Name: c.Name, Tag: c.Tag, After: c.After, Limit: c.Limit})
	if err != nil {
		return err
	}
	for i := range page {
		page[i] = page[i].Masked()
	}
	if c.JSON {
		return writeJSON(m, page)
	}
	for _, p := range page {
		fmt.Fprintf(m.Stdout, "%-36s  %-20s  %-28s  %s\n", p.ID, p.Name, strings.Join(p.Numbers, " "), strings.Join(p.Tags, ", "))
	}
	return nil
}

// Run shows.
func (c *CustomersShowCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	n := customer.Parse(c.Who, cfg.Callers.Country)
	if p, err := e.Customer(ctx, c.Who); err == nil && len(p.Numbers) > 0 {
		n = customer.Parse(p.Numbers[0], cfg.Callers.Country)
	} else if err == nil {
		return showFacts(m, customer.Facts{Known: true, Profile: p}, c.JSON)
	}
	f, err := e.Facts(ctx, n, m.Now())
	if err != nil {
		return err
	}
	if !f.Known && !f.History.Before && len(f.History.Calls) == 0 {
		return fmt.Errorf("%w: %s; parley customers list shows whom there is", store.ErrNoCustomer, n.Masked())
	}
	if c.Reveal == "" {
		return showFacts(m, f.Masked(), c.JSON)
	}
	if err := m.audited(ctx, cfg, store.Deed{Action: "customers.reveal", Target: f.Profile.ID, Reason: c.Reveal}); err != nil {
		return err
	}
	return showFacts(m, f, c.JSON)
}

// audited writes a line into the audit log.
func (m *Main) audited(ctx context.Context, cfg *config.Config, d store.Deed) (err error) {
	a, err := store.OpenAccess(ctx, cfg.AccessAt())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	line := m.deed(d.Action, d.Target, d.After)
	line.Reason = d.Reason
	return a.Write(ctx, line)
}

func showFacts(m *Main, f customer.Facts, asJSON bool) error {
	if asJSON {
		return writeJSON(m, f)
	}
	p, counts := f.Profile, f.Counts(m.Now())
	for _, line := range []struct{ name, text string }{
		{"id", p.ID}, {"name", p.Name}, {"numbers", strings.Join(p.Numbers, ", ")}, {"tags", strings.Join(p.Tags, ", ")},
		{"value", p.Value.String()}, {"region", p.Region}, {"language", p.Language}, {"products", strings.Join(p.Products, ", ")},
		{"risk", string(p.Risk)}, {"source", p.Source},
		{"calls", fmt.Sprintf("%d in 30 days, %d of them given up in the menus", len(f.History.Calls), counts.GaveUp30d)},
		{"complaints", fmt.Sprintf("%d, open %d", counts.Complaints, counts.Open)},
	} {
		if line.text != "" {
			fmt.Fprintf(m.Stdout, "%-11s %s\n", line.name, line.text)
		}
	}
	for _, c := range p.Consent {
		fmt.Fprintf(m.Stdout, "%-11s %s: %s (%s, %s)\n", "consent", c.Purpose, c.State, c.Basis, c.Source)
	}
	for _, c := range f.History.Calls {
		fmt.Fprintf(m.Stdout, "%-11s %s  %s at %s %s\n", "call", c.Began.Local().Format(time.DateTime), c.Call, c.Point, c.Node)
	}
	return nil
}

// Run imports.
func (c *CustomersImportCmd) Run(ctx context.Context, m *Main) (err error) {
	in, source, asOf, err := c.open(m)
	if err != nil {
		return err
	}
	defer in.Close()
	e, cfg, err := c.newEditor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	r, err := intake.Import(ctx, in, intake.Options{
		Map: c.Map, Source: source, AsOf: asOf, Zone: time.Local, Country: cfg.Callers.Country, Currency: cfg.Callers.Currency,
	}, e.Upsert)
	if errors.Is(err, intake.ErrFile) {
		err = wrong{err}
	}
	if err == nil {
		err = m.audited(ctx, cfg, store.Deed{Action: "customers.import", Target: source, After: fmt.Sprintf("%d created, %d updated", r.Created, r.Updated)})
	}
	if c.JSON {
		return errors.Join(err, writeJSON(m, r))
	}
	for _, p := range r.Problems {
		fmt.Fprintf(m.Stderr, "%s:%d: %s: %s\n", source, p.Line, p.What, p.Do)
	}
	if len(r.Ignored) > 0 {
		fmt.Fprintf(m.Stderr, "parley: not taken: %s; take one with --map HEADER=FIELD\n", strings.Join(r.Ignored, ", "))
	}
	fmt.Fprintf(m.Stdout, "%d rows: %d created, %d updated, %d same, %d older, %d bad\n", r.Rows, r.Created, r.Updated, r.Same, r.Older, r.Bad)
	if err == nil && r.Bad > 0 {
		err = errQuiet
	}
	return err
}

// open opens the file, and tells who tells and as of when.
func (c *CustomersImportCmd) open(m *Main) (in io.ReadCloser, source string, asOf time.Time, err error) {
	source, asOf = c.Source, c.AsOf
	if c.File == "-" {
		if in = io.NopCloser(m.Stdin); source == "" {
			source = "standard input"
		}
		if asOf.IsZero() {
			asOf = m.Now()
		}
		return in, source, asOf, nil
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, "", asOf, wrong{err}
	}
	if source == "" {
		source = filepath.Base(c.File)
	}
	if asOf.IsZero() {
		info, err := f.Stat()
		if err != nil {
			return nil, "", asOf, errors.Join(err, f.Close())
		}
		asOf = info.ModTime()
	}
	return f, source, asOf, nil
}

// Run merges.
func (c *CustomersMergeCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	p, err := e.Merge(ctx, c.Into, c.Other, m.Now())
	if err != nil {
		return err
	}
	if err := m.audited(ctx, cfg, store.Deed{Action: "customers.merge", Target: p.ID, After: "took in " + c.Other}); err != nil {
		return err
	}
	fmt.Fprintf(m.Stdout, "%s is %s now, with %d numbers\n", c.Other, p.ID, len(p.Numbers))
	return nil
}
