// Package audio plays a script's tests by telephone: Parley calls a simulated
// caller over SIP and RTP on loopback, who hears it out and speaks in another
// voice, coded in G.711, and whom the configured recogniser has to understand.
package audio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/cmd/parley/softphone"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/sip"
)

// Stage is a Parley with one script, a caller's telephone and that of a person
// to whom calls are transferred.
type Stage struct {
	server *server.Server
	script *dialog.Script
	name   string
	caller *softphone.Phone
	calls  chan ringing // calls that reach the caller
	person *person
	broken *breaker
	folder string
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// Open builds it. speech is the user's, everything else the stage's own: nothing
// is reached but loopback.
func Open(ctx context.Context, speech config.Speech, file string, s *dialog.Script, log *slog.Logger) (_ *Stage, err error) {
	for _, language := range s.Languages() {
		if !server.Hears(speech.ASR, language) {
			return nil, fmt.Errorf("no recogniser hears %s: name one in speech.asr of a configuration and give it with -c", language)
		}
	}
	for _, n := range s.Nodes {
		if t := n.Exit.Transfer; t != nil && t.SIP != "" {
			return nil, fmt.Errorf("node %q transfers to %s, who would really be called: name a queue instead, and give its address in the configuration", n.Name, t.SIP)
		}
	}
	st := &Stage{script: s, name: library.ScriptName(file), calls: make(chan ringing, 1), broken: newBreaker()}
	defer func() {
		if err != nil {
			err = errors.Join(err, st.Close())
		}
	}()
	if st.folder, err = os.MkdirTemp("", "parley-script-test-"); err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	st.stop = cancel
	if err := st.phones(ctx, running, log); err != nil {
		return nil, err
	}
	cfg := loopbackOnly(speech, filepath.Join(st.folder, "data"), "sip:person@"+st.person.Addr())
	st.server, err = server.Build(ctx, cfg, server.Options{Log: log, Script: file, Wrap: st.broken.wrap})
	if err != nil {
		return nil, err
	}
	run, ok := st.server.Library.Named(st.name)
	if !ok {
		return nil, fmt.Errorf("script %s was not loaded", st.name)
	}
	run.Draft = false // it calls nobody but the telephone here
	st.done.Go(func() { _ = st.server.Serve(running) })
	return st, nil
}

// loopbackOnly is a configuration that reaches nobody outside.
func loopbackOnly(speech config.Speech, data, person string) *config.Config {
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	cfg := config.Default()
	cfg.Speech = speech
	// A machine that is busy shows a slow answer rather than none.
	cfg.Speech.ASR.Deadline = max(cfg.Speech.ASR.Deadline, 5*time.Second)
	cfg.SIP.Listen = []config.Listen{{Network: "udp", Addr: netip.AddrPortFrom(loopback, 0)}}
	cfg.Trunks = []config.Trunk{{Name: "loopback", Match: []netip.Prefix{netip.PrefixFrom(loopback, 32)}, Transport: "udp", Rate: 100, Trusted: true}}
	cfg.Media.Address, cfg.Media.Ports = loopback, config.PortRange{}
	cfg.HTTP.Listen, cfg.Record, cfg.Mask = "off", false, false
	cfg.Data = data
	cfg.Queues = map[string]config.Queue{"*": {To: person}}
	return cfg
}

// phones puts the caller and the person at their telephones.
func (st *Stage) phones(ctx, running context.Context, log *slog.Logger) error {
	voice, err := callerVoice(ctx, st.script.Languages())
	if err != nil {
		return fmt.Errorf("the caller's voice: %w", err)
	}
	st.caller, err = softphone.New(softphone.Person{Name: "caller", Language: st.script.Language, Voice: voice}, log)
	if err != nil {
		return err
	}
	st.done.Go(func() { _ = st.caller.Endpoint.Serve(running, st) })
	phone, err := softphone.New(softphone.Person{Name: "person"}, log)
	if err != nil {
		return err
	}
	st.person = &person{Phone: phone, acts: make(chan string, 1)}
	st.done.Go(func() { _ = st.person.Endpoint.Serve(running, st.person) })
	return nil
}

// ringing is a call at the caller's telephone; over tells its handler to return.
type ringing struct {
	leg  *sip.Leg
	over chan struct{}
}

// Inbound hands a call to the test that awaits it.
func (st *Stage) Inbound(ctx context.Context, leg *sip.Leg) {
	r := ringing{leg: leg, over: make(chan struct{})}
	select {
	case st.calls <- r:
	default:
		_ = leg.Reject(ctx, 486, "Busy Here")
		return
	}
	select {
	case <-r.over:
	case <-ctx.Done():
	}
}

// Close ends everything and waits for it.
func (st *Stage) Close() error {
	var errs []error
	if st.stop != nil {
		st.stop()
	}
	st.done.Wait()
	if st.server != nil {
		errs = append(errs, st.server.Close())
	}
	if st.caller != nil {
		errs = append(errs, st.caller.Engine.Close())
	}
	if st.person != nil {
		errs = append(errs, st.person.Engine.Close())
	}
	if st.folder != "" {
		errs = append(errs, os.RemoveAll(st.folder))
	}
	return errors.Join(errs...)
}
