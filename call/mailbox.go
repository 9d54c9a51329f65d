package call

import (
	"sync"
	"sync/atomic"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/routing/queue"
)

const (
	boxSize  = 32 // events of the call's own goroutines
	wireSize = 32 // events of the pacer: digits, marks, liveness; nobody presses 32 keys while the loop is away
)

// event is one thing that one of the call's own goroutines reports to its loop.
type event interface{ dispose() }

// mailbox is how everything reaches the goroutine that owns a call. The call's
// own goroutines wait for room in it; the pacer and partial words never do.
type mailbox struct {
	own  chan event
	wire chan media.Event
	gone chan struct{} // closed when nobody reads any more

	drops     atomic.Uint64 // partial words that found it full
	wireDrops atomic.Uint64 // media events that found it full
	once      sync.Once
}

func newMailbox() *mailbox {
	return &mailbox{
		own:  make(chan event, boxSize),
		wire: make(chan media.Event, wireSize),
		gone: make(chan struct{}),
	}
}

// post waits for room. When nobody reads any more, it releases what e carries.
func (m *mailbox) post(e event) {
	select {
	case m.own <- e:
	case <-m.gone:
		e.dispose()
	}
}

// offer does not wait: a full mailbox drops e and counts it.
func (m *mailbox) offer(e event) {
	select {
	case m.own <- e:
	default:
		m.drops.Add(1)
		e.dispose()
	}
}

// offerWire is called on the pacer thread.
func (m *mailbox) offerWire(e media.Event) {
	select {
	case m.wire <- e:
	default:
		m.wireDrops.Add(1)
	}
}

// shut tells all posters that nobody reads any more.
func (m *mailbox) shut() { m.once.Do(func() { close(m.gone) }) }

// empty releases what is left, once no poster is left.
func (m *mailbox) empty() {
	for {
		select {
		case e := <-m.own:
			e.dispose()
		default:
			return
		}
	}
}

// The events of a call's own goroutines. Those that carry something to close
// know how to.
type (
	answered struct {
		params media.Params
		err    error
	}
	dialled struct {
		leg Leg
		err error
	}
	earOpened struct { // whoever opened the stream closes it
		id     int
		stream *earStream
	}
	heard struct {
		id int
		t  asr.Transcript
	}
	earLost struct {
		id      int
		err     error
		unheard []int16 // the turn under way
	}
	understood struct {
		turn   int
		intent dialog.Intent
		took   float64 // ms
		err    error
	}
	queued struct {
		run   int // which utterance
		voice voiced
	}
	unsaid struct {
		run int
		why string
	}
	agentRings struct {
		id    int
		offer int // the switchboard's
		leg   Leg
		audio Media
		voice *overheard
		to    string
		why   string // set when there is no leg
	}
	agentKey struct {
		id    int
		digit byte
	}
	placed   struct{ id int } // a place in a queue is written down
	promised struct {         // a callback is
		id  int
		why string
		err error
	}
	directed struct { // by the switchboard
		id     int
		action queue.Action
	}
	supervise struct { // asked for from outside
		want   Supervision
		end    bool
		answer chan error // room for one
	}
	overseerRings struct {
		of *overseer
		agentRings
	}
	referred struct {
		id     int
		to     string
		reason string // the script's word, when it was refused
		why    string // and ours
	}
	mayTake   struct{ err error } // a message; nil: it may
	mayRecord struct {
		path string
		why  string // set when it may not
	}
	tapBroke struct{} // a recogniser panicked while it was fed
	noted    struct{} // nothing; a goroutine that only wrote has ended
)

func (answered) dispose()   {}
func (agentKey) dispose()   {}
func (placed) dispose()     {}
func (promised) dispose()   {}
func (directed) dispose()   {}
func (earOpened) dispose()  {}
func (heard) dispose()      {}
func (earLost) dispose()    {}
func (understood) dispose() {}
func (queued) dispose()     {}
func (unsaid) dispose()     {}
func (supervise) dispose()  {}
func (referred) dispose()   {}
func (mayRecord) dispose()  {}
func (mayTake) dispose()    {}
func (tapBroke) dispose()   {}
func (noted) dispose()      {}

func (e dialled) dispose() {
	if e.leg != nil {
		bury(e.leg, nil, "the call was over")
	}
}

// goneMeanwhile is why a telephone rings no more whose INVITE had just been sent.
const goneMeanwhile = "the caller was gone"

func (e agentRings) dispose() {
	if e.leg != nil || e.audio != nil {
		bury(e.leg, e.audio, goneMeanwhile)
	}
}
