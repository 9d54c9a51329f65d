package demo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/parley-voice/parley/cmd/parley/softphone"
	"github.com/parley-voice/parley/sip"
)

// supervisor answers the transferred call, listens and speaks.
type supervisor struct {
	*softphone.Phone
	story story
	met   chan struct{} // closed after the first greeting
	tell  func(who, verb, text string)

	once  sync.Once
	mu    sync.Mutex
	heard string
	trap  error
}

// ringing is how long a person takes to pick up.
const ringing = 1200 * time.Millisecond

// Inbound takes one call that is put through.
func (s *supervisor) Inbound(ctx context.Context, leg *sip.Leg) {
	if err := s.take(ctx, leg); err != nil && ctx.Err() == nil {
		s.mu.Lock()
		s.trap = err
		s.mu.Unlock()
	}
}

func (s *supervisor) take(ctx context.Context, leg *sip.Leg) error {
	params, _ := leg.Params()
	talk, err := s.Converse(ctx, params)
	if err != nil {
		return err
	}
	defer talk.Close()
	if err := leg.Ring(ctx); err != nil {
		return err
	}
	s.tell(s.Name, "rings", briefing(leg.Info()))
	if err := pause(ctx, ringing); err != nil {
		return err
	}
	params, err = leg.Answer(ctx, talk.Session.LocalAddr())
	if err != nil {
		return err
	}
	if err := talk.Session.Update(params); err != nil {
		return err
	}
	talk.Session.Start()
	over := make(chan error, 1)
	go func() { over <- follow(leg, talk.Session, nil) }()
	err = s.speak(ctx, talk, over)
	end, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	err = errors.Join(err, leg.Hangup(end, 16, ""))
	done()
	return errors.Join(err, <-over)
}

// speak greets, hears the customer out, answers, and hangs up.
func (s *supervisor) speak(ctx context.Context, talk *softphone.Talk, over chan error) error {
	stop, err := talk.Recognise(ctx, func(text string) { s.tell(s.Name, "heard", text) })
	if err != nil {
		return err
	}
	defer stop()
	if err := s.line(ctx, talk, s.story.greeting); err != nil {
		return err
	}
	talk.Ear.Listen()
	s.once.Do(func() { close(s.met) })
	if err := await(ctx, talk.Ear.Turn(), over, turnTime, "the customer said nothing"); err != nil {
		return err
	}
	heard := settle(ctx, talk, s.story.question, 3*time.Second)
	s.mu.Lock()
	s.heard = heard
	s.mu.Unlock()
	return s.line(ctx, talk, s.story.answer)
}

func (s *supervisor) line(ctx context.Context, talk *softphone.Talk, text string) error {
	clip, err := s.Clip(ctx, text)
	if err != nil {
		return err
	}
	s.tell(s.Name, "says", text)
	return talk.Say(ctx, clip)
}

// briefing is what the supervisor's telephone shows of a call.
func briefing(i sip.Info) string {
	text := "call for " + i.Called
	for _, name := range slices.Sorted(maps.Keys(i.Headers)) {
		text += fmt.Sprintf(", %s: %s", name, i.Headers[name])
	}
	return text
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
