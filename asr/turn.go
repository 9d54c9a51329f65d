package asr

import (
	"context"
	"strings"
	"time"
	"unicode"
)

// turn is one turn of a batchStream, from its onset until its words are known.
type turn struct {
	sounding
	ended  bool
	pieces []*piece
}

func (t *turn) end(c Cue, e Expectation) { t.ended, t.stop, t.expect = true, c.End, e }

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

// closedTail is the noise behind a closed answer. In 300 ms short answers drown:
// of 60 rows of four digits 6 came out empty, with this none. Without any, a row of
// digits ends too abruptly and goes on looping (17 of 64 rows, with this 1).
const closedTail = 100 * time.Millisecond

// submit crops the audio of c and hands it to the pool.
func (s *batchStream) submit(t *turn, c Cue, final bool) *piece {
	extra := int(s.audio.samples(s.b.cfg.Tail))
	if s.options.Expect.Shape != Open {
		extra = min(extra, int(s.audio.samples(closedTail)))
	}
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
	p.job = &job{final: final, aside: s.options.Aside}
	p.job.run = func(ctx context.Context, waited time.Duration) {
		defer s.jobs.Done()
		if !s.options.Aside { // a hasty decode is for those who wait
			seg.Waited = waited
		}
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
			s.fail(err)
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
		s.judge(p)
	case s.guess == p:
		p.state = pieceFailed // the endpoint tries again
	case p.tries == 1 && !seg.Final: // it was a guess and is the turn's last piece by now
		seg.Final = true
		s.enqueue(p, seg, true)
	default:
		p.state = pieceFailed
		s.fail(err)
		return
	}
	s.giveOut()
}

// judge ends the turn before its time when the guess is the whole answer.
func (s *batchStream) judge(p *piece) {
	if p != s.guess && !s.settled(p) {
		return
	}
	text, _, whole := p.turn.words(s.options.Language)
	if !whole {
		return // the piece before is still being decoded
	}
	v := Judge(s.withGuess(p.turn, text), s.options.Expect, s.options.Language)
	if c, over := s.seg.Judge(v); over {
		s.take(c)
	}
}

// settled tells whether p was the guess of this pause and is finished since.
func (s *batchStream) settled(p *piece) bool {
	n := len(p.turn.pieces)
	return s.guess == nil && !p.turn.ended && n > 0 && p.turn.pieces[n-1] == p
}

// giveOut puts out all events that are due, turn after turn, so that a turn's
// words never come after the next turn's onset.
func (s *batchStream) giveOut() {
	for len(s.turns) > 0 {
		t := s.turns[0]
		s.announce(&t.sounding)
		text, decode, done := t.words(s.options.Language)
		if !t.ended || !done {
			s.partly(&t.sounding, s.withGuess(t, text))
			return
		}
		s.settle(&t.sounding, text, decode)
		s.turns = s.turns[1:]
	}
}

// withGuess adds the guess to the words of the pieces that are finished.
func (s *batchStream) withGuess(t *turn, text string) string {
	if s.guess != nil && s.guess.turn == t && s.guess.state == pieceDone {
		return join(text, s.guess.text, s.options.Language)
	}
	return text
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
		likely := Plausible(text, seg.Speech)
		if likely && !tooMany(text, seg.Expect, seg.Language) {
			return text, nil
		}
		least := time.Second
		if seg.Expect.Shape != Open {
			least = 250 * time.Millisecond
		}
		cut := int(shift.Seconds() * float64(seg.Rate))
		if try > 0 || len(seg.PCM) <= 2*cut || text == "" && seg.Speech <= least {
			if !likely {
				text = ""
			}
			return text, nil
		}
		seg.PCM = seg.PCM[cut:]
	}
}

// tooMany tells whether text holds more digits than are awaited: looping shows
// so before it shows in the pace.
func tooMany(text string, e Expectation, language string) bool {
	if e.Shape != Digits || e.Max == 0 {
		return false
	}
	d, ok := Snap(text, e, language)
	return ok && len(d) > e.Max
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
