package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/demo"
	"github.com/parley-voice/parley/cmd/parley/scroll"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/cmd/parley/softphone"
	"github.com/parley-voice/parley/tts"
)

// DemoCmd is parley demo.
type DemoCmd struct {
	Settings
	Once     bool   `help:"End after the call. Without a terminal this is so anyway."`
	Language string `enum:"en,zh" default:"en" help:"en or zh. Mandarin needs a recogniser that hears it, in the configuration's speech section: none ships with Parley."`
	Data     string `default:"var/demo" placeholder:"DIR" help:"Folder for the record, the recording and the log."`
}

// Run shows a call, then keeps serving for the user's softphone.
func (c *DemoCmd) Run(ctx context.Context, m *Main) (err error) {
	cfg, err := c.configuration(m)
	if err != nil {
		return err
	}
	if language := demo.Speech(c.Language); !server.Hears(cfg.Speech.ASR, language) {
		return wrong{fmt.Errorf("no recogniser hears %s: name one in speech.asr of a configuration and give it with -c; the one that ships (moonshine) hears English", language)}
	}
	spareCores(m.Env)
	signals, stop := m.Signals()
	defer stop()
	if err := os.MkdirAll(cfg.Data, 0o750); err != nil {
		return err
	}
	logFile, err := os.OpenFile(filepath.Join(cfg.Data, "parley.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, logFile.Close()) }()
	p := m.printer()
	d := &demo.Demo{Log: newLog(logFile, cfg.Log), Now: m.Now, Page: &scroll.Page{P: p}}
	address, err := d.Open(ctx, c.Language)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	cfg.Queues = map[string]config.Queue{"*": {To: "sip:supervisor@" + address}}
	began := m.Now()
	s, err := build(ctx, signals, func(ctx context.Context) (*server.Server, error) {
		return server.Build(ctx, cfg, server.Options{Log: d.Log, Notice: func(text string) { p.Printf("Parley is %s\n", text) }})
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := c.cast(ctx, d, s); err != nil {
		return err
	}
	p.Printf("Ready after %.1f s. A simulated customer calls %s.\n\n", m.Now().Sub(began).Seconds(), c.dial(s))
	return c.perform(ctx, m, d, s, signals)
}

// configuration is the user's speech section and everything else the demo's
// own: loopback, free ports, a shipped script.
func (c *DemoCmd) configuration(m *Main) (*config.Config, error) {
	user, err := c.load(m)
	if err != nil {
		return nil, err
	}
	cfg := config.Default()
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	cfg.Speech = user.Speech
	// A machine that is busy compiling, or small, shows a slow call rather than
	// one without recognition.
	cfg.Speech.ASR.Deadline = max(cfg.Speech.ASR.Deadline, 5*time.Second)
	cfg.SIP.Listen = []config.Listen{
		{Network: "udp", Addr: netip.AddrPortFrom(loopback, 0)},
	}
	cfg.Trunks = []config.Trunk{{Name: "loopback", Match: []netip.Prefix{netip.PrefixFrom(loopback, 32)}, Transport: "udp", Rate: 100, Trusted: true}}
	cfg.Media.Address, cfg.Media.Ports = loopback, config.PortRange{}
	cfg.HTTP.Listen = "127.0.0.1:0"
	cfg.KeepIn(c.Data)
	script, number := demo.Script(c.Language)
	cfg.Numbers = map[string]string{number: script}
	return cfg, nil
}

// cast gives the simulated people their voices and their ears.
func (c *DemoCmd) cast(ctx context.Context, d *demo.Demo, s *server.Server) error {
	language := demo.Speech(c.Language)
	var ears []asr.Recognizer
	for _, e := range s.Ears(language) {
		ears = append(ears, e.Recognizer)
	}
	voice := func(engine, name string) (tts.Speaker, error) {
		return server.NewSpeaker(ctx, config.Speech{}, config.Voice{Engine: engine, Voice: name})
	}
	engine, man, other := "flite", "rms", "slt"
	if c.Language != "en" {
		engine, man, other = "espeak", "", ""
	}
	first, err := voice(engine, man)
	if err != nil {
		return err
	}
	second, err := voice(engine, other)
	if err != nil {
		return err
	}
	d.Customer = softphone.Person{Name: "customer", Language: language, Voice: first, Ears: ears}
	d.SetOperator(softphone.Person{Name: "supervisor", Language: language, Voice: second, Ears: ears})
	return nil
}

func (c *DemoCmd) dial(s *server.Server) string {
	_, number := demo.Script(c.Language)
	return demo.Address(number, s.Addr("udp"))
}

// perform serves, lets the customer call, tells what came of it, and goes on
// for the user's own calls when there is a terminal.
func (c *DemoCmd) perform(ctx context.Context, m *Main, d *demo.Demo, s *server.Server, signals <-chan os.Signal) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	d.Page.Began = m.Now()
	watcher := s.Desk.Watch(1024)
	done := make(chan call.Record, 1)
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		d.Page.Follow(firstRecord(watcher.Updates(), done), m.Now)
	}()

	playing, stop := withSignal(ctx, signals)
	result, err := d.Play(playing, s, done)
	if cause := context.Cause(playing); cause != nil {
		err = cause
	}
	stop()
	if err == nil {
		err = c.tell(m, result)
	}
	if err == nil && m.Terminal && !c.Once {
		m.printer().Printf("\nParley goes on: dial %s from a softphone on this machine. Ctrl-C ends.\n\n", c.dial(s))
		select {
		case <-signals:
		case e := <-served:
			served <- e
		}
	}
	drain(ctx, s, signals, 5*time.Second, cancel)
	err = errors.Join(err, <-served)
	watcher.Close()
	<-shown
	return err
}

// firstRecord passes updates on, and the first record that they bring to done.
func firstRecord(in <-chan call.Update, done chan<- call.Record) <-chan call.Update {
	out := make(chan call.Update)
	go func() {
		defer close(out)
		for u := range in {
			if u.Done != nil {
				select {
				case done <- *u.Done:
				default:
				}
			}
			out <- u
		}
	}()
	return out
}

// tell writes the table.
func (c *DemoCmd) tell(m *Main, r demo.Result) error {
	r.Write(m.printer(), filepath.Join(c.Data, "records.db"), fmt.Sprintf("parley calls show %s --data %s", r.Record.ID, c.Data))
	if !r.OK() {
		return fmt.Errorf("the call did not go as it should; the log is %s", filepath.Join(c.Data, "parley.log"))
	}
	return nil
}
