package server

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/call/switchboard"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/routing/queue"
)

// An agent logs in, pauses and resumes through the API's eyes; queues show who
// waits, and what changed becomes an event.
func TestAgentsThroughTheAPI(t *testing.T) {
	c, err := config.Load(strings.NewReader(`queues: {sales: {}}
agents: {"1001": {name: Li Na, address: "sip:1001@192.0.2.1", queues: [sales]}}
agent_rules: {pauses: [lunch]}
`), "parley.yaml", func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	board, err := switchboard.New(switchboard.Config{Queues: c.Hotline()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); board.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	f := floor{board: board, agents: c.Agents, pauses: c.AgentRules.Pauses}
	for deadline := time.Now().Add(5 * time.Second); len(board.Snapshot().Agents) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the board shows nothing")
		}
	}
	before := board.Snapshot()
	for _, c := range []struct{ do, reason, state string }{
		{"login", "", "free"}, {"pause", "lunch", "paused"}, {"resume", "", "free"}, {"logout", "", "out"}, {"login", "", "free"},
	} {
		a, err := f.Change(t.Context(), api.AgentChange{Agent: "1001", Do: c.do, Reason: c.reason})
		if err != nil || a.State != c.state || a.Reason != c.reason || a.Name != "Li Na" {
			t.Errorf("%s: %+v %v", c.do, a, err)
		}
	}
	if _, err := f.Change(t.Context(), api.AgentChange{Agent: "1001", Do: "pause", Reason: "lnch"}); !errors.Is(err, api.ErrInvalid) {
		t.Errorf("%v", err)
	}
	if _, err := f.Change(t.Context(), api.AgentChange{Agent: "9", Do: "login"}); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("%v", err)
	}
	events := f.changes(before, board.Snapshot())
	if len(events) != 1 || events[0].Type != api.AgentState || events[0].Agent.State != "free" {
		t.Errorf("%+v", events)
	}
	if again := f.changes(board.Snapshot(), board.Snapshot()); len(again) > 0 {
		t.Errorf("nothing changed: %+v", again)
	}
	now := before
	now.Queues = append([]queue.QueueSnapshot{}, before.Queues...)
	now.Queues[0].Waiting = 2
	if events := f.changes(before, now); len(events) != 1 || events[0].Queue.Waiting != 2 || events[0].Queue.Service.Hour != nil {
		t.Errorf("%+v", events)
	}
}

func TestWhoMayJoin(t *testing.T) {
	j := joiner{desk: call.NewDesk(call.Deps{}), agents: map[string]config.Agent{
		"7": {Roles: []string{"agent"}, Address: "sip:7@192.0.2.1"}, "1": {Roles: []string{"agent", "supervisor"}, Address: "sip:1@192.0.2.1"},
	}}
	for ring, want := range map[string]error{"9": api.ErrInvalid, "7": api.ErrInvalid, "1": api.ErrNotFound} {
		if err := j.Join(t.Context(), api.Join{Call: "none", Way: "takeover", Ring: ring}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", ring, err, want)
		}
	}
}
