package media

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"time"
)

// How digits are sent: RFC 4733 §2.5.1 with ITU-T Q.24's limits well kept.
const (
	digitLength  = 100 * time.Millisecond
	digitMax     = 6 * time.Second // below the 8.19 s that one segment can say
	digitPause   = 4               // frames between digits
	digitVolume  = 10              // -10 dBm0
	digitRepeats = 3               // end packets
	digitBacklog = 64
)

// digit is one telephone-event to send.
type digit struct {
	event  uint8
	frames uint16 // length in frames of 20 ms
}

// dialer sends digits as telephone-events, one packet every 20 ms. api takes
// them from any goroutine; relay from the pacer that bridges or echoes.
type dialer struct {
	mu    sync.Mutex // writers of api
	api   *ring[digit]
	relay *ring[digit]

	// of the pacer:
	now    digit
	busy   bool
	ts     uint32
	sent   uint16 // packets of this digit
	ends   int
	pause  int
	events [4]byte
}

func newDialer() *dialer {
	return &dialer{api: newRing[digit](digitBacklog), relay: newRing[digit](digitBacklog)}
}

// queue checks and queues digits, all or none.
func (d *dialer) queue(digits string) error {
	up := strings.ToUpper(digits)
	for i, c := range up {
		if !strings.ContainsRune(digitNames, c) {
			return fmt.Errorf("media: %q at %d is no DTMF digit: use 0-9 * # A-D", c, i+1)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.api.len()+len(up) > len(d.api.buf) {
		return fmt.Errorf("media: more than %d digits wait to be sent: %w", len(d.api.buf), ErrFull)
	}
	for i := range len(up) {
		*d.api.slot() = digit{uint8(strings.IndexByte(digitNames, up[i])), uint16(digitLength / FrameTime)}
		d.api.commit()
	}
	return nil
}

// pass queues a digit that another leg's caller pressed; the pacer calls it. A
// digit beyond the backlog is dropped.
func (d *dialer) pass(e Event) {
	slot := d.relay.slot()
	if slot == nil {
		return
	}
	*slot = digit{
		event:  uint8(strings.IndexByte(digitNames, e.Digit)),
		frames: uint16(min(max(e.Duration, 2*FrameTime), digitMax) / FrameTime),
	}
	d.relay.commit()
}

// step gives the telephone-event payload to send in this tick, nil for none.
// first is set on a digit's first packet, which carries the marker and whose
// timestamp all its packets share.
func (d *dialer) step(ts uint32) (payload []byte, stamp uint32, first bool) {
	if d.pause > 0 {
		d.pause--
		return nil, 0, false
	}
	if !d.busy && !d.next() {
		return nil, 0, false
	}
	if d.sent == 0 {
		d.ts, first = ts, true
	}
	if d.sent < d.now.frames {
		d.sent++
	}
	d.events[0], d.events[1] = d.now.event, digitVolume
	if d.sent == d.now.frames && !first {
		d.events[1] |= 0x80 // end; its duration stays
		if d.ends++; d.ends == digitRepeats {
			d.busy, d.pause = false, digitPause
		}
	}
	binary.BigEndian.PutUint16(d.events[2:], d.sent*frameSize)
	return d.events[:], d.ts, first
}

// next begins the next digit that waits.
func (d *dialer) next() bool {
	for _, r := range []*ring[digit]{d.api, d.relay} {
		if v := r.peek(); v != nil {
			d.now, d.busy, d.sent, d.ends = *v, true, 0, 0
			r.release()
			return true
		}
	}
	return false
}

// drop forgets what waits, for a peer that does not take telephone-events.
func (d *dialer) drop() {
	for d.next() {
	}
	d.busy, d.pause = false, 0
}

// waiting tells whether a digit is being sent or waits, pauses included.
func (d *dialer) waiting() bool {
	return d.busy || d.pause > 0 || d.api.len() > 0 || d.relay.len() > 0
}
