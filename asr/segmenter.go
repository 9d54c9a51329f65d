package asr

import "time"

// SegmenterConfig says how speech is cut into turns. Zero fields take the
// defaults, which were measured on 8 kHz telephone speech.
type SegmenterConfig struct {
	On, Off        float32       // speech begins at On, silence below Off (0.5, 0.35)
	Hang           time.Duration // how late the detector tells the end of sound; counted as silence already past
	PreRoll        time.Duration // audio kept from before the onset (200 ms)
	MinSpeech      time.Duration // less detected speech than this is noise (250 ms)
	Speculate      time.Duration // silence after which a first decode is worth while (128 ms)
	Endpoint       time.Duration // silence that ends an open turn (450 ms)
	LongTurn       time.Duration // speech after which callers pause longer (3.5 s)
	LongEndpoint   time.Duration // silence that ends an open turn longer than LongTurn (600 ms)
	ClosedEndpoint time.Duration // silence that ends a yes/no or a choice (250 ms)
	DigitsEndpoint time.Duration // silence that ends spoken digits (300 ms)
	PartEndpoint   time.Duration // silence that ends a number which lacks digits (700 ms)
	Settle         time.Duration // silence in an open turn after which a piece of LongPiece is finished (300 ms)
	LongPiece      time.Duration // speech that is not decoded again with what follows (4 s)
	MaxSegment     time.Duration // longest piece to decode at once (15 s)
	MaxTurn        time.Duration // longest turn: a talker behind the caller hides every pause (30 s)
}

func orDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

func (c SegmenterConfig) withDefaults() SegmenterConfig {
	orDefault(&c.On, 0.5)
	orDefault(&c.Off, 0.35)
	orDefault(&c.PreRoll, 200*time.Millisecond)
	orDefault(&c.MinSpeech, 250*time.Millisecond)
	orDefault(&c.Speculate, 128*time.Millisecond)
	orDefault(&c.Endpoint, 450*time.Millisecond)
	orDefault(&c.LongTurn, 3500*time.Millisecond)
	orDefault(&c.LongEndpoint, 600*time.Millisecond)
	orDefault(&c.ClosedEndpoint, 250*time.Millisecond)
	orDefault(&c.DigitsEndpoint, 300*time.Millisecond)
	orDefault(&c.PartEndpoint, 700*time.Millisecond)
	orDefault(&c.Settle, 300*time.Millisecond)
	orDefault(&c.LongPiece, 4*time.Second)
	orDefault(&c.MaxSegment, 15*time.Second)
	orDefault(&c.MaxTurn, 30*time.Second)
	return c
}

// CueKind says what a Segmenter asks for.
type CueKind uint8

// The kinds of Cue. A turn is CueOnset, then any of CueSpeculate, CueSettle,
// CueResume and CueCut, then CueEndpoint or CueNoise.
const (
	CueOnset     CueKind = iota + 1 // sound began
	CueSpeculate                    // a short silence: decode Start..Until now
	CueSettle                       // the speculation's piece is finished, the turn goes on: what follows is a piece of its own
	CueResume                       // speech went on: the speculation is void, unless it was settled
	CueCut                          // the piece Start..Until is full: decode it, the turn goes on
	CueEndpoint                     // the turn ended: Start..Until is its last piece
	CueNoise                        // the sound ended, too short to hold words
)

// Cue is one decision. Offsets count audio since the stream opened.
type Cue struct {
	Kind   CueKind
	Turn   time.Duration // where the turn's sound began
	Start  time.Duration // where the piece to decode begins, pre-roll included
	End    time.Duration // where its sound ended
	Until  time.Duration // where the piece to decode ends: a short tail is kept
	Speech time.Duration // detected speech within the piece
	Forced bool          // CueEndpoint: the turn had grown too long
}

// Segmenter cuts one leg's windows of detected speech into turns. It is pure:
// it reads no clock and counts audio only, so the same windows always give the
// same cues.
type Segmenter struct {
	cfg    SegmenterConfig
	expect Expectation

	talking    bool // within a turn
	silent     bool // within a silence of a turn
	guess      guess
	turn       time.Duration // where the turn's sound began
	turnSpeech time.Duration // detected speech in the turn's finished pieces
	start      time.Duration // where the piece begins
	voiced     time.Duration // end of the last voiced window
	speech     time.Duration // detected speech in the piece
	edges      edges
	quiet      quietest
}

// guess is whether one was asked for in this silence, and what its words say.
type guess struct {
	made    bool
	settled bool
	verdict Verdict
}

// edges bound the audio that a cue can ask for.
type edges struct {
	free time.Duration // before this it belongs to an earlier piece
	seen time.Duration // end of the last window
}

// NewSegmenter makes a Segmenter that awaits e.
func NewSegmenter(cfg SegmenterConfig, e Expectation) *Segmenter {
	return &Segmenter{cfg: cfg.withDefaults(), expect: e}
}

// Expect changes the answer awaited, also within a turn.
func (s *Segmenter) Expect(e Expectation) { s.expect = e }

// Talking tells whether a turn is open.
func (s *Segmenter) Talking() bool { return s.talking }

// Needed is the oldest audio that a later cue can ask for when the last window
// ended at now.
func (s *Segmenter) Needed(now time.Duration) time.Duration {
	if s.talking {
		return s.start
	}
	return max(s.edges.free, now-s.cfg.PreRoll)
}

// Step takes the next window. It returns false when nothing is to be done.
func (s *Segmenter) Step(a Activity) (Cue, bool) {
	s.edges.seen = a.End
	if !s.talking {
		return s.idle(a)
	}
	if a.Speech >= s.cfg.On || (!s.silent && a.Speech >= s.cfg.Off) {
		return s.voice(a)
	}
	s.silent = true
	return s.silence(a)
}

// Judge takes what the words say that were decoded at the last CueSpeculate. It
// returns the CueEndpoint when they are all that is awaited. A silence that the
// script asked for is kept.
func (s *Segmenter) Judge(v Verdict) (Cue, bool) {
	if !s.talking || !s.guess.made || s.expect.Endpoint > 0 {
		return Cue{}, false
	}
	if s.guess.verdict = v; v != Complete || s.expect.Shape == Open {
		return Cue{}, false
	}
	c := s.cue(CueEndpoint, s.tail(s.edges.seen))
	s.rest(s.voiced)
	return c, true
}

func (s *Segmenter) idle(a Activity) (Cue, bool) {
	if a.Speech < s.cfg.On {
		return Cue{}, false
	}
	s.talking, s.silent = true, false
	s.guess = guess{}
	s.turn = a.End - a.Length
	s.turnSpeech = 0
	s.start = max(s.edges.free, s.turn-s.cfg.PreRoll, 0)
	s.voiced, s.speech = a.End, a.Length
	s.quiet = quietest{}
	return s.cue(CueOnset, a.End), true
}

func (s *Segmenter) voice(a Activity) (Cue, bool) {
	s.silent = false
	s.voiced = a.End
	s.speech += a.Length
	if s.guess.made {
		s.guess = guess{}
		return s.cue(CueResume, a.End), true
	}
	return s.tooLong(a)
}

// tooLong cuts a piece that is full and ends a turn that never pauses.
func (s *Segmenter) tooLong(a Activity) (Cue, bool) {
	if a.End-s.turn >= s.cfg.MaxTurn {
		c := s.cue(CueEndpoint, a.End)
		c.Forced = true
		s.rest(a.End)
		return c, true
	}
	age := a.End - s.start
	if age >= s.cfg.MaxSegment*2/3 {
		s.quiet.see(a, s.speech)
	}
	if age < s.cfg.MaxSegment {
		return Cue{}, false
	}
	// Cut in the quietest window of the last third, not within a word.
	c := s.cue(CueCut, s.quiet.at)
	c.End, c.Speech = s.quiet.at, s.quiet.speech
	s.turnSpeech += s.quiet.speech
	s.speech -= s.quiet.speech
	s.start, s.edges.free = s.quiet.at, s.quiet.at
	s.guess = guess{}
	s.quiet = quietest{}
	return c, true
}

func (s *Segmenter) silence(a Activity) (Cue, bool) {
	lull := a.End - s.voiced + s.cfg.Hang
	switch {
	case lull >= s.endpoint():
		kind := CueEndpoint
		if s.turnSpeech+s.speech < s.least() {
			kind = CueNoise
		}
		c := s.cue(kind, s.tail(a.End))
		s.rest(s.voiced)
		return c, true
	case lull >= s.cfg.Speculate && !s.guess.made && s.speech >= s.least():
		s.guess.made = true
		return s.cue(CueSpeculate, s.tail(a.End)), true
	case lull >= s.cfg.Settle && s.guess.made && s.speech >= s.cfg.LongPiece && s.expect.Shape == Open:
		return s.settle(a), true
	}
	return s.tooLong(a)
}

// settle finishes a long piece in a pause, so that at the turn's end only what
// came after it is left to decode: 12 s of speech take longer than callers wait.
func (s *Segmenter) settle(a Activity) Cue {
	c := s.cue(CueSettle, s.tail(a.End))
	s.guess.settled = true
	s.turnSpeech += s.speech
	s.speech = 0
	s.start, s.edges.free = c.Until, c.Until
	s.quiet = quietest{}
	return c
}

// tail is where a piece ends whose sound has ended.
func (s *Segmenter) tail(now time.Duration) time.Duration {
	return min(now, max(s.start, s.voiced, s.voiced-s.cfg.Hang+s.cfg.Speculate))
}

// rest ends the turn; the next piece may not reach back before from.
func (s *Segmenter) rest(from time.Duration) {
	s.talking = false
	s.edges.free = from
}

// minClosed is the least speech of a closed answer, and of what follows a turn's
// first piece: of a quick "no" the detector marks 130 to 220 ms. What is not in the
// closed set is refused later.
const minClosed = 120 * time.Millisecond

// least is the detected speech below which a sound is noise.
func (s *Segmenter) least() time.Duration {
	if s.expect.Shape == Open && s.turnSpeech == 0 {
		return s.cfg.MinSpeech
	}
	return min(minClosed, s.cfg.MinSpeech)
}

// endpoint is the silence that ends this turn.
func (s *Segmenter) endpoint() time.Duration {
	switch {
	case s.expect.Endpoint > 0:
		return s.expect.Endpoint
	case s.expect.Shape == YesNo || s.expect.Shape == Choice:
		return s.cfg.ClosedEndpoint
	case s.expect.Shape == Digits && s.guess.verdict == Unfinished:
		return s.cfg.PartEndpoint
	case s.expect.Shape == Digits:
		return s.cfg.DigitsEndpoint
	case s.voiced-s.turn > s.cfg.LongTurn && s.guess.verdict != Complete:
		return s.cfg.LongEndpoint
	}
	return s.cfg.Endpoint
}

func (s *Segmenter) cue(k CueKind, until time.Duration) Cue {
	return Cue{Kind: k, Turn: s.turn, Start: s.start, End: s.voiced - s.cfg.Hang, Until: until, Speech: s.speech}
}

// quietest remembers the window with the least speech in it.
type quietest struct {
	at     time.Duration // its end
	speech time.Duration // detected speech of the piece before it
	level  float32
	seen   bool
}

func (q *quietest) see(a Activity, speech time.Duration) {
	if !q.seen || a.Speech <= q.level {
		*q = quietest{at: a.End, speech: speech, level: a.Speech, seen: true}
	}
}
