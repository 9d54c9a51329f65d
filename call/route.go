package call

import (
	"time"

	"github.com/parley-voice/parley/routing"
)

// EntryRouted is a decision of the table of routes: Text is where the call goes
// and by which rule, Why is the routing.Snapshot as JSON.
const EntryRouted EntryKind = "routed"

// Routes decides where calls go. The snapshot is for the record.
type Routes interface {
	// Route is asked once, before a call that comes in is answered.
	Route(now time.Time, f routing.Facts) (routing.Decision, routing.Snapshot)
	// Reroute is asked in mid-call when something new is known; false leaves the
	// call where it is.
	Reroute(now time.Time, f routing.Facts) (routing.Decision, routing.Snapshot, bool)
}
