package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/cmd/parley/bench/uac"
)

// SetupCmd is parley bench setup.
type SetupCmd struct {
	Common
	Calls  int           `default:"1000" help:"Calls to place."`
	Rate   float64       `default:"20" help:"Calls placed a second."`
	Abort  string        `default:"20%" help:"Share of the calls that are cancelled as soon as a provisional response allows it."`
	Hold   time.Duration `default:"1s" help:"How long an answered call lasts."`
	Settle time.Duration `default:"45s" help:"How long to wait at the end for the server to come back to where it began (SIP keeps transactions for 32 s)."`
}

// placed is how one call went.
type placed struct {
	Abort   bool    `json:"abort,omitempty"`
	Error   string  `json:"error,omitempty"`
	OK      float64 `json:"ok_ms,omitempty"`        // INVITE sent to 200 received
	RTP     float64 `json:"first_rtp_ms,omitempty"` // ACK sent to first RTP received
	NoRTP   bool    `json:"no_rtp,omitempty"`
	Early   bool    `json:"early,omitempty"`   // RTP came before our ACK left
	Crossed bool    `json:"crossed,omitempty"` // the 200 crossed our CANCEL
}

// Run places the calls and reports.
func (c *SetupCmd) Run(ctx context.Context) error {
	var percent float64
	if _, err := fmt.Sscanf(c.Abort, "%f%%", &percent); err != nil || percent < 0 || percent > 100 {
		return fmt.Errorf("bench setup: --abort %q: write a share as 20%%", c.Abort)
	}
	if c.Calls < 1 || c.Rate <= 0 {
		return errors.New("bench setup: needs at least one call and a rate above 0")
	}
	raiseFileLimit(int(c.Rate*c.Hold.Seconds()) + 1000)
	r, err := c.open(ctx, numberPlay, options{asr: "none"})
	if err != nil {
		return err
	}
	defer r.close()
	before, err := c.look(ctx, r)
	if err != nil {
		return err
	}
	began := time.Now()
	calls := c.place(ctx, r, percent/100)
	took := time.Since(began)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	busy, err := c.look(ctx, r)
	if err != nil {
		return err
	}
	after, err := c.calm(ctx, r, before)
	if err != nil {
		return err
	}
	return c.finish(c.report(calls, took, before, busy, after))
}

// place places every call at its time and waits for all of them.
func (c *SetupCmd) place(ctx context.Context, r *rig, abort float64) []placed {
	calls := make([]placed, c.Calls)
	var wait sync.WaitGroup
	start := time.Now()
	for i := range calls {
		if sleep(ctx, time.Until(start.Add(time.Duration(float64(i)/c.Rate*float64(time.Second))))) != nil {
			break
		}
		// Spread the aborted calls evenly: the share's whole part grows at them.
		give := int(float64(i+1)*abort) > int(float64(i)*abort)
		wait.Go(func() { calls[i] = c.one(ctx, r, give) })
	}
	wait.Wait()
	return calls
}

func (c *SetupCmd) one(ctx context.Context, r *rig, abort bool) placed {
	p := placed{Abort: abort}
	to := r.target
	if abort {
		to = r.number(numberRing)
	}
	ear := &listener{}
	t, err := r.dial(ctx, to, ear, abort)
	switch {
	case abort && errors.Is(err, uac.ErrAborted):
		p.Crossed = !t.call.Times().OK.IsZero()
		return p
	case err != nil:
		p.Error = err.Error()
		return p
	}
	at := t.call.Times()
	p.OK = float64(at.OK.Sub(at.Invite).Microseconds()) / 1000
	_ = sleep(ctx, c.Hold)
	if err := t.end(); err != nil {
		p.Error = err.Error()
		return p
	}
	if p.NoRTP = ear.first == 0; !p.NoRTP {
		wait := float64(ear.first-at.ACK.UnixNano()) / 1e6
		p.Early, p.RTP = wait < 0, max(wait, 0)
	}
	return p
}

// sight is what the server looks like from outside.
type sight struct {
	process
	Goroutines float64
	Active     float64
	Scraped    bool
}

func (c *SetupCmd) look(ctx context.Context, r *rig) (sight, error) {
	p, err := readProcess(r.pid)
	if err != nil {
		return sight{}, err
	}
	m, err := scrape(ctx, r.http)
	if err != nil {
		return sight{}, err
	}
	return sight{p, m["go_goroutines"], m["parley_calls_active"], r.http != ""}, nil
}

// calm waits until the server has let go of the calls, at most Settle.
func (c *SetupCmd) calm(ctx context.Context, r *rig, before sight) (sight, error) {
	end := time.Now().Add(c.Settle)
	for {
		s, err := c.look(ctx, r)
		if err != nil {
			return s, err
		}
		calm := s.Descriptors <= before.Descriptors+2 && s.Goroutines <= before.Goroutines+4 && s.Active == 0
		if r.pid == 0 && r.http == "" || calm && s.Scraped || time.Now().After(end) {
			return s, nil
		}
		if err := sleep(ctx, 500*time.Millisecond); err != nil {
			return s, err
		}
	}
}

func (c *SetupCmd) report(calls []placed, took time.Duration, before, busy, after sight) Report {
	rep := Report{Bench: "setup", Detail: calls}
	var ok, rtp []float64
	aborted, crossed, failed, silent, early := 0, 0, 0, 0, 0
	why := map[string]int{}
	for _, p := range calls {
		switch {
		case p.Error != "":
			failed++
			why[p.Error]++
		case p.Abort:
			aborted++
			if p.Crossed {
				crossed++
			}
		default:
			ok = append(ok, p.OK)
			if p.NoRTP {
				silent++
				continue
			}
			rtp = append(rtp, p.RTP)
			if p.Early {
				early++
			}
		}
	}
	answer, first := measure.SpreadOf(ok), measure.SpreadOf(rtp)
	rep.add("calls placed", len(calls), "")
	rep.add("answered", len(ok), "")
	rep.add("cancelled", aborted, "")
	rep.add("cancelled, but the 200 crossed", crossed, "")
	rep.atMost("failed", float64(failed), 0, "")
	rep.add("set up", round(float64(len(calls))/max(took.Seconds()-c.Hold.Seconds(), 0.001)), "calls/s")
	rep.add("INVITE to 200 p50", round(answer.P50), "ms")
	rep.atMost("INVITE to 200 p99", round(answer.P99), 10, "ms")
	rep.add("INVITE to 200 max", round(answer.Max), "ms")
	rep.add("ACK to first RTP p50", round(first.P50), "ms")
	rep.atMost("ACK to first RTP p99", round(first.P99), 3, "ms")
	rep.add("RTP before our ACK", early, "calls")
	rep.atMost("answered without RTP", float64(silent), 0, "calls")
	if before.RSS > 0 {
		rep.add("CPU", round(float64((busy.CPU-before.CPU).Microseconds())/1000/float64(len(calls))), "ms a call, hold included")
		rep.add("RSS before, at the end, after", fmt.Sprint(before.RSS>>10, busy.RSS>>10, after.RSS>>10), "KB")
		rep.add("descriptors before, at the end, after", fmt.Sprint(before.Descriptors, busy.Descriptors, after.Descriptors), "")
	}
	if before.Scraped {
		rep.add("goroutines before, at the end, after", fmt.Sprint(before.Goroutines, busy.Goroutines, after.Goroutines), "")
		rep.atMost("goroutines left behind", after.Goroutines-before.Goroutines, 4, "")
		rep.atMost("calls left behind", after.Active, 0, "")
	}
	for w, n := range why {
		rep.note("%d x %s", n, w)
	}
	return rep
}
