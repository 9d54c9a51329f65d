// Package loopback measures a media engine against a second one on the same
// host: so many calls that play a prompt, timed by the kernel's receive clock.
package loopback

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/parley-voice/parley/media"
	"golang.org/x/sys/unix"
)

// Config of one run.
type Config struct {
	Calls    int
	Lasting  time.Duration
	Codec    media.Codec // zero: PCMA
	Record   string      // folder for a recording of each call; empty: none
	Bridged  bool        // callers are bridged in pairs instead of hearing a prompt
	Sink     media.Sink  // listens on the side that is measured; may be nil
	Realtime bool
	Addr     netip.Addr // zero: 127.0.0.1
}

// Report is what a run showed. Of Server only the measured side's pacer threads
// count; the callers run on threads of their own.
type Report struct {
	Calls        int               `json:"calls"`
	Seconds      float64           `json:"seconds"`
	CPUPerCall   float64           `json:"cpu_ms_per_s"` // pacer CPU per second and call
	LeastRate    float64           `json:"least_packets_per_s"`
	Lost         uint64            `json:"lost"`
	LateP50      float64           `json:"late_p50_ms"` // the worst call's
	LateP99      float64           `json:"late_p99_ms"`
	LateMax      float64           `json:"late_max_ms"`
	RSSPerCallKB float64           `json:"rss_kb_per_call"`
	Server       media.EngineStats `json:"server"`
}

// String is the report as lines of text.
func (r Report) String() string {
	return fmt.Sprintf("%d calls, %.0f s: CPU %.3f ms/s a call, %.2f packets/s at least, %d lost\n"+
		"pacing p50 %.2f p99 %.2f max %.2f ms, SCHED_RR %v, overruns %d, record drops %d\n"+
		"lateness (worst call) p50 %.2f p99 %.2f max %.2f ms; RSS %.0f KB a call (both sides)",
		r.Calls, r.Seconds, r.CPUPerCall, r.LeastRate, r.Lost,
		r.Server.PacingP50, r.Server.PacingP99, r.Server.PacingMax, r.Server.Realtime, r.Server.Overruns,
		r.Server.RecordDrops, r.LateP50, r.LateP99, r.LateMax, r.RSSPerCallKB)
}

// Run holds the calls and measures them.
func Run(ctx context.Context, c Config) (Report, error) {
	if c.Codec.Name == "" {
		c.Codec = media.PCMA
	}
	if !c.Addr.IsValid() {
		c.Addr = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	cfg := media.Config{Addr: c.Addr, Realtime: c.Realtime, MaxSessions: c.Calls, Threads: 1}
	server, err := media.NewEngine(cfg)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = server.Close() }()
	cfg.Realtime = false // two threads that nothing preempts would fight for the cores
	callers, err := media.NewEngine(cfg)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = callers.Close() }()
	before := resident()
	ours, theirs, err := c.dial(ctx, server, callers)
	if err != nil {
		return Report{}, err
	}
	report, err := c.measure(ctx, server, ours, theirs)
	report.RSSPerCallKB = (resident() - before) / float64(c.Calls)
	return report, err
}

// dial opens the calls, spread over time as real ones are.
func (c Config) dial(ctx context.Context, server, callers *media.Engine) (ours, theirs []*media.Session, err error) {
	prompt := media.NewClip(media.Frame{Rate: media.TelephoneRate, PCM: murmur(5 * time.Second)})
	for i := range c.Calls {
		p := media.Params{Codec: c.Codec, DTMF: 101, RTCPMux: true}
		s, err := server.Open(ctx, p, c.Sink)
		if err != nil {
			return nil, nil, err
		}
		p.Remote = s.LocalAddr()
		peer, err := callers.Open(ctx, p, nil)
		if err != nil {
			return nil, nil, err
		}
		p.Remote = peer.LocalAddr()
		if err := s.Update(p); err != nil {
			return nil, nil, err
		}
		if c.Record != "" {
			if err := s.Record(filepath.Join(c.Record, fmt.Sprintf("%d.wav", i)), media.RecordOptions{}); err != nil {
				return nil, nil, err
			}
		}
		s.Start()
		peer.Start()
		ours, theirs = append(ours, s), append(theirs, peer)
		if c.Bridged && i%2 == 1 {
			if _, err := media.Join(ours[i-1], s); err != nil {
				return nil, nil, err
			}
			continue
		}
		if !c.Bridged {
			if err := s.Out().Clip(s.Out().Gen(), prompt, true); err != nil {
				return nil, nil, err
			}
		}
	}
	return ours, theirs, nil
}

// measure lets the calls run and reads both sides' counts.
func (c Config) measure(ctx context.Context, server *media.Engine, ours, theirs []*media.Session) (Report, error) {
	settle := 1100 * time.Millisecond // the engine's CPU count is up to a second old
	if err := wait(ctx, settle); err != nil {
		return Report{}, err
	}
	cpu, began := server.Stats().CPUSeconds, time.Now()
	first := make([]uint64, len(ours))
	for i, s := range theirs {
		first[i] = s.Stats().Received
	}
	if err := wait(ctx, c.Lasting); err != nil {
		return Report{}, err
	}
	r := Report{Calls: c.Calls, Seconds: time.Since(began).Seconds(), LeastRate: math.Inf(1)}
	for i, s := range theirs {
		st := s.Stats()
		r.LeastRate = min(r.LeastRate, float64(st.Received-first[i])/r.Seconds)
		r.Lost += st.Lost
		r.LateP50, r.LateP99, r.LateMax = max(r.LateP50, st.LateP50), max(r.LateP99, st.LateP99), max(r.LateMax, st.LateMax)
	}
	r.Server = server.Stats()
	r.CPUPerCall = 1000 * (r.Server.CPUSeconds - cpu) / math.Round(r.Seconds) / float64(c.Calls)
	return r, nil
}

// murmur is speech-like sound: a gliding buzz in syllables.
func murmur(d time.Duration) []int16 {
	pcm := make([]int16, int(d*media.TelephoneRate/time.Second))
	phase := 0.0
	for i := range pcm {
		t := float64(i) / media.TelephoneRate
		phase += (120 + 30*math.Sin(2*math.Pi*0.7*t)) / media.TelephoneRate
		v := 0.0
		for k := 1.0; k < 20; k++ {
			v += math.Sin(2*math.Pi*k*phase) / k
		}
		pcm[i] = int16(4000 * v * max(0, math.Sin(2*math.Pi*2.5*t)))
	}
	return pcm
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// resident is the process's memory in KB; 0 where /proc is not to be had.
func resident() float64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var total, rss float64
	if _, err := fmt.Sscan(string(b), &total, &rss); err != nil {
		return 0
	}
	return rss * float64(unix.Getpagesize()) / 1024
}
