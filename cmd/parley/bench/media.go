package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
)

// MediaCmd is parley bench media.
type MediaCmd struct {
	Common
	Calls   int     `default:"300" help:"Calls held at once."`
	Seconds int     `default:"30" help:"How long to measure once all calls are up."`
	Ramp    float64 `default:"50" help:"Calls placed a second."`
	Record  bool    `help:"Our own server records every call."`
}

// settle is the time between the last answer and the measurement.
const settle = 2 * time.Second

// callFigures are one call's, in milliseconds.
type callFigures struct {
	CallID    string         `json:"call_id"`
	Rate      float64        `json:"packets_per_second"`
	Lost      int            `json:"lost"`
	Duplicate int            `json:"duplicate"`
	Audible   float64        `json:"audible_share"`
	Error     measure.Spread `json:"pacing_error_ms"`
	Lateness  measure.Spread `json:"lateness_ms"`
}

// held is the calls of one measurement and when it looked at them.
type held struct {
	talks                 []*talk
	ears                  []*listener
	failed                map[string]int
	from, to              time.Time
	before, begin, during process
	own                   time.Duration // our own CPU in the meantime
}

// Run holds the calls and reports.
func (c *MediaCmd) Run(ctx context.Context) error {
	if c.Calls < 1 || c.Seconds < 1 || c.Ramp <= 0 {
		return errors.New("bench media: needs at least one call, one second and a ramp above 0")
	}
	voice, err := chatter(ctx)
	if err != nil {
		return err
	}
	raiseFileLimit(c.Calls)
	r, err := c.open(ctx, numberPlay, options{record: c.Record, asr: "none"})
	if err != nil {
		return err
	}
	defer r.close()
	h := &held{failed: map[string]int{}}
	if h.before, err = readProcess(r.pid); err != nil {
		return err
	}
	err = c.hold(ctx, r, h, voice)
	lag, lost := r.wheel.Lag(), r.wheel.Lost()
	for _, t := range h.talks {
		if e := t.end(); e != nil {
			h.failed[e.Error()]++
		}
	}
	if err != nil {
		return err
	}
	if err := sleep(ctx, settle); err != nil {
		return err
	}
	after, err := readProcess(r.pid)
	if err != nil {
		return err
	}
	rep := c.report(h, after, lag)
	rep.add("our own packets never sent", lost, "")
	if lost > 0 {
		rep.note("this machine had no time for the callers: the figures say less about the server")
	}
	return c.finish(rep)
}

// hold places the calls and looks on for the time asked.
func (c *MediaCmd) hold(ctx context.Context, r *rig, h *held, voice *sound) error {
	var mu sync.Mutex
	var wait sync.WaitGroup
	defer wait.Wait()
	start := time.Now()
	for i := range c.Calls {
		if err := sleep(ctx, time.Until(start.Add(time.Duration(float64(i)/c.Ramp*float64(time.Second))))); err != nil {
			return err
		}
		wait.Go(func() {
			ear := &listener{loop: voice, at: i * 1600 % (len(voice.a) - 160) / 160 * 160}
			t, err := r.dial(ctx, r.target, ear, false)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				h.failed[err.Error()]++
				return
			}
			h.talks, h.ears = append(h.talks, t), append(h.ears, ear)
		})
	}
	wait.Wait()
	if len(h.talks) == 0 {
		return fmt.Errorf("no call was answered: %v", h.failed)
	}
	if err := sleep(ctx, settle); err != nil {
		return err
	}
	var err error
	if h.begin, err = readProcess(r.pid); err != nil {
		return err
	}
	own := ownCPU()
	h.from = time.Now()
	if err := sleep(ctx, time.Duration(c.Seconds)*time.Second); err != nil {
		return err
	}
	h.to = time.Now()
	h.own = ownCPU() - own
	h.during, err = readProcess(r.pid)
	return err
}

func (c *MediaCmd) report(h *held, after process, lag []float64) Report {
	rep := Report{Bench: "media"}
	var errs, late, gaps, rates []float64
	var detail []callFigures
	lost, expected, quiet := 0, 0, 0
	for i, ear := range h.ears {
		p := measure.PacingOf(ear.arrivals, h.from.UnixNano(), h.to.UnixNano())
		errs, late, gaps, rates = append(errs, p.Error...), append(late, p.Lateness...), append(gaps, p.Interval...), append(rates, p.Rate)
		lost, expected = lost+p.Lost, expected+p.Expected
		f := callFigures{CallID: h.talks[i].call.ID, Rate: round(p.Rate), Lost: p.Lost, Duplicate: p.Duplicate,
			Error: rounded(measure.SpreadOf(p.Error)), Lateness: rounded(measure.SpreadOf(p.Lateness))}
		if n := len(ear.arrivals) / 10; n > 0 {
			f.Audible = round(float64(ear.heard) / float64(n))
		}
		if f.Audible < 0.1 {
			quiet++
		}
		detail = append(detail, f)
	}
	rep.Detail = detail
	rate, pacing, lateness := measure.SpreadOf(rates), measure.SpreadOf(errs), measure.SpreadOf(late)
	rep.add("calls held", len(h.talks), "")
	rep.add("calls failed", c.Calls-len(h.talks), "")
	rep.add("measured for", h.to.Sub(h.from).Seconds(), "s")
	rep.add("calls without sound", quiet, "")
	rep.atLeast("packets/s, slowest call", round(measure.Quantile(rates, 0)), 49.95)
	rep.add("packets/s, mean", round(rate.Mean), "")
	rep.add("pacing error p50", round(pacing.P50), "ms")
	rep.atMost("pacing error p99", round(pacing.P99), 1, "ms")
	rep.add("pacing error max", round(pacing.Max), "ms")
	rep.add("lateness p99", round(lateness.P99), "ms")
	rep.add("lateness max", round(lateness.Max), "ms")
	rep.add("distance error p99", round(measure.SpreadOf(gaps).P99), "ms")
	rep.add("lost", lost, "packets")
	rep.add("lost, share", round(float64(lost)/float64(max(expected, 1))), "")
	c.usage(&rep, h, after)
	ours := measure.SpreadOf(lag)
	rep.add("our own sending late p99", round(ours.P99), "ms")
	rep.add("our own CPU", round(perCall(h.own, h)), "ms per call-second")
	for why, n := range h.failed {
		rep.note("%d x %s", n, why)
	}
	return rep
}

func (c *MediaCmd) usage(rep *Report, h *held, after process) {
	if h.during.RSS == 0 {
		return
	}
	n := int64(len(h.talks))
	rep.add("CPU", round(perCall(h.during.CPU-h.begin.CPU, h)), "ms per call-second")
	rep.add("RSS before", h.before.RSS>>10, "KB")
	rep.add("RSS during", h.during.RSS>>10, "KB")
	rep.add("RSS after", after.RSS>>10, "KB")
	rep.add("RSS a call", float64((h.during.RSS-h.before.RSS)>>10)/float64(n), "KB")
	rep.add("threads before, during, after", fmt.Sprint(h.before.Threads, h.during.Threads, after.Threads), "")
	rep.add("descriptors before, during, after", fmt.Sprint(h.before.Descriptors, h.during.Descriptors, after.Descriptors), "")
}

// perCall is milliseconds of CPU for each call and second.
func perCall(cpu time.Duration, h *held) float64 {
	return float64(cpu.Microseconds()) / 1000 / float64(len(h.talks)) / h.to.Sub(h.from).Seconds()
}

// ownCPU is the CPU that this process has used.
func ownCPU() time.Duration {
	p, err := readProcess(os.Getpid())
	if err != nil {
		return 0
	}
	return p.CPU
}

// raiseFileLimit makes room for a socket a call, as far as the system lets us.
func raiseFileLimit(calls int) {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) == nil && l.Cur < uint64(calls)+200 {
		l.Cur = min(uint64(calls)+200, l.Max)
		_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &l)
	}
}
