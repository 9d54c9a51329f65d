package asr

import (
	"context"
	"strings"
	"time"
	"unicode"
)

// turn is one turn of a batchStream, from its onset until its words are known.
type turn struct {
	start, stop time.Duration
	at          time.Time // when the onset was decided
	ended       bool
	endedAt     time.Time
	announced   bool // the Onset was given out
	expect      Expectation
	pieces      []*piece
	told        string // the last Partial
}

func (t *turn) end(c Cue, now time.Time) {
	t.ended, t.stop, t.endedAt = true, c.End, now
}

type pieceState uint8

const (
	piecePending pieceState = iota
	pieceDone
	pieceFailed
)

// piece is one decode of a turn.
type piece struct {
	job    *job
	turn   *turn
	state  pieceState
	void   bool // its words are not wanted any more
	text   string
	decode time.Duration
	tries  int
}

// submit crops the audio of c and hands it to the pool.
func (s *batchStream) submit(t *turn, c Cue, final bool) *piece {
	extra := int(s.audio.samples(s.b.cfg.Tail))
	pcm := s.audio.crop(c.Start, c.Until, extra)
	if len(pcm) == 0 { // the detector was stuck for so long that the audio is gone
		return &piece{turn: t, state: pieceDone, job: &job{}}
	}
	seg := Segment{PCM: faintNoise(pcm, extra), Rate: s.audio.rate, Speech: c.Speech, Final: final,
		Language: s.options.Language, Hotwords: s.options.hotwords(), Expect: s.options.Expect}
	p := &piece{turn: t}
	s.enqueue(p, seg, final)
	return p
}

func (s *batchStream) enqueue(p *piece, seg Segment, final bool) {
	p.tries++
	p.job = &job{final: final}
	p.job.run = func(ctx context.Context, waited time.Duration) {
		defer s.jobs.Done()
		seg.Waited = waited
		begin := s.b.cfg.Now()
		text, err := decodeWithCare(ctx, s.b.decoder, seg)
		s.decoded(p, seg, text, s.b.cfg.Now().Sub(begin), err)
	}
	p.job.quit = func(err error) {
		defer s.jobs.Done()
		s.decoded(p, seg, "", 0, err)
	}
	s.jobs.Add(1)
	if err := s.b.pool.submit(p.job); err != nil {
		s.jobs.Done()
		p.state = pieceFailed
		if final {
			s.out.end(err)
		}
	}
}

// void tells that a piece's words are not wanted any more.
func (s *batchStream) void(p *piece) {
	if p == nil || p.void || p.state != piecePending {
		return
	}
	p.void = true
	if s.b.pool.abandon(p.job) {
		s.jobs.Done()
	}
}

// decoded takes a worker's answer.
func (s *batchStream) decoded(p *piece, seg Segment, text string, took time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.void || s.closed {
		return
	}
	p.decode += took
	switch {
	case err == nil:
		p.state, p.text = pieceDone, text
	case s.guess == p:
		p.state = pieceFailed // the endpoint tries again
	case p.tries == 1 && !seg.Final: // it was a guess and is the turn's last piece by now
		seg.Final = true
		s.enqueue(p, seg, true)
	default:
		p.state = pieceFailed
		s.out.end(err)
	}
	s.giveOut()
}

// giveOut puts out all events that are due, turn after turn, so that a turn's
// words never come after the next turn's onset.
func (s *batchStream) giveOut() {
	for len(s.turns) > 0 {
		t := s.turns[0]
		if !t.announced {
			t.announced = true
			s.out.put(Transcript{Kind: Onset, Start: t.start, At: t.at, Engine: s.b.cfg.Name})
		}
		text, decode, done := t.words(s.options.Language)
		if !t.ended || !done {
			s.partial(t, text)
			return
		}
		r := Transcript{Kind: Final, Text: text, Start: t.start, End: t.stop, At: s.b.cfg.Now(), Decode: decode, Engine: s.b.cfg.Name}
		if text == "" {
			r.Kind = Noise
		} else {
			r = snapped(r, t.expect, s.options.Language)
		}
		s.out.put(r)
		s.turns = s.turns[1:]
	}
}

// partial tells the words so far, the guess included, when they are new.
func (s *batchStream) partial(t *turn, text string) {
	if s.guess != nil && s.guess.turn == t && s.guess.state == pieceDone {
		text = join(text, s.guess.text, s.options.Language)
	}
	if text == "" || text == t.told {
		return
	}
	t.told = text
	s.out.put(Transcript{Kind: Partial, Text: text, Start: t.start, At: s.b.cfg.Now(), Engine: s.b.cfg.Name})
}

// words joins the pieces decoded so far, in order, up to the first that is not.
func (t *turn) words(language string) (text string, decode time.Duration, all bool) {
	for _, p := range t.pieces {
		if p.state == piecePending {
			return text, decode, false
		}
		text = join(text, p.text, language)
		decode = p.decode // of the last: the one that was waited for
	}
	return text, decode, true
}

// join puts two pieces of text together as language writes them.
func join(a, b, language string) string {
	if a == "" || b == "" || strings.HasPrefix(language, "zh") || strings.HasPrefix(language, "ja") {
		return a + b
	}
	return a + " " + b
}

// decodeWithCare decodes, and once more with a shifted crop when the words are
// not plausible or none came back for more than a second of speech.
func decodeWithCare(ctx context.Context, d Decoder, seg Segment) (string, error) {
	const shift = 120 * time.Millisecond // less than the pre-roll
	for try := 0; ; try++ {
		text, err := d.Decode(ctx, seg)
		if err != nil {
			return "", err
		}
		text = strings.TrimFunc(text, unicode.IsSpace)
		if Plausible(text, seg.Speech) {
			return text, nil
		}
		cut := int(shift.Seconds() * float64(seg.Rate))
		if try > 0 || len(seg.PCM) <= 2*cut || text == "" && seg.Speech <= time.Second {
			return "", nil
		}
		seg.PCM = seg.PCM[cut:]
	}
}

// faintNoise puts n samples of noise behind pcm: recognisers end a word better
// on a room's quiet (amplitude 0.0006 of full scale) than on digital silence.
func faintNoise(pcm []int16, n int) []int16 {
	seed := uint32(2463534242)
	for range n {
		seed ^= seed << 13
		seed ^= seed >> 17
		seed ^= seed << 5
		pcm = append(pcm, int16(seed%39)-19)
	}
	return pcm
}
