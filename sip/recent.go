package sip

import (
	"hash/maphash"
	"sync"
	"time"

	"github.com/parley-voice/parley/sip/screen"
)

// recent remembers the INVITEs of the last while, so that a late retransmission
// is not taken for a new call and a second copy by another path is found (RFC
// 3261 §8.2.2.2). Two generations of hashes, 24 bytes an entry.
type recent struct {
	life     time.Duration
	seed     maphash.Seed
	mu       sync.Mutex
	turned   time.Time
	now, old map[uint64]sighting
}

type sighting struct {
	branch uint64
	begun  bool // a leg was made of it
	done   bool // answered and acknowledged: more of it is noise
}

// maxRecent bounds a generation; above it the oldest half is forgotten early.
const maxRecent = 1 << 17

func newRecent(life time.Duration) *recent {
	return &recent{life: life, seed: maphash.MakeSeed(), now: map[uint64]sighting{}, old: map[uint64]sighting{}}
}

type novelty uint8

const (
	fresh novelty = iota
	again         // a retransmission
	stale         // a retransmission of what is long settled
	merged
)

func (r *recent) key(callID, fromTag string, cseq uint32) uint64 {
	var h maphash.Hash
	h.SetSeed(r.seed)
	h.WriteString(callID)
	h.WriteByte(0)
	h.WriteString(fromTag)
	_, _ = h.Write([]byte{0, byte(cseq >> 24), byte(cseq >> 16), byte(cseq >> 8), byte(cseq)})
	return h.Sum64()
}

func (r *recent) look(s screen.Summary) novelty {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.key(s.CallID, s.From.Tag(), s.CSeq)
	e, ok := r.now[k]
	if !ok {
		e, ok = r.old[k]
	}
	switch {
	case !ok:
		return fresh
	case e.branch != maphash.String(r.seed, s.Vias[0].Branch()):
		return merged
	case e.done:
		return stale
	}
	return again
}

func (r *recent) note(now time.Time, s screen.Summary) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.turned) > r.life || len(r.now) >= maxRecent {
		r.old, r.now, r.turned = r.now, map[uint64]sighting{}, now
	}
	r.now[r.key(s.CallID, s.From.Tag(), s.CSeq)] = sighting{branch: maphash.String(r.seed, s.Vias[0].Branch())}
}

// begin is true once for an INVITE: a retransmission may pass the gate while
// its transaction is being put away, and come out behind as a new one.
func (r *recent) begin(callID, fromTag string, cseq uint32) bool {
	first := true
	r.mark(callID, fromTag, cseq, func(e *sighting) { first, e.begun = !e.begun, true })
	return first
}

// settle marks an INVITE as answered and acknowledged.
func (r *recent) settle(callID, fromTag string, cseq uint32) {
	r.mark(callID, fromTag, cseq, func(e *sighting) { e.done = true })
}

func (r *recent) mark(callID, fromTag string, cseq uint32, f func(*sighting)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.key(callID, fromTag, cseq)
	m := r.now
	e, ok := m[k]
	if !ok {
		m = r.old
		e, ok = m[k]
	}
	if ok {
		f(&e)
		m[k] = e
	}
}
