package routes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/sip"
)

// Customers tells what is known of a caller. *store.Reader is one.
type Customers interface {
	Facts(ctx context.Context, n customer.Number, now time.Time) (customer.Facts, error)
}

// Config of a Router. Zero values mean the defaults named.
type Config struct {
	Book      *Book     // nil: the called number decides, and scripts know who calls
	Customers Customers // nil: nobody is known
	Country   string    // where numbers without a country code belong
	Scripts   func(name string) (*call.Script, bool)
	Queues    func() queue.Snapshot // nil: no queues of our own
	Regions   *Regions              // nil: nobody counts
	Budget    time.Duration         // for the customer's facts, 150 ms
	Lookups   int                   // at once, those late included, 64
	Now       func() time.Time
}

// Router decides where calls go by the table in use. It is a call.Router.
type Router struct {
	cfg   Config
	slots chan struct{}
	wg    sync.WaitGroup
}

// NewRouter makes a router.
func NewRouter(c Config) *Router {
	if c.Budget <= 0 {
		c.Budget = 150 * time.Millisecond
	}
	if c.Lookups <= 0 {
		c.Lookups = 64
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	customer.LoadPlaces()
	return &Router{cfg: c, slots: make(chan struct{}, c.Lookups)}
}

// Wait returns when no lookup is under way any more. Route is not called again.
func (r *Router) Wait() { r.wg.Wait() }

// Route decides where a call goes.
func (r *Router) Route(ctx context.Context, in sip.Info) call.Routed {
	var out call.Routed
	now := r.cfg.Now()
	known, err := r.lookUp(ctx, in, now)
	facts := routing.OfCaller(now, in.Called, known)
	if err != nil {
		routing.Forget(facts)
		out.Notes = append(out.Notes, call.Entry{Kind: call.EntryTrouble, Text: "routed without the customer's facts", Why: err.Error()})
	}
	if r.cfg.Book == nil {
		out.Vars = facts
		return out
	}
	e := r.cfg.Book.now.Load()
	r.live(e.table, now, facts)
	d, kept := r.cfg.Book.decide(e, now, facts)
	out.Notes = append(out.Notes, noted(d, kept))
	out.Standing = promised(standing(d, r.cfg.Book.home), now, d)
	out.Course = &course{router: r, table: e.table, known: facts, trunk: in.Trunk, standing: out.Standing}
	out.Vars = vars(d)
	r.lead(e, d, in, &out)
	return out
}

// lead finds the script of a decision.
func (r *Router) lead(e *edition, d routing.Decision, in sip.Info, out *call.Routed) {
	switch d.To.Kind {
	case routing.Reject:
		out.Reject = call.Rejection{Code: d.To.Code, Why: "refused by the rule " + d.Rule}
		return
	case routing.Script:
		out.Script, _ = r.cfg.Scripts(d.To.Name)
	default:
		out.Script = e.scripts[scriptOf(d.Rule, d.Overflowed, d.Language)]
	}
	if d.To.Kind == routing.Voicemail {
		out.Mailbox = d.To.Name
	}
	if d.To.Kind == routing.Dial {
		to := transferTo(d.To, in.Trunk, nil)
		to.Brief = out.Vars["brief"]
		out.First = &to
	}
	if out.Script == nil {
		out.Notes = append(out.Notes, call.Entry{Kind: call.EntryTrouble, Text: "the route leads nowhere", Why: fmt.Sprintf("%s: there is no such script; the called number decides", d.To)})
	}
}

// errBusy tells of a store that keeps too many lookups waiting.
var errBusy = errors.New("too many lookups wait for the store")

// lookUp asks for the customer within the budget. A store that does not come back
// keeps a slot and no call.
func (r *Router) lookUp(ctx context.Context, in sip.Info, now time.Time) (customer.Facts, error) {
	caller := in.Caller
	if in.Withheld {
		caller = ""
	}
	n := customer.Parse(caller, r.cfg.Country)
	if r.cfg.Customers == nil || n.Text == "" {
		return customer.Facts{Number: n}, nil
	}
	select {
	case r.slots <- struct{}{}:
	default:
		return customer.Facts{Number: n}, errBusy
	}
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Budget)
	defer cancel()
	type answer struct {
		facts customer.Facts
		err   error
	}
	got := make(chan answer, 1)
	r.wg.Go(func() {
		defer func() { <-r.slots }()
		f, err := r.cfg.Customers.Facts(ctx, n, now)
		got <- answer{f, err}
	})
	select {
	case a := <-got:
		if a.err != nil {
			a.facts = customer.Facts{Number: n}
		}
		return a.facts, a.err
	case <-ctx.Done():
		return customer.Facts{Number: n}, fmt.Errorf("the store did not answer within %s", r.cfg.Budget)
	}
}

// live adds how queues and regions stand.
func (r *Router) live(t *routing.Table, now time.Time, f routing.Facts) {
	if r.cfg.Regions != nil {
		if rate, calls := r.cfg.Regions.Rate(now, f["caller.region"]); calls > 0 {
			f["region.answer_rate"], f["region.calls"] = number(rate), fmt.Sprint(calls)
		}
	}
	if r.cfg.Queues == nil {
		return
	}
	for _, q := range r.cfg.Queues().Queues {
		t.OfQueue(f, q.Name, map[string]float64{
			"waiting": float64(q.Waiting), "longest_wait": q.Longest.Seconds(), "free": float64(q.Agents[queue.Free]),
			"agents": float64(atWork(q.Agents)), "service_level": 100 * q.Service.Quarter,
		})
	}
}

func atWork(by map[queue.Status]int) (n int) {
	for state, agents := range by {
		if state != queue.Out {
			n += agents
		}
	}
	return n
}

// noted is a decision's line in the record, the caller's number masked.
func noted(d routing.Decision, kept routing.Snapshot) call.Entry {
	if n := kept.Facts["caller.number"]; n != "" {
		masked := customer.Parse(n, "").Masked()
		kept.Facts["caller.number"] = masked
		for i, reason := range kept.Reasons {
			kept.Reasons[i] = strings.ReplaceAll(reason, n, masked)
		}
	}
	why, err := json.Marshal(kept)
	if err != nil { // texts and times always encode
		why = []byte(err.Error())
	}
	return call.Entry{Kind: call.EntryRouted, Text: fmt.Sprintf("%s by %s", d.To, d.Rule), Why: string(why)}
}

// transferTo is the transfer to the people of a target. A number is dialled
// through the trunk that the call came in by.
func transferTo(to routing.Target, trunk string, home Home) (a dialog.Transfer) {
	switch q := home.of(to); {
	case q != "":
		a.Queue = q
	case to.Kind == routing.Agent:
		a.Agent = to.Name
	default:
		a.SIP = address(to.Name, trunk)
	}
	return a
}
