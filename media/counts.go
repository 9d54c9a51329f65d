package media

import (
	"sync/atomic"
	"time"
)

// EngineStats tells how the engine does as a whole.
type EngineStats struct {
	Sessions    int     `json:"sessions"`
	Threads     int     `json:"threads"`
	Realtime    bool    `json:"realtime"` // every pacer thread runs under SCHED_RR
	FreePorts   int     `json:"free_ports"`
	CPUSeconds  float64 `json:"cpu_seconds"`   // of the pacer threads since the start, a second old
	Overruns    uint64  `json:"overruns"`      // wheel ticks that began over 5 ms late
	PacingP50   float64 `json:"pacing_p50_ms"` // |sent - due| of every packet so far
	PacingP99   float64 `json:"pacing_p99_ms"`
	PacingMax   float64 `json:"pacing_max_ms"`
	RecordDrops uint64  `json:"record_drops"` // frames of 20 ms
	RecordError string  `json:"record_error,omitempty"`
	RTCPDrops   uint64  `json:"rtcp_drops"`
}

// Stats tells how the engine does.
func (e *Engine) Stats() EngineStats {
	st := EngineStats{Threads: len(e.wheels), Realtime: e.realtime, RecordDrops: e.recorder.drops()}
	e.mu.Lock()
	st.Sessions = e.count
	e.mu.Unlock()
	if !e.ports.any() {
		st.FreePorts = e.ports.available(time.Now())
	}
	var pacing []*histogram
	for _, w := range e.wheels {
		st.CPUSeconds += time.Duration(w.show.cpu.Load()).Seconds()
		st.Overruns += w.show.overruns.Load()
		st.RTCPDrops += w.show.dropped.Load()
		pacing = append(pacing, &w.show.pacing)
	}
	p := spreadOf(pacing...)
	st.PacingP50, st.PacingP99, st.PacingMax = p.p50, p.p99, p.max
	if err := e.recorder.trouble.Load(); err != nil {
		st.RecordError = (*err).Error()
	}
	return st
}

// Stats counts so far; after Close it gives the last counts.
func (s *Session) Stats() Stats {
	r := &s.rx
	st := Stats{
		Sent:        s.tx.counts.packets.Load(),
		SendErrors:  s.tx.counts.errors.Load(),
		Skipped:     s.tx.counts.skipped.Load(),
		Received:    r.counts.received.Load(),
		Lost:        uint64(max(0, r.seq.lost.Load())),
		Late:        r.buf.counts.late.Load(),
		Duplicate:   r.counts.duplicate.Load(),
		Foreign:     r.counts.foreign.Load(),
		Malformed:   r.counts.malformed.Load(),
		Concealed:   r.buf.counts.concealed.Load(),
		JitterMS:    millis(time.Duration(r.times.shown.Load())),
		DelayMS:     float64(r.buf.counts.delay.Load()) * 1000 / TelephoneRate,
		RecordDrops: s.ending.dropped.Load(),
	}
	if rec := s.ending.rec.Load(); rec != nil {
		st.RecordDrops += rec.dropped.Load()
	}
	if d, ok := s.sink.(interface{ Drops() uint64 }); ok {
		st.SinkDrops = d.Drops()
	}
	p := spreadOf(&s.tx.pacing)
	st.PacingP50, st.PacingP99, st.PacingMax = p.p50, p.p99, p.max
	l := spreadOf(&r.times.late)
	st.LateP50, st.LateP99, st.LateMax = l.p50, l.p99, l.max
	s.report.mu.Lock()
	st.RemoteLost, st.RoundTripMS = s.report.peer.lost, millis(s.report.peer.roundTrip)
	s.report.mu.Unlock()
	st.MOS = st.estimate()
	return st
}

// estimate is the E-model's opinion of what we hear: loss is what did not make it
// to the ear, delay half the round trip, a frame each of packing and of waiting
// for the wheel, and the jitter buffer. Without a packet there is no opinion.
func (st Stats) estimate() float64 {
	if st.Received == 0 {
		return 0
	}
	missing := float64(st.Lost + st.Late)
	loss := missing / (missing + float64(st.Received))
	return mos(loss, st.RoundTripMS/2+2*millis(FrameTime)+st.DelayMS)
}

// closing is a session's end.
type closing struct {
	begun   atomic.Bool
	done    chan struct{}
	rec     atomic.Pointer[recording] // the latest
	dropped atomic.Uint64             // frames lost by earlier ones
}

// Close waits until the wheel has let go, finishes the recording, says goodbye by
// RTCP and gives the port back. The sink is not called after it. It gives the
// last counts, also when called again.
func (s *Session) Close() Stats {
	if !s.ending.begun.CompareAndSwap(false, true) {
		<-s.ending.done
		return s.Stats()
	}
	defer close(s.ending.done)
	s.wheel.do(func(w *wheel) {
		w.leave(s)
		s.tap.from, s.tap.to = nil, nil
	})
	_ = s.StopRecording() // its error stays in RecordError and EngineStats
	s.engine.reporter.leave(s)
	s.sock.close()
	s.engine.ports.give(s.sock.local.Port(), time.Now())
	s.engine.dismiss(s)
	return s.Stats()
}
