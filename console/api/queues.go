package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/parley-voice/parley/console/access"
)

// Queues knows who waits.
type Queues interface {
	// Queues lists them in the order of the configuration.
	Queues(ctx context.Context) ([]Queue, error)
}

// Queue is one queue at this moment.
type Queue struct {
	Name      string         `json:"name"`
	Waiting   int            `json:"waiting" doc:"On the line."`
	Callbacks int            `json:"callbacks" doc:"Waiting to be called back."`
	Longest   float64        `json:"longest_wait_s" doc:"Of those on the line, in seconds."`
	Agents    map[string]int `json:"agents" doc:"Who work in it, by state."`
	Service   ServiceLevel   `json:"service"`
	Figures   QueueFigures   `json:"figures"`
}

// ServiceLevel is the share of callers joined in time, 0 to 1; null when nobody
// was to be joined.
type ServiceLevel struct {
	Within  float64  `json:"within_s" doc:"In time means within so many seconds."`
	Goal    float64  `json:"goal"`
	FiveMin *float64 `json:"last_5m"`
	Quarter *float64 `json:"last_15m"`
	Hour    *float64 `json:"last_1h"`
}

// QueueFigures count callers since the start.
type QueueFigures struct {
	Entered    int `json:"entered"`
	Answered   int `json:"answered"`
	InTime     int `json:"in_time"`
	Abandoned  int `json:"abandoned"`
	Voicemail  int `json:"voicemail"`
	Callbacks  int `json:"callbacks"`
	Escalated  int `json:"escalated"`
	Overflowed int `json:"overflowed"`
}

// QueueList is all queues.
type QueueList struct {
	Queues []Queue `json:"queues"`
}

func (a *API) queues() {
	const missing = "queues are not connected here: the configuration names none with agents"
	add(a, op{method: http.MethodGet, path: "/queues", id: "listQueues", summary: "List queues: who waits, how long, the service level", action: access.ReadQueues,
		needs: a.Queues != nil, missing: missing},
		func(ctx context.Context, _ *struct{}) (*struct{ Body QueueList }, error) {
			all, err := a.Queues.Queues(ctx)
			return &struct{ Body QueueList }{QueueList{list0(all)}}, err
		})
	add(a, op{method: http.MethodGet, path: "/queues/{name}", id: "getQueue", summary: "Read one queue", action: access.ReadQueues,
		needs: a.Queues != nil, missing: missing},
		func(ctx context.Context, in *struct {
			Name string `path:"name" maxLength:"100" doc:"The queue's name."`
		}) (*struct{ Body Queue }, error) {
			all, err := a.Queues.Queues(ctx)
			if err != nil {
				return nil, err
			}
			i := slices.IndexFunc(all, func(q Queue) bool { return q.Name == in.Name })
			if i < 0 {
				return nil, problem(http.StatusNotFound, "no queue is named %q; GET /api/v1/queues lists them", in.Name)
			}
			return &struct{ Body Queue }{all[i]}, nil
		})
}
