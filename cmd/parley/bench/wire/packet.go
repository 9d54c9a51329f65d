// Package wire is the RTP side of parley bench's callers. It shares nothing with
// Parley's media engine, so that the engine cannot flatter itself: raw sockets,
// the kernel's own receive timestamps, and a pacer of its own.
//
// A flow's socket is emptied on its own send slot, not by epoll: a packet that
// wakes a reader costs the sender of that packet 14-21 us, which would be booked
// to the server under test. The kernel's timestamps make late reading harmless.
package wire

import "encoding/binary"

// PayloadSize is 20 ms of G.711 in bytes.
const PayloadSize = 160

// headerSize is an RTP header without CSRCs or extension (RFC 3550 §5.1).
const headerSize = 12

// Packet is one RTP packet that came.
type Packet struct {
	At      int64 // kernel receive time, ns since the epoch
	Seq     uint16
	Time    uint32 // RTP timestamp
	SSRC    uint32
	Type    uint8
	Marker  bool
	Payload []byte // valid only during the call that gives it
}

// parse reads an RTP packet (RFC 3550 §5.1).
func parse(b []byte) (Packet, bool) {
	if len(b) < headerSize || b[0]>>6 != 2 {
		return Packet{}, false
	}
	p := Packet{
		Seq:    binary.BigEndian.Uint16(b[2:]),
		Time:   binary.BigEndian.Uint32(b[4:]),
		SSRC:   binary.BigEndian.Uint32(b[8:]),
		Type:   b[1] & 0x7f,
		Marker: b[1]&0x80 != 0,
	}
	off := headerSize + 4*int(b[0]&0x0f)
	if b[0]&0x10 != 0 {
		if len(b) < off+4 {
			return Packet{}, false
		}
		off += 4 + 4*int(binary.BigEndian.Uint16(b[off+2:]))
	}
	end := len(b)
	if b[0]&0x20 != 0 {
		end -= int(b[len(b)-1])
	}
	if off > end {
		return Packet{}, false
	}
	p.Payload = b[off:end]
	return p, true
}

// head writes an RTP header.
func head(b []byte, payloadType uint8, marker bool, seq uint16, time, ssrc uint32) {
	b[0] = 2 << 6
	b[1] = payloadType
	if marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[4:], time)
	binary.BigEndian.PutUint32(b[8:], ssrc)
}
