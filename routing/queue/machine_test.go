package queue

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Unix(43200, 0).UTC()

// after is a time in a test, in seconds from its start.
func after(seconds float64) time.Time {
	return noon.Add(time.Duration(seconds * float64(time.Second)))
}

func begun(t *testing.T, cfg Config) *Machine {
	t.Helper()
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A queue that is taken out of the configuration keeps its callers, an agent who
// is taken out keeps the call; nobody is dropped by a hundred reloads.
func TestReloadDropsNobody(t *testing.T) {
	full := walkers()
	less := walkers()
	less.Queues, less.Agents = less.Queues[:1], nil
	less.Queues[0].Overflow, less.Queues[0].Supervisor, less.Queues[0].Promise, less.Queues[0].Limit.Then = Overflow{}, "", Promise{}, Leave
	less.Agents = []Agent{{ID: "0", Queues: []string{"a"}}, {ID: "9", Queues: []string{"a"}}}
	broken := walkers()
	broken.Queues[0].Timing.Ring = 0
	m := begun(t, full)
	ends, joined := map[string]int{}, 0
	step := func(seconds float64, e Event) {
		for _, a := range m.Step(after(seconds), e) {
			switch a := a.(type) {
			case RingAgent:
				if len(ends) == 0 && a.Offer <= 3 {
					defer m.Step(after(seconds), Answered{a.Offer})
				}
			case End:
				ends[a.Caller]++
			}
		}
	}
	for _, a := range full.Agents {
		step(0, LogIn{Agent: a.ID})
	}
	for i := range 50 {
		step(1, Enter{Caller: fmt.Sprint(i), Queue: []string{"a", "b", "top"}[i%3]})
	}
	for _, o := range m.State().Offers {
		if o.Stage == Briefing {
			step(2, Accepted{o.ID})
		}
	}
	for _, o := range m.State().Offers {
		if o.Stage == Joined {
			joined++
		}
	}
	for i := range 100 {
		step(3+float64(i)/1000, Configure{[]Config{less, full, broken}[i%3]})
		if err := m.whole(); err != nil {
			t.Fatal(err)
		}
	}
	if len(ends) != 0 || joined == 0 || len(m.calls) != 50 {
		t.Fatalf("%d callers ended by reloads, %d were joined, %d are left of 50", len(ends), joined, len(m.calls))
	}
	for i := range 50 {
		step(4, Left{fmt.Sprint(i)})
		if m.calls[fmt.Sprint(i)] != nil { // to be called back: queue b's agents went
			step(4, Cancel{fmt.Sprint(i)})
		}
	}
	if len(ends) != 50 || len(m.calls) != 0 || len(m.offers) != 0 {
		t.Errorf("%d of 50 callers ended, %d callers and %d offers are left", len(ends), len(m.calls), len(m.offers))
	}
	for id, n := range ends {
		if n != 1 {
			t.Errorf("caller %s ended %d times", id, n)
		}
	}
}

func TestABadConfigurationIsRefused(t *testing.T) {
	cfg := walkers()
	cfg.Queues[0].Supervisor = "nobody"
	if _, err := New(cfg); err == nil {
		t.Error("a supervisor queue that is not there was taken")
	}
	if found := walkers().Check(); len(found) > 0 {
		t.Errorf("a good configuration is faulted: %v", found)
	}
}

// plain is one queue without brief and extras, and agents who work in it.
func plain(agents int) Config {
	q := Queue{Name: "q", Ranking: LongestIdle, Timing: Timing{Ring: 20 * time.Second, WrapUp: 10 * time.Second}, Limit: Limit{Then: Leave},
		Callback: Callback{Tries: 1, Again: time.Minute, Within: time.Hour}, Service: Service{Within: 20 * time.Second, Percent: 80, Handling: time.Minute}}
	cfg := Config{Queues: []Queue{q}}
	for i := range agents {
		cfg.Agents = append(cfg.Agents, Agent{ID: fmt.Sprint(i), Queues: []string{"q"}})
	}
	return cfg
}

func TestSnapshotCounts(t *testing.T) {
	m := begun(t, plain(1))
	m.Step(after(0), LogIn{Agent: "0"})
	m.Step(after(0), Enter{Caller: "a", Queue: "q"})
	m.Step(after(5), Answered{1})                    // in time
	m.Step(after(6), Enter{Caller: "b", Queue: "q"}) // waits 69 s
	m.Step(after(7), Enter{Caller: "c", Queue: "q"}) // gives up early: not held against us
	m.Step(after(10), Left{"c"})
	m.Step(after(11), Enter{Caller: "d", Queue: "q"}) // gives up late
	m.Step(after(61), Left{"d"})
	m.Step(after(65), Left{"a"})
	m.Step(after(75), Tick{}) // end of the wrap-up: b is offered
	m.Step(after(75), Answered{2})
	m.Step(after(76), Enter{Caller: "e", Queue: "q"})
	s := m.Snapshot(after(80))
	q, a := s.Queues[0], s.Agents[0]
	if q.Entered != 5 || q.Answered != 2 || q.InTime != 1 || q.Abandoned != 2 || q.Waiting != 1 || q.Longest != 4*time.Second {
		t.Errorf("queue %+v", q)
	}
	if want := 1.0 / 3; q.Service.FiveMin != want || q.Service.LastHour != want {
		t.Errorf("service level %+v, want %v: one in time of two answered and one lost", q.Service, want)
	}
	if q.Mean != 70*time.Second || q.WaitMax != 69*time.Second {
		t.Errorf("handling %v, want talk and wrap-up, 1m10s; longest wait %v", q.Mean, q.WaitMax)
	}
	if a.State != Talking || a.Caller != "b" || a.Answered != 2 || a.Spent[Talking] != 65*time.Second || a.Spent[WrappingUp] != 10*time.Second || a.Spent[Offered] != 5*time.Second {
		t.Errorf("agent %+v", a)
	}
	if got := m.Snapshot(after(3600)).Queues[0].Service; got.FiveMin != -1 || got.LastHour != 0 {
		t.Errorf("an hour later the service level is %+v; the first minute is over an hour ago, the second is not", got)
	}
}

// With capacity 2 an agent may hold two calls, but is offered one at a time.
func TestCapacity(t *testing.T) {
	cfg := plain(1)
	cfg.Agents[0].Capacity = 2
	m := begun(t, cfg)
	m.Step(after(0), LogIn{Agent: "0"})
	rings := 0
	for i := range 4 {
		for _, a := range m.Step(after(1), Enter{Caller: fmt.Sprint(i), Queue: "q"}) {
			if _, ok := a.(RingAgent); ok {
				rings++
			}
		}
	}
	if rings != 1 {
		t.Fatalf("%d offers at once", rings)
	}
	m.Step(after(2), Answered{1})
	m.Step(after(3), Answered{2})
	if s := m.State(); len(s.Offers) != 2 || len(s.Seats[0].Talks) != 2 {
		t.Errorf("%d offers, talks %v; want two talks and nothing offered", len(s.Offers), s.Seats[0].Talks)
	}
	m.Step(after(4), Left{"0"})
	if s := m.State(); len(s.Offers) != 2 || s.Seats[0].Offer == 0 {
		t.Error("with one call left the next is offered, and no wrap-up is between")
	}
}

// Each ranking picks another of three agents for the same caller.
func TestRankings(t *testing.T) {
	for ranking, want := range map[Ranking]string{LongestIdle: "0", BestSkill: "1", SpareSkill: "2"} {
		cfg := plain(3)
		cfg.Queues[0].Ranking = ranking
		cfg.Queues[0].Needs = []Need{{Skill: "x", Level: 1}}
		cfg.Agents[0].Skills = map[string]int{"x": 2, "y": 2}
		cfg.Agents[1].Skills = map[string]int{"x": 5, "y": 1}
		cfg.Agents[2].Skills = map[string]int{"x": 1}
		m := begun(t, cfg)
		for i := range 3 {
			m.Step(after(float64(i)), LogIn{Agent: fmt.Sprint(i)})
		}
		m.Step(after(9), Enter{Caller: "a", Queue: "q"})
		if got := m.State().Offers[0].Agent; got != want {
			t.Errorf("%s gives the caller to agent %s, want %s", ranking, got, want)
		}
	}
}

// An agent who is not reached rests longer each time, and a login ends it.
func TestRestGrows(t *testing.T) {
	cfg := plain(1)
	cfg.Reach = Reach{Failures: 2, Rest: 10 * time.Second, MaxRest: 30 * time.Second}
	m := begun(t, cfg)
	m.Step(after(0), LogIn{Agent: "0"})
	m.Step(after(0), Enter{Caller: "a", Queue: "q"})
	now, offer := noon, 1
	for _, want := range []time.Duration{0, 10 * time.Second, 20 * time.Second, 30 * time.Second, 30 * time.Second} {
		m.Step(now, Failed{offer, Unreachable})
		s := m.State().Seats[0]
		if got := s.Rest.Sub(now); want > 0 && got != want || want == 0 && !s.Rest.IsZero() {
			t.Fatalf("after failure %d the agent rests until %v, want %v", offer, s.Rest, want)
		}
		if offer++; want > 0 {
			now = now.Add(want)
			m.Step(now, Tick{})
		}
	}
	m.Step(now, Failed{offer, Busy})
	if m.Step(now, LogIn{Agent: "0"}); m.State().Seats[0].Offer == 0 {
		t.Error("the agent logged in anew and is offered nothing")
	}
}

// A caller to be called back stands where the promise and the priority put them,
// as if they were on the line; nobody is hurried for them.
func TestCallbacksKeepPriorityAndPromise(t *testing.T) {
	cfg := plain(1)
	cfg.Queues[0].HeadStart = 5 * time.Minute
	m := begun(t, cfg)
	now := noon.Add(time.Minute)
	for i, e := range []Enter{
		{Caller: "plain"}, {Caller: "urgent", Priority: 95}, {Caller: "promised", Promise: Promise{Within: 10 * time.Second}},
	} {
		e.Queue, e.Callback, e.Since = "q", true, noon.Add(time.Duration(i)*time.Second)
		m.Step(now, e)
	}
	order := ""
	todo := m.Step(now, LogIn{Agent: "0"})
	for range 3 {
		for _, a := range todo {
			if ring, ok := a.(RingAgent); ok {
				order += ring.Caller + " "
				todo = m.Step(now, Cancel{Caller: ring.Caller})
				break
			}
		}
	}
	if order != "promised urgent plain " {
		t.Errorf("called back in the order %q", order)
	}
}
