package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"time"

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

// phone is a SIP telephone of its own: a user agent and a media engine that
// share nothing with the server but the loopback network.
type phone struct {
	Person
	endpoint *sip.Endpoint
	engine   *media.Engine
}

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

func newPhone(p Person, log *slog.Logger) (*phone, error) {
	endpoint, err := sip.New(sip.Config{
		Listen:    []sip.Listen{{Network: "udp", Addr: netip.AddrPortFrom(loopback, 0).String()}},
		Trunks:    []sip.Trunk{{Name: "parley", Match: []netip.Prefix{netip.PrefixFrom(loopback, 32)}, Trusted: true}},
		UserAgent: "Parley demo " + p.Name,
	}, log.With("phone", p.Name))
	if err != nil {
		return nil, fmt.Errorf("the %s's phone: %w", p.Name, err)
	}
	engine, err := media.NewEngine(media.Config{Addr: loopback, Threads: 1, CNAME: p.Name + "@demo"})
	if err != nil {
		return nil, fmt.Errorf("the %s's phone: %w", p.Name, err)
	}
	return &phone{Person: p, endpoint: endpoint, engine: engine}, nil
}

// addr is where the phone can be called.
func (p *phone) addr() string { return p.endpoint.Addr("udp").String() }

// clip renders a line in this person's voice.
func (p *phone) clip(ctx context.Context, text string) (*media.Clip, error) {
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

// conversation is one call of a phone.
type conversation struct {
	phone   *phone
	session *media.Session
	ear     *ear
	marks   uint64

	mu    sync.Mutex
	heard []string
	news  chan struct{} // more was heard
}

func (p *phone) converse(ctx context.Context, params media.Params) (*conversation, error) {
	c := &conversation{phone: p, ear: newEar(), news: make(chan struct{}, 1)}
	session, err := p.engine.Open(ctx, params, c.ear)
	if err != nil {
		return nil, err
	}
	c.session = session
	return c, nil
}

// recognise turns what is heard from now on into words, until stop is called,
// which returns when all of it has ended.
func (c *conversation) recognise(ctx context.Context, told func(string)) (stop func(), err error) {
	stream, err := c.phone.words(ctx)
	if err != nil {
		return nil, err
	}
	c.ear.stream.Store(&stream)
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
		c.ear.stream.Store(nil)
		_ = stream.Close() // makes Next return
		reading.Wait()
	}, nil
}

// words opens the first recogniser that can be had.
func (p *phone) words(ctx context.Context) (asr.Stream, error) {
	err := errors.New("no recogniser")
	for _, r := range p.Ears {
		var s asr.Stream
		if s, err = r.Open(ctx, asr.Options{Language: p.Language, Rate: media.TelephoneRate}); err == nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("the %s hears nothing: %w", p.Name, err)
}

func (c *conversation) keep(text string) {
	c.mu.Lock()
	c.heard = append(c.heard, text)
	c.mu.Unlock()
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// settle waits until most of a sentence has been heard, or for a while.
func (c *conversation) settle(ctx context.Context, sentence string, limit time.Duration) string {
	late := time.NewTimer(limit)
	defer late.Stop()
	for shared(sentence, c.text()) < wantShared {
		select {
		case <-c.news:
		case <-late.C:
			return c.text()
		case <-ctx.Done():
			return c.text()
		}
	}
	return c.text()
}

func (c *conversation) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.heard, " ")
}

// say speaks a clip and returns when its last packet has left.
func (c *conversation) say(ctx context.Context, clip *media.Clip) error {
	q := c.session.Out()
	g := q.Gen()
	c.marks++
	if err := errors.Join(q.Clip(g, clip, false), q.Mark(g, c.marks)); err != nil {
		return err
	}
	for {
		select {
		case m := <-c.ear.marks:
			if m == c.marks {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// close ends the audio.
func (c *conversation) close() { c.session.Close() }
