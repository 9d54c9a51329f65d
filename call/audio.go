package call

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/parley-voice/parley/media"
)

// Audio opens media sessions and lets them hear each other. Wheel makes one of a
// media.Engine.
type Audio interface {
	Open(ctx context.Context, p media.Params, s media.Sink) (Media, error)
	// Join lets two sessions hear each other until the returned function is called.
	Join(a, b Media) (part func(), err error)
	// Patch lets to hear from, and not the other way round.
	Patch(from, to Media) (part func(), err error)
	// Overhear lets to hear what from hears.
	Overhear(from, to Media) (part func(), err error)
}

// Media is one leg's audio.
type Media interface {
	Wire
	Tape
	Out() Queue
	// Echo sends the caller's own sound or digits back.
	Echo(audio, digits bool)
	// Close waits until the wheel has let go.
	Close() media.Stats
}

// Wire is the network side of a Media.
type Wire interface {
	LocalAddr() netip.AddrPort
	// Start begins to send: the first packet leaves at once.
	Start()
	// Update follows a re-INVITE: hold, another port, another codec.
	Update(p media.Params) error
	SendDigits(digits string) error
}

// Tape records both sides of a Media, left the caller, right us.
type Tape interface {
	Record(path string) error
	StopRecording() error
}

// Queue is the playout queue of one Media. Writes with an old generation fail
// with media.ErrStale; a full queue answers media.ErrFull and never blocks.
type Queue interface {
	Player
	// Flush drops everything; the generation it returns is the one to write with.
	Flush() media.Gen
	Pause()
	Resume()
	// Speaking is derived from packets really sent.
	Speaking() bool
	// LastAudio is when the generation's last audible packet left; zero if none did.
	LastAudio() time.Time
}

// Player takes audio to be played.
type Player interface {
	Gen() media.Gen
	Clip(g media.Gen, c *media.Clip, loop bool) error
	Write(g media.Gen, f media.Frame) error
	// Mark asks for a media.EventMark when everything before it has left, Cue for
	// a media.EventCue when the first audible packet after it has left.
	Mark(g media.Gen, n uint64) error
	Cue(g media.Gen, n uint64) error
}

// Wheel makes an Audio of a media engine.
func Wheel(e *media.Engine) Audio { return wheel{e} }

type wheel struct{ engine *media.Engine }

func (w wheel) Open(ctx context.Context, p media.Params, sink media.Sink) (Media, error) {
	s, err := w.engine.Open(ctx, p, sink)
	if err != nil {
		return nil, err
	}
	return spoke{s}, nil
}

func (w wheel) Join(a, b Media) (func(), error) { return bridge(media.Join, a, b) }

func (w wheel) Patch(from, to Media) (func(), error) { return bridge(media.Patch, from, to) }

func (w wheel) Overhear(from, to Media) (func(), error) { return bridge(media.Overhear, from, to) }

func bridge(join func(a, b *media.Session) (*media.Bridge, error), a, b Media) (func(), error) {
	x, ok := a.(spoke)
	y, also := b.(spoke)
	if !ok || !also {
		return nil, fmt.Errorf("sessions of another engine cannot be joined: %T and %T", a, b)
	}
	way, err := join(x.Session, y.Session)
	if err != nil {
		return nil, err
	}
	return way.Close, nil
}

// spoke is one session on the wheel.
type spoke struct{ *media.Session }

func (s spoke) Out() Queue { return s.Session.Out() }

func (s spoke) Record(path string) error { return s.Session.Record(path, media.RecordOptions{}) }
