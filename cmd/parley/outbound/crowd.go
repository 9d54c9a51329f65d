package outbound

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// crowd is the nodes that work in a database, as one of them sees it.
type crowd struct {
	names []string // in order, this one's among them; none: there are no others
	rank  int      // this one's place in names
	why   string   // why this one places no calls; "" when it does
}

func (c crowd) has(name string) bool { return slices.Contains(c.names, name) }

// attend tells the other nodes that this one is there, and sees who else is.
func (f *Floor) attend(ctx context.Context) {
	if !f.cfg.Shared {
		return
	}
	before := time.Now()
	there, at, err := f.cfg.Store.Attend(ctx, before, f.cfg.Holder, nodeLife)
	if err != nil {
		if ctx.Err() == nil {
			f.cfg.Log.Warn("other nodes cannot be seen", "error", err)
		}
		return
	}
	after := time.Now()
	if f.joined.IsZero() {
		f.joined = after
	}
	c := crowd{names: there, rank: slices.Index(there, f.cfg.Holder)}
	switch skew := max(before.Sub(at), at.Sub(after)); {
	case skew > nodeSkew:
		c.why = fmt.Sprintf("this machine's clock is %v off the database's: set it by NTP", skew.Round(time.Second))
	case len(there) > 1 && after.Sub(f.joined) < nodeJoins:
		c.why = "the other nodes are to see this one first"
	}
	if was := f.crowd.Swap(&c); was == nil || was.why != c.why && c.why != "" || len(was.names) != len(c.names) {
		f.cfg.Log.Info("nodes that work on campaigns", "nodes", there, "holds", c.why)
	}
}

func (f *Floor) nodes() crowd {
	if c := f.crowd.Load(); c != nil {
		return *c
	}
	if f.cfg.Shared {
		return crowd{why: "the other nodes are not seen yet"}
	}
	return crowd{}
}

// part is a node's part of what all nodes may have.
func (c crowd) part(all int) int {
	n := max(1, len(c.names))
	if c.rank < all%n {
		return all/n + 1
	}
	return all / n
}

// concurrent is how many calls the campaign may have at once, on all nodes.
func (r *run) concurrent() int { return cmp.Or(r.c.Pacing.Concurrent, 100) }

// nodes is how many nodes place the campaign's calls: one with a queue has them all
// on the node with the agents.
func (r *run) nodes() int {
	if r.c.Line.Queue != "" {
		return 1
	}
	return max(1, len(r.pace.crowd().names))
}

// share is how many calls this node may have beside those under way. Until calls end
// of a node that had more of them before another came, that one has less.
func (r *run) share(ctx context.Context) int {
	c := r.pace.crowd()
	n := r.concurrent() - len(r.live)
	switch {
	case c.why != "":
		r.pace.why = c.why
		return 0
	case r.nodes() == 1 || n <= 0:
		return n
	}
	others, err := r.cfg.Store.OpenAttempts(ctx, r.c.ID, r.cfg.Holder)
	if err != nil {
		r.log.Warn("the calls of other nodes cannot be seen", "error", err)
		return 0
	}
	if n = min(n-others, c.part(r.concurrent())-len(r.live)); n <= 0 {
		r.pace.why = fmt.Sprintf("%d nodes share %d calls at once", len(c.names), r.concurrent())
	}
	return n
}
