package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/bench/measure"
)

// LatencyCmd is parley bench latency.
type LatencyCmd struct {
	Common
	Turns    int    `default:"100" help:"Turns to take, over all calls."`
	PerCall  int    `default:"15" help:"Turns in one call."`
	Parallel int    `default:"1" help:"Calls at once."`
	Lines    string `type:"existingfile" placeholder:"FILE" help:"What to say in turn, lines of open, yes_no or digits, a tab, and the words; for a target that asks other questions than ours."`
	ASR      string `default:"moonshine" help:"Recogniser of our own server."`
}

// turn is one line said and answered. Times are milliseconds.
type turn struct {
	CallID string  `json:"call_id"`
	Shape  string  `json:"shape"`
	Said   string  `json:"said"`
	Heard  string  `json:"heard,omitempty"`
	Reply  float64 `json:"reply_ms,omitempty"`
	Lost   string  `json:"lost,omitempty"` // why there is no figure
	ended  int64   // our last sample left our mouth, ns since the epoch

	Server *call.Timing `json:"server,omitempty"` // what the server's record says of it
}

// Run talks and reports.
func (c *LatencyCmd) Run(ctx context.Context) error {
	if c.Turns < 1 || c.PerCall < 1 || c.Parallel < 1 {
		return errors.New("bench latency: --turns, --per-call and --parallel are at least 1")
	}
	say := append([]line(nil), lines...)
	if c.Lines != "" {
		var err error
		if say, err = readLines(c.Lines); err != nil {
			return err
		}
	}
	if err := render(ctx, say); err != nil {
		return err
	}
	r, err := c.open(ctx, numberLatency, options{asr: c.ASR, steady: true})
	if err != nil {
		return err
	}
	defer r.close()
	turns, err := c.talk(ctx, r, say)
	if err != nil {
		return err
	}
	return c.finish(c.report(turns))
}

// talk holds calls until enough turns were taken.
func (c *LatencyCmd) talk(ctx context.Context, r *rig, say []line) ([]turn, error) {
	var mu sync.Mutex
	var turns []turn
	var failed error
	left, tries := c.Turns, 0
	var wait sync.WaitGroup
	for range c.Parallel {
		wait.Go(func() {
			for {
				mu.Lock()
				n := min(c.PerCall, left)
				left -= n
				tries++
				stop := n == 0 || failed != nil || ctx.Err() != nil || tries > 3*c.Turns
				mu.Unlock()
				if stop {
					return
				}
				got, err := c.one(ctx, r, say, n)
				mu.Lock()
				turns = append(turns, got...)
				left += n - len(got) // a call that broke off leaves its turns to another
				failed = errors.Join(failed, err)
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	return turns, errors.Join(failed, ctx.Err())
}

// one holds one call of n turns.
func (c *LatencyCmd) one(ctx context.Context, r *rig, say []line, n int) ([]turn, error) {
	p := newCaller(say, n)
	t, err := r.dial(ctx, r.target, p, false)
	if err != nil {
		return nil, err
	}
	select {
	case <-p.done:
	case <-t.call.Gone():
	case <-ctx.Done():
	case <-time.After(time.Duration(n) * 30 * time.Second):
	}
	hung := t.end()
	turns := p.turns
	for i := range turns {
		turns[i].CallID = t.call.ID
	}
	why := "does the script speak first?"
	if r.http != "" {
		rctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if rec, err := record(rctx, r.http, t.call.ID); err == nil {
			match(turns, rec.Entries)
			why = fmt.Sprintf("the record says: ended by %s, %s%s", rec.EndedBy, rec.Why, troubles(rec.Entries))
		}
	}
	if len(turns) == 0 && hung == nil && ctx.Err() == nil {
		return nil, fmt.Errorf("call %s ended before a turn was taken: %s", t.call.ID, why)
	}
	return turns, hung
}

// troubles are what the record tells of failures.
func troubles(entries []call.Entry) string {
	var all string
	for _, e := range entries {
		if e.Kind == call.EntryTrouble {
			all += fmt.Sprintf("; %s: %s", e.Text, e.Why)
		}
	}
	return all
}

func (c *LatencyCmd) report(turns []turn) Report {
	rep := Report{Bench: "latency", Detail: turns}
	by := map[string][]float64{}
	lost := map[string]int{}
	for _, t := range turns {
		if t.Lost != "" {
			lost[t.Lost]++
			continue
		}
		by["all"] = append(by["all"], t.Reply)
		by[t.Shape] = append(by[t.Shape], t.Reply)
		if t.Shape != "open" {
			by["closed"] = append(by["closed"], t.Reply)
		}
	}
	all, closed := measure.SpreadOf(by["all"]), measure.SpreadOf(by["closed"])
	rep.add("turns answered", all.N, "")
	for why, n := range lost {
		rep.add("turns lost: "+why, n, "")
	}
	rep.atMost("reply p50, all", round(all.P50), 550, "ms")
	rep.atMost("reply p95, all", round(all.P95), 750, "ms")
	rep.add("reply max, all", round(all.Max), "ms")
	if closed.N > 0 {
		rep.atMost("reply p50, closed", round(closed.P50), 400, "ms")
		rep.add("reply p95, closed", round(closed.P95), "ms")
	}
	for _, shape := range []string{"open", "yes_no", "digits"} {
		if s := measure.SpreadOf(by[shape]); s.N > 0 {
			rep.add(fmt.Sprintf("reply p50, %s (%d turns)", shape, s.N), round(s.P50), "ms")
			rep.add(fmt.Sprintf("reply p95, %s", shape), round(s.P95), "ms")
		}
	}
	servers(&rep, turns)
	return rep
}

// servers tells where the server's own record says that the time went.
func servers(rep *Report, turns []turn) {
	var words, decode, meaning, packet []float64
	for _, t := range turns {
		if t.Lost == "" && t.Server != nil && t.Server.Reply > 0 {
			words, decode = append(words, t.Server.Endpoint), append(decode, t.Server.Decode)
			meaning, packet = append(meaning, t.Server.Understand), append(packet, t.Server.Reply)
		}
	}
	for _, part := range []struct {
		name string
		ms   []float64
	}{{"words known", words}, {"of it the last decode", decode}, {"meaning", meaning}, {"first packet", packet}} {
		if s := measure.SpreadOf(part.ms); s.N > 0 {
			rep.add("server's record: "+part.name+" p50", round(s.P50), "ms")
			rep.add("server's record: "+part.name+" p95", round(s.P95), "ms")
		}
	}
}
