package server

import (
	"fmt"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog"
)

// exchange says whom agents reach by dialling and by transfer: agents, queues, and
// the numbers of agent_rules.dial.
type exchange struct {
	agents map[string]config.Agent
	queues map[string]config.Queue
	rules  config.AgentRules
}

// Extension takes an agent's id or the name that their phone registers with, the
// name of a queue, or a number to be dialled.
func (x exchange) Extension(number string) (dialog.Transfer, error) {
	if id := x.Agent(number); id != "" {
		return dialog.Transfer{Agent: id, SIP: x.agents[id].Address}, nil
	}
	if _, ok := x.queues[number]; ok && number != "*" {
		return dialog.Transfer{Queue: number}, nil
	}
	if trunk, ok := x.rules.TrunkFor(number); ok {
		return dialog.Transfer{SIP: number + "@" + trunk}, nil
	}
	return dialog.Transfer{}, fmt.Errorf("%q is no agent, no queue and no number of agent_rules.dial", number)
}

// Agent finds by id, or by the name that a phone registers with.
func (x exchange) Agent(phone string) string {
	if _, ok := x.agents[phone]; ok {
		return phone
	}
	for id, a := range x.agents {
		if phone != "" && a.Address == phone {
			return id
		}
	}
	return ""
}
