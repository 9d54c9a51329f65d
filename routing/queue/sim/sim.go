// Package sim plays hours of a hotline against the queue machine, in virtual
// time: callers who lose patience, agents who do not answer, refuse, pause, and
// phones that are dead. Everything is drawn from a seed; the same seed gives the
// same hour. While it plays it holds the machine to its promises.
package sim

import (
	"container/heap"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/parley-voice/parley/routing/queue"
)

// Config is one hour.
type Config struct {
	Seed        uint64
	Callers     int
	Agents      int
	Supervisors int
	Lasts       time.Duration // callers come during it; it is played until the last has ended
	HeadStart   time.Duration // waiting that the highest priority is worth
	Ranking     queue.Ranking
}

// Stamped is an event and its time.
type Stamped struct {
	At    time.Time
	Event queue.Event
}

// Done is an action and its time.
type Done struct {
	At     time.Time
	Action queue.Action
}

// Start is when every hour begins.
var Start = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// hour is one hour being played.
type hour struct {
	cfg   Config
	rnd   *rand.Rand
	m     *queue.Machine
	now   time.Time
	due   agenda
	seq   int
	busy  map[string]bool // agents whose phone is dead
	in    map[string]*caller
	watch *watch
	out   *Result
}

// stepsPerCaller bounds the steps of an hour: a machine that wants to be called again
// and again without time passing is broken.
const stepsPerCaller = 2000

// Run plays one hour. The error tells what the machine did wrong.
func Run(cfg Config) (*Result, error) {
	setup := Setup(cfg)
	m, err := queue.New(setup)
	if err != nil {
		return nil, err
	}
	h := &hour{cfg: cfg, rnd: rand.New(rand.NewPCG(cfg.Seed, 4000)), m: m, now: Start, busy: map[string]bool{}, in: map[string]*caller{}, out: &Result{}}
	h.watch = newWatch(setup, h)
	h.people(setup)
	h.when(cfg.Lasts, func() queue.Event { h.out.Snapshot = m.Snapshot(h.now); return nil })
	for steps := 0; ; steps++ {
		at := m.Next()
		var e queue.Event = queue.Tick{}
		if h.due.Len() > 0 && (at.IsZero() || !h.due[0].at.After(at)) {
			next := heap.Pop(&h.due).(*entry)
			at, h.now = next.at, next.at
			e = next.event()
		}
		if at.IsZero() || h.done() {
			break
		}
		if steps > stepsPerCaller*cfg.Callers {
			return nil, errors.New("the machine never comes to rest")
		}
		h.now = at
		if e != nil {
			h.step(e)
		}
	}
	h.out.Lasted = h.now.Sub(Start)
	return h.out, h.watch.err()
}

// done tells whether every caller has come and ended.
func (h *hour) done() bool { return h.out.Ended == h.cfg.Callers }

func (h *hour) step(e queue.Event) {
	h.out.Events = append(h.out.Events, Stamped{h.now, e})
	h.watch.before(e)
	for _, a := range h.m.Step(h.now, e) {
		h.out.Actions = append(h.out.Actions, Done{h.now, a})
		h.watch.action(a)
		h.act(a)
	}
	if next := h.m.Next(); !next.IsZero() && !next.After(h.now) {
		h.watch.breach("Next is %v, not after now", next.Sub(Start))
	}
}

// entry is something that is to happen. event gives nil when it no longer does.
type entry struct {
	at    time.Time
	seq   int
	event func() queue.Event
}

func (h *hour) when(d time.Duration, event func() queue.Event) {
	h.seq++
	heap.Push(&h.due, &entry{h.now.Add(d), h.seq, event})
}

// later lets an event happen after d, come what may.
func (h *hour) later(d time.Duration, e queue.Event) {
	h.when(d, func() queue.Event { return e })
}

// agenda is a heap of entries, by time, then in the order of their making.
type agenda []*entry

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if d := a[i].at.Compare(a[j].at); d != 0 {
		return d < 0
	}
	return a[i].seq < a[j].seq
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push is for container/heap.
func (a *agenda) Push(x any) { *a = append(*a, x.(*entry)) }

// Pop is for container/heap.
func (a *agenda) Pop() any {
	last := len(*a) - 1
	x := (*a)[last]
	*a = (*a)[:last]
	return x
}
