package sip

import "sync"

// legKey finds a leg by what its peer puts into every request: our tag is ours
// alone, so it and the Call-ID are enough.
type legKey struct{ callID, localTag string }

// registry holds the live legs.
type registry struct {
	mu sync.RWMutex
	m  map[legKey]*Leg
}

// add says no when there is one already.
func (r *registry) add(l *Leg) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := legKey{l.dlg.callID, l.dlg.localTag}
	if r.m[k] != nil {
		return false
	}
	r.m[k] = l
	return true
}

func (r *registry) remove(l *Leg) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.m, legKey{l.dlg.callID, l.dlg.localTag})
}

func (r *registry) find(callID, localTag string) *Leg {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.m[legKey{callID, localTag}]
}

func (r *registry) count() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.m)
}

func (r *registry) all() []*Leg {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]*Leg, 0, len(r.m))
	for _, l := range r.m {
		out = append(out, l)
	}
	return out
}
