package call

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
)

// fakeMachine is a script written in Go: step decides, and all events are kept.
type fakeMachine struct {
	r     *rig
	step  func(m *fakeMachine, e dialog.Event) []dialog.Action
	mu    sync.Mutex
	node  string
	turn  int
	seen  []dialog.Event
	times []time.Time
}

func (m *fakeMachine) Step(now time.Time, e dialog.Event) []dialog.Action {
	m.r.moment(fmt.Sprintf("step %T", e))
	m.mu.Lock()
	m.seen = append(m.seen, e)
	m.times = append(m.times, now)
	m.mu.Unlock()
	return m.step(m, e)
}

func (m *fakeMachine) Node() string { return m.node }
func (m *fakeMachine) Turn() int    { return m.turn }

func (m *fakeMachine) events() []dialog.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]dialog.Event(nil), m.seen...)
}

// saw counts events of a kind.
func saw[E dialog.Event](m *fakeMachine) (list []E) {
	for _, e := range m.events() {
		if e, ok := e.(E); ok {
			list = append(list, e)
		}
	}
	return list
}

// fakeEar is a recogniser that says what the test tells it to.
type fakeEar struct {
	r       *rig
	openErr error
	slow    time.Duration // Open takes this long

	mu      sync.Mutex
	streams []*fakeStream
}

func (e *fakeEar) Open(ctx context.Context, o asr.Options) (asr.Stream, error) {
	e.r.moment("open ear")
	if e.slow > 0 {
		select {
		case <-time.After(e.slow):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if e.openErr != nil {
		return nil, e.openErr
	}
	s := &fakeStream{next: make(chan asr.Transcript, 64), dead: make(chan error, 1), shut: make(chan struct{}), opts: o}
	e.mu.Lock()
	e.streams = append(e.streams, s)
	e.mu.Unlock()
	return s, nil
}

func (e *fakeEar) stream(i int) *fakeStream {
	e.mu.Lock()
	defer e.mu.Unlock()
	if i >= len(e.streams) {
		return nil
	}
	return e.streams[i]
}

type fakeStream struct {
	next chan asr.Transcript
	dead chan error
	shut chan struct{}
	once sync.Once
	opts asr.Options

	mu      sync.Mutex
	fed     time.Duration
	expects []asr.Expectation
	unheard []int16 // what it leaves to the next one
	panics  bool
}

func (s *fakeStream) Write(f media.Frame) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.panics {
		panic("the recogniser's library failed")
	}
	s.fed += f.Duration()
	return nil
}

func (s *fakeStream) Next(ctx context.Context) (asr.Transcript, error) {
	select {
	case t := <-s.next:
		return t, nil
	case err := <-s.dead:
		return asr.Transcript{}, err
	case <-s.shut:
		return asr.Transcript{}, io.EOF
	case <-ctx.Done():
		return asr.Transcript{}, ctx.Err()
	}
}

func (s *fakeStream) Expect(e asr.Expectation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expects = append(s.expects, e)
}

func (s *fakeStream) Unheard() []int16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unheard
}

func (s *fakeStream) Close() error { s.once.Do(func() { close(s.shut) }); return nil }

func (s *fakeStream) audio() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fed
}

// onset and the others say what was heard just now.
func (s *fakeStream) onset() { s.tell(asr.Transcript{Kind: asr.Onset, Start: s.audio()}) }
func (s *fakeStream) noise() { s.tell(asr.Transcript{Kind: asr.Noise, End: s.audio()}) }
func (s *fakeStream) partial(text string) {
	s.tell(asr.Transcript{Kind: asr.Partial, Text: text})
}

// final is words whose last sound came endpoint ago.
func (s *fakeStream) final(text string, endpoint time.Duration) {
	end := s.audio() - endpoint
	s.tell(asr.Transcript{Kind: asr.Final, Text: text, Start: end - time.Second, End: end, Decode: 80 * time.Millisecond})
}

func (s *fakeStream) tell(t asr.Transcript) {
	t.At = time.Now()
	select {
	case s.next <- t:
	default: // nobody listens any more
	}
}

func (s *fakeStream) die() { s.dieOf(errors.New("connection reset")) }

func (s *fakeStream) dieOf(err error) {
	select {
	case s.dead <- err:
	default:
	}
}

// lengthOf makes every letter sound for 100 ms.
func lengthOf(text string) time.Duration { return time.Duration(len(text)) * 100 * time.Millisecond }

// fakeDetector knows words by heart.
type fakeDetector struct {
	r     *rig
	means map[string]string
	real  Detector // asked instead, when set

	mu   sync.Mutex
	slow time.Duration
	err  error
}

func (d *fakeDetector) Understand(ctx context.Context, q dialog.Query) (dialog.Intent, error) {
	d.r.moment("understand")
	d.mu.Lock()
	slow, err := d.slow, d.err
	d.mu.Unlock()
	if slow > 0 {
		select {
		case <-time.After(slow):
		case <-ctx.Done():
			return dialog.Intent{}, ctx.Err()
		}
	}
	if d.real != nil && err == nil {
		return d.real.Understand(ctx, q)
	}
	return dialog.Intent{Name: d.means[q.Text], Score: 1, Why: "by heart"}, err
}

func (d *fakeDetector) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
}

// fakeRecords keeps everything and can be slow or broken.
type fakeRecords struct {
	r      *rig
	broken error
	slow   time.Duration

	mu       sync.Mutex
	begun    map[string]Record
	answered map[string]time.Time
	lines    map[string][]Entry
	finished map[string][]Record
	order    []string
}

func (f *fakeRecords) write(ctx context.Context, what string, do func()) error {
	f.r.moment(what)
	if f.slow > 0 {
		select {
		case <-time.After(f.slow):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return f.broken
	}
	f.order = append(f.order, what)
	do()
	return nil
}

func (f *fakeRecords) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = err
}

func (f *fakeRecords) Begin(ctx context.Context, r Record) error {
	return f.write(ctx, "begin", func() { f.begun[r.ID] = r })
}

func (f *fakeRecords) Answered(ctx context.Context, id string, at time.Time) error {
	return f.write(ctx, "answered", func() { f.answered[id] = at })
}

func (f *fakeRecords) Append(id string, e Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lines[id] = append(f.lines[id], e)
}

func (f *fakeRecords) Flush(ctx context.Context, _ string) error {
	return f.write(ctx, "flush", func() {})
}

func (f *fakeRecords) Finish(_ context.Context, r Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.finished[r.ID] = append(f.finished[r.ID], r)
	f.order = append(f.order, "finish")
	return nil
}

// fakeDirectory knows one queue.
type fakeDirectory struct{ r *rig }

func (d fakeDirectory) Find(_ context.Context, t dialog.Transfer) (Target, error) {
	d.r.moment("find")
	if t.SIP != "" {
		return Target{URI: t.SIP}, nil
	}
	if t.Queue != "aftersales" {
		return Target{}, fmt.Errorf("no queue is named %q", t.Queue)
	}
	return Target{URI: "sip:agent@192.0.2.9", Trunk: "office"}, nil
}

// fakeMeter counts.
type fakeMeter struct {
	mu    sync.Mutex
	turns []Timing
	stops []time.Duration
	rungs []string
	ended int
}

func (m *fakeMeter) Turn(_ string, t Timing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turns = append(m.turns, t)
}

func (m *fakeMeter) Stopped(after time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stops = append(m.stops, after)
}

func (m *fakeMeter) Rung(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rungs = append(m.rungs, name)
}

func (m *fakeMeter) Ended(Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended++
}

func (m *fakeMeter) saw(name string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, r := range m.rungs {
		if r == name {
			n++
		}
	}
	return n
}

var errBrokenStore = errors.New("disk I/O error")
