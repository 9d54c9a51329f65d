// Package outbound runs outbound campaigns: it claims people who are due, asks
// whether each may be called, calls them through the desk at the pace that the
// campaign's pacer gives, and keeps what came of each attempt, exactly once.
package outbound

import (
	"context"
	"log/slog"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/workqueue"
)

// Config is what a Floor works with.
type Config struct {
	Store *store.Editor
	Phone Phone
	Node
	Policy  permit.Policy
	Agents  func(now time.Time, queue string) Crew // nil: there are no queues
	Scripts Scripts
	Words
	Finders
	Clock *Clock       // when people are likely to answer; nil: nobody knows
	Told  func(Notice) // of what a campaign does by itself; nil: nobody. It must not block.
	Log   *slog.Logger
}

// Finders find the people of campaigns.
type Finders struct {
	Fill   Fill
	Refill Fill // who came since: measures nothing; nil: Fill does it
	Seek   Seek
}

// Words is what is known of what calls say.
type Words struct {
	// Sayable tells whether a text holds no word that calls may not say; nil: any does.
	Sayable func(text string) bool
	// Needs are the variables that a script needs; nil: it is given nothing of the customer.
	Needs func(script string) []string
	// Ahead makes ready what a campaign says, when it begins to run; nil: it is made when
	// it is said.
	Ahead func(context.Context, *campaign.Campaign)
}

// Node is this process among those that work in the same database.
type Node struct {
	Holder string // of its attempts and claims: the same again after a restart
	Queue  Queue
	Shared bool // other nodes may work in this database
}

// Queue says who works when. Those of store/workqueue do.
type Queue interface {
	// Stock puts those of a campaign in line who are not yet.
	Stock(ctx context.Context, campaign string) error
	// Serve has those called who are due, at most most at once, until ctx ends; it
	// returns when all calls have.
	Serve(ctx context.Context, campaign string, most int, call workqueue.Call) error
	// Ask has one node do a chore soon, once.
	Ask(ctx context.Context, c workqueue.Chore) error
	// Run works until ctx ends. Every Serve must have returned before.
	Run(ctx context.Context, do func(context.Context, workqueue.Chore)) error
}

// Phone places calls. *call.Desk is one.
type Phone interface {
	Place(a call.Attempt) (run func(context.Context) (call.Record, error), err error)
	Hangup(id, why string) bool
}

// Crew is the agents of a queue and who waits for them.
type Crew struct {
	Ready   int
	Working []time.Duration // of each at work: since when, wrap-up included
	Waiting int             // callers
	Served  []time.Duration // of those who became free since the last question: how long they worked
}

// Fill finds the people of a campaign and puts them among its candidates. Those who
// are there already stay as they are. schedule chooses the time to call each.
type Fill func(ctx context.Context, now time.Time, c *campaign.Campaign, schedule func([]campaign.Candidate)) (Filled, error)

// Filled is what a Fill came to.
type Filled struct {
	Found, Added int
	Data         campaign.Data
}

// Notice is told of a campaign that changed its state.
type Notice struct {
	Campaign store.Campaign
	At       time.Time
}

// Lease is how long a claim lasts that is not renewed.
const Lease = 2 * time.Minute

// SweepEvery is how often what dead nodes left is looked for.
const SweepEvery = 30 * time.Second

// Times of a Floor.
const (
	tick       = 100 * time.Millisecond // calls are placed
	findEvery  = time.Minute            // people whose data were not good enough are looked at again
	lookEvery  = time.Second            // the store is asked what is to run, and when nobody was due, who is
	stopEvery  = 250 * time.Millisecond // who opted out while it rang
	keepEvery  = 5 * time.Second        // tallies are written
	nodeLife   = 10 * time.Second       // a node that was not seen for so long places no calls
	nodeDead   = Lease                  // what it left open is settled
	queueAgain = 5 * time.Second
	nodeJoins  = 3 * lookEvery    // a node places calls when the others have seen it
	nodeSkew   = 20 * time.Second // between clocks: leases are compared by them
	settleTime = 10 * time.Second // for what is written after a call, each try
	laterBy    = time.Minute      // for whom no call could be placed now
	knowTime   = time.Second      // for what scripts are told of the customer
)

// settleTries is how often it is tried to write what became of an attempt.
const settleTries = 3
