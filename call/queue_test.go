package call

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/call/switchboard"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/sip"
)

// aftersales is a queue with two agents, a brief, and a supervisor beside it.
func aftersales() queue.Config {
	return queue.Config{
		Queues: []queue.Queue{
			{Name: "aftersales", Timing: queue.Timing{Ring: 15 * time.Second, Brief: 20 * time.Second, WrapUp: 10 * time.Second},
				Ranking: queue.LongestIdle, Hear: queue.Hear{Music: "hold.wav", First: 20 * time.Second, Every: time.Minute, Floor: time.Minute},
				Limit: queue.Limit{Wait: 5 * time.Minute, Rounds: 1, Then: queue.Leave}, Callback: queue.Callback{After: 40 * time.Second, Tries: 2, Again: time.Minute, Within: time.Hour},
				Service: queue.Service{Within: 20 * time.Second, Percent: 80, Handling: 2 * time.Minute}},
		},
		Agents: []queue.Agent{
			{ID: "1001", Address: "sip:1001@192.0.2.9", Queues: []string{"aftersales"}},
			{ID: "1002", Address: "sip:1002@192.0.2.9", Queues: []string{"aftersales"}},
			{ID: "1003", Address: "sip:1003@192.0.2.9", Queues: []string{"aftersales"}},
		},
	}
}

// floor is a rig with a switchboard whose agents' phones the test plays.
type floor struct {
	*rig
	board  *switchboard.Board
	places *fakePlaces
	acts   []queue.Action
	mu     sync.Mutex
}

var toQueue = dialog.Transfer{Queue: "aftersales", Style: "warm", Hold: "hold.wav", Brief: "Ms Wang, about her watch"}

// onFloor runs a test with agents logged in, whose phones ring as given by their number.
func onFloor(t *testing.T, phones map[string]func(*floor, *fakeLeg), test func(f *floor), change ...func(*queue.Config)) {
	t.Helper()
	inBubble(t, handing(toQueue), func(r *rig) {
		t := r.t
		f := &floor{rig: r, places: &fakePlaces{kept: map[string]string{}, all: map[string]Place{}}}
		var err error
		ctx, stop := context.WithCancel(t.Context())
		back := r.desk.Callbacks()
		queues := aftersales()
		for _, c := range change {
			c(&queues)
		}
		f.board, err = switchboard.New(switchboard.Config{Queues: queues, Absent: back.Absent, Watch: func(_ time.Time, a queue.Action) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.acts = append(f.acts, a)
		}})
		if err != nil {
			t.Fatal(err)
		}
		r.desk.deps.People = People{Directory: fakeDirectory{r}, Switchboard: f.board, Places: f.places}
		var running sync.WaitGroup
		running.Go(func() { f.board.Run(ctx) })
		defer func() { stop(); running.Wait(); back.Wait() }()
		r.phone.ring = func(leg *fakeLeg) {
			number := strings.TrimPrefix(strings.SplitN(leg.info.Called, "@", 2)[0], "sip:")
			if phone := phones[number]; phone != nil {
				phone(f, leg)
				return
			}
			leg.send(sip.Progress{Code: 180})
		}
		for _, agent := range []string{"1001", "1002"} {
			if phones[agent] != nil {
				f.board.Tell(queue.LogIn{Agent: agent})
				f.pass(time.Second)
			}
		}
		test(f)
		for _, leg := range r.phone.legs {
			if !leg.ended() {
				t.Errorf("the leg to %s was left up", leg.info.Called)
			}
		}
		snap := f.board.Snapshot()
		if q := snap.Queues[0]; q.Waiting != 0 {
			t.Errorf("%d still wait", q.Waiting)
		}
		for _, a := range snap.Agents {
			if a.Caller != "" {
				t.Errorf("agent %s is stuck with %s: %s", a.ID, a.Caller, a.State)
			}
		}
	})
}

// takes answers after 3 s, hears the brief and presses 1.
func takes(f *floor, leg *fakeLeg) {
	leg.send(sip.Progress{Code: 180})
	time.Sleep(3 * time.Second)
	leg.send(sip.Answered{Params: talkParams})
	time.Sleep(4 * time.Second)
	f.key(leg, '1')
}

// key is a key of the agent's phone, as RTP brings it.
func (f *floor) key(leg *fakeLeg, digit byte) {
	f.audio.mu.Lock()
	i := slices.IndexFunc(f.audio.opened, func(m *fakeMedia) bool { return m.LocalAddr() == leg.local })
	sink := f.audio.opened[i].sink
	f.audio.mu.Unlock()
	sink.Event(media.Event{Kind: media.EventDigit, Digit: digit, At: time.Now()})
}

// transferEnded is what the script was told of its transfer.
func (f *floor) transferEnded() (e dialog.TransferEnded) {
	for _, o := range f.machine.events() {
		if t, ok := o.(dialog.TransferEnded); ok {
			e = t
		}
	}
	return e
}

// steps are the first words of what the journal says of the transfer.
func steps(rec Record) (list []string) {
	for _, e := range has(rec, EntryTransfer) {
		list = append(list, e.Text)
	}
	return list
}

func TestWarmTransfer(t *testing.T) {
	onFloor(t, map[string]func(*floor, *fakeLeg){"1001": takes}, func(f *floor) {
		f.toTransfer()
		f.pass(5 * time.Second) // answered, being briefed
		if got := f.desk.Live()[0].Phase; got != "transferring" {
			t.Fatalf("phase %q during the brief", got)
		}
		if !f.out().Speaking() {
			t.Error("the caller hears nothing during the brief")
		}
		var told []string
		for _, s := range f.audio.opened[1].q.said() {
			if s.label != "" {
				told = append(told, s.label)
			}
		}
		if len(told) == 0 || told[0] != toQueue.Brief {
			t.Errorf("the agent was told %q", told)
		}
		f.pass(5 * time.Second)
		if f.audio.joins != 1 || f.desk.Live()[0].Phase != "joined" {
			t.Fatalf("joined %d times, phase %q", f.audio.joins, f.desk.Live()[0].Phase)
		}
		spans := f.out().said()
		var joined time.Time
		f.mu.Lock()
		for _, a := range f.acts {
			if s, ok := a.(queue.AgentState); ok && s.State == queue.Talking {
				joined = time.Now()
			}
		}
		f.mu.Unlock()
		if joined.IsZero() {
			t.Error("nobody was told that the agent talks")
		}
		if last := spans[len(spans)-1]; last.label != "hold.wav" {
			t.Errorf("the caller heard %q last", last.label)
		}
		f.pass(time.Minute)
		f.leg.bye()
		rec := f.end()
		if rec.Outcome != "transferred" || rec.EndedBy != "them" {
			t.Errorf("record: %+v", rec)
		}
		f.pass(15 * time.Second) // wrap-up
		served := has(rec, EntryServed)
		if len(served) != 1 {
			t.Fatalf("served: %+v", served)
		}
		if e := served[0]; e.Text != "1001" || e.From != "aftersales" || e.Why != "waited 3s, brief 4s, talk 1m4s" {
			t.Errorf("served by %q of %q: %q", e.Text, e.From, e.Why)
		}
		if got := served[0].Timing; got.Waited != 3000 || got.Briefed != 4000 || got.Talked < 60_000 {
			t.Errorf("the parts: %+v", got)
		}
		if len(f.places.kept) != 0 || f.places.most != 1 {
			t.Errorf("places left: %v, at most %d", f.places.kept, f.places.most)
		}
		if f.places.how != queue.Served {
			t.Errorf("the place of a caller who was served ended as %q", f.places.how)
		}
	})
}

func TestAgentTroubles(t *testing.T) {
	for name, phone := range map[string]func(*floor, *fakeLeg){
		"busy":      func(_ *floor, l *fakeLeg) { l.end(sip.Ended{By: sip.Them, Code: 486}) },
		"refuses":   func(_ *floor, l *fakeLeg) { time.Sleep(2 * time.Second); l.end(sip.Ended{By: sip.Them, Code: 603}) },
		"dead":      func(_ *floor, l *fakeLeg) { time.Sleep(4 * time.Second); l.end(sip.Ended{By: sip.Network, Code: 408}) },
		"not found": func(_ *floor, l *fakeLeg) { l.end(sip.Ended{By: sip.Them, Code: 404}) },
		"no answer": func(_ *floor, l *fakeLeg) { l.send(sip.Progress{Code: 180}) },
		"presses 2": func(f *floor, l *fakeLeg) {
			l.send(sip.Answered{Params: talkParams})
			time.Sleep(2 * time.Second)
			f.key(l, '2')
		},
		"says nothing": func(_ *floor, l *fakeLeg) { l.send(sip.Answered{Params: talkParams}) },
		"hangs up during the brief": func(_ *floor, l *fakeLeg) {
			l.send(sip.Answered{Params: talkParams})
			time.Sleep(time.Second)
			l.bye()
		},
		"bad media": func(f *floor, l *fakeLeg) {
			f.audio.mu.Lock()
			f.audio.opened[1].bad = true
			f.audio.mu.Unlock()
			l.send(sip.Answered{Params: talkParams})
		},
	} {
		t.Run(name, func(t *testing.T) {
			onFloor(t, map[string]func(*floor, *fakeLeg){"1001": phone, "1002": takes}, func(f *floor) {
				f.toTransfer()
				f.pass(40 * time.Second)
				if f.audio.joins != 1 || f.desk.Live()[0].Phase != "joined" {
					t.Fatalf("joined %d times, phase %q: %v", f.audio.joins, f.desk.Live()[0].Phase, f.acts)
				}
				f.leg.bye()
				rec := f.end()
				if got := steps(rec); !slices.Contains(got, "joined sip:1002@192.0.2.9") || !slices.ContainsFunc(got, func(s string) bool { return s == "back in line" }) {
					t.Errorf("journal: %q", got)
				}
				f.pass(20 * time.Second)
			})
		})
	}
}

func TestNobodyTakesIt(t *testing.T) {
	busy := func(_ *floor, l *fakeLeg) { l.end(sip.Ended{By: sip.Them, Code: 486}) }
	onFloor(t, map[string]func(*floor, *fakeLeg){"1001": busy, "1002": busy}, func(f *floor) {
		f.toTransfer()
		f.pass(2 * time.Minute)
		rec := f.end()
		if rec.Outcome != "callback" || rec.Why != "nobody came" {
			t.Errorf("the script did not go on: %q, %q", rec.Outcome, rec.Why)
		}
	})
}

// TestCallerLeaves hangs up at each step.
func TestCallerLeaves(t *testing.T) {
	for name, after := range map[string]time.Duration{
		"at once": 0, "while it rings": time.Second, "during the brief": 5 * time.Second,
		"as the agent answers": 3 * time.Second, "as the agent takes it": 7 * time.Second, "joined": 10 * time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			onFloor(t, map[string]func(*floor, *fakeLeg){"1001": takes}, func(f *floor) {
				f.toTransfer()
				time.Sleep(after - 500*time.Millisecond)
				f.leg.bye()
				rec := f.end()
				if want := "transferred"; after > 8*time.Second && rec.Outcome != want {
					t.Errorf("outcome %q, want %q", rec.Outcome, want)
				}
				f.pass(20 * time.Second)
				if len(f.places.kept) != 0 {
					t.Errorf("places left: %v", f.places.kept)
				}
			})
		})
	}
}

func TestWaitingIsTold(t *testing.T) {
	onFloor(t, nil, func(f *floor) {
		f.toTransfer()
		f.pass(45 * time.Second)
		var heard []string
		for _, s := range f.out().said() {
			heard = append(heard, s.label)
		}
		for _, want := range []string{"You are next.", sentence("en", lineOffer)} {
			if !slices.Contains(heard, want) {
				t.Errorf("the caller never heard %q: %q", want, heard)
			}
		}
		f.leg.send(sip.Digit{Digit: '1'})
		f.pass(20 * time.Second)
		rec := f.end()
		if ended := f.transferEnded(); !ended.OK || ended.Reason != dialog.CalledBack || rec.EndedBy != "us" {
			t.Errorf("the script was told %+v; ended by %q (%s)", ended, rec.EndedBy, rec.Why)
		}
		if spans := f.out().said(); spans[len(spans)-1].label != sentence("en", lineBack) {
			t.Errorf("the caller heard %q last", spans[len(spans)-1].label)
		}
		if f.places.kept[rec.ID] != "promised" {
			t.Errorf("the promise is not kept: %v", f.places.kept)
		}
		if q := f.board.Snapshot().Queues[0]; q.Callbacks != 1 {
			t.Errorf("%d callbacks wait, want 1", q.Callbacks)
		}
	})
}

func TestNoPromiseWithoutInk(t *testing.T) {
	onFloor(t, nil, func(f *floor) {
		f.places.err = errors.New("disk full")
		f.toTransfer()
		f.pass(45 * time.Second)
		f.leg.send(sip.Digit{Digit: '1'})
		f.pass(20 * time.Second)
		if rec := f.end(); rec.Why != "nobody came" {
			t.Errorf("the script did not go on: %q", rec.Why)
		}
		if q := f.board.Snapshot().Queues[0]; q.Callbacks != 0 {
			t.Errorf("%d callbacks wait that nobody was promised", q.Callbacks)
		}
	})
}

// fakePlaces remembers.
type fakePlaces struct {
	mu   sync.Mutex
	err  error
	kept map[string]string
	all  map[string]Place
	most int
	how  queue.How // of the latest that was dropped
}

func (p *fakePlaces) Find(_ context.Context, id string) (Place, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	place, ok := p.all[id]
	if !ok {
		return Place{}, errors.New("no such place")
	}
	return place, nil
}

func (p *fakePlaces) Keep(_ context.Context, place Place) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept[place.ID], p.all[place.ID] = "waiting", place
	p.most = max(p.most, len(p.kept))
	return p.err
}

func (p *fakePlaces) Promise(_ context.Context, id string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.kept[id] = "promised"
	}
	return p.err
}

func (p *fakePlaces) Drop(_ context.Context, id string, how queue.How) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.kept, id)
	p.how = how
	return nil
}
