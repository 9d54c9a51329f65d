package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign/ledger"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/evidence"
	"github.com/parley-voice/parley/cmd/parley/notary"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/dialog/review"
	"github.com/parley-voice/parley/store"
)

// ConsentEvidenceCmd is parley consent evidence.
type ConsentEvidenceCmd struct {
	From
	Call      string `arg:"" help:"The call's id or SIP Call-ID; latest for the last call."`
	Out       string `required:"" short:"o" placeholder:"FILE.zip" help:"The file to make. It holds whole numbers: readable by its owner alone."`
	Reason    string `required:"" placeholder:"REASON" help:"Why: it goes into the audit log."`
	Recording bool   `help:"With the recording itself, and not only its SHA-256."`
}

// VerifyEvidenceCmd is parley consent verify-evidence.
type VerifyEvidenceCmd struct {
	File string `arg:"" help:"What parley consent evidence made."`
	Key  string `required:"" placeholder:"FILE" help:"Public keys, one a line: consent.pub, as it was given to you."`
	JSON bool   `name:"json" help:"As JSON."`
}

// Run makes a bundle.
func (c *ConsentEvidenceCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	id, err := idOf(ctx, e.Reader, c.Call)
	if err != nil {
		return err
	}
	record, err := e.Get(ctx, id)
	if err != nil {
		return err
	}
	key, err := notary.Open(cfg.Data)
	if err != nil {
		return err
	}
	if _, err := e.SignHead(ctx, m.Now(), key, key.Known); err != nil && !errors.Is(err, store.ErrEmpty) {
		return err
	}
	b := evidence.Bundle{Made: m.Now(), Record: record}
	if err := relied(ctx, e, cfg, &b); err != nil {
		return err
	}
	if b.Script, err = scriptHistory(ctx, cfg, record.Script); err != nil {
		return err
	}
	if b.Recording, err = recordingOf(record, c.Recording); err != nil {
		return err
	}
	with := "without the recording"
	if c.Recording {
		with = "with the recording"
	}
	if err := m.audited(ctx, cfg, store.Deed{Action: "consent.evidence", Target: "call " + record.ID, After: with, Reason: c.Reason}); err != nil {
		return err
	}
	var file bytes.Buffer
	if err := evidence.Write(&file, b, key); err != nil {
		return err
	}
	out, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return wrong{err}
	}
	if _, err := out.Write(file.Bytes()); err != nil {
		return errors.Join(err, out.Close(), os.Remove(c.Out))
	}
	if err := out.Close(); err != nil {
		return err
	}
	fmt.Fprintf(m.Stdout, "%s: call %s, %d proofs, %s\n", c.Out, record.ID, len(b.Proofs), with)
	return nil
}

// relied reads the attempt, the events that the call relied on with their proofs, and
// the rules of the place.
func relied(ctx context.Context, e *store.Editor, cfg *config.Config, b *evidence.Bundle) error {
	theirs := b.Record.Caller
	if b.Record.Direction == "outbound" {
		theirs = b.Record.Called
	}
	n := customer.Parse(theirs, cfg.Callers.Country)
	purposes, until := []string{"recording"}, b.Record.Began
	a, err := e.Attempt(ctx, b.Record.ID)
	switch {
	case err == nil:
		purposes, until = append(purposes, a.Purpose), a.At
		b.Permit = permitOf(a)
	case !errors.Is(err, store.ErrNoAttempt):
		return err
	}
	events, err := e.Relied(ctx, b.Record.ID, n.Text, purposes, until)
	if err != nil {
		return err
	}
	for _, ev := range events {
		if b.Permit != nil {
			b.Permit.Events = append(b.Permit.Events, evidence.Relied{ID: ev.Seq, Leaf: ev.Leaf, At: ev.At, Kind: string(ev.Kind), Detail: ev.Detail})
		}
	}
	if b.Proofs, err = proofs(ctx, e, events); err != nil {
		return err
	}
	if len(b.Proofs) > 0 {
		b.Head = b.Proofs[0].Head
	}
	b.Jurisdiction, err = rulesOf(ctx, e, cfg, n, b)
	return err
}

// proofs are those of events, all under one head: a server may sign another one
// meanwhile.
func proofs(ctx context.Context, e *store.Editor, events []store.PermitEvent) (all []ledger.Proof, err error) {
	for range 3 {
		all = nil
		for _, ev := range events {
			p, err := e.Prove(ctx, ev.Seq)
			if errors.Is(err, store.ErrNoLeaf) {
				continue
			}
			if err != nil {
				return nil, err
			}
			all = append(all, p)
		}
		if !slices.ContainsFunc(all, func(p ledger.Proof) bool { return p.Head != all[0].Head }) {
			return all, nil
		}
	}
	return nil, errors.New("the ledger grows too fast just now for proofs under one head; try again")
}

func permitOf(a store.Attempt) *evidence.Permit {
	p := &evidence.Permit{ID: a.ID, Allowed: true, At: a.At, Purpose: a.Purpose, Channel: string(a.Channel), Attempt: a, Events: []evidence.Relied{},
		Reasons: []string{"nothing spoke against it: do-not-call, consent, cool-downs, caps, hours, holidays and the preferred channel were checked in the transaction that wrote the event reserved"}}
	if a.Grant != "" {
		p.Reasons = append(p.Reasons, "a cap was full; the follow-up "+a.Grant+" of an enquiry let one more through")
	}
	return p
}

// rulesOf are the rules that bind calls to a number as they are now.
func rulesOf(ctx context.Context, e *store.Editor, cfg *config.Config, n customer.Number, b *evidence.Bundle) (evidence.Jurisdiction, error) {
	j := evidence.Jurisdiction{Country: n.Country, Rules: []evidence.Rule{}}
	policy, err := cfg.Policy()
	if err != nil {
		return j, wrong{err}
	}
	profile, err := e.ByNumber(ctx, n.Text)
	if err != nil && !errors.Is(err, store.ErrNoCustomer) {
		return j, err
	}
	req := permit.Request{Number: n}
	if b.Permit != nil {
		req.Purpose = b.Permit.Purpose
	}
	when, _, _ := permit.Where(b.Record.Began, req, profile, policy) // no rules: the list is empty, and that is told
	for _, r := range when.Rules {
		sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %v %v %q", r.Name, r.Countries, r.Regions, r.Hours, r.Holidays, r.Source))
		j.Rules = append(j.Rules, evidence.Rule{Name: r.Name, Source: r.Source, SHA256: hex.EncodeToString(sum[:])})
	}
	return j, nil
}

// scriptHistory is what was done with a script's versions; none was ever reviewed in
// a house that does not review.
func scriptHistory(ctx context.Context, cfg *config.Config, script string) (_ []review.Event, err error) {
	r, err := store.ReadReviews(ctx, cfg.ReviewsAt())
	if err != nil || r == nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return r.History(ctx, script)
}

func recordingOf(r call.Record, whole bool) (out evidence.Recording, err error) {
	if r.Recording == "" {
		out.Why = "the call was not recorded"
		return out, nil
	}
	f, err := os.Open(r.Recording)
	if err != nil {
		out.Why = "the file is not there any more, or not finished yet"
		return out, nil
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	hash, sound := sha256.New(), &bytes.Buffer{}
	to := io.Writer(hash)
	if whole {
		to = io.MultiWriter(hash, sound)
	}
	if out.Size, err = io.Copy(to, f); err != nil {
		return out, err
	}
	out.SHA256 = hex.EncodeToString(hash.Sum(nil))
	if whole {
		out.Sound = sound.Bytes()
	}
	return out, nil
}

// Run checks a bundle.
func (c *VerifyEvidenceCmd) Run(m *Main) error {
	keys, err := known(c.Key, "")
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return wrong{err}
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	r := evidence.Verify(f, info.Size(), keys)
	if c.JSON {
		if err := writeJSON(m, r); err != nil {
			return err
		}
	} else {
		for _, x := range r.Findings {
			fmt.Fprintln(m.Stdout, strings.TrimPrefix(x.Part+": "+x.Text, ": "))
		}
	}
	switch {
	case len(r.Findings) > 0:
		return fmt.Errorf("%s is not what was signed: %d findings", c.File, len(r.Findings))
	case !c.JSON:
		fmt.Fprintf(m.Stdout, "whole: call %s, %d parts signed at %s, %d proofs\n", r.Call, r.Parts, r.Made.Format("2006-01-02T15:04:05Z"), r.Proofs)
	}
	return nil
}
