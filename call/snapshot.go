package call

import (
	"context"
	"time"
)

// Snapshot is one live call as others may see it. Numbers are masked.
type Snapshot struct {
	ID        string    `json:"id"`
	Direction string    `json:"direction"`
	Caller    string    `json:"caller"`
	Called    string    `json:"called"`
	Script    string    `json:"script"`
	Node      string    `json:"node"`
	Turn      int       `json:"turn"`
	Phase     string    `json:"phase"` // "ringing", "talking", "held", "transferring", "joined", "ending"
	Began     time.Time `json:"began"`
	Answered  time.Time `json:"answered,omitzero"`
}

// Attempt is one outbound call to place.
type Attempt struct {
	ID      string // of its record; "" makes one
	To      string // a SIP URI, or a number for Trunk
	Trunk   string
	From    string
	Display string
	Script  string // ID
	Hash    string // of the version of Script that is to be spoken; "" whichever is in use
	Vars    map[string]string
	Headers map[string]string
	Timeout time.Duration // ringing; 0: 60 s
	Pickup  Detection
	Gate    Gate // nil: nobody else is asked
}

// Gate is asked whether an attempt may go on. Whoever it is for may have changed
// their mind since the attempt was taken.
type Gate interface {
	// Dial is asked last before the INVITE leaves. An error keeps it from leaving.
	Dial(ctx context.Context) error
	// Answered is told that somebody picked up. An error ends the call.
	Answered(ctx context.Context, at time.Time) error
}

// Stats counts what a desk did since it was made.
type Stats struct {
	Active       int    `json:"active"`
	Taken        uint64 `json:"taken"`
	Refused      uint64 `json:"refused"`       // draining, full, or an unknown number
	Unwritten    uint64 `json:"unwritten"`     // the record was not durable in time; the call went on
	MailboxDrops uint64 `json:"mailbox_drops"` // partial words that found the mailbox full
	EventDrops   uint64 `json:"event_drops"`   // media events that found the mailbox full
	FrameDrops   uint64 `json:"frame_drops"`   // frames that the recogniser did not take in time
	StaleTurns   uint64 `json:"stale_turns"`   // intents that came after their turn
	WatcherDrops uint64 `json:"watcher_drops"` // live events that a watcher was too slow for
	Panics       uint64 `json:"panics"`        // each ended its own call only
	Unscribed    uint64 `json:"unscribed"`     // conversations not transcribed: as many as may be were
	LostFinishes uint64 `json:"lost_finishes"` // records that could not even be kept in memory
}
