package queue

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// walkers is a hotline where everything can happen.
func walkers() Config {
	base := Queue{HeadStart: 3 * time.Minute, Ranking: LongestIdle, Supervisor: "top",
		Timing:   Timing{Ring: 12 * time.Second, Brief: 6 * time.Second, WrapUp: 5 * time.Second},
		Hear:     Hear{Music: "m", First: 10 * time.Second, Every: 20 * time.Second, Floor: 5 * time.Second},
		Limit:    Limit{Wait: 3 * time.Minute, Rounds: 2, Then: Supervisor},
		Callback: Callback{After: 40 * time.Second, Tries: 2, Again: 30 * time.Second, Within: 20 * time.Minute},
		Service:  Service{Within: 20 * time.Second, Percent: 80, Handling: time.Minute},
	}
	a, b, top := base, base, base
	a.Name, a.Promise = "a", Promise{Within: 25 * time.Second, Then: Supervisor}
	a.Overflow = Overflow{To: "b", After: 50 * time.Second, Above: 4, Below: 2}
	b.Name, b.Ranking = "b", SpareSkill
	b.Needs = []Need{{Skill: "x", Level: 2, Relax: []Relax{{30 * time.Second, 1}, {90 * time.Second, 0}}}}
	b.Limit.Then, b.Limit.Empty, b.Timing.Brief = CallBack, true, 0
	top.Name, top.Supervisor, top.Ranking, top.Timing.WrapUp = "top", "", BestSkill, 0
	top.Limit = Limit{Wait: 2 * time.Minute, Rounds: 1, Then: Voicemail}
	return Config{
		Queues: []Queue{a, b, top}, Pauses: []string{"lunch"}, Reach: Reach{Failures: 2, Rest: 10 * time.Second, MaxRest: time.Minute},
		Agents: []Agent{
			{ID: "0", Queues: []string{"a"}}, {ID: "1", Queues: []string{"a", "b"}, Skills: map[string]int{"x": 2}},
			{ID: "2", Queues: []string{"b"}, Skills: map[string]int{"x": 1, "y": 3}}, {ID: "3", Queues: []string{"b", "top"}, Capacity: 2},
			{ID: "4", Queues: []string{"top"}},
		},
	}
}

// walk reads events out of bytes, three each, and holds the machine to its rules
// after every one.
type walk struct {
	t      testing.TB
	cfg    Config
	m      *Machine
	now    time.Time
	came   map[string]time.Time
	ended  map[string]How
	passed map[string]bool // agents to whom a caller was handed
	next   int             // caller
	log    []string
	head   time.Duration
}

func newWalk(t testing.TB) *walk {
	cfg := walkers()
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &walk{t: t, cfg: cfg, m: m, now: time.Unix(1000, 0), came: map[string]time.Time{}, ended: map[string]How{}, passed: map[string]bool{}, head: 3 * time.Minute}
}

// event makes an event of three bytes. Callers and offers are mostly those that
// are there.
func (w *walk) event(kind, who, arg byte) Event {
	id := fmt.Sprint(max(w.next-1-int(who)%8, 0))
	offer := max(w.m.last-int(who)%5, 0)
	if n := len(w.m.offers); n > 0 && who%8 != 0 {
		offer = w.m.offers[int(who)%n].ID
	}
	agent := w.cfg.Agents[int(who)%len(w.cfg.Agents)].ID
	switch kind % 24 {
	case 0, 1:
		w.next++
		e := Enter{Caller: fmt.Sprint(w.next - 1), Queue: []string{"a", "b", "top", "a", "none"}[who%5], Class: "c", Priority: int(arg) % 120, Callback: arg%16 == 15}
		if arg%4 == 1 {
			e.Prefer = Prefer{Agent: agent, For: 20 * time.Second}
		}
		if arg%5 == 1 {
			e.Promise = Promise{Within: time.Duration(arg) * time.Second, Then: []Fallback{Supervisor, CallBack, Voicemail, ""}[who%4]}
		}
		return e
	case 4:
		return Left{id}
	case 5:
		return TakeCallback{id}
	case 6:
		return []Event{TakeVoicemail{id}, Cancel{id}, Left{"nobody"}, Enter{Caller: id, Queue: "a"}}[arg%4]
	case 2, 3, 7, 8:
		return w.yes(offer)
	case 9, 10:
		return Answered{offer}
	case 11, 12:
		return Accepted{offer}
	case 13:
		return Refused{offer}
	case 14:
		return Failed{offer, []string{Busy, NoAnswer, Unreachable}[arg%3]}
	case 15, 16:
		return AgentGone{offer}
	case 17:
		return Reached{offer}
	case 18:
		return Unreached{offer, NoAnswer}
	case 19, 20:
		return LogIn{Agent: agent}
	case 21:
		return []Event{LogOut{agent}, Pause{agent, "lunch"}, Pause{agent, "golf"}, Pause{"x", "lunch"}}[arg%4]
	case 22:
		return Resume{agent}
	case 23:
		if arg%2 == 0 {
			return Passed{offer, []string{agent, "", "x", agent}[arg%4]}
		}
	}
	return Tick{}
}

// yes is the answer that takes an offer one stage on.
func (w *walk) yes(offer int) Event {
	if o := w.m.find(offer); o != nil {
		return map[Stage]Event{Ringing: Answered{offer}, Briefing: Accepted{offer}, Dialling: Reached{offer}, Joined: AgentGone{offer}, Passing: Accepted{offer}}[o.Stage]
	}
	return Tick{}
}

// advance passes up to 10 s, or goes to where the machine wants to be called.
func (w *walk) advance(arg byte) {
	if next := w.m.Next(); arg%3 == 0 && !next.IsZero() {
		w.now = next
		return
	}
	w.now = w.now.Add(time.Duration(arg) * 40 * time.Millisecond)
}

func (w *walk) play(data []byte) {
	for ; len(data) >= 3; data = data[3:] {
		w.advance(data[2])
		w.step(w.event(data[0], data[1], data[2]))
	}
}

func (w *walk) step(e Event) {
	if e, ok := e.(Enter); ok && w.m.calls[e.Caller] == nil {
		w.came[e.Caller] = w.now
		delete(w.ended, e.Caller)
	}
	if e, ok := e.(Passed); ok { // who is handed a second call has two
		w.passed[e.Agent] = true
	}
	tried := map[string][]string{}
	for _, c := range w.m.line {
		tried[c.ID] = slices.Clone(c.Tried)
	}
	actions := w.m.Step(w.now, e)
	w.log = append(w.log, fmt.Sprintf("%v %T%+v", w.now.Sub(time.Unix(1000, 0)), e, e))
	for _, a := range actions {
		w.log = append(w.log, fmt.Sprintf("    %T%+v", a, a))
		w.action(a)
	}
	for _, a := range actions {
		switch a := a.(type) {
		case Requeue:
			tried[a.Caller] = append(tried[a.Caller], a.Agent)
		case RingAgent:
			w.fair(a, tried)
		}
	}
	w.whole()
}

func (w *walk) fail(format string, args ...any) {
	w.t.Helper()
	last := w.log[max(0, len(w.log)-30):]
	for _, l := range last {
		w.t.Log(l)
	}
	w.t.Fatalf(format, args...)
}

// callerOf is the Caller field of an action, "" if it has none.
func callerOf(a Action) string {
	if f := reflect.ValueOf(a).FieldByName("Caller"); f.IsValid() {
		return f.String()
	}
	return ""
}

func (w *walk) action(a Action) {
	id := callerOf(a)
	if how, over := w.ended[id]; over && id != "" {
		w.fail("%T%+v for a caller who has ended: %s", a, a, how)
	}
	if e, ok := a.(End); ok {
		w.ended[id] = e.How
	}
}

// fair: nobody whom the agent could have been given was overtaken by a caller who
// came more than head later.
func (w *walk) fair(ring RingAgent, tried map[string][]string) {
	x, s := w.m.calls[ring.Caller], w.m.seat(ring.Agent)
	if x == nil {
		return
	}
	for _, c := range w.m.line {
		if c.Offer != 0 || c.Rest.After(w.now) || slices.Contains(tried[c.ID], s.Agent) || slices.Contains(c.Tried, s.Agent) || !w.m.serves(s, c) || !w.m.preferred(s, c) {
			continue
		}
		if c.Entered.Add(w.head).Before(x.Entered) {
			w.fail("caller %s, waiting since %v, was overtaken at agent %s by %s, who came %v later", c.ID, c.Entered, s.Agent, x.ID, x.Entered.Sub(c.Entered))
		}
	}
}

// whole: everybody is where everybody else thinks.
func (w *walk) whole() {
	if err := w.m.whole(); err != nil {
		w.fail("%v", err)
	}
	if next := w.m.Next(); !next.IsZero() && !next.After(w.now) {
		w.fail("Next is %v, not after now", next.Sub(w.now))
	}
	held := map[string]int{}
	for _, o := range w.m.offers {
		s, c := w.m.seat(o.Agent), w.m.calls[o.Caller]
		if o.Stage != Joined {
			held[o.Agent]++
		}
		if held[o.Agent] > 1 || o.Stage != Joined && s.Offer != o.ID || o.Stage == Joined && !slices.Contains(s.Talks, o.ID) {
			w.fail("agent %s holds %d offers: %+v", o.Agent, held[o.Agent], s)
		}
		if c.Joined != (o.Stage == Joined || o.Stage == Passing) || len(s.Talks) > s.who.capacity() && !w.passed[s.Agent] || !s.In {
			w.fail("offer %+v, caller %+v, agent %+v", o, c, s)
		}
		if o.Stage == Ringing && s.Paused != "" {
			w.fail("paused agent %s is being rung", s.Agent)
		}
	}
	for i, c := range w.m.line {
		if c.Joined || w.m.calls[c.ID] != c || i > 0 && c.Key.Before(w.m.line[i-1].Key) {
			w.fail("caller %s stands wrongly in the line", c.ID)
		}
	}
	for id := range w.came {
		if c := w.m.calls[id]; (c == nil) == (w.ended[id] == "") {
			w.fail("caller %s ended as %q and is in the machine: %t", id, w.ended[id], c != nil)
		}
	}
}

// drain lets everybody's time run out: all who came must end.
func (w *walk) drain() {
	for _, o := range slices.Clone(w.m.offers) {
		if o.Stage == Joined || o.Stage == Passing {
			w.step(Left{o.Caller})
		}
	}
	for _, a := range w.cfg.Agents {
		w.step(LogOut{a.ID})
	}
	for steps := 0; !w.m.Next().IsZero(); steps++ {
		if steps > 5000 {
			w.fail("the machine never comes to rest")
		}
		w.now = w.m.Next()
		w.step(Tick{})
	}
	for id := range w.came {
		if w.ended[id] == "" {
			w.fail("caller %s never ended", id)
		}
	}
}

func noise(seed uint64, events int) []byte {
	rnd := rand.New(rand.NewPCG(seed, 77))
	out := make([]byte, 3*events)
	for i := range out {
		out[i] = byte(rnd.Uint32())
	}
	return out
}

func TestWalks(t *testing.T) {
	joined, over, back := 0, 0, 0
	for seed := range uint64(150) {
		w := newWalk(t)
		for _, a := range w.cfg.Agents {
			w.step(LogIn{Agent: a.ID})
		}
		w.play(noise(seed, 400))
		w.drain()
		for _, q := range w.m.Snapshot(w.now).Queues {
			joined, over, back = joined+q.Answered, over+q.Escalated+q.Overflowed, back+q.CalledBack
		}
	}
	if joined < 1000 || over < 300 || back < 100 {
		t.Errorf("the walks saw %d joined, %d escalated or overflowed, %d called back: too few to prove anything", joined, over, back)
	}
}

func TestSameEventsSameActions(t *testing.T) {
	for seed := range uint64(20) {
		a, b := newWalk(t), newWalk(t)
		a.play(noise(seed, 200))
		b.play(noise(seed, 200))
		if !slices.Equal(a.log, b.log) {
			t.Fatalf("seed %d: the same events brought other actions", seed)
		}
	}
}

// A machine restored from its state, through JSON, goes on as if nothing had
// happened.
func TestRestoreGoesOn(t *testing.T) {
	for seed := range uint64(40) {
		a := newWalk(t)
		a.play(noise(seed, 150))
		data, err := json.Marshal(a.m.State())
		if err != nil {
			t.Fatal(err)
		}
		var s State
		if err := json.Unmarshal(data, &s); err != nil {
			t.Fatal(err)
		}
		b := *a
		if b.m, err = Restore(a.cfg, s); err != nil {
			t.Fatal(err)
		}
		if !b.m.Next().Equal(a.m.Next()) {
			t.Fatalf("seed %d: Next is %v, was %v", seed, b.m.Next(), a.m.Next())
		}
		b.came, b.ended, b.log, a.log = maps.Clone(a.came), maps.Clone(a.ended), nil, nil
		a.play(noise(seed+1000, 100))
		b.play(noise(seed+1000, 100))
		for i := range a.log {
			if a.log[i] != b.log[i] {
				t.Fatalf("seed %d: restored, the machine says\n%s\nand not\n%s", seed, b.log[i], a.log[i])
			}
		}
	}
}

func FuzzStep(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(noise(seed, 60))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w := newWalk(t)
		w.step(LogIn{Agent: "1"})
		w.step(LogIn{Agent: "3"})
		w.play(data[:min(len(data), 900)])
		w.drain()
	})
}
