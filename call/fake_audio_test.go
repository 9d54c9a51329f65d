package call

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
)

// fakeAudio opens sessions whose pacer is a goroutine of the test's bubble.
type fakeAudio struct {
	r    *rig
	err  error
	only int                      // no more sessions than these
	line func(n int, pcm []int16) // what frame n of the peer sounds like

	mu     sync.Mutex
	opened []*fakeMedia
	ways   []string
	joins  int
	parts  int
}

func (a *fakeAudio) Open(_ context.Context, p media.Params, sink media.Sink) (Media, error) {
	a.r.moment("open media")
	if p.Codec.Name == "" {
		return nil, media.ErrCodec
	}
	if a.err != nil {
		return nil, a.err
	}
	if a.only > 0 && len(a.opened) >= a.only {
		return nil, errors.New("no port")
	}
	m := &fakeMedia{r: a.r, sink: sink, params: p, stop: make(chan struct{})}
	m.q = &fakeQueue{r: a.r, gen: 1}
	a.mu.Lock()
	m.port = uint16(20000 + 2*len(a.opened))
	a.opened = append(a.opened, m)
	a.mu.Unlock()
	m.wg.Go(m.pace)
	return m, nil
}

func (a *fakeAudio) Join(x, y Media) (func(), error) {
	a.r.moment("join")
	a.mu.Lock()
	a.joins++
	a.mu.Unlock()
	x.(*fakeMedia).bridge(true)
	y.(*fakeMedia).bridge(true)
	there, back := a.way("", x, y), a.way("", y, x)
	return func() {
		there()
		back()
		a.mu.Lock()
		defer a.mu.Unlock()
		a.parts++
	}, nil
}

func (a *fakeAudio) Patch(from, to Media) (func(), error) {
	a.r.moment("patch")
	if to.(*fakeMedia).crowded {
		return nil, media.ErrCrowded
	}
	return a.way("", from, to), nil
}

func (a *fakeAudio) Overhear(from, to Media) (func(), error) {
	a.r.moment("overhear")
	return a.way("~", from, to), nil
}

// way notes who hears whom, sessions counted as they were opened: 0 is the caller,
// ~0 what the caller hears.
func (a *fakeAudio) way(kind string, from, to Media) func() {
	name := fmt.Sprintf("%s%d>%d", kind, (from.(*fakeMedia).port-20000)/2, (to.(*fakeMedia).port-20000)/2)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ways = append(a.ways, name)
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		i := slices.Index(a.ways, name)
		if i < 0 {
			a.r.t.Errorf("%s was parted twice", name)
			return
		}
		a.ways = slices.Delete(a.ways, i, i+1)
	}
}

// hear tells who hears whom, sorted.
func (a *fakeAudio) hear() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(slices.Sorted(slices.Values(a.ways)), " ")
}

func (a *fakeAudio) caller() *fakeMedia {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.opened[0]
}

// fakeMedia is one session.
type fakeMedia struct {
	r    *rig
	sink media.Sink
	q    *fakeQueue
	stop chan struct{}
	wg   sync.WaitGroup
	port uint16

	mu      sync.Mutex
	params  media.Params
	started time.Time
	closed  bool
	joined  bool
	echo    bool
	tape    string
	taped   time.Time
	taping  bool
	panik   bool
	crowded bool // nobody can be patched to it
	bad     bool // cannot be agreed on
	keys    string
}

func (m *fakeMedia) LocalAddr() netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), m.port)
}

func (m *fakeMedia) Start() {
	m.r.moment("start media")
	m.mu.Lock()
	defer m.mu.Unlock()
	m.started = time.Now()
}

func (m *fakeMedia) Update(p media.Params) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.panik {
		panic("a bug in the media session")
	}
	if m.bad {
		return media.ErrCodec
	}
	m.params = p
	return nil
}

func (m *fakeMedia) SendDigits(digits string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys += digits
	return nil
}

func (m *fakeMedia) Record(path string) error {
	m.r.moment("record")
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tape, m.taped, m.taping = path, time.Now(), true
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return media.WriteWAV(f, media.TelephoneRate, 2, slices.Repeat([]int16{1000, -1000}, 60*media.TelephoneRate))
}

func (m *fakeMedia) StopRecording() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.taping = false
	return nil
}

func (m *fakeMedia) Out() Queue { return m.q }

func (m *fakeMedia) Echo(audio, digits bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.echo = audio || digits
}

func (m *fakeMedia) Close() media.Stats {
	m.mu.Lock()
	if !m.closed {
		m.closed = true
		close(m.stop)
	}
	m.mu.Unlock()
	m.wg.Wait()
	return media.Stats{Sent: 1}
}

func (m *fakeMedia) bridge(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.joined = on
}

// pace is the wheel: every 20 ms one frame in and one out.
func (m *fakeMedia) pace() {
	tick := time.NewTicker(media.FrameTime)
	defer tick.Stop()
	in, n := media.Frame{Rate: media.TelephoneRate, PCM: make([]int16, 160)}, 0
	for {
		select {
		case <-m.stop:
			return
		case now := <-tick.C:
			m.mu.Lock()
			started, sends := !m.started.IsZero(), m.params.Direction.Sends()
			m.mu.Unlock()
			if m.r.audio.line != nil {
				m.r.audio.line(n, in.PCM)
				n++
			}
			m.sink.Frame(in)
			if started {
				m.q.tick(now, m.sink, sends)
			}
		}
	}
}
