package demo

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/parley-voice/parley/cmd/parley/softphone"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
)

// How long a simulated person waits for the other side before speaking anyway.
const (
	ringTime   = 15 * time.Second
	turnTime   = 25 * time.Second
	personTime = 40 * time.Second
	byeTime    = 15 * time.Second
)

// customer calls Parley and holds the conversation of a story.
type customer struct {
	*softphone.Phone
	story  story
	server netip.AddrPort
	met    <-chan struct{} // the supervisor has greeted
	tell   func(who, verb, text string)

	heard string // of the person's answer
}

// call walks through the story. It returns when the call is over.
func (c *customer) call(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	clips, err := c.clips(ctx, append(append([]string{}, c.story.lines...), c.story.question))
	if err != nil {
		return err
	}
	talk, err := c.Converse(ctx, media.Params{Codec: media.PCMA})
	if err != nil {
		return err
	}
	defer talk.Close()
	leg, err := c.Endpoint.Dial(ctx, sip.Dial{
		Target: fmt.Sprintf("sip:%s@%s", c.story.number, c.server), From: "+4930555012345", Display: "Customer",
		Local: talk.Session.LocalAddr(), Timeout: ringTime,
	})
	if err != nil {
		return err
	}
	over := make(chan error, 1)
	answered := make(chan struct{})
	go func() { over <- follow(leg, talk.Session, answered) }()

	err = c.talk(ctx, talk, clips, answered, over)
	hangCtx, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	err = errors.Join(err, leg.Hangup(hangCtx, 16, "")) // nothing to do when the other side has hung up
	done()
	if e := <-over; err == nil {
		err = e
	}
	return err
}

func (c *customer) clips(ctx context.Context, lines []string) ([]*media.Clip, error) {
	var out []*media.Clip
	for _, line := range lines {
		clip, err := c.Clip(ctx, line)
		if err != nil {
			return nil, err
		}
		out = append(out, clip)
	}
	return out, nil
}

// talk speaks each line once Parley has finished its turn, then waits for the
// person and speaks to them.
func (c *customer) talk(ctx context.Context, talk *softphone.Talk, clips []*media.Clip, answered <-chan struct{}, over chan error) error {
	if err := await(ctx, answered, over, ringTime, "nobody answered"); err != nil {
		return err
	}
	for i, line := range c.story.lines {
		talk.Ear.Listen()
		if err := await(ctx, talk.Ear.Turn(), over, turnTime, "Parley did not finish speaking"); err != nil {
			return fmt.Errorf("before %q: %w", line, err)
		}
		c.tell(c.Name, "says", line)
		if err := talk.Say(ctx, clips[i]); err != nil {
			return err
		}
	}
	if err := await(ctx, c.met, over, personTime, "nobody took the transferred call"); err != nil {
		return err
	}
	// Only now are words needed: until here it is enough to hear when Parley stops.
	stop, err := talk.Recognise(ctx, func(text string) { c.tell(c.Name, "heard", text) })
	if err != nil {
		return err
	}
	defer stop()
	c.tell(c.Name, "says", c.story.question)
	if err := talk.Say(ctx, clips[len(clips)-1]); err != nil {
		return err
	}
	c.heard = settle(ctx, talk, c.story.answer, byeTime)
	return await(ctx, nil, over, byeTime, "the other side did not hang up")
}

// errOver says that the call ended before its time.
var errOver = errors.New("the call ended early")

// await waits for something to happen, within a time. With a nil channel it
// waits for the end of the call.
func await(ctx context.Context, what <-chan struct{}, over chan error, limit time.Duration, otherwise string) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-what:
		return nil
	case err := <-over:
		over <- err // for whoever waits for the end
		if what == nil {
			return nil
		}
		return errors.Join(errOver, err)
	case <-timer.C:
		return fmt.Errorf("%s within %s", otherwise, limit)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// follow carries a leg's events to its audio until the leg ends.
func follow(leg *sip.Leg, s *media.Session, answered chan<- struct{}) error {
	for e := range leg.Events() {
		switch e := e.(type) {
		case sip.Answered:
			if err := s.Update(e.Params); err != nil {
				return err
			}
			s.Start()
			if answered != nil {
				close(answered)
			}
		case sip.MediaChanged:
			if err := s.Update(e.Params); err != nil {
				return err
			}
		case sip.Ended:
			if e.Code != 0 {
				return fmt.Errorf("SIP %d %s", e.Code, e.Reason)
			}
		}
	}
	return nil
}
