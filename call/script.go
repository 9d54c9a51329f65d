package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
)

// Script is a dialog script made ready to run: its clips are in memory and its
// detector is built. It is read-only and shared by calls; a live call keeps the
// one that it began with.
type Script struct {
	ID       string
	Version  int
	Hash     string        // of all that it is made of, hex SHA-256
	Draft    bool          // not reviewed: it may answer, never call out
	Language string        // BCP 47
	After    time.Duration // how long to ring before the answer
	Listens  bool          // some node needs recognition; false saves the stream
	Record   bool          // record from the answer on; else from the moment at which the notice has been heard
	Clips    map[string]*media.Clip
	Detector Detector
	// Machine starts a conversation. Vars are the script's variables, seed picks
	// among variants.
	Machine func(vars map[string]string, seed uint64) Machine
}

// Machine decides what a conversation does next. It is pure: no clock, no I/O.
type Machine interface {
	Step(now time.Time, e dialog.Event) []dialog.Action
	Node() string
	Turn() int
}

// Detector tells what words meant. It may be slow: it runs aside, under a deadline.
type Detector interface {
	Understand(ctx context.Context, q dialog.Query) (dialog.Intent, error)
}

// Scripts finds scripts. It answers at once, from memory.
type Scripts interface {
	// ForNumber is the script that answers a called number.
	ForNumber(called string) (*Script, bool)
	// Named is the script with an ID.
	Named(id string) (*Script, bool)
}

// Directory finds the person behind a queue, an agent's name or a SIP address.
type Directory interface {
	// Find says where to ring. An unknown name is an error that says so.
	Find(ctx context.Context, t dialog.Transfer) (Target, error)
}

// Target is where a person can be reached.
type Target struct {
	URI   string // sip:... or a number for Trunk
	Trunk string // empty leaves it to the endpoint
}
