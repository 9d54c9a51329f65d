package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// CustomersExportCmd is parley customers export.
type CustomersExportCmd struct {
	From
	Who    string `arg:"" name:"customer" help:"Id or telephone number; also of one who is no customer."`
	Reason string `required:"" placeholder:"REASON" help:"Why: everything is shown in full. It goes into the audit log."`
}

// CustomersEraseCmd is parley customers erase.
type CustomersEraseCmd struct {
	From
	Who    string `arg:"" name:"customer" help:"Id or telephone number; also of one who is no customer."`
	Reason string `required:"" placeholder:"REASON" help:"Why; it goes into the audit log."`
	Yes    bool   `help:"Do it: nothing of it comes back."`
	JSON   bool   `name:"json" help:"Report as JSON."`
}

// Run exports.
func (c *CustomersExportCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	all, err := e.Everything(ctx, c.Who)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("nothing is kept of %s", customer.Parse(c.Who, cfg.Callers.Country).Masked())
	}
	if err := m.audited(ctx, cfg, store.Deed{Action: "customers.export", Target: idIn(all, c.Who, cfg.Callers.Country), Reason: c.Reason}); err != nil {
		return err
	}
	return writeJSON(m, all)
}

// idIn names a person in the audit log without a whole number.
func idIn(all store.Everything, who, country string) string {
	for _, row := range all["customers"] {
		if id, ok := row["id"].(string); ok {
			return id
		}
	}
	return customer.Parse(who, country).Masked()
}

// Run erases.
func (c *CustomersEraseCmd) Run(ctx context.Context, m *Main) (err error) {
	if !c.Yes {
		return wrong{errors.New("nothing of an erased person comes back; parley customers export shows what there is, --yes erases it")}
	}
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	all, err := e.Everything(ctx, c.Who)
	if err != nil {
		return err
	}
	target := idIn(all, c.Who, cfg.Callers.Country)
	if err := m.audited(ctx, cfg, store.Deed{Action: "customers.erase", Target: target, Reason: c.Reason}); err != nil {
		return err
	}
	out, err := e.Erase(ctx, m.Now(), c.Who, func(path string) error {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(m, out)
	}
	fmt.Fprintf(m.Stdout, "%s: %d numbers, %d calls, %d files, %d other rows and %d leaves of the ledger erased; never to be called again\n",
		target, out.Numbers, out.Calls, out.Files, out.Rows, out.Leaves)
	if out.Due > 0 {
		fmt.Fprintf(m.Stderr, "parley: %d messages to webhooks still tell of them: erase again when they are delivered\n", out.Due)
	}
	return nil
}
