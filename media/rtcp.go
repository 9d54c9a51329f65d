package media

import (
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtcp"
)

// maxControl is the longest RTCP packet that is taken from an RTP port.
const maxControl = 508

// controlPacket is an RTCP packet on its way from a pacer to the reporter.
type controlPacket struct {
	session *Session
	from    netip.AddrPort
	at      int64 // wall clock ns, 0 unknown
	size    int
	data    [maxControl]byte
}

// report is a session's RTCP: what the peer told and what it is to be told. The
// pacer does not touch it.
type report struct {
	mu     sync.Mutex
	due    time.Time
	closed bool
	sent   bool
	peer   peerReport
	// of the last report we sent (RFC 3550 A.3):
	expected, received uint64
}

// peerReport is what came from the peer.
type peerReport struct {
	ssrc      uint32
	lastSR    uint32 // middle 32 bits of its NTP time
	lastSRAt  time.Time
	lost      float64
	roundTrip time.Duration
	gone      bool // BYE
}

// ntpEpoch is 1970 on the NTP clock, seconds.
const ntpEpoch = 2208988800

// ntp is t as a 64-bit NTP timestamp (RFC 3550 §4).
func ntp(t time.Time) uint64 {
	s := uint64(t.Unix() + ntpEpoch)
	return s<<32 | uint64(t.Nanosecond())<<32/1e9
}

// middle is the compact form of an NTP timestamp.
func middle(n uint64) uint32 { return uint32(n >> 16) }

// hear takes an RTCP datagram that came at that time.
func (r *report) hear(data []byte, ours uint32, at time.Time) {
	packets, err := rtcp.Unmarshal(data)
	if err != nil {
		return
	}
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.SenderReport:
			r.peer.ssrc, r.peer.lastSR, r.peer.lastSRAt = p.SSRC, middle(p.NTPTime), at
			r.hearBlocks(p.Reports, ours, at)
		case *rtcp.ReceiverReport:
			r.hearBlocks(p.Reports, ours, at)
		case *rtcp.Goodbye:
			r.peer.gone = true
		}
	}
}

// hearBlocks finds the report on our stream: loss there, and the round trip from
// the last sender report that it echoes (RFC 3550 §6.4.1).
func (r *report) hearBlocks(blocks []rtcp.ReceptionReport, ours uint32, at time.Time) {
	for _, b := range blocks {
		if b.SSRC != ours {
			continue
		}
		r.peer.lost = float64(b.FractionLost) / 256
		if b.LastSenderReport == 0 {
			continue
		}
		trip := int32(middle(ntp(at)) - b.LastSenderReport - b.Delay)
		if trip >= 0 && trip < 60<<16 { // more is a confused clock
			r.peer.roundTrip = time.Duration(trip) * time.Second >> 16
		}
	}
}

// compose makes our compound packet: SR or RR, SDES, and BYE when leaving.
func (s *Session) composeReport(now time.Time, bye bool) ([]byte, error) {
	r, t := &s.report, &s.tx
	var blocks []rtcp.ReceptionReport
	if s.rx.counts.received.Load() > 0 {
		blocks = []rtcp.ReceptionReport{s.receptionReport(now)}
	}
	var first rtcp.Packet = &rtcp.ReceiverReport{SSRC: t.ssrc, Reports: blocks}
	if began := t.counts.began.Load(); began != 0 && t.counts.packets.Load() > 0 {
		since := now.Sub(time.Unix(0, began))
		first = &rtcp.SenderReport{
			SSRC:        t.ssrc,
			NTPTime:     ntp(now),
			RTPTime:     t.counts.firstTS.Load() + uint32(int64(since)*TelephoneRate/int64(time.Second)),
			PacketCount: uint32(t.counts.packets.Load()),
			OctetCount:  uint32(t.counts.octets.Load()),
			Reports:     blocks,
		}
	}
	compound := rtcp.CompoundPacket{first, &rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
		Source: t.ssrc,
		Items:  []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: s.engine.cfg.CNAME}},
	}}}}
	if bye {
		compound = append(compound, &rtcp.Goodbye{Sources: []uint32{t.ssrc}})
	}
	r.sent = true
	return compound.Marshal()
}

// receptionReport is our view of the peer's stream since the last one.
func (s *Session) receptionReport(now time.Time) rtcp.ReceptionReport {
	r, q := &s.report, &s.rx.seq
	expected, received := q.expected.Load(), q.received.Load()
	b := rtcp.ReceptionReport{
		SSRC:               s.rx.counts.ssrc.Load(),
		TotalLost:          uint32(min(max(0, q.lost.Load()), 0x7fffff)),
		LastSequenceNumber: q.highest.Load(),
		Jitter:             uint32(s.rx.times.shown.Load() * TelephoneRate / int64(time.Second)),
	}
	if expected > r.expected && expected-r.expected > received-r.received && received >= r.received {
		lost := expected - r.expected - (received - r.received)
		b.FractionLost = uint8(min(255, lost*256/(expected-r.expected)))
	}
	r.expected, r.received = expected, received
	if r.peer.lastSR != 0 {
		b.LastSenderReport = r.peer.lastSR
		b.Delay = uint32(now.Sub(r.peer.lastSRAt) << 16 / time.Second)
	}
	return b
}
