package wire

import (
	"encoding/binary"
	"strings"
)

// keys are the digits still to be sent as telephone-events (RFC 4733).
type keys struct {
	kind  uint8 // payload type
	queue []byte
	sent  int    // packets of the first digit
	begun uint32 // its RTP timestamp
}

// A digit is held for eight packets, the last of them sent three times in all,
// and followed by a pause of five.
const (
	keyHeld  = 8
	keyEnds  = 3
	keyPause = 5
)

// Press sends digits (0-9 * # A-D) one after the other instead of audio.
func (f *Flow) Press(digits string, payloadType uint8) {
	f.thread.mu.Lock()
	defer f.thread.mu.Unlock()
	f.keys.kind = payloadType
	f.keys.queue = append(f.keys.queue, digits...)
}

// packet writes the next event packet, or gives 0 when audio is due.
func (k *keys) packet(b []byte, s stream) int {
	if len(k.queue) == 0 {
		return 0
	}
	code := strings.IndexByte("0123456789*#ABCD", k.queue[0])
	n := k.sent
	if k.sent++; n >= keyHeld+keyEnds-1 || code < 0 {
		if k.sent >= keyHeld+keyEnds-1+keyPause {
			k.queue, k.sent = k.queue[1:], 0
		}
		return 0
	}
	if n == 0 {
		k.begun = s.time
	}
	head(b, k.kind, n == 0, s.seq, k.begun, s.ssrc)
	b[headerSize] = byte(code)
	b[headerSize+1] = 10 // volume, -10 dBm0
	if n >= keyHeld-1 {
		b[headerSize+1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[headerSize+2:], uint16(min(n+1, keyHeld)*PayloadSize))
	return headerSize + 4
}
