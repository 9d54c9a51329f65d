package call

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
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
	refers   []string
}

var talkParams = media.Params{Codec: media.PCMA, Remote: netip.MustParseAddrPort("192.0.2.1:4000"), DTMF: 101}

func newLeg(r *rig, called string) *fakeLeg {
	return &fakeLeg{
		r: r, params: talkParams, events: make(chan sip.Event, 256),
		info: sip.Info{CallID: "cid", Inbound: true, Called: called, Caller: "+8613800001234", Trunk: "carrier", At: time.Now()},
	}
}

func (l *fakeLeg) ID() string                   { return l.info.CallID }
func (l *fakeLeg) Info() sip.Info               { return l.info }
func (l *fakeLeg) Events() <-chan sip.Event     { return l.events }
func (l *fakeLeg) Params() (media.Params, bool) { return l.params, true }

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

	mu    sync.Mutex
	legs  []*fakeLeg
	dials []sip.Dial
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
	leg.info.Inbound = false
	p.mu.Lock()
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

// fakeAudio opens sessions whose pacer is a goroutine of the test's bubble.
type fakeAudio struct {
	r    *rig
	err  error
	only int // no more sessions than these

	mu     sync.Mutex
	opened []*fakeMedia
	joins  int
	parts  int
}

func (a *fakeAudio) Open(_ context.Context, p media.Params, sink media.Sink) (Media, error) {
	a.r.moment("open media")
	if a.err != nil {
		return nil, a.err
	}
	if a.only > 0 && len(a.opened) >= a.only {
		return nil, errors.New("no port")
	}
	m := &fakeMedia{r: a.r, sink: sink, params: p, stop: make(chan struct{})}
	m.q = &fakeQueue{r: a.r, gen: 1}
	a.mu.Lock()
	a.opened = append(a.opened, m)
	a.mu.Unlock()
	m.wg.Go(m.pace)
	return m, nil
}

func (a *fakeAudio) Join(x, y Media) (func(), error) {
	a.r.moment("join")
	a.mu.Lock()
	defer a.mu.Unlock()
	a.joins++
	x.(*fakeMedia).bridge(true)
	y.(*fakeMedia).bridge(true)
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.parts++
	}, nil
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
}

func (m *fakeMedia) LocalAddr() netip.AddrPort { return netip.MustParseAddrPort("127.0.0.1:20000") }

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
	m.params = p
	return nil
}

func (m *fakeMedia) SendDigits(string) error { return nil }

func (m *fakeMedia) Record(path string) error {
	m.r.moment("record")
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tape, m.taped, m.taping = path, time.Now(), true
	return nil
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
	in := media.Frame{Rate: media.TelephoneRate, PCM: make([]int16, 160)}
	for {
		select {
		case <-m.stop:
			return
		case now := <-tick.C:
			m.mu.Lock()
			sends := !m.started.IsZero() && m.params.Direction.Sends()
			m.mu.Unlock()
			m.sink.Frame(in)
			if sends {
				m.q.tick(now, m.sink)
			}
		}
	}
}

// fakeQueue plays in the bubble's time and remembers what left when.
type fakeQueue struct {
	r *rig

	mu       sync.Mutex
	gen      media.Gen
	items    []queueItem
	paused   bool
	speaking bool
	last     time.Time // of this generation
	spans    []span
	dropMark bool // the pacer's mailbox was full: marks are lost
}

type queueItem struct {
	label string
	left  int // samples
	total int
	loop  bool
	mark  uint64
	cue   uint64
}

// span is a run of packets of one label.
type span struct {
	label    string
	from, to time.Time
	samples  int
}

func (q *fakeQueue) Gen() media.Gen {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.gen
}

func (q *fakeQueue) push(g media.Gen, it queueItem) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if g != q.gen {
		return media.ErrStale
	}
	streamed := 0
	for _, old := range q.items {
		if old.label == it.label {
			streamed += old.left
		}
	}
	if streamed > 4*media.TelephoneRate && it.total <= 160 && it.total > 0 {
		return media.ErrFull
	}
	q.items = append(q.items, it)
	return nil
}

func (q *fakeQueue) Clip(g media.Gen, c *media.Clip, loop bool) error {
	q.r.moment("clip")
	n := len(c.Frame().PCM)
	return q.push(g, queueItem{label: q.r.labelOf(c), left: n, total: n, loop: loop})
}

func (q *fakeQueue) Write(g media.Gen, f media.Frame) error {
	return q.push(g, queueItem{label: q.r.labelOfPCM(f.PCM), left: len(f.PCM), total: len(f.PCM)})
}

func (q *fakeQueue) Mark(g media.Gen, n uint64) error {
	q.r.moment("mark")
	return q.push(g, queueItem{mark: n})
}

func (q *fakeQueue) Cue(g media.Gen, n uint64) error { return q.push(g, queueItem{cue: n}) }

func (q *fakeQueue) Flush() media.Gen {
	q.r.moment("flush")
	q.mu.Lock()
	defer q.mu.Unlock()
	q.gen++
	q.items, q.last = nil, time.Time{}
	return q.gen
}

func (q *fakeQueue) Pause()  { q.set(true) }
func (q *fakeQueue) Resume() { q.set(false) }

func (q *fakeQueue) set(on bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.paused = on
}

func (q *fakeQueue) Speaking() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.speaking
}

func (q *fakeQueue) LastAudio() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.last
}

// tick sends one packet.
func (q *fakeQueue) tick(now time.Time, sink media.Sink) {
	q.mu.Lock()
	var events []media.Event
	need, cue := 160, uint64(0)
	label := ""
	for !q.paused && len(q.items) > 0 {
		it := &q.items[0]
		switch {
		case it.mark != 0:
			events = append(events, media.Event{Kind: media.EventMark, Mark: it.mark, At: now})
		case it.cue != 0:
			cue = it.cue
			if len(q.items) == 1 { // waits for its audio
				need = 0
			}
		default:
			n := min(need, it.left)
			it.left -= n
			need -= n
			label = it.label
			q.heard(now, it.label, n)
			if it.left == 0 && it.loop {
				it.left = it.total
			}
		}
		if it.left > 0 || cue != 0 && len(q.items) == 1 && it.cue != 0 {
			break
		}
		q.items = q.items[1:]
		if need == 0 && (len(q.items) == 0 || q.items[0].mark == 0) {
			break
		}
	}
	q.speaking = label != ""
	if q.speaking {
		q.last = now
		if cue != 0 {
			events = append(events, media.Event{Kind: media.EventCue, Mark: cue, At: now})
		}
	} else if cue != 0 && (len(q.items) == 0 || q.items[0].cue != cue) {
		q.items = append([]queueItem{{cue: cue}}, q.items...)
	}
	drop := q.dropMark
	q.mu.Unlock()
	for _, e := range events {
		if !drop {
			sink.Event(e)
		}
	}
}

func (q *fakeQueue) heard(now time.Time, label string, n int) {
	if k := len(q.spans); k > 0 && q.spans[k-1].label == label && now.Sub(q.spans[k-1].to) <= media.FrameTime {
		q.spans[k-1].to = now
		q.spans[k-1].samples += n
		return
	}
	q.spans = append(q.spans, span{label: label, from: now, to: now, samples: n})
}

// said is what the caller heard so far.
func (q *fakeQueue) said() []span {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]span(nil), q.spans...)
}

// heardFor is how much of a label was heard.
func (q *fakeQueue) heardFor(label string) time.Duration {
	var n int
	for _, s := range q.said() {
		if s.label == label {
			n += s.samples
		}
	}
	return time.Duration(n) * time.Second / media.TelephoneRate
}

// firstHeard is when a label was first heard; it fails the test if never.
func (q *fakeQueue) firstHeard(t *testing.T, label string) time.Time {
	t.Helper()
	for _, s := range q.said() {
		if s.label == label {
			return s.from
		}
	}
	t.Fatalf("the caller never heard %q, but %v", label, labels(q.said()))
	return time.Time{}
}

func labels(spans []span) []string {
	var out []string
	for _, s := range spans {
		out = append(out, s.label)
	}
	return out
}

func (l *spyLeg) Ring(ctx context.Context) error { l.ring(); return l.fakeLeg.Ring(ctx) }

func (l *spyLeg) Answer(ctx context.Context, a netip.AddrPort) (media.Params, error) {
	l.answer()
	return l.fakeLeg.Answer(ctx, a)
}
