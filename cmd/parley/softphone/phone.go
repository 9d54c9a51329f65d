// Package softphone is a telephone for people who are simulated: a SIP user agent
// and a media engine of their own, which share nothing with the server under
// test but the network, a voice to speak with and, when words matter, ears.
package softphone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
	"github.com/parley-voice/parley/tts"
)

// Person is who sits at a simulated telephone.
type Person struct {
	Name     string
	Language string
	Voice    tts.Speaker
	Ears     []asr.Recognizer // the first that opens is used
}

// Phone is a SIP telephone of its own: a user agent and a media engine that
// share nothing with the server but the loopback network.
type Phone struct {
	Person
	Endpoint *sip.Endpoint
	Engine   *media.Engine
}

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// New binds a telephone to loopback.
func New(p Person, log *slog.Logger) (*Phone, error) {
	endpoint, err := sip.New(sip.Config{
		Listen:    []sip.Listen{{Network: "udp", Addr: netip.AddrPortFrom(loopback, 0).String()}},
		Trunks:    []sip.Trunk{{Name: "parley", Match: []netip.Prefix{netip.PrefixFrom(loopback, 32)}, Trusted: true}},
		UserAgent: "Parley softphone " + p.Name,
	}, log.With("phone", p.Name))
	if err != nil {
		return nil, fmt.Errorf("the %s's phone: %w", p.Name, err)
	}
	engine, err := media.NewEngine(media.Config{Addr: loopback, Threads: 1, CNAME: p.Name + "@softphone"})
	if err != nil {
		return nil, fmt.Errorf("the %s's phone: %w", p.Name, err)
	}
	return &Phone{Person: p, Endpoint: endpoint, Engine: engine}, nil
}

// Addr is where the phone can be called.
func (p *Phone) Addr() string { return p.Endpoint.Addr("udp").String() }

// Clip renders a line in this person's voice.
func (p *Phone) Clip(ctx context.Context, text string) (*media.Clip, error) {
	var all media.Frame
	err := p.Voice.Speak(ctx, tts.Utterance{Text: text, Language: p.Language}, func(f media.Frame) error {
		all.Rate = f.Rate
		all.PCM = append(all.PCM, f.PCM...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("the %s's voice: %w", p.Name, err)
	}
	return media.NewClip(all), nil
}

// Talk is one call of a phone.
type Talk struct {
	phone   *Phone
	Session *media.Session
	Ear     *Ear
	marks   uint64

	mu    sync.Mutex
	heard []string
	news  chan struct{} // more was heard
}

// Converse opens the audio of one call.
func (p *Phone) Converse(ctx context.Context, params media.Params) (*Talk, error) {
	c := &Talk{phone: p, Ear: newEar(), news: make(chan struct{}, 1)}
	session, err := p.Engine.Open(ctx, params, c.Ear)
	if err != nil {
		return nil, err
	}
	c.Session = session
	return c, nil
}

// Recognise turns what is heard from now on into words, until stop is called,
// which returns when all of it has ended.
func (c *Talk) Recognise(ctx context.Context, told func(string)) (stop func(), err error) {
	stream, err := c.phone.words(ctx)
	if err != nil {
		return nil, err
	}
	c.Ear.stream.Store(&stream)
	var reading sync.WaitGroup
	reading.Go(func() {
		for {
			t, err := stream.Next(ctx)
			if err != nil {
				return
			}
			if t.Kind == asr.Final && t.Text != "" {
				c.keep(t.Text)
				told(t.Text)
			}
		}
	})
	return func() {
		c.Ear.stream.Store(nil)
		_ = stream.Close() // makes Next return
		reading.Wait()
	}, nil
}

// words opens the first recogniser that can be had.
func (p *Phone) words(ctx context.Context) (asr.Stream, error) {
	err := errors.New("no recogniser")
	for _, r := range p.Ears {
		var s asr.Stream
		if s, err = r.Open(ctx, asr.Options{Language: p.Language, Rate: media.TelephoneRate}); err == nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("the %s hears nothing: %w", p.Name, err)
}

func (c *Talk) keep(text string) {
	c.mu.Lock()
	c.heard = append(c.heard, text)
	c.mu.Unlock()
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// News says that more was heard; Heard has it.
func (c *Talk) News() <-chan struct{} { return c.news }

// Heard is what was recognised so far.
func (c *Talk) Heard() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.heard, " ")
}

// Say speaks a clip and returns when its last packet has left.
func (c *Talk) Say(ctx context.Context, clip *media.Clip) error {
	q := c.Session.Out()
	g := q.Gen()
	c.marks++
	if err := errors.Join(q.Clip(g, clip, false), q.Mark(g, c.marks)); err != nil {
		return err
	}
	for {
		select {
		case m := <-c.Ear.marks:
			if m == c.marks {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close ends the audio.
func (c *Talk) Close() { c.Session.Close() }
