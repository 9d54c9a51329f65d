package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/parley-voice/parley/console/access"
)

// Agents knows the people who take calls.
type Agents interface {
	// Agents lists them all, sorted by id.
	Agents(ctx context.Context) ([]Agent, error)
	// Change carries out what an agent wants, and gives the agent afterwards.
	// ErrNotFound, ErrInvalid (an unknown reason) or ErrConflict says why not.
	Change(ctx context.Context, c AgentChange) (Agent, error)
}

// Agent is one person who takes calls.
type Agent struct {
	ID      string       `json:"id"`
	Name    string       `json:"name,omitempty"`
	State   string       `json:"state" doc:"out, free, offered, talking, wrap-up, paused or unreachable."`
	Reason  string       `json:"reason,omitempty" doc:"Of a pause, or why the agent is unreachable."`
	Since   time.Time    `json:"since" doc:"In this state."`
	Until   time.Time    `json:"until,omitzero" doc:"When the state ends by itself; missing: open."`
	Call    string       `json:"call,omitempty" doc:"Id of the call that the agent is offered or in."`
	Address string       `json:"address,omitempty" doc:"Where the agent's phone is, masked."`
	Queues  []string     `json:"queues"`
	Tally   AgentFigures `json:"figures"`
}

// AgentFigures count an agent's calls since the start.
type AgentFigures struct {
	Offered  int `json:"offered"`
	Answered int `json:"answered"`
	Missed   int `json:"missed"`
	Refused  int `json:"refused"`
}

// AgentChange is what an agent, or a supervisor for one, wants.
type AgentChange struct {
	Agent   string
	Do      string // login, logout, pause, resume
	Address string // login: where to ring, if not where the configuration says
	Reason  string // pause
}

// AgentList is all agents.
type AgentList struct {
	Agents []Agent `json:"agents"`
}

// AgentID names an agent in a path.
type AgentID struct {
	ID string `path:"id" maxLength:"100" doc:"The agent's id, or me for the one of the key."`
	Whole
}

type agentLogin struct {
	AgentID
	Body *struct {
		Address string `json:"address,omitempty" maxLength:"200" doc:"SIP address to ring instead of the configured one; only supervisors may set it."`
	}
}

type agentPause struct {
	AgentID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"100" doc:"Why: lunch, training, ..."`
	}
}

const noAgents = "agents are not connected here: the configuration names no queue with agents"

func (a *API) agents() {
	is := func(o op) op { o.needs, o.missing = a.Agents != nil, noAgents; return o }
	add(a, is(op{method: http.MethodGet, path: "/agents", id: "listAgents", summary: "List agents and their states", action: access.ReadAgents}),
		func(ctx context.Context, _ *Whole) (*struct{ Body AgentList }, error) {
			v, err := a.look(ctx, "agents")
			if err != nil {
				return nil, err
			}
			all, err := a.Agents.Agents(ctx)
			for i := range all {
				all[i] = v.agent(all[i])
			}
			return &struct{ Body AgentList }{AgentList{list0(all)}}, err
		})
	add(a, is(op{method: http.MethodGet, path: "/agents/{id}", id: "getAgent", summary: "Read one agent", action: access.ReadAgents}),
		func(ctx context.Context, in *AgentID) (*agentBody, error) {
			who, err := a.agent(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return a.shown(ctx, who)
		})
	about := "By the agent whose key it is, or for anybody by a supervisor."
	add(a, is(op{method: http.MethodPost, path: "/agents/{id}/login", id: "logInAgent", summary: "Begin work", action: access.ChangeSelf, about: about}),
		func(ctx context.Context, in *agentLogin) (*agentBody, error) {
			c := AgentChange{Agent: in.ID, Do: "login"}
			if in.Body != nil {
				c.Address = in.Body.Address
			}
			if c.Address != "" && !asked(ctx).who.Role.May(access.ChangeAgents) {
				return nil, problem(http.StatusForbidden, "only a supervisor may have another address rung; leave address out")
			}
			return a.change(ctx, c)
		})
	add(a, is(op{method: http.MethodPost, path: "/agents/{id}/logout", id: "logOutAgent", summary: "End work; a call in progress goes on", action: access.ChangeSelf, about: about}),
		func(ctx context.Context, in *AgentID) (*agentBody, error) {
			return a.change(ctx, AgentChange{Agent: in.ID, Do: "logout"})
		})
	add(a, is(op{method: http.MethodPost, path: "/agents/{id}/pause", id: "pauseAgent", summary: "Take no calls for a while", action: access.ChangeSelf, about: about}),
		func(ctx context.Context, in *agentPause) (*agentBody, error) {
			return a.change(ctx, AgentChange{Agent: in.ID, Do: "pause", Reason: in.Body.Reason})
		})
	add(a, is(op{method: http.MethodPost, path: "/agents/{id}/resume", id: "resumeAgent", summary: "Take calls again", action: access.ChangeSelf, about: about}),
		func(ctx context.Context, in *AgentID) (*agentBody, error) {
			return a.change(ctx, AgentChange{Agent: in.ID, Do: "resume"})
		})
}

type agentBody struct{ Body Agent }

func (v view) agent(a Agent) Agent {
	a.Address = v.number(a.Address)
	a.Queues = list0(a.Queues)
	return a
}

func (a *API) shown(ctx context.Context, who Agent) (*agentBody, error) {
	v, err := a.look(ctx, "agent "+who.ID)
	return &agentBody{v.agent(who)}, err
}

// me is the agent that an id in a path means.
func me(ctx context.Context, id string) (string, error) {
	if id != "me" {
		return id, nil
	}
	if own := asked(ctx).who.Agent; own != "" {
		return own, nil
	}
	return "", problem(http.StatusNotFound, "this key is no agent's; make one with parley keys add --agent ID, or name the agent in the path")
}

func (a *API) agent(ctx context.Context, id string) (Agent, error) {
	id, err := me(ctx, id)
	if err != nil {
		return Agent{}, err
	}
	all, err := a.Agents.Agents(ctx)
	if err != nil {
		return Agent{}, err
	}
	i := slices.IndexFunc(all, func(x Agent) bool { return x.ID == id })
	if i < 0 {
		return Agent{}, problem(http.StatusNotFound, "no agent has the id %q; GET /api/v1/agents lists them", id)
	}
	return all[i], nil
}

// change has an agent do something, if whoever asks may.
func (a *API) change(ctx context.Context, c AgentChange) (*agentBody, error) {
	who := asked(ctx).who
	id, err := me(ctx, c.Agent)
	if err != nil {
		return nil, err
	}
	c.Agent = id
	action := access.ChangeSelf
	if id != who.Agent {
		action = access.ChangeAgents
	}
	if !who.Role.May(action) {
		return nil, problem(http.StatusForbidden, "an agent changes only itself: this key is that of %q", who.Agent)
	}
	before, err := a.agent(ctx, id)
	if err != nil {
		return nil, err
	}
	var after Agent
	what := c.Do
	if c.Reason != "" {
		what += ": " + c.Reason
	}
	if c.Address != "" {
		what += " at " + access.Mask(c.Address, a.Site.Country)
	}
	err = a.act(ctx, action, "agent "+id, before.State, what, func() (err error) {
		after, err = a.Agents.Change(ctx, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return a.shown(ctx, after)
}
