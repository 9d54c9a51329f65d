package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/parley-voice/parley/campaign/ledger"
	"github.com/parley-voice/parley/cmd/parley/notary"
	"github.com/parley-voice/parley/store"
)

// ConsentCmd is parley consent.
type ConsentCmd struct {
	Events      ConsentEventsCmd `cmd:"" default:"withargs" help:"List what happened to consent, opt-outs and attempts, with masked numbers."`
	Verify      ConsentVerifyCmd `cmd:"" help:"Recompute the ledger and say which row is not what was written. Exit code 1 when any is not."`
	Head        ConsentHeadCmd   `cmd:"" help:"Sign the ledger as it is and print the head, for an auditor to keep."`
	Proof       ConsentProofCmd  `cmd:"" help:"Prove that one event is in the ledger."`
	Growth      ConsentGrowthCmd `cmd:"" help:"Prove that the ledger grew from an earlier head, and that nothing of it was changed since."`
	VerifyProof VerifyProofCmd   `cmd:"" help:"Check a proof with the public key alone: no records are needed."`

	Evidence       ConsentEvidenceCmd `cmd:"" help:"Put all that proves why a call was made and what was said into one signed file."`
	VerifyEvidence VerifyEvidenceCmd  `cmd:"" help:"Check such a file with the public key alone, and say which part is not what was signed. Exit code 1 when any is not."`
}

// ConsentVerifyCmd is parley consent verify.
type ConsentVerifyCmd struct {
	From
	SinceHead []string `placeholder:"FILE" help:"A head that was kept elsewhere: the ledger must begin with what it signed. May be given again."`
	Key       string   `placeholder:"FILE" help:"Public keys, one a line; consent.pub in the data folder when not given."`
	JSON      bool     `name:"json" help:"As JSON."`
}

// ConsentHeadCmd is parley consent head.
type ConsentHeadCmd struct{ From }

// known reads the keys that may have signed.
func known(file, folder string) (note.Verifiers, error) {
	if file == "" {
		file = filepath.Join(folder, notary.PublicFile)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, wrong{fmt.Errorf("the public key: %w; name it with --key", err)}
	}
	v, err := notary.Verifiers(string(text))
	if err != nil {
		return nil, wrong{fmt.Errorf("%s: %w", file, err)}
	}
	return v, nil
}

// Run verifies.
func (c *ConsentVerifyCmd) Run(ctx context.Context, m *Main) (err error) {
	where, cfg, err := c.where(m)
	if err != nil {
		return err
	}
	keys, err := known(c.Key, cfg.Data)
	if err != nil {
		return err
	}
	var pinned []ledger.Held
	for _, file := range c.SinceHead {
		text, err := os.ReadFile(file)
		if err != nil {
			return wrong{err}
		}
		h, err := ledger.OpenHead(string(text), keys)
		if err != nil {
			return wrong{fmt.Errorf("%s: %w", file, err)}
		}
		pinned = append(pinned, ledger.Held{Head: h, From: fmt.Sprintf("the head of %s in %s", h.At.Format(time.RFC3339), filepath.Base(file))})
	}
	r, err := store.Read(ctx, where)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	report, err := r.Audit(ctx, keys, pinned, func(done int64) {
		if m.Terminal && !c.JSON {
			fmt.Fprintf(m.Stderr, "\r%d leaves", done)
		}
	})
	if m.Terminal && !c.JSON {
		fmt.Fprint(m.Stderr, "\r\x1b[K")
	}
	if err != nil {
		return err
	}
	return c.tell(m, report)
}

func (c *ConsentVerifyCmd) tell(m *Main, r ledger.Report) error {
	if c.JSON {
		if err := writeJSON(m, r); err != nil {
			return err
		}
	} else {
		for _, f := range r.Findings {
			place := fmt.Sprintf("leaf %d", f.From)
			if f.To > f.From {
				place = fmt.Sprintf("leaves %d-%d", f.From, f.To)
			}
			if f.Seq > 0 {
				place += fmt.Sprintf(", row %d", f.Seq)
			}
			fmt.Fprintf(m.Stdout, "%s: %s\n", place, f.Text)
		}
		if r.More > 0 {
			fmt.Fprintf(m.Stdout, "and %d more\n", r.More)
		}
		fmt.Fprintf(m.Stdout, "%d leaves, %d of them erased, %d heads, root %s\n", r.Leaves, r.Erased, r.Heads, r.Root)
	}
	if len(r.Findings) > 0 {
		return fmt.Errorf("the ledger is not what was written: %d findings", len(r.Findings)+r.More)
	}
	return nil
}

// Run signs.
func (c *ConsentHeadCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	key, err := notary.Open(cfg.Data)
	if err != nil {
		return err
	}
	h, err := e.SignHead(ctx, m.Now(), key, key.Known)
	if err != nil {
		return err
	}
	if err := notary.Export(cfg.Data, h.Note); err != nil {
		return err
	}
	fmt.Fprint(m.Stdout, h.Note)
	return nil
}
