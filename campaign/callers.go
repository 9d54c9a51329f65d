package campaign

import (
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/campaign/timing"
)

// CallerConfig is when a number that is shown rests.
type CallerConfig struct {
	Sample  int           // calls before it is judged
	Blocked float64       // highest share of its calls that networks do not let through
	Below   float64       // lowest answer rate, as a share of that of the other numbers
	Rest    time.Duration // how long
}

// CallerTally is what came of one number that is shown: since its last rest was over,
// and within 7 days.
type CallerTally struct {
	Number   string
	Today    int // calls since midnight in When.Zone
	Calls    int
	Answered int       // by whomever
	Blocked  int       // pickup.Blocked
	Rested   time.Time // when it last began to rest; zero: never
}

// shown lists the numbers that may be shown now.
func (c *Campaign) shown(h *Health, now time.Time, v Vitals) {
	full := false
	for _, number := range c.Line.Callers {
		t := CallerTally{Number: number}
		if i := slices.IndexFunc(v.Callers, func(t CallerTally) bool { return t.Number == number }); i >= 0 {
			t = v.Callers[i]
		}
		switch end := t.Rested.Add(c.Guard.Callers.Rest); {
		case !t.Rested.IsZero() && now.Before(end):
			h.rests(Resting{Number: number, Until: end}, "it rests until "+end.In(c.When.Zone).Format("2006-01-02 15:04"))
			continue
		case c.Line.PerCaller > 0 && t.Today >= c.Line.PerCaller:
			full = true
			h.rests(Resting{Number: number, Until: timing.StartOfDay(now, 1, c.When.Zone)}, fmt.Sprintf("it made its %d calls today", c.Line.PerCaller))
			continue
		}
		if why := c.unhealthy(t, v.Callers); why != "" {
			h.rests(Resting{Number: number, Until: now.Add(c.Guard.Callers.Rest), New: true}, why)
			continue
		}
		h.Callers = append(h.Callers, number)
	}
	if len(h.Callers) > 0 {
		return
	}
	var until time.Time
	for _, r := range h.Resting {
		if until.IsZero() || r.Until.Before(until) {
			until = r.Until
		}
	}
	text := "every number that is shown rests: ask the carrier why calls from them are refused"
	if full {
		text = "every number that is shown rests or made its calls of today"
	}
	h.hold(Pause, until, NoCaller, text)
}

func (h *Health) rests(r Resting, why string) {
	h.Resting = append(h.Resting, r)
	h.note(CallerRests, "the number "+r.Number+" is not shown: "+why)
}

// unhealthy tells why a number should rest, "" when it should not. Rates are judged
// by the side of their 95 % interval that is kinder to the number.
func (c *Campaign) unhealthy(t CallerTally, all []CallerTally) string {
	g := c.Guard.Callers
	if t.Calls < max(g.Sample, 1) {
		return ""
	}
	if low, _ := (experiment.Arm{Hits: t.Blocked, Trials: t.Calls}).Wilson(1.96); low > g.Blocked {
		return fmt.Sprintf("networks did not let through %d of its %d calls", t.Blocked, t.Calls)
	}
	var others experiment.Arm
	for _, o := range all {
		if o.Number != t.Number {
			others.Hits += o.Answered
			others.Trials += o.Calls
		}
	}
	if others.Trials < g.Sample {
		return ""
	}
	if _, high := (experiment.Arm{Hits: t.Answered, Trials: t.Calls}).Wilson(1.96); high < g.Below*others.Rate() {
		return fmt.Sprintf("%s of its calls were answered, %s of the others'", percent(experiment.Arm{Hits: t.Answered, Trials: t.Calls}.Rate()), percent(others.Rate()))
	}
	return ""
}
