package asr

import (
	"math/rand/v2"
	"testing"
	"time"
)

const ms = time.Millisecond

// step runs windows of 32 ms through s: each rune of line is one, 'S' speech,
// 'm' in between, '.' silence.
func step(s *Segmenter, at *time.Duration, line string) []Cue {
	var cues []Cue
	for _, r := range line {
		*at += 32 * ms
		p := map[rune]float32{'S': 0.9, 'm': 0.4, '.': 0.05}[r]
		if c, ok := s.Step(Activity{End: *at, Length: 32 * ms, Speech: p}); ok {
			cues = append(cues, c)
		}
	}
	return cues
}

func rep(s string, n int) string {
	out := ""
	for range n {
		out += s
	}
	return out
}

func kindsOf(cues []Cue) []CueKind {
	var out []CueKind
	for _, c := range cues {
		out = append(out, c.Kind)
	}
	return out
}

func TestSegmenterTurns(t *testing.T) {
	o, g, r, e, n := CueOnset, CueSpeculate, CueResume, CueEndpoint, CueNoise
	for name, c := range map[string]struct {
		expect Expectation
		line   string
		want   []CueKind
		end    time.Duration // when the last cue is decided: silence since the last speech
	}{
		"silence":                 {line: rep(".", 50)},
		"open turn":               {line: rep(".", 20) + rep("S", 20) + rep(".", 15), want: []CueKind{o, g, e}, end: 480 * ms},
		"not yet over":            {line: rep("S", 20) + rep(".", 14), want: []CueKind{o, g}},
		"resumes":                 {line: rep("S", 20) + rep(".", 8) + rep("S", 10) + rep(".", 15), want: []CueKind{o, g, r, g, e}, end: 480 * ms},
		"too short":               {line: rep("S", 7) + rep(".", 15), want: []CueKind{o, n}, end: 480 * ms},
		"just long enough":        {line: rep("S", 8) + rep(".", 15), want: []CueKind{o, g, e}, end: 480 * ms},
		"in between goes on":      {line: rep("S", 4) + rep("m", 4) + rep(".", 15), want: []CueKind{o, g, e}, end: 480 * ms},
		"in between is no onset":  {line: rep("m", 50)},
		"in between stays silent": {line: rep("S", 10) + "." + rep("m", 14), want: []CueKind{o, g, e}, end: 480 * ms},
		"yes or no":               {expect: Expectation{Shape: YesNo}, line: rep("S", 10) + rep(".", 8), want: []CueKind{o, g, e}, end: 256 * ms},
		"a quick no":              {expect: Expectation{Shape: YesNo}, line: rep("S", 4) + rep(".", 8), want: []CueKind{o, g, e}, end: 256 * ms},
		"a click is no answer":    {expect: Expectation{Shape: YesNo}, line: rep("S", 3) + rep(".", 8), want: []CueKind{o, n}, end: 256 * ms},
		"digits":                  {expect: Expectation{Shape: Digits}, line: rep("S", 10) + rep(".", 10), want: []CueKind{o, g, e}, end: 320 * ms},
		"asked for":               {expect: Expectation{Endpoint: time.Second}, line: rep("S", 10) + rep(".", 32), want: []CueKind{o, g, e}, end: 1024 * ms},
		"long turn waits longer":  {line: rep("S", 110) + rep(".", 19), want: []CueKind{o, g, e}, end: 608 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			var at time.Duration
			s := NewSegmenter(SegmenterConfig{}, c.expect)
			got := step(s, &at, c.line)
			if !equal(kindsOf(got), c.want) {
				t.Fatalf("cues %v, want %v", kindsOf(got), c.want)
			}
			if c.end > 0 && at-got[len(got)-1].End != c.end {
				t.Errorf("decided %v after the sound ended, want %v", at-got[len(got)-1].End, c.end)
			}
		})
	}
}

func equal(a, b []CueKind) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestSegmenterCrop(t *testing.T) {
	var at time.Duration
	s := NewSegmenter(SegmenterConfig{}, Expectation{})
	cues := step(s, &at, rep(".", 25)+rep("S", 20)+rep(".", 15))
	guess, end := cues[1], cues[2]
	onset := 25 * 32 * ms
	want := Cue{Kind: CueSpeculate, Turn: onset, Start: onset - 200*ms, End: 45 * 32 * ms, Until: 45*32*ms + 128*ms, Speech: 640 * ms}
	if guess != want {
		t.Errorf("guess %+v\n want %+v", guess, want)
	}
	if want.Kind = CueEndpoint; end != want {
		t.Errorf("endpoint %+v\n    want %+v", end, want)
	}
}

// A detector that tells the end late is believed to be late.
func TestSegmenterHang(t *testing.T) {
	var at time.Duration
	s := NewSegmenter(SegmenterConfig{Hang: 96 * ms}, Expectation{})
	cues := step(s, &at, rep("S", 20)+rep(".", 12))
	if !equal(kindsOf(cues), []CueKind{CueOnset, CueSpeculate, CueEndpoint}) {
		t.Fatalf("cues %v", kindsOf(cues))
	}
	if end := cues[2].End; end != 640*ms-96*ms || at-end != 480*ms {
		t.Errorf("sound ends at %v, decided %v after it", end, at-end)
	}
	if until := cues[1].Until; until != cues[1].End+128*ms {
		t.Errorf("the guess holds audio until %v, the sound ended at %v", until, cues[1].End)
	}
}

func TestSegmenterCutsInTheQuietestPlace(t *testing.T) {
	var at time.Duration
	s := NewSegmenter(SegmenterConfig{}, Expectation{})
	// A breath at 12 s; the piece is full at 15 s, the turn goes on to 18 s.
	cues := step(s, &at, rep("S", 375)+"m"+rep("S", 186)+rep(".", 19))
	if !equal(kindsOf(cues), []CueKind{CueOnset, CueCut, CueSpeculate, CueSettle, CueEndpoint}) {
		t.Fatalf("cues %v", kindsOf(cues))
	}
	breath := 376 * 32 * ms
	if c := cues[1]; c.Until != breath || c.Start != 0 || c.Speech != breath {
		t.Errorf("cut %+v, want it at %v", c, breath)
	}
	if c := cues[3]; c.Start != breath || c.Turn != 0 {
		t.Errorf("the rest %+v, want it from %v", c, breath)
	}
}

// What was said before a pause is not decoded again with what comes after it.
func TestSegmenterSettlesALongPiece(t *testing.T) {
	var at time.Duration
	s := NewSegmenter(SegmenterConfig{}, Expectation{})
	cues := step(s, &at, rep("S", 130)+rep(".", 12)+rep("S", 7)+rep(".", 19))
	if !equal(kindsOf(cues), []CueKind{CueOnset, CueSpeculate, CueSettle, CueResume, CueSpeculate, CueEndpoint}) {
		t.Fatalf("cues %v", kindsOf(cues))
	}
	guess, settled, rest := cues[1], cues[2], cues[5]
	if settled.Start != guess.Start || settled.Until != guess.Until || settled.Speech != 130*32*ms {
		t.Errorf("settled %+v, guessed %+v", settled, guess)
	}
	if rest.Start != settled.Until || rest.Turn != 0 || rest.Speech != 7*32*ms {
		t.Errorf("the rest %+v", rest)
	}
	for name, c := range map[string]struct {
		line   string
		expect Expectation
	}{
		"a shorter one":  {line: rep("S", 120) + rep(".", 12)},
		"a breath":       {line: rep("S", 130) + rep(".", 8) + "S"},
		"a long number":  {line: rep("S", 130) + rep(".", 9), expect: Expectation{Shape: Digits}},
		"a patient node": {line: rep("S", 130) + rep(".", 12), expect: Expectation{Shape: YesNo, Endpoint: time.Second}},
	} {
		at = 0
		for _, cue := range step(NewSegmenter(SegmenterConfig{}, c.expect), &at, c.line) {
			if cue.Kind == CueSettle {
				t.Errorf("%s was settled", name)
			}
		}
	}
}

func TestSegmenterEndsATurnThatNeverPauses(t *testing.T) {
	var at time.Duration
	s := NewSegmenter(SegmenterConfig{}, Expectation{})
	cues := step(s, &at, rep("S", 938))
	last := cues[len(cues)-1]
	if last.Kind != CueEndpoint || !last.Forced || s.Talking() || at < 30*time.Second {
		t.Errorf("after %v: %+v, talking %v", at, last, s.Talking())
	}
}

// Whatever the detector says: turns are well formed, pieces lie in order and
// none is longer than a segment and its tail.
func TestSegmenterProperties(t *testing.T) {
	cfg := SegmenterConfig{}.withDefaults()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		s := NewSegmenter(SegmenterConfig{Hang: time.Duration(r.IntN(3)) * 32 * ms}, Expectation{Shape: Shape(r.IntN(4))})
		var at, reached, needed time.Duration
		open, guessed := false, false
		p := float32(0)
		for range 3000 {
			if r.IntN(12) == 0 {
				p = r.Float32()
			}
			at += 32 * ms
			if r.IntN(500) == 0 {
				at += time.Duration(r.IntN(3000)) * ms // the detector lost audio
			}
			c, ok := s.Step(Activity{End: at, Length: 32 * ms, Speech: p})
			if !ok {
				needed = s.Needed(at)
				continue
			}
			switch c.Kind {
			case CueOnset:
				if open {
					t.Fatalf("seed %d: onset within a turn", seed)
				}
				open = true
			case CueResume:
				if !guessed {
					t.Fatalf("seed %d: resume without a guess", seed)
				}
				guessed = false
			case CueSpeculate:
				guessed = true
			case CueEndpoint, CueNoise:
				open, guessed = false, false
			case CueCut:
				guessed = false
			}
			if c.Kind != CueOnset && c.Kind != CueNoise && c.Kind != CueResume {
				if c.Start < reached-cfg.PreRoll || c.Until < c.Start || c.Until > at || c.Start < needed {
					t.Fatalf("seed %d: piece %v..%v at %v, earlier ones reach to %v, kept from %v", seed, c.Start, c.Until, at, reached, needed)
				}
				if c.Kind != CueSpeculate {
					reached = c.Until
				}
			}
			needed = s.Needed(at)
		}
	}
}

// A whole sentence ends a long turn sooner; what the script asked for stands.
func TestSegmenterJudge(t *testing.T) {
	for name, c := range map[string]struct {
		expect  Expectation
		verdict Verdict
		line    string
		over    bool          // at once
		after   time.Duration // silence at the end, else
	}{
		"long, in mid-sentence":  {line: rep("S", 110), after: 608 * ms},
		"long, a sentence":       {line: rep("S", 110), verdict: Complete, after: 480 * ms},
		"short, a sentence":      {line: rep("S", 20), verdict: Complete, after: 480 * ms},
		"yes":                    {line: rep("S", 20), expect: Expectation{Shape: YesNo}, verdict: Complete, over: true},
		"yes, asked to wait":     {line: rep("S", 20), expect: Expectation{Shape: YesNo, Endpoint: time.Second}, verdict: Complete, after: 1024 * ms},
		"all digits":             {line: rep("S", 20), expect: Expectation{Shape: Digits}, verdict: Complete, over: true},
		"digits are lacking":     {line: rep("S", 20), expect: Expectation{Shape: Digits}, verdict: Unfinished, after: 704 * ms},
		"digits, nobody can say": {line: rep("S", 20), expect: Expectation{Shape: Digits}, after: 320 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			var at time.Duration
			s := NewSegmenter(SegmenterConfig{}, c.expect)
			cues := step(s, &at, c.line+"....")
			if last := cues[len(cues)-1].Kind; last != CueSpeculate {
				t.Fatalf("last cue %d, want a guess", last)
			}
			cue, over := s.Judge(c.verdict)
			if over != c.over || over && (cue.Kind != CueEndpoint || s.Talking()) {
				t.Fatalf("over is %v, cue %+v", over, cue)
			}
			if over {
				return
			}
			for cues = nil; len(cues) == 0 && at < time.Minute; {
				cues = step(s, &at, ".")
			}
			if len(cues) == 0 || cues[0].Kind != CueEndpoint || at-cues[0].End != c.after {
				t.Errorf("%+v at %v, want the end after %v of silence", cues, at, c.after)
			}
		})
	}
}

// A verdict counts for the silence that it was given in, and only there.
func TestSegmenterForgetsAVerdict(t *testing.T) {
	var at time.Duration
	s := NewSegmenter(SegmenterConfig{}, Expectation{Shape: Digits})
	step(s, &at, rep("S", 20)+"....")
	s.Judge(Unfinished)
	cues := step(s, &at, rep("S", 20)+rep(".", 10))
	if !equal(kindsOf(cues), []CueKind{CueResume, CueSpeculate, CueEndpoint}) || at-cues[2].End != 320*ms {
		t.Errorf("cues %+v, at %v", cues, at)
	}
	if _, over := s.Judge(Complete); over {
		t.Error("a verdict on a turn that is over")
	}
}
