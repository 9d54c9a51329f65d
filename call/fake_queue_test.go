package call

import (
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/media"
)

// fakeQueue plays in the bubble's time and remembers what left when.
type fakeQueue struct {
	r *rig

	mu       sync.Mutex
	gen      media.Gen
	items    []queueItem
	paused   bool
	speaking bool
	cutOff   bool      // paused or flushed while a packet of it was the last to leave
	left     time.Time // when that was
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
	q.cutOff = q.speaking
	q.items, q.last = nil, time.Time{}
	return q.gen
}

func (q *fakeQueue) Pause()  { q.set(true) }
func (q *fakeQueue) Resume() { q.set(false) }

func (q *fakeQueue) set(on bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.paused = on
	q.cutOff = on && q.speaking
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

// tick plays one packet; one that the direction forbids is lost.
func (q *fakeQueue) tick(now time.Time, sink media.Sink, sends bool) {
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
			if sends {
				q.heard(now, it.label, n)
			}
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
	if label == "" && q.cutOff { // as the pacer does it
		events = append(events, media.Event{Kind: media.EventStopped, At: q.left})
	}
	q.speaking, q.cutOff = label != "", false
	if q.speaking {
		q.last, q.left = now, now
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
