package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/cmd/parley/report"
	"github.com/parley-voice/parley/cmd/parley/scroll"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/store"
)

// CallCmd is parley call.
type CallCmd struct {
	Settings
	Target  string            `arg:"" help:"Whom to call: sip:USER@HOST[:PORT], or a number with --trunk."`
	Script  string            `required:"" placeholder:"FILE" help:"Script to follow: a file, or the name of one that ships."`
	Var     map[string]string `mapsep:"none" placeholder:"K=V" help:"A variable of the script; may be given again."`
	Trunk   string            `help:"Trunk of the configuration to call through."`
	From    string            `help:"Number shown; the trunk's when not given."`
	Timeout time.Duration     `default:"45s" help:"How long it may ring."`
	AMD     string            `name:"amd" enum:"off,listen,wait" default:"off" placeholder:"listen" help:"Tell a machine from a person: listen begins the script at once and hangs up on a machine, wait holds it back until it is known, 3 s at most."`
	Drop    string            `name:"voicemail" placeholder:"TEXT" help:"What to leave after the beep of a machine, instead of hanging up. Needs --amd."`
	Data    string            `placeholder:"DIR" help:"Folder for the record and the recording; that of the configuration when not given."`
}

// Run places the call, and fails unless it was answered and came to its end.
func (c *CallCmd) Run(ctx context.Context, m *Main) error {
	cfg, err := c.load(m)
	if err != nil {
		return err
	}
	if c.Drop != "" && c.AMD == "off" {
		return wrong{errors.New("--voicemail needs --amd=listen or --amd=wait")}
	}
	reviews := cfg.ReviewsAt() // also when this call's record is kept elsewhere
	if err := c.prepare(cfg); err != nil {
		return wrong{err}
	}
	spareCores(m.Env)
	signals, stop := m.Signals()
	defer stop()
	cfg.Log.Level = "warn" // the scroll tells the rest
	options := server.Options{Log: newLog(m.Stderr, cfg.Log), Script: c.Script, Reviews: reviews}
	s, err := build(ctx, signals, func(ctx context.Context) (*server.Server, error) {
		s, err := server.Build(ctx, cfg, options)
		if errors.Is(err, store.ErrInUse) && c.Data == "" {
			cfg.KeepIn(filepath.Join(cfg.Data, "placed"))
			fmt.Fprintf(m.Stdout, "Another Parley writes the records there: this call is kept in %s.\n", cfg.Data)
			s, err = server.Build(ctx, cfg, options)
		}
		return s, err
	})
	if err != nil {
		return err
	}
	record, err := c.place(ctx, m, s, signals)
	if errors.Is(err, call.ErrDraft) {
		err = wrong{fmt.Errorf("%w: parley script submit %s --as NAME, then approve --as ANOTHER, and publish", err, c.Script)}
	}
	err = errors.Join(err, s.Close())
	if err != nil {
		return err
	}
	p := m.printer()
	p.Printf("\n")
	record.Entries = nil // the scroll has shown them
	report.Show(p, record)
	if record.State != call.Finished {
		return errQuiet
	}
	return nil
}

// prepare makes the configuration one for calling out only: ports of its own,
// no console, and nobody answered.
func (c *CallCmd) prepare(cfg *config.Config) error {
	cfg.HTTP.Listen, cfg.Numbers = "off", nil
	for i := range cfg.SIP.Listen {
		cfg.SIP.Listen[i].Addr = netip.AddrPortFrom(cfg.SIP.Listen[i].Addr.Addr(), 0)
	}
	if c.Data != "" {
		cfg.KeepIn(c.Data)
	}
	from, err := config.Dial(cfg.Trunks, c.Target, c.Trunk, c.From)
	c.From = from
	return err
}

// detection is how the call finds out who picked up.
func (c *CallCmd) detection() call.Detection {
	d := call.Detection{Listen: c.AMD != "off", Wait: c.AMD == "wait", Message: c.Drop}
	if c.Drop != "" {
		d.Machine = call.Leave
	}
	return d
}

func (c *CallCmd) place(ctx context.Context, m *Main, s *server.Server, signals <-chan os.Signal) (call.Record, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()

	watcher := s.Desk.Watch(256)
	page := &scroll.Page{P: m.printer(), Began: m.Now()}
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		page.Follow(watcher.Updates(), m.Now)
	}()
	type result struct {
		record call.Record
		err    error
	}
	ended := make(chan result, 1)
	go func() {
		r, err := s.Desk.Outbound(ctx, call.Attempt{
			To: c.Target, Trunk: c.Trunk, From: c.From, Script: library.ScriptName(c.Script), Vars: c.Var, Timeout: c.Timeout, Pickup: c.detection(),
		})
		ended <- result{r, err}
	}()
	var r result
	select {
	case r = <-ended:
	case err := <-served: // a socket that fails ends the call too
		cancel()
		r = <-ended
		served <- err
	case <-signals:
		cancel()
		r = <-ended
	}
	cancel()
	err := <-served
	watcher.Close()
	<-shown
	if r.record.ID != "" { // what went wrong is in the record
		r.err = nil
	}
	return r.record, errors.Join(r.err, err)
}
