package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// OptOutCmd is parley optout.
type OptOutCmd struct {
	Add    OptOutAddCmd    `cmd:"" help:"Keep that somebody does not want to be reached."`
	Import OptOutImportCmd `cmd:"" help:"Keep opt-outs from CSV with a column number, and perhaps kind, channel and purpose. The same file again changes nothing."`
	List   OptOutListCmd   `cmd:"" help:"List opt-outs, with masked numbers."`
	Check  OptOutCheckCmd  `cmd:"" help:"Say whether a number may be called now, and every reason why not."`
}

// OptOutAddCmd is parley optout add.
type OptOutAddCmd struct {
	From
	Number string `arg:"" help:"Telephone number."`
	What
}

// What is what was said.
type What struct {
	Kind    string `enum:"never,refusal,complaint" default:"never" help:"never: for ever; refusal or complaint: for 30 days."`
	Channel string `enum:"all,phone,sms,email" default:"all" help:"all, phone, sms or email."`
	Purpose string `help:"Only for this purpose, such as marketing; whatever for when not given."`
}

// OptOutListCmd is parley optout list.
type OptOutListCmd struct {
	From
	Limit int  `default:"1000" help:"How many at most, the oldest first."`
	JSON  bool `name:"json" help:"As JSON."`
}

// OptOutCheckCmd is parley optout check.
type OptOutCheckCmd struct {
	From
	Number  string `arg:"" help:"Telephone number."`
	Purpose string `default:"marketing" help:"What the call is for."`
	Channel string `enum:"phone,sms,email" default:"phone" help:"phone, sms or email."`
	JSON    bool   `name:"json" help:"As JSON."`
}

// Run keeps one.
func (c *OptOutAddCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.newEditor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	n := customer.Parse(c.Number, cfg.Callers.Country)
	if !n.Personal() {
		return wrong{fmt.Errorf("%q is no number of a person; write it with its country code: +8613800138000", c.Number)}
	}
	out, err := optOut(ctx, e, cfg, m.Now(), c.word(n, "command line"))
	if err != nil {
		return err
	}
	if err := m.audited(ctx, cfg, store.Deed{Action: "optout.add", Target: n.Masked(), After: c.Kind + " by " + c.Channel}); err != nil {
		return err
	}
	fmt.Fprintf(m.Stdout, "%s: %s, %s; %d reserved calls cancelled, %d that ring will be hung up\n", n.Masked(), c.Kind, c.Channel, len(out.Cancelled), len(out.Ringing))
	return nil
}

// optOut keeps a word, and has the webhooks told of it by the server.
func optOut(ctx context.Context, e *store.Editor, cfg *config.Config, now time.Time, w store.Word) (store.Stopped, error) {
	tell, err := server.Letters{Config: cfg}.Word(w, now)
	if err != nil {
		return store.Stopped{}, err
	}
	return e.OptOut(ctx, now, w, tell...)
}

// word is what was said of a number. The same words from the same source are one;
// a refusal or complaint of another day is not.
func (w What) word(n customer.Number, source string) store.Word {
	word := store.Word{ID: uuid.NewString(), Number: n.Text, Kind: store.WordKind(w.Kind), Channel: permit.Channel(w.Channel), Purpose: w.Purpose, Source: source}
	if word.Kind == store.NeverAgain {
		word.ID = fmt.Sprintf("%s/%s/%s/%s", source, n.Text, w.Channel, w.Purpose)
	}
	return word
}

// Run lists.
func (c *OptOutListCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	all, err := e.OptOuts(ctx, store.KeptWord{}, c.Limit)
	if err != nil {
		return err
	}
	for i := range all {
		all[i].Number = customer.Parse(all[i].Number, cfg.Callers.Country).Masked()
		all[i].ID = "" // it may hold the number
	}
	if c.JSON {
		return writeJSON(m, all)
	}
	for _, w := range all {
		fmt.Fprintf(m.Stdout, "%s  %-16s  %-8s  %-6s  %-10s  %s\n", w.At.Local().Format(time.DateTime), w.Number, w.Kind, w.Channel,
			cmp.Or(w.Purpose, "-"), cmp.Or(w.Source, w.Call))
	}
	return nil
}

// Run checks.
func (c *OptOutCheckCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	policy, err := cfg.Policy()
	if err != nil {
		return wrong{err}
	}
	n := customer.Parse(c.Number, cfg.Callers.Country)
	d, err := e.May(ctx, m.Now(), permit.Request{Number: n, Purpose: c.Purpose, Channel: permit.Channel(c.Channel)}, policy)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(m, d)
	}
	if d.Allowed {
		fmt.Fprintln(m.Stdout, "allowed now")
		return nil
	}
	for _, r := range d.Reasons {
		until := ""
		if !r.Until.IsZero() {
			until = ", until " + r.Until.Local().Format(time.DateTime)
		}
		fmt.Fprintf(m.Stdout, "%s: %s%s\n", r.Code, r.Text, until)
	}
	return errQuiet
}
