// Package workqueue decides who works when: which candidate of a campaign comes next,
// on which node, and which node does what is to be done once. Whether a person may
// be called it does not know; that is decided under the store's locks.
//
// River is for PostgreSQL, where several nodes share a campaign. Scan is for one
// process: it looks through the candidates' times. What a candidate is due for is in
// the store's row in both; a job of River only says when to look at it.
package workqueue

import (
	"context"
	"log/slog"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/store"
)

// Call works on a candidate who was claimed for Config.Holder, and returns it as it
// was settled. It must not claim for longer than its lease is renewed.
type Call func(context.Context, campaign.Candidate) campaign.Candidate

// Chore is work that one node does for all.
type Chore struct {
	Kind     string `json:"kind"`
	Campaign string `json:"campaign,omitempty"`
	Version  int    `json:"version,omitempty"`
}

// Sweep is the chore that comes round every Config.Sweep.
const Sweep = "sweep"

// Config of a queue.
type Config struct {
	Store  *store.Editor
	Holder string        // of claims
	Lease  time.Duration // of a claim
	Sweep  time.Duration // between two chores of that kind
	Rescue time.Duration // River: how long a job may be worked on before it is given to another (5 min)
	Log    *slog.Logger
}

const (
	again    = time.Second     // until the store is asked again when nobody was due
	rescue   = 5 * time.Minute // a longer call's job is looked at, and waits for the claim's end
	longest  = 24 * time.Hour  // a call that goes on for more is told of as stuck
	keepDone = time.Hour       // jobs that are over: they hold the ids of people
	batch    = 500             // candidates put into the queue at once
	attempts = 10_000          // of a job that fails: a database that is away must not make it give up
)

// wait is how long until a candidate's turn; never negative.
func wait(now, at time.Time) time.Duration { return max(0, at.Sub(now)) }
