// Package silero finds speech with the Silero network (v6), for all legs in one
// batch: one ONNX session, one goroutine, a run every few milliseconds over
// the legs that have a new window of audio.
package silero

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/asr/models"
	"github.com/parley-voice/parley/media"
)

// Config of a Detector. Zero fields take the defaults in brackets.
type Config struct {
	Model   string        // path of silero_vad_v6.onnx (the models' folder)
	Tick    time.Duration // between two runs; adds half of it to every verdict (10 ms)
	Backlog time.Duration // audio kept per leg while the machine is too slow (500 ms)
}

// Stats of a Detector.
type Stats struct {
	Legs    int
	Windows uint64        // judged
	Runs    uint64        // of the network
	Dropped time.Duration // audio not judged because the machine was too slow
	Failed  uint64        // runs that failed; their windows count as silence
}

// Detector implements asr.Detector.
type Detector struct {
	cfg Config
	net *net

	mu     sync.Mutex
	legs   []*leg
	closed bool
	stop   chan struct{}
	wg     sync.WaitGroup

	windows, runs, dropped, failed atomic.Uint64
}

// New loads the network and starts the goroutine that runs it.
func New(cfg Config) (*Detector, error) {
	if cfg.Model == "" {
		cfg.Model = models.Path(models.Dir(), models.SileroVAD)
	}
	if cfg.Tick <= 0 {
		cfg.Tick = 10 * time.Millisecond
	}
	if cfg.Backlog <= 0 {
		cfg.Backlog = 500 * time.Millisecond
	}
	n, err := newNet(cfg.Model)
	if err != nil {
		return nil, err
	}
	d := &Detector{cfg: cfg, net: n, stop: make(chan struct{})}
	d.wg.Go(d.loop)
	return d, nil
}

// Open begins to judge a leg's audio; rate must be 8000.
func (d *Detector) Open(rate int, heard func(asr.Activity)) (asr.DetectorStream, error) {
	if err := asr.CheckRate(rate); err != nil {
		return nil, err
	}
	l := &leg{d: d, heard: heard, limit: max(int(d.cfg.Backlog.Seconds()*media.TelephoneRate), 2*window)}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, asr.ErrClosed
	}
	d.legs = append(d.legs, l)
	return l, nil
}

// Hang is the median of what was measured on telephone prompts (68 to 206 ms at
// the 10th and 90th percentile): the network must hear silence to believe it.
func (d *Detector) Hang() time.Duration { return 96 * time.Millisecond }

// Stats are the counts so far.
func (d *Detector) Stats() Stats {
	d.mu.Lock()
	legs := len(d.legs)
	d.mu.Unlock()
	return Stats{Legs: legs, Windows: d.windows.Load(), Runs: d.runs.Load(), Failed: d.failed.Load(),
		Dropped: time.Duration(d.dropped.Load()) * time.Second / rate}
}

// Close stops judging and frees the network. Legs left open hear nothing more.
func (d *Detector) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	d.mu.Unlock()
	close(d.stop)
	d.wg.Wait()
	d.net.close()
	return nil
}

func (d *Detector) remove(l *leg) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, other := range d.legs {
		if other == l {
			last := len(d.legs) - 1
			d.legs[i], d.legs[last] = d.legs[last], nil
			d.legs = d.legs[:last]
			return
		}
	}
}

func (d *Detector) loop() {
	tick := time.NewTicker(d.cfg.Tick)
	defer tick.Stop()
	r := newRound(d)
	for {
		select {
		case <-d.stop:
			return
		case <-tick.C:
		}
		for r.once() {
			select {
			case <-d.stop:
				return
			default:
			}
		}
	}
}
