package media

import (
	"context"
	"errors"
	"net/netip"
	"time"
)

// Config of an Engine. The zero value of each field but Addr has a default.
type Config struct {
	Addr        netip.Addr    // local address to bind; it goes into the SDP as it is
	MinPort     uint16        // RTP ports are the even ones of MinPort..MaxPort; RTCP takes the next
	MaxPort     uint16        // 0 with MinPort 0: any free port
	Threads     int           // pacer threads; 0: half the cores, at least 1
	RTPTimeout  time.Duration // silence on the wire before EventTimeout; 0: 30 s
	MaxSessions int           // 0: 4000
	Realtime    bool          // ask the kernel for SCHED_RR on the pacer threads
	Quarantine  time.Duration // rest of a closed port before it is used again; 0: 3 s, < 0: none
	QueueLimit  time.Duration // streamed speech that one queue holds; 0: 20 s
	CNAME       string        // RTCP name of this host; 0: parley@Addr
}

// Errors of the engine and its sessions.
var (
	ErrClosed  = errors.New("media: closed")
	ErrNoPorts = errors.New("media: no free RTP port")
	ErrCodec   = errors.New("media: codec is not spoken here")
	ErrNoDTMF  = errors.New("media: the peer did not agree on telephone-event")
)

// EngineStats tells how the engine does as a whole.
type EngineStats struct {
	Sessions    int     `json:"sessions"`
	Threads     int     `json:"threads"`
	Realtime    bool    `json:"realtime"` // every pacer thread runs under SCHED_RR
	FreePorts   int     `json:"free_ports"`
	CPUSeconds  float64 `json:"cpu_seconds"`   // of the pacer threads since the start
	Overruns    uint64  `json:"overruns"`      // wheel ticks that began over 5 ms late
	PacingP50   float64 `json:"pacing_p50_ms"` // |sent - due| over all sessions that have ended or still run
	PacingP99   float64 `json:"pacing_p99_ms"`
	PacingMax   float64 `json:"pacing_max_ms"`
	RecordDrops uint64  `json:"record_drops"` // frames of 20 ms
	RecordError string  `json:"record_error,omitempty"`
	RTCPDrops   uint64  `json:"rtcp_drops"`
}

// Engine runs the pacer threads, the recorder and the RTCP of all sessions.
type Engine struct{ cfg Config }

// NewEngine starts the pacer threads.
func NewEngine(cfg Config) (*Engine, error) { return &Engine{cfg: cfg}, nil }

// Close ends every session and waits for every thread.
func (e *Engine) Close() error { return nil }

// Stats tells how the engine does.
func (e *Engine) Stats() EngineStats { return EngineStats{} }

// Open binds a port and receives at once; it sends only after Start.
func (e *Engine) Open(ctx context.Context, p Params, sink Sink) (*Session, error) {
	return nil, errors.New("media: not yet")
}
