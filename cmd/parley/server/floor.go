package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/call/switchboard"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/routing/queue"
)

// floor tells the API of agents and queues.
type floor struct {
	board  *switchboard.Board
	agents map[string]config.Agent
	pauses []string
}

const (
	changeWithin = 250 * time.Millisecond // an agent's change shows in this time, or not at all
	followEvery  = 500 * time.Millisecond // how often states are compared for live events
)

func (f floor) Agents(context.Context) ([]api.Agent, error) { return f.shown(f.board.Snapshot()), nil }

func (f floor) shown(s queue.Snapshot) (out []api.Agent) {
	for _, a := range s.Agents {
		c := f.agents[a.ID]
		out = append(out, api.Agent{ID: a.ID, Name: c.Name, State: string(a.State), Reason: a.Why, Since: a.Since, Until: a.Until,
			Call: a.Caller, Address: c.Address, Queues: slices.Clone(c.Queues), Tally: api.AgentFigures{
				Offered: a.Offered, Answered: a.Answered, Missed: a.Missed, Refused: a.Refused,
			}})
	}
	slices.SortFunc(out, func(a, b api.Agent) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func (f floor) find(id string) (api.Agent, bool) {
	all := f.shown(f.board.Snapshot())
	i := slices.IndexFunc(all, func(a api.Agent) bool { return a.ID == id })
	if i < 0 {
		return api.Agent{}, false
	}
	return all[i], true
}

// Change tells the switchboard, and gives the agent when the change shows. A pause
// in mid-call shows after the call.
func (f floor) Change(ctx context.Context, c api.AgentChange) (api.Agent, error) {
	before, ok := f.find(c.Agent)
	if !ok {
		return before, fmt.Errorf("no agent has the id %q: %w", c.Agent, api.ErrNotFound)
	}
	switch c.Do {
	case "login":
		f.board.Tell(queue.LogIn{Agent: c.Agent, Address: c.Address})
	case "logout":
		f.board.Tell(queue.LogOut{Agent: c.Agent})
	case "pause":
		if len(f.pauses) > 0 && !slices.Contains(f.pauses, c.Reason) {
			return before, fmt.Errorf("%w: no pause is named %q; %s", api.ErrInvalid, c.Reason, config.Suggest(c.Reason, f.pauses))
		}
		f.board.Tell(queue.Pause{Agent: c.Agent, Reason: c.Reason})
	case "resume":
		f.board.Tell(queue.Resume{Agent: c.Agent})
	}
	end := time.NewTimer(changeWithin)
	defer end.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return before, ctx.Err()
		case <-end.C:
			now, _ := f.find(c.Agent)
			return now, nil
		case <-look.C:
			if now, _ := f.find(c.Agent); now.State != before.State || now.Reason != before.Reason {
				return now, nil
			}
		}
	}
}

func (f floor) Queues(context.Context) ([]api.Queue, error) { return queues(f.board.Snapshot()), nil }

func queues(s queue.Snapshot) (out []api.Queue) {
	for _, q := range s.Queues {
		agents := map[string]int{}
		for state, n := range q.Agents {
			agents[string(state)] = n
		}
		out = append(out, api.Queue{Name: q.Name, Waiting: q.Waiting, Callbacks: q.Callbacks, Longest: longest(q, s.At), Agents: agents,
			Service: api.ServiceLevel{Within: q.Service.Within.Seconds(), Goal: q.Service.Goal,
				FiveMin: share(q.Service.FiveMin), Quarter: share(q.Service.Quarter), Hour: share(q.Service.LastHour)},
			Figures: api.QueueFigures{Entered: q.Entered, Answered: q.Answered, InTime: q.InTime, Abandoned: q.Abandoned,
				Voicemail: q.Voicemail, Callbacks: q.Book.Callbacks, Escalated: q.Escalated, Overflowed: q.Overflowed}})
	}
	return out
}

// longest is the longest wait now: the snapshot may be older.
func longest(q queue.QueueSnapshot, at time.Time) float64 {
	if q.Waiting == 0 {
		return 0
	}
	return (q.Longest + time.Since(at)).Seconds()
}

// share is nil when nobody was to be joined.
func share(v float64) *float64 {
	if v < 0 {
		return nil
	}
	return &v
}

// follow publishes agents and queues whose state changed, until ctx ends.
func (f floor) follow(ctx context.Context, hub *api.Hub) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	before := f.board.Snapshot()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			now := f.board.Snapshot()
			for _, e := range f.changes(before, now) {
				hub.Publish(e)
			}
			before = now
		}
	}
}

// changes are the agents and queues that are not as they were.
func (f floor) changes(before, now queue.Snapshot) (out []api.Event) {
	was := map[string]api.Agent{}
	for _, a := range f.shown(before) {
		was[a.ID] = a
	}
	for _, a := range f.shown(now) {
		if w, known := was[a.ID]; !known || w.State != a.State || w.Reason != a.Reason || w.Call != a.Call {
			out = append(out, api.Event{Type: api.AgentState, At: now.At, Agent: &a})
		}
	}
	waited := map[string]api.Queue{}
	for _, q := range queues(before) {
		waited[q.Name] = q
	}
	for _, q := range queues(now) {
		if w, known := waited[q.Name]; !known || w.Waiting != q.Waiting || w.Callbacks != q.Callbacks || w.Figures != q.Figures {
			out = append(out, api.Event{Type: api.QueueState, At: now.At, Queue: &q})
		}
	}
	return out
}

// joiner lets supervisors into calls by their agents' phones.
type joiner struct {
	desk   *call.Desk
	agents map[string]config.Agent
}

// Join rings the supervisor's phone.
func (j joiner) Join(ctx context.Context, want api.Join) error {
	a, ok := j.agents[want.Ring]
	if !ok {
		return fmt.Errorf("no agent has the id %q: %w", want.Ring, api.ErrInvalid)
	}
	if !slices.Contains(a.Roles, "supervisor") {
		return fmt.Errorf("agent %q is no supervisor: add the role in the configuration: %w", want.Ring, api.ErrInvalid)
	}
	mode := call.Mode(want.Way)
	if want.Way == "takeover" {
		mode = call.TakeOver
	}
	err := j.desk.Supervise(ctx, want.Call, call.Supervision{URI: a.Address, Mode: mode})
	switch {
	case errors.Is(err, call.ErrNoCall):
		return fmt.Errorf("%w: %w", err, api.ErrNotFound)
	case err != nil:
		return fmt.Errorf("%w: %w", err, api.ErrConflict)
	}
	return nil
}
