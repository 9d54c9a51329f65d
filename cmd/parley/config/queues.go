package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/routing/queue"
)

// Queue is where a script's transfer goes: an address, or callers who wait here
// for agents.
type Queue struct {
	To         string         `yaml:"to" short:"true" doc:"A SIP address (sip:4100@192.0.2.20) or user@trunk (4100@carrier) that takes every caller, when the queue is kept elsewhere; the other keys are then not read. shop: sip:4100@192.0.2.20 is short for it. Empty: callers wait here for the agents whose queues name this one."`
	Skills     map[string]int `yaml:"skills" min:"1" max:"9" doc:"Skills that an agent must have, each with the least level, 1 to 9."`
	Relax      []Relax        `yaml:"relax" doc:"Lower levels for those who have waited."`
	Promise    Promise        `yaml:"promise" doc:"What callers are promised for whom no rule promises more."`
	HeadStart  time.Duration  `yaml:"head_start" default:"5m" min:"0s" max:"1h" doc:"Waiting that priority 100 is worth, 50 half of it. Nobody is overtaken by a caller who came later by more than the longest head start of any queue. 0s: order of arrival."`
	Ranking    string         `yaml:"ranking" default:"spare" oneof:"longest_idle|best_skill|spare" doc:"Which of several free agents: the one idle longest; the one with the highest levels of the skills needed; the one with the lowest levels of other skills, so that specialists stay free."`
	Ring       time.Duration  `yaml:"ring" default:"20s" min:"3s" max:"2m" doc:"How long an agent's phone rings before the next is tried."`
	Brief      time.Duration  `yaml:"brief" default:"15s" min:"0s" max:"2m" doc:"How long an agent who answered may listen to the brief before pressing 1. 0s: no brief, joined on answer."`
	WrapUp     time.Duration  `yaml:"wrap_up" default:"20s" min:"0s" max:"1h" doc:"After a call, before the next is offered, unless the agent is ready sooner."`
	Music      string         `yaml:"music" doc:"WAV that callers hear while they wait."`
	Announce   Announcements  `yaml:"announce" doc:"Place and wait, spoken over the music."`
	MaxWait    time.Duration  `yaml:"max_wait" default:"15m" min:"0s" max:"24h" doc:"Longest wait on the line, then fallback. 0s: no limit."`
	Rounds     int            `yaml:"rounds" default:"2" min:"0" max:"100" doc:"After every agent at work has failed to take a call so often, fallback. 0: never."`
	Unstaffed  bool           `yaml:"unstaffed" default:"true" doc:"Fallback at once when no agent is at work. false: wait for one."`
	Fallback   string         `yaml:"fallback" default:"leave" oneof:"leave|voicemail|callback|supervisor" doc:"For a caller whom nobody takes: back to the script, a message after the tone, a call back that keeps the place, or the supervisor queue."`
	Callback   Callback       `yaml:"callback" doc:"A call back instead of waiting on the line. The caller keeps the place."`
	Overflow   Overflow       `yaml:"overflow" doc:"Agents of another queue who take callers too."`
	Supervisor string         `yaml:"supervisor" doc:"Queue whose agents are asked, first, for callers whose promise is not kept."`
	Service    ServiceLevel   `yaml:"service" doc:"The goal that figures are held against."`
}

// Relax lowers skills after a wait.
type Relax struct {
	After  time.Duration  `yaml:"after" required:"true" min:"1s" max:"24h" doc:"Waited so long."`
	Skills map[string]int `yaml:"skills" required:"true" min:"0" max:"9" doc:"The least level from then on; 0: not needed any more."`
}

// Promise is a due time.
type Promise struct {
	Within time.Duration `yaml:"within" default:"0s" min:"0s" max:"1h" doc:"Joined with an agent within this time. 0s: no promise."`
	Then   string        `yaml:"then" default:"supervisor" oneof:"leave|voicemail|callback|supervisor" doc:"What happens when it is not kept, as in fallback."`
}

// Announcements tell place and wait.
type Announcements struct {
	First time.Duration `yaml:"first" default:"30s" min:"0s" max:"1h" doc:"Wait before the first. 0s: no announcements."`
	Every time.Duration `yaml:"every" default:"60s" min:"5s" max:"1h" doc:"Between two."`
	Floor time.Duration `yaml:"floor" default:"30s" min:"0s" max:"1h" doc:"The least wait that is told."`
}

// Callback says when calls back are offered.
type Callback struct {
	After  time.Duration `yaml:"after" default:"0s" min:"0s" max:"24h" doc:"Offered after so long a wait. 0s: not offered."`
	Tries  int           `yaml:"tries" default:"2" min:"1" max:"10" doc:"How often the caller is dialled."`
	Again  time.Duration `yaml:"again" default:"5m" min:"10s" max:"24h" doc:"Between two tries."`
	Within time.Duration `yaml:"within" default:"24h" min:"1m" max:"168h" doc:"A call back that no agent could begin by then is given up."`
}

// Overflow opens another queue's agents.
type Overflow struct {
	To    string        `yaml:"to" doc:"That queue. Empty: none."`
	After time.Duration `yaml:"after" default:"0s" min:"0s" max:"24h" doc:"For callers who have waited so long. 0s: not by waiting."`
	Above int           `yaml:"above" default:"0" min:"0" max:"100000" doc:"For all, when more than so many wait. 0: not by number."`
	Below int           `yaml:"below" default:"0" min:"0" max:"100000" doc:"Until so many or fewer wait."`
}

// ServiceLevel is a queue's goal.
type ServiceLevel struct {
	Within   time.Duration `yaml:"within" default:"20s" min:"1s" max:"1h" doc:"Answered in time means joined within this."`
	Percent  int           `yaml:"percent" default:"80" min:"0" max:"100" doc:"How many of a hundred callers are to be answered in time."`
	Handling time.Duration `yaml:"handling" default:"3m" min:"1s" max:"4h" doc:"Talk and wrap-up expected of a call, until some have been measured: waits are told from it."`
}

// Agent is a person who takes calls.
type Agent struct {
	Name     string         `yaml:"name" doc:"Shown to supervisors."`
	Address  string         `yaml:"address" required:"true" doc:"Where the agent is rung: a SIP address, user@trunk, or the name that a phone registers with."`
	Password Secret         `yaml:"password" doc:"What a phone that registers here as address shows, best as ${ANNA_PASSWORD}."`
	Queues   []string       `yaml:"queues" required:"true" doc:"Queues that the agent works in."`
	Skills   map[string]int `yaml:"skills" min:"1" max:"9" doc:"Skills with their levels, 1 to 9."`
	Roles    []string       `yaml:"roles" default:"agent" oneof:"agent|supervisor" doc:"What the agent may do: supervisors listen, whisper and take over."`
	Always   bool           `yaml:"always" default:"false" doc:"At work from the start of the server on, without logging in."`
	Capacity int            `yaml:"capacity" default:"1" min:"1" max:"10" doc:"Calls at once. Never more than one is offered at a time."`
}

// AgentRules hold for every agent.
type AgentRules struct {
	Pauses   []string          `yaml:"pauses" doc:"Reasons for a pause. None: any reason is taken."`
	Failures int               `yaml:"failures" default:"2" min:"0" max:"100" doc:"Calls in a row that do not reach an agent (no answer, busy, dead phone) before the agent is left alone. 0: never."`
	Rest     time.Duration     `yaml:"rest" default:"30s" min:"1s" max:"1h" doc:"For how long, twice as long each further time."`
	MaxRest  time.Duration     `yaml:"max_rest" default:"10m" min:"1s" max:"24h" doc:"At most."`
	Transfer bool              `yaml:"transfer" default:"true" doc:"Agents' telephones may hand a caller on (REFER) to other agents, to queues and to the numbers of dial, and agents with registered phones may call them. false: every REFER is declined."`
	Dial     map[string]string `yaml:"dial" doc:"Numbers beside those that agents may call and transfer to, each with the trunk that they go by: x is any digit, a dot at the end any further ones. {8xxx: pbx, 1xxxxxxxxxx: carrier}. The one with the most fixed digits decides."`
	Codes    Codes             `yaml:"codes" doc:"Numbers that agents dial on their registered phones."`
}

// Codes are numbers with a meaning for agents.
type Codes struct {
	Login    string `yaml:"login" default:"*11" doc:"Begin work. Empty: not by telephone."`
	Logout   string `yaml:"logout" default:"*12" doc:"Stop work; a call in progress is not cut."`
	Pause    string `yaml:"pause" default:"*13" doc:"No calls for a while."`
	Resume   string `yaml:"resume" default:"*14" doc:"Back from a pause."`
	Reason   string `yaml:"reason" default:"by telephone" doc:"The reason on record for a pause by telephone; where agent_rules.pauses does not have it, the first of those."`
	Language string `yaml:"language" default:"en-US" doc:"Language of the answers: en-US, zh-CN."`
}

// Addresses are the queues that are kept elsewhere, with their addresses.
func (c *Config) Addresses() map[string]string {
	out := map[string]string{}
	for name, q := range c.Queues {
		if q.To != "" {
			out[name] = q.To
		}
	}
	return out
}

// Hotline is what the queue machine needs: the queues whose callers wait here,
// and the agents, each in the order of their names.
func (c *Config) Hotline() queue.Config {
	out := queue.Config{Pauses: c.AgentRules.Pauses,
		Reach: queue.Reach{Failures: c.AgentRules.Failures, Rest: c.AgentRules.Rest, MaxRest: c.AgentRules.MaxRest}}
	for _, name := range slices.Sorted(maps.Keys(c.Queues)) {
		if q := c.Queues[name]; q.To == "" {
			out.Queues = append(out.Queues, q.rules(name))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Agents)) {
		a := c.Agents[id]
		out.Agents = append(out.Agents, queue.Agent{ID: id, Name: a.Name, Address: a.Address, Queues: a.Queues, Skills: a.Skills, Roles: a.Roles, Capacity: a.Capacity})
	}
	return out
}

func (q Queue) rules(name string) queue.Queue {
	return queue.Queue{
		Name: name, Needs: q.needs(), HeadStart: q.HeadStart, Ranking: queue.Ranking(q.Ranking), Supervisor: q.Supervisor,
		Promise:  queue.Promise{Within: q.Promise.Within, Then: queue.Fallback(q.Promise.Then)},
		Timing:   queue.Timing{Ring: q.Ring, Brief: q.Brief, WrapUp: q.WrapUp},
		Hear:     queue.Hear{Music: q.Music, First: q.Announce.First, Every: q.Announce.Every, Floor: q.Announce.Floor},
		Limit:    queue.Limit{Wait: q.MaxWait, Rounds: q.Rounds, Empty: q.Unstaffed, Then: queue.Fallback(q.Fallback)},
		Callback: queue.Callback(q.Callback), Overflow: queue.Overflow(q.Overflow), Service: queue.Service(q.Service),
	}
}

func (q Queue) needs() (out []queue.Need) {
	for _, skill := range slices.Sorted(maps.Keys(q.Skills)) {
		n := queue.Need{Skill: skill, Level: q.Skills[skill]}
		for _, r := range q.Relax {
			if level, ok := r.Skills[skill]; ok {
				n.Relax = append(n.Relax, queue.Relax{After: r.After, Level: level})
			}
		}
		out = append(out, n)
	}
	return out
}

func (c *Config) checkQueues(fail failer) {
	for _, err := range c.Hotline().Check() {
		var p queue.Problem
		if errors.As(err, &p) {
			fail(p.Path, p.Hint, "%s", p.Text)
		}
	}
	for name, q := range c.Queues {
		at := join("queues", name)
		if q.To != "" {
			c.checkAddress(fail, at, q.To)
			continue
		}
		if name == "*" {
			fail(at, "write an address, as in \"*\": sip:4100@192.0.2.20", "callers for every other queue cannot wait here")
		}
		for i, r := range q.Relax {
			for skill := range r.Skills {
				if _, needed := q.Skills[skill]; !needed {
					fail(fmt.Sprintf("%s.relax[%d]", at, i), Suggest(skill, slices.Sorted(maps.Keys(q.Skills))), "queue %q does not need the skill %q", name, skill)
				}
			}
		}
	}
	for id, a := range c.Agents {
		if strings.ContainsAny(a.Address, "@:") {
			c.checkAddress(fail, join("agents", id)+".address", a.Address)
		}
	}
}

// checkAddress holds an address to sip:USER@HOST or USER@TRUNK.
func (c *Config) checkAddress(fail failer, at, address string) {
	if strings.HasPrefix(address, "sip:") {
		return
	}
	var names []string
	for _, t := range c.Trunks {
		names = append(names, t.Name)
	}
	user, trunk, ok := strings.Cut(address, "@")
	switch {
	case !ok || user == "":
		fail(at, "write sip:USER@HOST or USER@TRUNK", "%s: %q is no SIP address", at, address)
	case !slices.Contains(names, trunk):
		fail(at, Suggest(trunk, names), "%s: no trunk is named %q", at, trunk)
	}
}
