package call

import (
	"slices"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/mask"
	"github.com/parley-voice/parley/media"
)

// EntryMasked is a piece of the recording that is silenced: Text is why, From who
// is not to be heard, Timing.Start and SpeechMS where. It is written before the
// recording is, so that a crash does not lose it.
const EntryMasked EntryKind = "masked"

// Why a piece of a recording is silenced.
const (
	concealSpeech     = "number spoken"
	concealKeys       = "number keyed"
	concealTones      = "tones of keys" // only these, in the piece
	concealUnfinished = "not heard out" // cut before its words were known
	concealUnclear    = "not made out"  // a long sound without words
)

const (
	concealLead  = 300 * time.Millisecond  // before a turn: detectors find its beginning late
	concealTrail = 500 * time.Millisecond  // behind: the other side is recorded a jitter buffer later
	unheardLead  = time.Second             // before the moment when an onset was told
	longSound    = 1500 * time.Millisecond // seven digits take as long
	breathGap    = 20 * time.Second        // between two turns that may hold one number
	keyGap       = 10 * time.Second        // between two keys of one number
	longNumber   = 7                       // digits in a row that may be somebody's
	keysShown    = 4
	mostBreaths  = 8
)

// breath is a turn that may hold a part of a number.
type breath struct {
	seq       int // its line of the journal
	text      string
	from, to  time.Time
	shown     string // what of it is written; "" as long as no number is known
	concealed bool
}

// secrets is what a call knows of numbers that are being said or keyed.
type secrets struct {
	said    map[string][]breath // the last turns, by who speaks
	keys    []key
	collect time.Time // a row of keys is asked for since; zero if not
	reading time.Time // we read a number out since; zero if not
	say     int       // that does
}

type key struct {
	seq int
	at  time.Time
}

// written is a text as it may be written down.
func (s *Session) written(text string) string {
	if !s.desk.deps.Config.Mask {
		return text
	}
	return mask.Text(text)
}

// noted is a variable's value as it may be written down. Who may see telephone
// numbers is decided when they are read; cards are not kept.
func (s *Session) noted(value string) string {
	if !s.desk.deps.Config.Mask {
		return value
	}
	return mask.Card(value)
}

// spoke looks for a number in a turn and in those right before it, and hides all
// of it.
func (s *Session) spoke(now time.Time, who string, b breath) {
	if !s.desk.deps.Config.Mask {
		return
	}
	x := &s.reel().secrets
	if x.said == nil {
		x.said = map[string][]breath{}
	}
	said := slices.DeleteFunc(x.said[who], func(o breath) bool { return b.from.Sub(o.to) > breathGap })
	said = append(said[max(0, len(said)-mostBreaths+1):], b)
	x.said[who] = said
	texts := make([]string, len(said))
	for i, o := range said {
		texts[i] = o.text
	}
	hidden, number := mask.Breaths(texts)
	for i := range said {
		b := &said[i]
		if number[i] && b.shown != hidden[i] {
			b.shown = hidden[i]
			s.j.amend(b.seq, func(e *Entry) { e.Text = b.shown })
		}
		if number[i] && !b.concealed {
			b.concealed = true
			s.conceal(now, who, concealSpeech, b.from, b.to)
		}
	}
}

// keyed hides a long row of keys, in the journal but for the last.
func (s *Session) keyed(now time.Time, seq int, digit byte) {
	if !s.desk.deps.Config.Mask {
		return
	}
	x := &s.reel().secrets
	if len(x.keys) > 0 && now.Sub(x.keys[len(x.keys)-1].at) > keyGap {
		s.rowEnds(now)
	}
	if digit < '0' || digit > '9' {
		s.rowEnds(now)
		return
	}
	x.keys = append(x.keys, key{seq, now})
	n := len(x.keys)
	if n < longNumber {
		return
	}
	first := n - keysShown - 1 // the one that became too old to be shown
	if n == longNumber {
		first = 0
	}
	for _, k := range x.keys[first : n-keysShown] {
		s.j.amend(k.seq, func(e *Entry) { e.Text = "*" })
	}
}

// rowEnds is no more key of a row.
func (s *Session) rowEnds(now time.Time) {
	x := &s.reel().secrets
	if n := len(x.keys); n >= longNumber {
		s.conceal(now, Caller, concealKeys, x.keys[0].at, x.keys[n-1].at)
	}
	x.keys = x.keys[:0]
}

// collects follows what the script asks for: while it asks for a long number, keys
// may sound in the recording that no telephone-event tells of.
func (s *Session) collects(now time.Time, want asr.Expectation) {
	x := &s.reel().secrets
	digits := want.Shape == asr.Digits
	switch long := digits && (want.Max == 0 || want.Max >= longNumber); {
	case !x.collect.IsZero() && !digits:
		s.conceal(now, Caller, concealTones, x.collect, now)
		x.collect = time.Time{}
	case x.collect.IsZero() && long && s.desk.deps.Config.Mask:
		x.collect = now
	}
}

// reads notes that a Say reads a number out that not every caller hears.
func (s *Session) reads(now time.Time, say dialog.Say) {
	x := &s.reel().secrets
	for _, p := range say.Parts {
		if p.Clip == "" && !p.Fixed && s.written(p.Text) != p.Text && x.reading.IsZero() {
			x.reading, x.say = now, say.ID
		}
	}
}

// wasRead is a Say that has been heard.
func (s *Session) wasRead(now time.Time, say int) {
	if x := &s.reel().secrets; !x.reading.IsZero() && x.say == say {
		s.conceal(now, Us, concealSpeech, x.reading, now)
		x.reading = time.Time{}
	}
}

// readingEnds is a Say that was cut off.
func (s *Session) readingEnds(now time.Time) {
	if x := &s.reel().secrets; !x.reading.IsZero() && s.mouth.idle() {
		s.wasRead(now, x.say)
	}
}

// unfinished gives a turn of the caller up whose words will not be known.
func (s *Session) unfinished(now time.Time) {
	if since := s.ear.since; !since.IsZero() {
		s.conceal(now, Caller, concealUnfinished, since.Add(-unheardLead), now)
	}
	s.ear.since = time.Time{}
}

// unclear is a sound in which no words were found. One that is long enough for a
// number may be one that the recogniser could not make out.
func (s *Session) unclear(now time.Time, who string, from, to time.Time) {
	if to.Sub(from) >= longSound {
		s.conceal(now, who, concealUnclear, from, to)
	}
}

// conceal has a piece of the recording silenced when it ends, and says so in the
// journal at once.
func (s *Session) conceal(now time.Time, who, why string, from, to time.Time) {
	r := s.reel()
	if !s.desk.deps.Config.Mask || r.since.IsZero() || from.IsZero() {
		return
	}
	from, to = later(from.Add(-concealLead), r.since), to.Add(concealTrail)
	if !r.until.IsZero() && to.After(r.until) {
		to = r.until
	}
	if !to.After(from) {
		return // before the recording began, or behind it
	}
	e := Entry{Kind: EntryMasked, Node: s.node(), From: who, Text: why, Timing: &Timing{Start: r.at(from), SpeechMS: ms(to.Sub(from))}}
	s.j.add(now, e)
	r.spans = append(r.spans, spanOf(e))
}

// spanOf is the piece that a line of the journal tells of.
func spanOf(e Entry) media.Span {
	from := time.Duration(e.Timing.Start * float64(time.Millisecond))
	p := media.Span{Side: media.Right, From: from, To: from + time.Duration(e.Timing.SpeechMS*float64(time.Millisecond)), Tones: e.Text == concealTones}
	if e.From == Caller {
		p.Side = media.Left
	}
	return p
}

func earlier(a, b time.Time) time.Time {
	if b.IsZero() || !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
