// Package sim plays days of a campaign with agents in virtual time, to show what a
// way of pacing does to people and agents. The same seed plays the same days.
package sim

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/parley-voice/parley/campaign/pacing"
)

// Config of a simulation. Zero fields take the defaults in brackets.
type Config struct {
	Pacing pacing.Config
	Agents int           // (20)
	Days   int           // (1)
	Hours  time.Duration // of a day's calling (8 h, from nine)
	Answer float64       // share of calls that a person answers, on average (0.3)
	Talk   time.Duration // mean of talking; log-normal, sigma 0.7 (2 min)
	WrapUp time.Duration // (15 s)
	Seed   uint64
}

func (c Config) withDefaults() Config {
	if c.Agents == 0 {
		c.Agents = 20
	}
	if c.Days == 0 {
		c.Days = 1
	}
	if c.Hours == 0 {
		c.Hours = 8 * time.Hour
	}
	if c.Answer == 0 {
		c.Answer = 0.3
	}
	if c.Talk == 0 {
		c.Talk = 2 * time.Minute
	}
	if c.WrapUp == 0 {
		c.WrapUp = 15 * time.Second
	}
	return c
}

// Day is what one day came to.
type Day struct {
	Dialled    int
	Answered   int           // by people
	Abandoned  int           // no agent within 2 s
	Overflowed int           // the script talked to them
	Talked     time.Duration // of all agents
	Worked     time.Duration // all agents' time: talking, wrapping up, waiting
	Double     int           // calls given to an agent who had one: must be 0
}

// TalkShare is the share of their time that agents talked.
func (d Day) TalkShare() float64 { return float64(d.Talked) / float64(max(d.Worked, 1)) }

// AbandonedShare is the share of those who answered that was abandoned.
func (d Day) AbandonedShare() float64 { return float64(d.Abandoned) / float64(max(d.Answered, 1)) }

// Plus adds up two days.
func (d Day) Plus(o Day) Day {
	return Day{d.Dialled + o.Dialled, d.Answered + o.Answered, d.Abandoned + o.Abandoned, d.Overflowed + o.Overflowed,
		d.Talked + o.Talked, d.Worked + o.Worked, d.Double + o.Double}
}

// Grace is how long a person who answered may wait for an agent.
const Grace = 2 * time.Second

// Run plays the days.
func Run(cfg Config) []Day {
	cfg = cfg.withDefaults()
	w := &world{cfg: cfg, pacer: pacing.New(cfg.Pacing), rand: rand.New(rand.NewPCG(cfg.Seed, 0x9e3779b97f4a7c15))}
	days := make([]Day, cfg.Days)
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for i := range days {
		days[i] = w.day(start.AddDate(0, 0, i))
	}
	return days
}

// agent is at work since a time, or ready.
type agent struct {
	busy  bool
	since time.Duration
}

type world struct {
	cfg   Config
	pacer *pacing.Pacer
	rand  *rand.Rand

	start  time.Time
	likely float64 // of today: chance that a person answers
	events events
	seq    int
	agents []agent
	lines  lines
	state  pacing.State // its slices serve again at every tick
	today  Day
}

func (w *world) day(start time.Time) Day {
	w.start, w.today, w.events = start, Day{}, w.events[:0]
	w.lines.clear()
	w.agents = make([]agent, w.cfg.Agents)
	w.likely = w.cfg.Answer * math.Exp(0.25*w.rand.NormFloat64()) // no two days are alike
	w.at(0, tick, 0)
	for len(w.events) > 0 {
		w.step(w.events.next())
	}
	w.today.Worked = time.Duration(w.cfg.Agents) * w.cfg.Hours
	return w.today
}

func (w *world) at(t time.Duration, kind eventKind, of int) {
	w.seq++
	w.events.add(event{at: t, seq: w.seq, kind: kind, of: of})
}

func (w *world) step(e event) {
	now := e.at
	switch e.kind {
	case tick:
		if now >= w.cfg.Hours {
			return
		}
		w.dial(now)
		w.at(now+time.Second, tick, 0)
	case fail:
		w.pacer.Habits.Failed(now - w.lines.calls[e.of].began)
		w.lines.quiet(e.of)
		w.lines.drop(e.of)
	case answer:
		w.answered(now, e.of)
	case giveUp:
		if w.lines.calls[e.of].waiting {
			w.today.Abandoned++
			w.pacer.Ledger.Add(w.start.Add(now), pacing.Count{Abandoned: 1})
			w.lines.leave(e.of)
		}
		w.lines.drop(e.of)
	case hangUp:
		w.at(now+w.cfg.WrapUp, free, e.of)
	case free:
		a := &w.agents[e.of]
		w.pacer.Habits.Served(now - a.since)
		a.busy = false
		if len(w.lines.waiting) > 0 {
			w.lines.leave(w.lines.waiting[0])
			w.join(now, e.of)
		}
	}
}

func (w *world) dial(now time.Duration) {
	s := &w.state
	s.Ready, s.Working, s.Ringing = 0, s.Working[:0], s.Ringing[:0]
	for _, a := range w.agents {
		if a.busy {
			s.Working = append(s.Working, now-a.since)
		} else {
			s.Ready++
		}
	}
	for _, i := range w.lines.ringing {
		s.Ringing = append(s.Ringing, now-w.lines.calls[i].began)
	}
	s.Calls = len(s.Working) + len(s.Ringing) + len(w.lines.waiting)
	n, _ := w.pacer.Dial(w.start.Add(now), *s)
	w.today.Dialled += n
	for range n {
		w.fate(now, w.lines.ring(now))
	}
}

// fate decides what becomes of a call: people answer after 4 to 25 s, more of them
// around noon; others are busy at once, let it ring, or have a machine answer.
func (w *world) fate(now time.Duration, call int) {
	hour := now.Hours() / w.cfg.Hours.Hours()
	likely := min(0.9, w.likely*(1+0.3*math.Sin(math.Pi*hour)))
	switch r := w.rand.Float64(); {
	case r < likely:
		after := 4*time.Second + time.Duration(float64(5*time.Second)*w.rand.ExpFloat64())
		w.at(now+min(after, 25*time.Second), answer, call)
	case r < likely+(1-likely)*0.2:
		w.at(now+time.Duration(float64(2*time.Second)*(0.5+w.rand.Float64())), fail, call)
	case r < likely+(1-likely)*0.4:
		w.at(now+18*time.Second, fail, call)
	default:
		w.at(now+25*time.Second, fail, call)
	}
}

func (w *world) answered(now time.Duration, call int) {
	w.today.Answered++
	w.pacer.Habits.Answered(now - w.lines.calls[call].began)
	w.pacer.Ledger.Add(w.start.Add(now), pacing.Count{Answered: 1})
	w.lines.quiet(call)
	for i := range w.agents {
		if !w.agents[i].busy {
			w.lines.drop(call)
			w.join(now, i)
			return
		}
	}
	if w.cfg.Pacing.Overflow > 0 {
		w.today.Overflowed++
		w.pacer.Ledger.Add(w.start.Add(now), pacing.Count{Abandoned: 1})
		w.lines.drop(call)
		return
	}
	w.lines.wait(call)
	w.at(now+Grace, giveUp, call)
}

func (w *world) join(now time.Duration, i int) {
	a := &w.agents[i]
	if a.busy {
		w.today.Double++
	}
	a.busy, a.since = true, now
	const sigma = 0.7
	talk := time.Duration(float64(w.cfg.Talk) * math.Exp(sigma*w.rand.NormFloat64()-sigma*sigma/2))
	w.today.Talked += max(0, min(talk, w.cfg.Hours-now))
	w.at(now+talk, hangUp, i)
}
