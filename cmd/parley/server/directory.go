package server

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/dialog"
)

// directory finds people by the configuration's queues.
type directory map[string]string

// Find says where to ring for a transfer.
func (d directory) Find(_ context.Context, t dialog.Transfer) (call.Target, error) {
	if t.SIP != "" {
		return target(t.SIP), nil
	}
	name := t.Queue
	if name == "" {
		name = t.Agent
	}
	if to, ok := d[name]; ok {
		return target(to), nil
	}
	if to, ok := d["*"]; ok {
		return target(to), nil
	}
	known := "none is configured"
	if len(d) > 0 {
		known = "known: " + strings.Join(slices.Sorted(maps.Keys(d)), ", ")
	}
	return call.Target{}, fmt.Errorf("no queue or agent is named %q (%s)", name, known)
}

// target reads sip:user@host or user@trunk.
func target(to string) call.Target {
	if strings.HasPrefix(to, "sip:") || strings.HasPrefix(to, "sips:") {
		return call.Target{URI: to}
	}
	user, trunk, _ := strings.Cut(to, "@")
	return call.Target{URI: user, Trunk: trunk}
}
