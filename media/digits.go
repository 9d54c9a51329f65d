package media

import (
	"encoding/binary"
	"time"
)

// digitNames are the telephone-events 0 to 15 (RFC 4733 §3.2).
const digitNames = "0123456789*#ABCD"

// digitGap ends a digit whose end packets were all lost.
const digitGap = 200 * time.Millisecond

// digitReader finds digits in telephone-events. An event is known by its RTP
// timestamp (RFC 4733 §2.2.2): markers get lost and end packets come three
// times. It belongs to the pacer thread.
type digitReader struct {
	known  bool
	ended  bool
	event  uint8
	ts     uint32
	before uint32 // duration of earlier segments of a long event
	length uint32 // of this segment, samples
	at     time.Duration
}

// restart forgets the source.
func (d *digitReader) restart() { *d = digitReader{} }

// see takes the payload of a telephone-event packet. It returns true when a
// digit has ended, once per digit.
func (d *digitReader) see(ts uint32, payload []byte, at time.Duration) (Event, bool) {
	if len(payload) < 4 || int(payload[0]) >= len(digitNames) {
		return Event{}, false
	}
	event, end := payload[0], payload[1]&0x80 != 0
	length := uint32(binary.BigEndian.Uint16(payload[2:]))
	var out Event
	var done bool
	switch {
	case d.known && ts == d.ts:
		if d.ended {
			return Event{}, false
		}
	case d.known && int32(ts-d.ts) < 0 && int32(ts-d.ts) > -60*TelephoneRate:
		return Event{}, false // a straggler of an older digit
	case d.known && !d.ended && event == d.event && ts-d.ts == 0xffff:
		d.before += 0xffff // next segment of a long event (RFC 4733 §2.5.1.3)
		d.ts, d.length = ts, 0
	default:
		out, done = d.end() // the last one's end packets were lost
		d.known, d.ended, d.event, d.ts, d.before, d.length = true, false, event, ts, 0, 0
	}
	d.length, d.at = max(d.length, length), at
	if end && !done {
		return d.end()
	}
	return out, done
}

// expire ends a digit of which nothing has been heard for a while.
func (d *digitReader) expire(now time.Duration) (Event, bool) {
	if !d.known || d.ended || now-d.at < digitGap {
		return Event{}, false
	}
	return d.end()
}

// open tells whether a digit is being pressed.
func (d *digitReader) open() bool { return d.known && !d.ended }

// end reports the open digit, if there is one.
func (d *digitReader) end() (Event, bool) {
	if !d.known || d.ended {
		return Event{}, false
	}
	d.ended = true
	held := time.Duration(d.before+d.length) * time.Second / TelephoneRate
	return Event{Kind: EventDigit, Digit: digitNames[d.event], Duration: held}, true
}
