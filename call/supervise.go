package call

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Mode is what a supervisor does in a call.
type Mode string

// The modes, as call centres name them. While the caller talks with the machine
// a supervisor can listen or take over; to barge in is to take over then.
const (
	Listen   Mode = "listen"    // hears both sides, is heard by nobody
	Whisper  Mode = "whisper"   // is heard by the person as well
	Barge    Mode = "barge"     // is heard by both; keeps the caller when the person leaves
	TakeOver Mode = "take_over" // the person or the machine is released
)

var modes = []Mode{Listen, Whisper, Barge, TakeOver}

// Supervision is a supervisor's wish.
type Supervision struct {
	URI  string // whose phone is rung, as sip:name@host; may be left out to change the mode
	Mode Mode
}

// Why a call is not supervised.
var (
	ErrNoCall        = errors.New("no such call is in progress")
	ErrNoTalk        = errors.New("nobody talks in this call now")
	ErrNobody        = errors.New("the caller talks with no person who could be whispered to: listen or take over")
	ErrSupervised    = errors.New("somebody else supervises this call")
	ErrNotSupervised = errors.New("nobody supervises this call")
)

// Supervise rings a supervisor's phone and lets it into a call as soon as it is
// answered. Asked again by the same supervisor it changes the mode. It returns
// when the phone is being rung or the mode has changed; what becomes of it is in
// the journal. Any goroutine may call it.
func (d *Desk) Supervise(ctx context.Context, id string, want Supervision) error {
	if !slices.Contains(modes, want.Mode) {
		return fmt.Errorf("mode %q is unknown: use one of %q", want.Mode, modes)
	}
	return d.ask(ctx, id, supervise{want: want, answer: make(chan error, 1)})
}

// EndSupervision hangs up on the supervisor; the call goes on. One who has taken
// the caller over is no supervisor any more.
func (d *Desk) EndSupervision(ctx context.Context, id string) error {
	return d.ask(ctx, id, supervise{end: true, answer: make(chan error, 1)})
}

// ask waits for a call's answer, but not longer than the call lasts.
func (d *Desk) ask(ctx context.Context, id string, e supervise) error {
	d.mu.Lock()
	s := d.live[id]
	d.mu.Unlock()
	if s == nil {
		return ErrNoCall
	}
	select {
	case s.box.own <- e:
	case <-s.box.gone:
		return ErrNoCall
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-e.answer:
		return err
	case <-s.box.gone:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-e.answer: // the last thing that the call did
		return err
	default:
		return ErrNoCall
	}
}
