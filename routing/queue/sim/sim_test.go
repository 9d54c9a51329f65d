package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/routing/queue"
)

func hourOf(seed uint64) Config {
	return Config{Seed: seed, Callers: 500, Agents: 20, Supervisors: 2, Lasts: time.Hour, HeadStart: 5 * time.Minute, Ranking: queue.SpareSkill}
}

// 200 hours of 500 callers and 20 agents. While they are played the watch holds
// the machine to it: no agent has two calls, everybody ends once, promises are
// kept to half a second, nobody is overtaken by who came more than the head start later.
func TestHours(t *testing.T) {
	const shards = 4
	for shard := range uint64(shards) {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			for seed := shard; seed < 200; seed += shards {
				r, err := Run(hourOf(seed))
				if err != nil {
					t.Fatal(err)
				}
				check(t, seed, r)
			}
		})
	}
}

// check looks at an hour as a whole.
func check(t *testing.T, seed uint64, r *Result) {
	t.Helper()
	if r.Ended != 500 {
		t.Errorf("seed %d: %d of 500 callers ended", seed, r.Ended)
	}
	const most = 10*time.Minute + 23*time.Second // the limit, a ring and a brief
	for name, c := range r.Classes {
		if c.Longest > most {
			t.Errorf("seed %d: a caller of class %s was on the line for %v", seed, name, c.Longest)
		}
	}
	for _, name := range []string{HighValue, HighRisk} {
		if c := r.Classes[name]; c == nil || c.Ends[queue.Served] == 0 {
			t.Errorf("seed %d: nobody of class %s was served", seed, name)
		}
	}
}

func TestSameSeedSameHour(t *testing.T) {
	seen := map[uint64]uint64{}
	for seed := range uint64(5) {
		var digests [2]uint64
		for i := range digests {
			r, err := Run(hourOf(seed))
			if err != nil {
				t.Fatal(err)
			}
			digests[i] = r.Digest()
		}
		if digests[0] != digests[1] {
			t.Errorf("seed %d played twice gives two hours", seed)
		}
		if other, twice := seen[digests[0]]; twice {
			t.Errorf("seeds %d and %d give the same hour", seed, other)
		}
		seen[digests[0]] = seed
	}
}

// Few agents, no supervisor, callers of all kinds: it is bad for them, but the
// promises of order and of one call at a time hold.
func TestHoursUnderSiege(t *testing.T) {
	for seed := range uint64(10) {
		c := hourOf(seed)
		c.Agents, c.Supervisors = 8, 0
		r, err := Run(c)
		if err != nil {
			t.Fatal(err)
		}
		if ends := r.Classes[Ordinary].Ends; ends[queue.Abandoned]+ends[queue.ToVoicemail] < 50 {
			t.Errorf("seed %d: 8 agents cannot serve 500 callers, but %v", seed, ends)
		}
	}
}

// A watch that finds nothing would look the same as a machine in order.
func TestWatchSeesBreaches(t *testing.T) {
	for want, tell := range map[string]func(w *watch, h *hour){
		"agent a gets offer 2": func(w *watch, h *hour) {
			w.action(queue.RingAgent{Offer: 1, Agent: "a", Caller: "r"})
			w.action(queue.RingAgent{Offer: 2, Agent: "a", Caller: "v"})
		},
		"agent a gets offer 3": func(w *watch, h *hour) {
			w.action(queue.RingAgent{Offer: 1, Agent: "a", Caller: "r"})
			w.action(queue.Join{Offer: 1, Agent: "a", Caller: "r"})
			w.action(queue.RingAgent{Offer: 3, Agent: "a", Caller: "v"})
		},
		"who has ended": func(w *watch, h *hour) {
			w.action(queue.End{Caller: "r"})
			w.action(queue.Announce{Caller: "r"})
		},
		"goes to a supervisor 1s after": func(w *watch, h *hour) {
			h.now = Start.Add(11 * time.Second)
			w.action(queue.ToSupervisor{Caller: "r"})
		},
		"went to no supervisor": func(w *watch, h *hour) {
			h.now = Start.Add(31 * time.Second)
			w.action(queue.Join{Caller: "v"})
		},
		"is overtaken by v": func(w *watch, h *hour) {
			w.before(queue.Enter{Caller: "r", Queue: "service"})
			h.in["v"].came = Start.Add(6 * time.Minute)
			w.action(queue.RingAgent{Offer: 1, Agent: "a", Caller: "v"})
		},
	} {
		h := &hour{now: Start, in: map[string]*caller{
			"r": {came: Start, Enter: queue.Enter{Caller: "r", Class: HighRisk}},
			"v": {came: Start, Enter: queue.Enter{Caller: "v", Class: HighValue}},
		}}
		w := newWatch(Setup(hourOf(0)), h)
		tell(w, h)
		if err := w.err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the watch saw %v, want %q", err, want)
		}
	}
}
