package media

import "encoding/binary"

// rtpHeader is the length of a header without CSRCs and extension.
const rtpHeader = 12

// packet is a parsed RTP packet; the payload lies in the datagram.
type packet struct {
	marker  bool
	pt      uint8
	seq     uint16
	ts      uint32
	ssrc    uint32
	payload []byte
}

// parseRTP reads a datagram (RFC 3550 §5.1); false when it is no RTP packet.
func parseRTP(b []byte) (packet, bool) {
	if len(b) < rtpHeader || b[0]>>6 != 2 {
		return packet{}, false
	}
	p := packet{
		marker: b[1]&0x80 != 0,
		pt:     b[1] & 0x7f,
		seq:    binary.BigEndian.Uint16(b[2:]),
		ts:     binary.BigEndian.Uint32(b[4:]),
		ssrc:   binary.BigEndian.Uint32(b[8:]),
	}
	at := rtpHeader + 4*int(b[0]&0x0f)
	if b[0]&0x10 != 0 { // extension
		if len(b) < at+4 {
			return packet{}, false
		}
		at += 4 + 4*int(binary.BigEndian.Uint16(b[at+2:]))
	}
	end := len(b)
	if b[0]&0x20 != 0 { // padding
		end -= int(b[len(b)-1])
		if b[len(b)-1] == 0 {
			return packet{}, false
		}
	}
	if at > end {
		return packet{}, false
	}
	p.payload = b[at:end]
	return p, true
}

// isRTCP tells RTCP from RTP on one port (RFC 5761 §4).
func isRTCP(b []byte) bool { return len(b) >= 8 && b[0]>>6 == 2 && b[1] >= 192 && b[1] <= 223 }
