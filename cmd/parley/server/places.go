package server

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/store"
)

// places keeps who waits in the callbacks of the store, one row for each, so that
// whoever waited when the process died is called back.
type places struct {
	store  *store.Store
	herald *herald
	mu     sync.Mutex
	kept   map[string]place
}

// place is one row and what the row does not hold.
type place struct {
	call.Place
	row store.Callback
}

// asks is what a row keeps for a caller besides the place.
type asks struct {
	Standing queue.Enter `json:"standing"`
	Brief    string      `json:"brief,omitempty"`
}

func asksOf(at call.Place) string {
	text, err := json.Marshal(asks{at.Standing, at.Brief})
	if err != nil { // texts, numbers and times always encode
		return ""
	}
	return string(text)
}

func newPlaces(s *store.Store, h *herald) *places {
	return &places{store: s, herald: h, kept: map[string]place{}}
}

// Keep writes down a caller who begins to wait.
func (p *places) Keep(ctx context.Context, at call.Place) error {
	row := store.Callback{ID: at.ID, Call: at.ID, Number: at.Number, Queue: at.Queue, Reason: "waits on the line", Since: at.Since, Due: at.Since, State: store.OnLine, Asks: asksOf(at)}
	p.set(place{Place: at, row: row})
	return p.store.Wait(ctx, row)
}

// Promise writes down that the caller will be called.
func (p *places) Promise(ctx context.Context, id string) error {
	at, ok := p.get(id)
	if !ok {
		return fmt.Errorf("nobody waits as %s", id)
	}
	at.row.State, at.row.Reason = store.CallbackDue, "asked for"
	if at.Number == "" {
		return fmt.Errorf("the caller withheld the number")
	}
	p.set(at)
	p.herald.callback(at.row) // queued first: when the promise is durable, so is the message
	return p.store.Wait(ctx, at.row)
}

// Drop ends a place.
func (p *places) Drop(ctx context.Context, id string, how queue.How) error {
	at, ok := p.get(id)
	if !ok {
		return nil
	}
	at.row.State, at.row.Why = ended(how), string(how)
	p.mu.Lock()
	delete(p.kept, id)
	p.mu.Unlock()
	return p.store.Wait(ctx, at.row)
}

// ended is the state of a place that ended so.
func ended(how queue.How) store.CallbackState {
	switch how {
	case queue.Served:
		return store.Connected
	case queue.NotReached:
		return store.GaveUp
	}
	return store.Left
}

// Find gives a place that is kept.
func (p *places) Find(_ context.Context, id string) (call.Place, error) {
	at, ok := p.get(id)
	if !ok {
		return call.Place{}, fmt.Errorf("nobody waits as %s", id)
	}
	return at.Place, nil
}

func (p *places) get(id string) (place, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.kept[id]
	return at, ok
}

func (p *places) set(at place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept[at.ID] = at
}

// maxRestored bounds the places taken up at a start.
const maxRestored = 10_000

// restore takes up the places of a process that ended: those that were promised
// a call, and those whom the store's recovery found waiting on the line.
func (p *places) restore(ctx context.Context, r *store.Reader) (all []call.Place, err error) {
	rows, err := r.Callbacks(ctx, store.CallbackDue, maxRestored)
	for _, row := range rows {
		at := place{Place: call.Place{ID: row.ID, Queue: row.Queue, Number: row.Number, Since: row.Since}, row: row}
		var a asks
		if row.Asks != "" { // else it was written by an older parley
			if err := json.Unmarshal([]byte(row.Asks), &a); err != nil {
				return nil, fmt.Errorf("the callback %s asks for what cannot be read: %w", row.ID, err)
			}
		}
		at.Standing, at.Brief = a.Standing, a.Brief
		if rec, err := r.Get(ctx, row.Call); err == nil { // else there is no trunk to call by, and the call says so
			at.Called, at.Trunk, at.Script = rec.Called, rec.Trunk, rec.Script
		}
		p.set(at)
		all = append(all, at.Place)
	}
	return all, err
}

// voicemails keeps messages in the store.
type voicemails struct {
	store  *store.Store
	herald *herald
}

// Keep writes a message down.
func (v voicemails) Keep(ctx context.Context, m call.Voicemail) error {
	row := store.Voicemail{ID: m.Call, Call: m.Call, Number: m.Number, Queue: m.Queue, Path: m.Path, Length: m.Length, At: m.At}
	if m.Length > 0 { // it is over
		v.herald.voicemail(row)
	}
	return v.store.Keep(ctx, row)
}
