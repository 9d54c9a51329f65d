package media

import "time"

// Sink takes what one session brought from the wire. Both methods are called on
// the pacer thread: they must not block, allocate or keep the frame's slice.
type Sink interface {
	// Frame gets 20 ms of the caller's audio on every tick, concealed or silent
	// where packets were lost.
	Frame(f Frame)
	// Event gets digits, playout marks and liveness changes.
	Event(e Event)
}

// EventKind says what an Event tells.
type EventKind uint8

// The kinds of Event.
const (
	EventDigit     EventKind = iota + 1 // a telephone-event ended (RFC 4733)
	EventMark                           // a playout mark was passed: everything before it left as packets
	EventTimeout                        // no RTP for Config.RTPTimeout (told once per silence)
	EventAlive                          // RTP came back after a timeout
	EventCue                            // the first audible packet after Queue.Cue left
	EventStopped                        // Pause or Flush cut audio off; At is when its last packet left
	EventRecording                      // the recording lost audio (disk full); Session.RecordError says why. Told once per recording
)

// Event is one thing that happened on a session's wire.
type Event struct {
	Kind     EventKind
	Digit    byte          // EventDigit: 0-9 * # A-D
	Duration time.Duration // EventDigit: how long it was held
	Mark     uint64        // EventMark, EventCue: the number given to Queue.Mark or Cue
	At       time.Time     // when the packet came or left
}
