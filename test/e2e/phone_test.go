package e2e

import (
	"context"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/cmd/parley/bench/uac"
	"github.com/parley-voice/parley/cmd/parley/bench/wire"
)

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// phone is a caller of ours: bench's SIP and RTP, which share nothing with Parley's.
type phone struct {
	t    *testing.T
	call *uac.Call
	flow *wire.Flow

	mu     sync.Mutex
	saying []byte
	loop   []byte
	heard  []sound
	keys   string // digits that came as telephone-events
	event  uint32
}

// sound is one audible packet.
type sound struct {
	at  time.Time
	pcm []int16
}

// dtmf is the payload type of telephone-event in the caller's offer.
const dtmf = 101

// ring calls a number of s and waits for the answer. The call ends with the test.
func ring(t *testing.T, s *server, number string) *phone {
	t.Helper()
	return ringAt(t, s.uri(number), "4711")
}

// ringAt calls a SIP address from a number.
func ringAt(t *testing.T, uri, from string) *phone {
	t.Helper()
	wheel, err := wire.NewWheel(loopback, 1, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(wheel.Close)
	agent, err := uac.New(loopback)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(agent.Close)
	flow, err := wheel.Open()
	if err != nil {
		t.Fatal(err)
	}
	p := &phone{t: t, flow: flow}
	flow.Listen(p)
	target, err := uac.ParseTarget(uri)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if p.call, err = agent.Place(ctx, uac.Request{Target: target, From: from, RTP: flow.Local()}); err != nil {
		flow.Close()
		t.Fatalf("calling %s: %v", uri, err)
	}
	t.Cleanup(p.hangup)
	flow.Start(p, p.call.Media().Remote, p.call.Media().Type)
	return p
}

var hangups sync.Map // phones that have hung up

func (p *phone) hangup() {
	if _, again := hangups.LoadOrStore(p, true); again {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = p.call.Hangup(ctx) // a server that was killed does not answer
	p.flow.Close()
}

// Hear keeps what is audible, and the digits.
func (p *phone) Hear(k wire.Packet) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k.Type == dtmf && len(k.Payload) >= 4 {
		if k.Time != p.event && k.Payload[0] < 16 {
			p.keys += string("0123456789*#ABCD"[k.Payload[0]])
			p.event = k.Time
		}
		return
	}
	law := wire.LawOf(k.Type)
	if law == nil {
		return
	}
	if pcm := law.Decode(nil, k.Payload); measure.Level(pcm) >= measure.Audible {
		p.heard = append(p.heard, sound{time.Unix(0, k.At), pcm})
	}
}

// Speak says what is to be said, then the loop, else silence.
func (p *phone) Speak(_ int64, payload []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	wire.ALaw.Silence(payload)
	if len(p.saying) == 0 {
		p.saying = p.loop
	}
	n := copy(payload, p.saying)
	p.saying = p.saying[n:]
}

// say speaks pcm once.
func (p *phone) say(pcm []int16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.saying = wire.ALaw.Encode(pcm)
}

// hum speaks pcm over and over.
func (p *phone) hum(pcm []int16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.loop = wire.ALaw.Encode(pcm)
}

// press sends digits.
func (p *phone) press(digits string) { p.flow.Press(digits, dtmf) }

// since counts the audible packets after an instant.
func (p *phone) since(at time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, s := range p.heard {
		if s.at.After(at) {
			n++
		}
	}
	return n
}

// hears waits for 100 ms of sound after an instant and tells when it began.
func (p *phone) hears(after time.Time, within time.Duration, what string) time.Time {
	p.t.Helper()
	until(p.t, within, "heard nothing: "+what, func() bool { return p.since(after) >= 5 })
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.heard {
		if s.at.After(after) {
			return s.at
		}
	}
	return time.Time{}
}

// quiet waits until nothing has been heard for a while.
func (p *phone) quiet(for_, within time.Duration) {
	p.t.Helper()
	until(p.t, within, "it does not fall silent", func() bool { return p.since(time.Now().Add(-for_)) == 0 })
}

// gone waits for the other side's BYE.
func (p *phone) gone(within time.Duration) {
	p.t.Helper()
	select {
	case <-p.call.Gone():
	case <-time.After(within):
		p.t.Fatalf("the server does not hang up within %s", within)
	}
}

// digits are those that came as events so far.
func (p *phone) digits() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keys
}
