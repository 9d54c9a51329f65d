package media

import (
	"net/netip"
	"time"
)

// Codec is one RTP payload format as negotiated (RFC 3551).
type Codec struct {
	Name        string // "PCMU" or "PCMA"
	PayloadType uint8
	ClockRate   int // RTP clock, Hz
}

// The static payload types of RFC 3551 table 4 that Parley speaks.
var (
	PCMU = Codec{Name: "PCMU", PayloadType: 0, ClockRate: 8000}
	PCMA = Codec{Name: "PCMA", PayloadType: 8, ClockRate: 8000}
)

// Direction is what we do with a stream, seen from our side (RFC 3264 §6.1).
type Direction uint8

// The directions an answer can have.
const (
	SendRecv Direction = iota
	SendOnly
	RecvOnly
	Inactive
)

// String gives the SDP attribute's name.
func (d Direction) String() string {
	return [...]string{"sendrecv", "sendonly", "recvonly", "inactive"}[d&3]
}

// Sends tells whether we may send audio in this direction.
func (d Direction) Sends() bool { return d == SendRecv || d == SendOnly }

// Params is what an SDP offer and answer agreed on for one audio stream.
type Params struct {
	Remote     netip.AddrPort // where to send RTP; invalid while unknown
	RemoteRTCP netip.AddrPort // where to send RTCP; invalid means Remote's port + 1
	RTCPMux    bool           // RFC 5761
	Codec      Codec
	DTMF       uint8 // payload type of telephone-event (RFC 4733); 0 means none
	Direction  Direction
	PTime      time.Duration // what the peer asked for; 0 means 20 ms
	NAT        bool          // trunk marked NAT: symmetric RTP may latch outside the signalled address
}
