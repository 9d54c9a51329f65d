package demo

import (
	"context"
	"sync"
	"time"

	"github.com/parley-voice/parley/sip"
)

// supervisor answers the transferred call, listens and speaks.
type supervisor struct {
	*phone
	story story
	met   chan struct{} // closed after the first greeting
	tell  func(who, verb, text string)

	once  sync.Once
	mu    sync.Mutex
	heard string
	x     map[string]string // headers of the first call
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
	talk, err := s.converse(ctx, params)
	if err != nil {
		return err
	}
	defer talk.close()
	if err := leg.Ring(ctx); err != nil {
		return err
	}
	s.tell(s.Name, "rings", "")
	if err := pause(ctx, ringing); err != nil {
		return err
	}
	params, err = leg.Answer(ctx, talk.session.LocalAddr())
	if err != nil {
		return err
	}
	if err := talk.session.Update(params); err != nil {
		return err
	}
	talk.session.Start()
	over := make(chan error, 1)
	go func() { over <- follow(leg, talk.session, nil) }()
	defer func() {
		end, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		_ = leg.Hangup(end, 16, "")
		done()
		<-over
	}()
	return s.speak(ctx, leg, talk, over)
}

// speak greets, hears the customer out, answers, and hangs up.
func (s *supervisor) speak(ctx context.Context, leg *sip.Leg, talk *conversation, over chan error) error {
	listening, deaf := context.WithCancel(ctx)
	listened := make(chan struct{})
	go func() {
		defer close(listened)
		talk.recognise(listening, func(text string) { s.tell(s.Name, "heard", text) })
	}()
	defer func() { deaf(); <-listened }()
	if err := s.line(ctx, talk, s.story.greeting); err != nil {
		return err
	}
	talk.ear.listen()
	s.once.Do(func() {
		s.mu.Lock()
		s.x = leg.Info().Headers
		s.mu.Unlock()
		close(s.met)
	})
	if err := await(ctx, talk.ear.turn, over, turnTime, "the customer said nothing"); err != nil {
		return err
	}
	s.settle(ctx, talk)
	s.mu.Lock()
	s.heard = talk.text()
	s.mu.Unlock()
	return s.line(ctx, talk, s.story.answer)
}

// settle waits for the words of what was just heard.
func (s *supervisor) settle(ctx context.Context, talk *conversation) {
	if talk.ear.stream == nil {
		return
	}
	limit := time.NewTimer(3 * time.Second)
	defer limit.Stop()
	for shared(s.story.question, talk.text()) < 0.5 {
		select {
		case <-talk.news:
		case <-limit.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (s *supervisor) line(ctx context.Context, talk *conversation, text string) error {
	clip, err := s.clip(ctx, text)
	if err != nil {
		return err
	}
	s.tell(s.Name, "says", text)
	return talk.say(ctx, clip)
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
