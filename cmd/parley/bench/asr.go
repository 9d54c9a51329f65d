package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/asr/wer"
	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/cmd/parley/bench/wire"
	"github.com/parley-voice/parley/media"
)

// ASRCmd is parley bench asr.
type ASRCmd struct {
	Common
	Pairs    string        `required:"" type:"existingfile" placeholder:"FILE" help:"Lines of the path of a WAV, a tab, and the words in it; parley bench pairs writes one."`
	Parallel int           `default:"1" help:"Calls at once, 1 to 16."`
	Tail     time.Duration `default:"2s" help:"Silence after each recording, for the last turn to end."`
	ASR      string        `default:"moonshine" help:"Recogniser of our own server."`
}

// heardPair is one recording and what the server made of it.
type heardPair struct {
	Path   string `json:"path"`
	CallID string `json:"call_id"`
	Said   string `json:"said"`
	Heard  string `json:"heard"`
	Turns  int    `json:"turns"`
	decode []float64
}

// Run speaks every recording and reports.
func (c *ASRCmd) Run(ctx context.Context) error {
	if c.Parallel < 1 || c.Parallel > 16 {
		return errors.New("bench asr: --parallel is 1 to 16")
	}
	if c.Target != "" && c.HTTP == "" {
		return errors.New("bench asr: --target needs --http, where the records say what was heard")
	}
	f, err := os.Open(c.Pairs)
	if err != nil {
		return err
	}
	pairs, err := wer.ReadPairs(c.Pairs, f)
	f.Close()
	if err != nil {
		return err
	}
	if len(pairs) == 0 {
		return fmt.Errorf("%s: no pair in it; parley bench pairs writes such a file", c.Pairs)
	}
	r, err := c.open(ctx, numberTranscribe, options{asr: c.ASR, steady: true})
	if err != nil {
		return err
	}
	defer r.close()
	heard, err := c.speakAll(ctx, r, pairs)
	if err != nil {
		return err
	}
	return c.finish(c.report(heard))
}

func (c *ASRCmd) speakAll(ctx context.Context, r *rig, pairs []wer.Pair) ([]heardPair, error) {
	heard := make([]heardPair, len(pairs))
	errs := make([]error, len(pairs))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range c.Parallel {
		wait.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(pairs) || ctx.Err() != nil {
					return
				}
				heard[i], errs[i] = c.one(ctx, r, pairs[i])
			}
		})
	}
	wait.Wait()
	return heard, errors.Join(errors.Join(errs...), ctx.Err())
}

// one places the call of one recording.
func (c *ASRCmd) one(ctx context.Context, r *rig, p wer.Pair) (heardPair, error) {
	path := p.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(c.Pairs), path)
	}
	out := heardPair{Path: p.Path, Said: p.Text}
	clip, err := media.ReadClip(path)
	if err != nil {
		return out, err
	}
	party := &reciter{sound: newSound(clip.Frame().PCM), tail: int(c.Tail / frameLen), done: make(chan struct{})}
	t, err := r.dial(ctx, r.target, party, false)
	if err != nil {
		return out, fmt.Errorf("%s: %w", p.Path, err)
	}
	out.CallID = t.call.ID
	select {
	case <-party.done:
	case <-t.call.Gone():
	case <-ctx.Done():
	}
	if err := t.end(); err != nil {
		return out, fmt.Errorf("%s: %w", p.Path, err)
	}
	rctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	rec, err := record(rctx, r.http, t.call.ID)
	if err != nil {
		return out, fmt.Errorf("%s: %w", p.Path, err)
	}
	var words []string
	for _, e := range rec.Entries {
		if e.Kind != call.EntryHeard {
			continue
		}
		words = append(words, e.Text)
		if e.Timing != nil {
			out.decode = append(out.decode, e.Timing.Decode)
		}
	}
	out.Heard, out.Turns = strings.Join(words, " "), len(words)
	return out, nil
}

func (c *ASRCmd) report(heard []heardPair) Report {
	rep := Report{Bench: "asr", Detail: heard}
	var total wer.Report
	var decode []float64
	for _, h := range heard {
		total.Add(h.Path, h.Said, h.Heard)
		decode = append(decode, h.decode...)
	}
	d := measure.SpreadOf(decode)
	rep.add("recordings", total.Texts, "")
	rep.add("heard without error", total.Texts-len(total.Misses), "")
	rep.add("words", total.Words, "")
	rep.add("substituted, deleted, inserted", fmt.Sprint(total.Substitutions, total.Deletions, total.Insertions), "")
	rep.atMost("WER", round(100*total.Rate()), 4, "%")
	if d.N > 0 {
		rep.add("decode p50", round(d.P50), "ms")
		rep.add("decode p95", round(d.P95), "ms")
	}
	for line := range strings.Lines(total.String()) {
		rep.note("%s", strings.TrimRight(line, "\n"))
	}
	return rep
}

// reciter says one recording between two silences. Hear and Speak run on the wheel.
type reciter struct {
	sound *sound
	law   atomic.Pointer[wire.Law]
	at    int
	lead  int // packets of silence sent
	tail  int // packets of silence still to send
	done  chan struct{}
}

// leadIn is the silence before a recording, in packets: half a second.
const leadIn = 25

func (r *reciter) agreed(l *wire.Law) { r.law.Store(l) }

func (r *reciter) Hear(wire.Packet) {}

func (r *reciter) Speak(_ int64, payload []byte) {
	law := r.law.Load()
	if law == nil {
		wire.ALaw.Silence(payload)
		return
	}
	law.Silence(payload)
	if r.lead++; r.lead <= leadIn {
		return
	}
	codes := r.sound.in(law)
	if r.at < len(codes) {
		r.at += copy(payload, codes[r.at:])
		return
	}
	if r.tail--; r.tail == 0 {
		close(r.done)
	}
}
