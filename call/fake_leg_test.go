package call

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
)

// fakeLeg is a leg whose peer the test plays.
type fakeLeg struct {
	r      *rig
	info   sip.Info
	params media.Params
	events chan sip.Event
	local  netip.AddrPort // of the audio, when it was dialled

	noOffer    bool
	answerErr  error
	answerTime time.Duration
	refer      func(target string, headers map[string]string) error

	mu       sync.Mutex
	over     bool
	rejected int
	rang     int
	answers  int
	cause    int
	hangups  int
	gone     func() // the leg is over
	refers   []string
}

var talkParams = media.Params{Codec: media.PCMA, Remote: netip.MustParseAddrPort("192.0.2.1:4000"), DTMF: 101}

func newLeg(r *rig, called string) *fakeLeg {
	return &fakeLeg{
		r: r, params: talkParams, events: make(chan sip.Event, 256),
		info: sip.Info{CallID: "cid", Inbound: true, Called: called, Caller: "+8613800001234", Trunk: "carrier", At: time.Now(), MaxForwards: 68},
	}
}

func (l *fakeLeg) ID() string               { return l.info.CallID }
func (l *fakeLeg) Info() sip.Info           { return l.info }
func (l *fakeLeg) Events() <-chan sip.Event { return l.events }
func (l *fakeLeg) Params() (media.Params, bool) {
	if l.noOffer {
		return media.Params{}, false
	}
	return l.params, true
}

func (l *fakeLeg) Ring(context.Context) error {
	l.r.moment("ring")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rang++
	return nil
}

func (l *fakeLeg) Answer(ctx context.Context, _ netip.AddrPort) (media.Params, error) {
	l.r.moment("answer")
	if l.answerTime > 0 {
		select {
		case <-time.After(l.answerTime):
		case <-ctx.Done():
			return media.Params{}, ctx.Err()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return media.Params{}, errors.New("the leg is gone")
	}
	if l.answerErr != nil {
		return media.Params{}, l.answerErr
	}
	l.answers++
	return l.params, nil
}

func (l *fakeLeg) Reject(_ context.Context, code int, _ string) error {
	l.mu.Lock()
	l.rejected = code
	l.mu.Unlock()
	l.end(sip.Ended{By: sip.Us, Code: code})
	return nil
}

func (l *fakeLeg) Refer(_ context.Context, target string, headers map[string]string) error {
	l.r.moment("refer")
	l.mu.Lock()
	l.refers = append(l.refers, target)
	l.mu.Unlock()
	if l.refer == nil {
		return nil
	}
	return l.refer(target, headers)
}

func (l *fakeLeg) Hangup(_ context.Context, cause int, text string) error {
	l.mu.Lock()
	l.hangups++
	if !l.over {
		l.cause = cause
	}
	l.mu.Unlock()
	l.end(sip.Ended{By: sip.Us, Reason: text})
	return nil
}

// progress is how often it rang and was answered.
func (l *fakeLeg) progress() (rang, answers int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rang, l.answers
}

// end is the last event, told once.
func (l *fakeLeg) end(e sip.Ended) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return
	}
	l.over = true
	l.events <- e
	close(l.events)
	if l.gone != nil {
		l.gone()
	}
}

// send posts an event unless the leg is over.
func (l *fakeLeg) send(e sip.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over {
		l.events <- e
	}
}

// bye is the peer's hangup.
func (l *fakeLeg) bye() { l.end(sip.Ended{By: sip.Them, Cause: 16, Reason: "normal clearing"}) }

func (l *fakeLeg) ended() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over
}

// fakePhone dials fake legs; ring is what each of them does.
type fakePhone struct {
	r    *rig
	err  error
	ring func(leg *fakeLeg)

	introduce func(caller, person *fakeLeg) error

	mu    sync.Mutex
	legs  []*fakeLeg
	dials []sip.Dial
}

func (p *fakePhone) Introduce(_ context.Context, caller, person Leg, _ map[string]string) error {
	p.r.moment("introduce")
	if p.introduce == nil {
		return sip.Refused{Code: 501, Reason: "Not Implemented"}
	}
	return p.introduce(caller.(*fakeLeg), person.(*fakeLeg))
}

func (p *fakePhone) Dial(ctx context.Context, d sip.Dial) (Leg, error) {
	p.r.moment("dial")
	if p.err != nil {
		return nil, p.err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	leg := newLeg(p.r, d.Target)
	leg.info.Inbound, leg.local = false, d.Local
	p.mu.Lock()
	leg.info.CallID = fmt.Sprintf("dialled-%d", len(p.legs))
	p.legs = append(p.legs, leg)
	p.dials = append(p.dials, d)
	p.mu.Unlock()
	if p.ring != nil {
		p.r.wg.Go(func() { p.ring(leg) })
	}
	return leg, nil
}

func (p *fakePhone) leg(i int) *fakeLeg {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i >= len(p.legs) {
		return nil
	}
	return p.legs[i]
}

func (l *spyLeg) Ring(ctx context.Context) error { l.ring(); return l.fakeLeg.Ring(ctx) }

func (l *spyLeg) Answer(ctx context.Context, a netip.AddrPort) (media.Params, error) {
	l.answer()
	return l.fakeLeg.Answer(ctx, a)
}
