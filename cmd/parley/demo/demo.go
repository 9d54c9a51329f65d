// Package demo lets a simulated customer call a Parley, and a simulated
// supervisor take the call that is put through. Both are real SIP telephones
// over real RTP on loopback.
package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/scroll"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/cmd/parley/softphone"
	"github.com/parley-voice/parley/sip"
)

// Demo is one performance.
type Demo struct {
	Page     *scroll.Page
	Log      *slog.Logger
	Now      func() time.Time
	Customer softphone.Person

	story      story
	supervisor *supervisor
	stop       context.CancelFunc
	phones     sync.WaitGroup
}

// Script and Number tell what the server must answer with.
func Script(language string) (script, number string) {
	s := stories[language]
	return s.script, s.number
}

// Speech is the language tag of a demo's language.
func Speech(language string) string { return stories[language].language }

// Open puts the supervisor at their telephone and gives the address to transfer to.
func (d *Demo) Open(ctx context.Context, language string) (address string, err error) {
	d.story = stories[language]
	p, err := softphone.New(softphone.Person{Name: "supervisor"}, d.Log)
	if err != nil {
		return "", err
	}
	d.supervisor = &supervisor{Phone: p, story: d.story, met: make(chan struct{}), tell: d.tell}
	ctx, d.stop = context.WithCancel(ctx)
	d.phones.Go(func() { _ = p.Endpoint.Serve(ctx, d.supervisor) })
	return p.Addr(), nil
}

// SetOperator tells who the supervisor is; before the first call.
func (d *Demo) SetOperator(p softphone.Person) { d.supervisor.Person = p }

// Close takes the supervisor away.
func (d *Demo) Close() error {
	d.stop()
	d.phones.Wait()
	return d.supervisor.Engine.Close()
}

func (d *Demo) tell(who, verb, text string) {
	d.Page.Add(scroll.Line{At: d.Now(), Who: who, Verb: verb, Text: text})
}

// Play makes the customer call the server, and judges what came of it.
func (d *Demo) Play(ctx context.Context, s *server.Server, done <-chan call.Record) (Result, error) {
	p, err := softphone.New(d.Customer, d.Log)
	if err != nil {
		return Result{}, err
	}
	c := &customer{Phone: p, story: d.story, server: s.Addr("udp"), met: d.supervisor.met, tell: d.tell}
	ctx, cancel := context.WithCancel(ctx)
	var serving sync.WaitGroup
	serving.Go(func() { _ = p.Endpoint.Serve(ctx, hangUp{}) })
	callErr := c.call(ctx)
	record, err := last(ctx, done)
	cancel()
	serving.Wait()
	err = errors.Join(err, p.Engine.Close())
	if err != nil {
		return Result{}, errors.Join(callErr, err)
	}
	d.supervisor.mu.Lock()
	defer d.supervisor.mu.Unlock()
	return Result{
		Record:   record,
		customer: side{d.story.question, c.heard, callErr},
		operator: side{d.story.answer, d.supervisor.heard, d.supervisor.trap},
	}, nil
}

// last waits for the record of the call.
func last(ctx context.Context, done <-chan call.Record) (call.Record, error) {
	t := time.NewTimer(15 * time.Second)
	defer t.Stop()
	select {
	case r := <-done:
		return r, nil
	case <-t.C:
		return call.Record{}, fmt.Errorf("the call left no record within 15 s")
	case <-ctx.Done():
		return call.Record{}, ctx.Err()
	}
}

// hangUp takes no calls: nobody calls the customer.
type hangUp struct{}

func (hangUp) Inbound(ctx context.Context, leg *sip.Leg) { _ = leg.Reject(ctx, 486, "Busy Here") }

// Address is what a softphone dials.
func Address(number string, at netip.AddrPort) string { return fmt.Sprintf("sip:%s@%s", number, at) }
