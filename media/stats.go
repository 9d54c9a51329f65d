package media

// Stats counts one session's packets. Times are milliseconds.
type Stats struct {
	Sent        uint64  `json:"sent"`
	Received    uint64  `json:"received"`
	Lost        uint64  `json:"lost"`      // by sequence number, RFC 3550 A.3
	Late        uint64  `json:"late"`      // came after their turn
	Duplicate   uint64  `json:"duplicate"` // same sequence number twice
	Foreign     uint64  `json:"foreign"`   // from an address that is not the peer's
	Malformed   uint64  `json:"malformed"` // no RTP, or a payload type that was not agreed
	SendErrors  uint64  `json:"send_errors"`
	Skipped     uint64  `json:"skipped"`   // frames that the wheel was too late to send
	Concealed   uint64  `json:"concealed"` // frames made up
	JitterMS    float64 `json:"jitter_ms"` // interarrival jitter, RFC 3550 A.8
	PacingP50   float64 `json:"pacing_p50_ms"`
	PacingP99   float64 `json:"pacing_p99_ms"` // |sent - due|
	PacingMax   float64 `json:"pacing_max_ms"`
	LateP50     float64 `json:"late_p50_ms"` // received packets against the fastest of their stream, by kernel time
	LateP99     float64 `json:"late_p99_ms"`
	LateMax     float64 `json:"late_max_ms"`
	DelayMS     float64 `json:"delay_ms"`    // jitter buffer, now
	RemoteLost  float64 `json:"remote_lost"` // share lost at the peer, from its RTCP reports, 0..1
	RoundTripMS float64 `json:"round_trip_ms"`
	MOS         float64 `json:"mos"` // E-model estimate (ITU-T G.107), 1..4.5
	RecordDrops uint64  `json:"record_drops"`
	SinkDrops   uint64  `json:"sink_drops"`
}
