package sim

import (
	"fmt"
	"math"
	"time"

	"github.com/parley-voice/parley/routing/queue"
)

// The classes of callers.
const (
	Ordinary  = "ordinary"
	English   = "english"
	Technical = "technical"
	HighValue = "high value"
	HighRisk  = "high risk"
)

// Classes in the order of the figures.
var Classes = []string{Ordinary, English, Technical, HighValue, HighRisk}

// The promises of the two classes.
const (
	ValueWithin = 30 * time.Second
	RiskWithin  = 10 * time.Second
)

// caller is one caller's life outside the machine.
type caller struct {
	queue.Enter
	came               time.Time
	joined, back, over bool
	escalated          time.Time
	wait               time.Duration // until joined
	guess, guessedAt   time.Duration // the first wait announced, and when
}

// Setup is the hotline: a service queue, a technical one, supervisors.
func Setup(c Config) queue.Config {
	base := queue.Queue{
		HeadStart: c.HeadStart, Ranking: c.Ranking,
		Timing:     queue.Timing{Ring: 15 * time.Second, Brief: 8 * time.Second, WrapUp: 15 * time.Second},
		Hear:       queue.Hear{Music: "hold", First: 20 * time.Second, Every: 45 * time.Second, Floor: 10 * time.Second},
		Limit:      queue.Limit{Wait: 10 * time.Minute, Rounds: 2, Then: queue.Voicemail},
		Callback:   queue.Callback{After: 90 * time.Second, Tries: 2, Again: 5 * time.Minute, Within: 2 * time.Hour},
		Service:    queue.Service{Within: 20 * time.Second, Percent: 80, Handling: 2 * time.Minute},
		Supervisor: "supervisors",
	}
	service, technical, top := base, base, base
	service.Name = "service"
	technical.Name = "technical"
	technical.Needs = []queue.Need{{Skill: "repair", Level: 2, Relax: []queue.Relax{{After: 90 * time.Second, Level: 1}}}}
	technical.Overflow = queue.Overflow{To: "service", Above: 8, Below: 4}
	top.Name, top.Supervisor = "supervisors", ""
	cfg := queue.Config{
		Queues: []queue.Queue{service, technical, top},
		Pauses: []string{"break"},
		Reach:  queue.Reach{Failures: 2, Rest: 30 * time.Second, MaxRest: 5 * time.Minute},
	}
	for i := range c.Agents {
		a := queue.Agent{ID: fmt.Sprintf("a%02d", i+1), Address: fmt.Sprintf("sip:%d@desk", 100+i), Queues: []string{"service"}, Skills: map[string]int{}}
		if i%4 == 0 {
			a.Queues = append(a.Queues, "technical")
			a.Skills["repair"] = 1 + i/4%3
		}
		if i%3 == 0 {
			a.Skills["english"] = 1 + i/3%4
		}
		cfg.Agents = append(cfg.Agents, a)
	}
	for i := range c.Supervisors {
		cfg.Agents = append(cfg.Agents, queue.Agent{ID: fmt.Sprintf("s%d", i+1), Address: fmt.Sprintf("sip:%d@desk", 900+i), Queues: []string{"supervisors"}, Roles: []string{"supervisor"}})
	}
	return cfg
}

// people draws everybody: when callers come, when agents work.
func (h *hour) people(cfg queue.Config) {
	for i := range h.cfg.Callers {
		c := &caller{Enter: h.draw(fmt.Sprintf("c%03d", i))}
		at := time.Duration(h.rnd.Float64() * float64(h.cfg.Lasts))
		if h.rnd.Float64() < 0.15 { // a rush in the middle
			at = h.cfg.Lasts/2 + time.Duration(h.rnd.Float64()*float64(h.cfg.Lasts/6))
		}
		h.when(at, func() queue.Event {
			c.came = h.now
			h.in[c.Caller] = c
			h.when(max(h.exponential(6*time.Minute), 5*time.Second), func() queue.Event { return h.losesPatience(c) })
			return c.Enter
		})
	}
	for _, a := range cfg.Agents {
		h.later(time.Duration(h.rnd.IntN(60))*time.Second, queue.LogIn{Agent: a.ID})
		if a.Roles == nil {
			h.breaks(a.ID)
		}
	}
}

func (h *hour) draw(id string) queue.Enter {
	e := queue.Enter{Caller: id, Queue: "service", Class: Ordinary}
	switch p := h.rnd.Float64(); {
	case p < 0.04:
		e.Class, e.Priority = HighRisk, 80
		e.Promise = queue.Promise{Within: RiskWithin, Then: queue.Supervisor}
	case p < 0.12:
		e.Class, e.Priority = HighValue, 60
		e.Promise = queue.Promise{Within: ValueWithin, Then: queue.Supervisor}
		if h.rnd.IntN(2) == 0 {
			e.Prefer = queue.Prefer{Agent: fmt.Sprintf("a%02d", 1+h.rnd.IntN(h.cfg.Agents)), For: 10 * time.Second}
		}
	case p < 0.22:
		e.Class, e.Queue = Technical, "technical"
	case p < 0.30:
		e.Class = English
		e.Needs = []queue.Need{{Skill: "english", Level: 3, Relax: []queue.Relax{{After: time.Minute, Level: 1}, {After: 3 * time.Minute, Level: 0}}}}
	}
	return e
}

// breaks lets an agent pause, work elsewhere with a dead phone, and log out.
func (h *hour) breaks(agent string) {
	at := time.Duration(h.rnd.Float64() * float64(h.cfg.Lasts))
	for range 2 {
		h.later(at, queue.Pause{Agent: agent, Reason: "break"})
		at += time.Minute + h.exponential(4*time.Minute)
		h.later(at, queue.Resume{Agent: agent})
		at += h.exponential(20 * time.Minute)
	}
	if h.rnd.Float64() < 0.2 {
		dead := time.Duration(h.rnd.Float64() * float64(h.cfg.Lasts))
		h.when(dead, func() queue.Event { h.busy[agent] = true; return nil })
		h.when(dead+5*time.Minute, func() queue.Event { h.busy[agent] = false; return nil })
	}
	if h.rnd.Float64() < 0.2 {
		out := time.Duration(h.rnd.Float64() * float64(h.cfg.Lasts))
		h.later(out, queue.LogOut{Agent: agent})
		h.later(out+5*time.Minute, queue.LogIn{Agent: agent})
	}
}

func (h *hour) losesPatience(c *caller) queue.Event {
	if c.joined || c.over || c.back {
		return nil
	}
	return queue.Left{Caller: c.Caller}
}

func (h *hour) exponential(mean time.Duration) time.Duration {
	return time.Duration(h.rnd.ExpFloat64() * float64(mean))
}

// between is uniform, in seconds.
func (h *hour) between(low, high float64) time.Duration {
	return time.Duration((low + h.rnd.Float64()*(high-low)) * float64(time.Second))
}

// talk is lognormal: mean about 95 s, most shorter, some ten minutes.
func (h *hour) talk() time.Duration {
	return time.Duration(math.Exp(4.3+0.7*h.rnd.NormFloat64()) * float64(time.Second))
}
