package api

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/call"
)

// The types of Event.
const (
	CallBegan      = "call.began"
	CallTurn       = "call.turn"     // something was said, heard or keyed
	CallTransfer   = "call.transfer" // on its way to a person, or back
	CallAlert      = "call.alert"    // somebody said words of a complaint or a risk to the person
	CallChanged    = "call.changed"  // any other line of the journal
	CallEnded      = "call.ended"
	AgentState     = "agent.state"
	QueueState     = "queue.state"
	FollowUpLate   = "follow_up.overdue"
	CampaignTurned = "campaign.state"
	LostEvents     = "lost"
)

// Event is one live event.
type Event struct {
	Type     string         `json:"type"`
	At       time.Time      `json:"at"`
	Call     *call.Snapshot `json:"call,omitempty" doc:"call.*: the call as it stands."`
	Entry    *call.Entry    `json:"entry,omitempty" doc:"call.turn, call.transfer, call.alert, call.changed: the line of the journal. One that was amended comes again with the same seq."`
	Record   *call.Record   `json:"record,omitempty" doc:"call.ended: the record, without its journal."`
	Agent    *Agent         `json:"agent,omitempty"`
	Queue    *Queue         `json:"queue,omitempty"`
	FollowUp *FollowUp      `json:"follow_up,omitempty" doc:"follow_up.overdue."`
	Campaign *CampaignTurn  `json:"campaign,omitempty" doc:"campaign.state: it changed its state, or waits."`
	Lost     uint64         `json:"lost,omitempty" doc:"lost: so many events were dropped here, because they were read too slowly."`
}

const (
	backlog    = 256 // events that wait for one reader
	maxReaders = 100
	maxSeen    = 20_000 // calls
)

// Hub hands live events to everybody who follows them. It never waits for a reader.
type Hub struct {
	mu      sync.Mutex
	readers map[*reader]struct{}
	closed  chan struct{}
	serving sync.WaitGroup
	dropped atomic.Uint64
}

// NewHub makes a hub. It starts no goroutine.
func NewHub() *Hub { return &Hub{readers: map[*reader]struct{}{}, closed: make(chan struct{})} }

// Dropped counts the events that readers were too slow for.
func (h *Hub) Dropped() uint64 { return h.dropped.Load() }

// Publish hands an event to every reader that wants it.
func (h *Hub) Publish(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for r := range h.readers {
		if r.want.has(e) {
			h.dropped.Add(r.put(e))
		}
	}
}

// Follow publishes what happens to calls until updates ends or ctx does.
func (h *Hub) Follow(ctx context.Context, updates <-chan call.Update) {
	seen := map[string]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case u, ok := <-updates:
			if !ok {
				return
			}
			h.publish(u, seen)
		}
	}
}

func (h *Hub) publish(u call.Update, seen map[string]bool) {
	id := u.Snapshot.ID
	if !seen[id] {
		if len(seen) >= maxSeen { // ends were dropped on the way here
			clear(seen)
		}
		seen[id] = true
		h.Publish(Event{Type: CallBegan, At: u.At, Call: &u.Snapshot})
	}
	switch {
	case u.Done != nil:
		delete(seen, id)
		r := *u.Done
		r.Entries = nil
		h.Publish(Event{Type: CallEnded, At: u.At, Call: &u.Snapshot, Record: &r})
	case u.Entry != nil:
		h.Publish(Event{Type: kindOf(u.Entry.Kind), At: u.At, Call: &u.Snapshot, Entry: u.Entry})
	}
}

func kindOf(k call.EntryKind) string {
	switch k {
	case call.EntrySaid, call.EntryHeard, call.EntryTalk, call.EntryDigits:
		return CallTurn
	case call.EntryTransfer, call.EntrySupervised:
		return CallTransfer
	case call.EntryAlert:
		return CallAlert
	}
	return CallChanged
}

// Close ends every reader and waits until each has gone.
func (h *Hub) Close() {
	h.mu.Lock()
	select {
	case <-h.closed:
	default:
		close(h.closed)
	}
	h.mu.Unlock()
	h.serving.Wait()
}

// join adds a reader; false: the hub is closed, or there are too many.
func (h *Hub) join(want wanted) (*reader, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.closed:
		return nil, false
	default:
	}
	if len(h.readers) >= maxReaders {
		return nil, false
	}
	r := &reader{want: want, events: make(chan Event, backlog)}
	h.readers[r] = struct{}{}
	h.serving.Add(1)
	return r, true
}

func (h *Hub) leave(r *reader) {
	h.mu.Lock()
	delete(h.readers, r)
	h.mu.Unlock()
	h.serving.Done()
}

// reader is one who follows. Its queue drops the oldest.
type reader struct {
	want   wanted
	events chan Event
	lost   atomic.Uint64 // since it was last told
}

// put never waits; it tells how many events it dropped.
func (r *reader) put(e Event) (dropped uint64) {
	for {
		select {
		case r.events <- e:
			return dropped
		default:
		}
		select {
		case <-r.events:
			dropped++
			r.lost.Add(1)
		default:
		}
	}
}

// wanted is a filter: what is empty does not narrow.
type wanted struct {
	calls, queues, types []string
}

func (w wanted) has(e Event) bool {
	if len(w.types) > 0 && !slices.Contains(w.types, e.Type) {
		return false
	}
	if len(w.calls) == 0 && len(w.queues) == 0 {
		return true
	}
	switch {
	case e.Call != nil:
		return slices.Contains(w.calls, e.Call.ID)
	case e.FollowUp != nil:
		return slices.Contains(w.calls, e.FollowUp.Call)
	case e.Queue != nil:
		return slices.Contains(w.queues, e.Queue.Name)
	case e.Agent != nil:
		return slices.ContainsFunc(e.Agent.Queues, func(q string) bool { return slices.Contains(w.queues, q) })
	}
	return false
}
