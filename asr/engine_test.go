package asr_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/asr/asrtest"
)

// decoder answers each decode with the next of its lines, after a time.
type decoder struct {
	mu    sync.Mutex
	lines []string
	fail  []error // by decode; nil means none
	takes time.Duration
	got   []asr.Segment
}

func (d *decoder) Decode(ctx context.Context, s asr.Segment) (string, error) {
	d.mu.Lock()
	n := len(d.got)
	d.got = append(d.got, s)
	d.mu.Unlock()
	select {
	case <-time.After(d.takes):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if n < len(d.fail) && d.fail[n] != nil {
		return "", d.fail[n]
	}
	return d.lines[min(n, len(d.lines)-1)], nil
}

const (
	ms      = time.Millisecond
	turnLen = 1200 * ms
)

var babble = asrtest.Babble(turnLen)

func batch(t *testing.T, d asr.Decoder, cfg asr.BatchConfig) *asr.Batch {
	b := asr.NewBatch(d, asrtest.Loudness(), cfg)
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func TestFakeBehaves(t *testing.T) {
	asrtest.Suite(t, asrtest.Engine{Speech: babble, Words: "hello there",
		New: func(*testing.T) asr.Recognizer { return &asr.Fake{Lines: []string{"Hello there."}} }})
}

func TestBatchBehaves(t *testing.T) {
	asrtest.Suite(t, asrtest.Engine{Speech: babble, Words: "hello there",
		New: func(t *testing.T) asr.Recognizer {
			return batch(t, &decoder{lines: []string{"Hello there."}}, asr.BatchConfig{})
		}})
}

func TestGuardBehaves(t *testing.T) {
	asrtest.Suite(t, asrtest.Engine{Speech: babble, Words: "hello there",
		New: func(t *testing.T) asr.Recognizer {
			return asr.Guard(batch(t, &decoder{lines: []string{"Hello there."}}, asr.BatchConfig{}), asr.GuardConfig{})
		}})
}

// rush plays sounds at once; talk in real time, of synctest's clock.
func rush(t *testing.T, r asr.Recognizer, o asr.Options, sounds ...[]int16) asr.Stream {
	t.Helper()
	s, err := r.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := asrtest.Play(s, 0, sounds...); err != nil {
		t.Fatal(err)
	}
	return s
}

func talk(t *testing.T, r asr.Recognizer, o asr.Options, sounds ...[]int16) (asr.Stream, time.Time) {
	t.Helper()
	s, err := r.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if err := asrtest.Play(s, 20*ms, sounds...); err != nil {
		t.Fatal(err)
	}
	return s, begin
}

func TestBatchAnswersAtTheEndpointWhenTheGuessHeld(t *testing.T) {
	yes := asr.Expectation{Shape: asr.YesNo}
	for name, c := range map[string]struct {
		expect asr.Expectation
		says   string
		takes  time.Duration
		after  time.Duration // from the last sound to the words
	}{
		"open":                     {says: "one", takes: 150 * ms, after: 460 * ms},
		"open, a sentence":         {says: "One.", takes: 150 * ms, after: 460 * ms},
		"open, decoder is slow":    {says: "one", takes: 600 * ms, after: 740 * ms},
		"yes":                      {expect: yes, says: "Yes.", takes: 60 * ms, after: 200 * ms},
		"yes, decoder is slow":     {expect: yes, says: "Yes.", takes: 300 * ms, after: 440 * ms},
		"neither yes nor no":       {expect: yes, says: "one", takes: 60 * ms, after: 260 * ms},
		"yes, but wait for more":   {expect: asr.Expectation{Shape: asr.YesNo, Endpoint: 500 * ms}, says: "Yes.", takes: 60 * ms, after: 500 * ms},
		"digits of any number":     {expect: asr.Expectation{Shape: asr.Digits}, says: "one", takes: 60 * ms, after: 300 * ms},
		"all digits":               {expect: asr.Expectation{Shape: asr.Digits, Min: 4, Max: 4}, says: "one two, oh five", takes: 60 * ms, after: 200 * ms},
		"digits are lacking":       {expect: asr.Expectation{Shape: asr.Digits, Min: 4, Max: 4}, says: "one two", takes: 60 * ms, after: 700 * ms},
		"enough digits, not all":   {expect: asr.Expectation{Shape: asr.Digits, Min: 2, Max: 4}, says: "one two", takes: 60 * ms, after: 300 * ms},
		"no digits where expected": {expect: asr.Expectation{Shape: asr.Digits, Min: 4, Max: 4}, says: "a person", takes: 60 * ms, after: 300 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &decoder{lines: []string{c.says}, takes: c.takes}
				b := asr.NewBatch(d, asrtest.Loudness(), asr.BatchConfig{Workers: 1})
				s, begin := talk(t, b, asr.Options{Expect: c.expect}, asrtest.Quiet(400*ms), babble, asrtest.Quiet(1500*ms))
				turn := asrtest.Turn(t, s)
				last := turn[len(turn)-1]
				if got := last.At.Sub(begin) - 400*ms - turnLen; got != c.after {
					t.Errorf("words %v after the last sound, want %v", got, c.after)
				}
				if len(d.got) != 1 || last.Decode != c.takes {
					t.Errorf("%d decodes, want the guess alone; decode took %v", len(d.got), last.Decode)
				}
				_ = s.Close()
				_ = b.Close()
			})
		})
	}
}

func TestBatchDropsTheGuessWhenSpeechResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &decoder{lines: []string{"I would", "I would like that"}, takes: 100 * ms}
		b := asr.NewBatch(d, asrtest.Loudness(), asr.BatchConfig{Workers: 1})
		s, _ := talk(t, b, asr.Options{}, babble, asrtest.Quiet(300*ms), babble, asrtest.Quiet(time.Second))
		var got []string
		for _, tr := range asrtest.Turn(t, s) {
			got = append(got, fmt.Sprint(tr.Kind, " ", tr.Text))
		}
		if want := "1 ,2 I would,2 I would like that,3 I would like that"; strings.Join(got, ",") != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if whole := d.got[1]; len(whole.PCM) < 8*(1200+300+1200) {
			t.Errorf("the second guess holds %d ms", len(whole.PCM)/8)
		}
		_ = s.Close()
		_ = b.Close()
	})
}

func TestBatchRetriesAndRefuses(t *testing.T) {
	loop := strings.Repeat("thank you ", 9)
	for name, c := range map[string]struct {
		lines   []string
		decodes int
		want    string
	}{
		"empty, then words":   {[]string{"", "hello"}, 2, "hello"},
		"empty twice":         {[]string{""}, 2, ""},
		"looping, then words": {[]string{loop, "hello"}, 2, "hello"},
		"looping twice":       {[]string{loop}, 2, ""},
		"faster than speech":  {[]string{strings.Repeat("abcdefghi ", 6), "hello"}, 2, "hello"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &decoder{lines: c.lines}
			s := rush(t, batch(t, d, asr.BatchConfig{NoGuess: true}), asr.Options{}, asrtest.Quiet(400*ms), babble, asrtest.Quiet(time.Second))
			turn := asrtest.Turn(t, s)
			if got := turn[len(turn)-1]; got.Text != c.want || (got.Kind == asr.Noise) != (c.want == "") {
				t.Errorf("got %+v, want %q", got, c.want)
			}
			_ = s.Close()
			if len(d.got) != c.decodes {
				t.Errorf("%d decodes, want %d", len(d.got), c.decodes)
			}
			if len(d.got) == 2 && len(d.got[1].PCM) >= len(d.got[0].PCM) {
				t.Error("the second crop is not shifted")
			}
		})
	}
}

func TestBatchShortEmptyIsNotRetried(t *testing.T) {
	d := &decoder{lines: []string{""}}
	s := rush(t, batch(t, d, asr.BatchConfig{NoGuess: true}), asr.Options{}, asrtest.Babble(600*ms), asrtest.Quiet(time.Second))
	if turn := asrtest.Turn(t, s); turn[len(turn)-1].Kind != asr.Noise || len(d.got) != 1 {
		t.Errorf("got %+v after %d decodes", turn, len(d.got))
	}
	_ = s.Close()
}

func TestBatchTriesAFailedGuessOnceMore(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		fail []error
		want error
	}{
		"the guess failed":    {[]error{broken}, nil},
		"and so did the turn": {[]error{broken, broken}, broken},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &decoder{lines: []string{"hello"}, fail: c.fail}
				b := asr.NewBatch(d, asrtest.Loudness(), asr.BatchConfig{Workers: 1})
				s, _ := talk(t, b, asr.Options{}, babble, asrtest.Quiet(time.Second))
				var last asr.Transcript
				var err error
				for err == nil && last.Kind != asr.Final {
					var tr asr.Transcript
					if tr, err = s.Next(context.Background()); err == nil {
						last = tr
					}
				}
				if !errors.Is(err, c.want) {
					t.Errorf("ended with %v, want %v", err, c.want)
				}
				_ = s.Close()
				_ = b.Close()
			})
		})
	}
}

func TestBatchJoinsALongTurn(t *testing.T) {
	d := &decoder{lines: []string{"first part", "and the rest", "and the rest"}}
	s := rush(t, batch(t, d, asr.BatchConfig{NoGuess: true}), asr.Options{}, asrtest.Noise(20*time.Second, 8000), asrtest.Quiet(time.Second))
	turn := asrtest.Turn(t, s)
	if got := turn[len(turn)-1].Text; got != "first part and the rest" {
		t.Errorf("got %q", got)
	}
	_ = s.Close()
	if first := time.Duration(len(d.got[0].PCM)) * time.Second / 8000; first > 15*time.Second+300*ms {
		t.Errorf("a piece of %v was decoded", first)
	}
}

// What came before a long pause is decoded once, and while the caller goes on.
func TestBatchSettlesALongPiece(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &decoder{lines: []string{"I called about the washing machine", "that leaks", "that leaks again"}, takes: 600 * ms}
		s, _ := talk(t, batch(t, d, asr.BatchConfig{Workers: 1}), asr.Options{Rate: asrtest.Rate},
			asrtest.Babble(5*time.Second), make([]int16, asrtest.Rate*4/10), asrtest.Babble(turnLen), make([]int16, asrtest.Rate))
		var final asr.Transcript
		for final.Kind != asr.Final {
			var err error
			if final, err = s.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if final.Text != "I called about the washing machine that leaks" {
			t.Errorf("heard %q", final.Text)
		}
		if len(d.got) != 2 || len(d.got[1].PCM) > 2*asrtest.Rate {
			t.Errorf("%d decodes, the last of %v samples: the long piece was decoded again", len(d.got), len(d.got[len(d.got)-1].PCM))
		}
	})
}

// A turn's words never come after the next turn's onset, however slow the
// decoder is.
func TestBatchKeepsTurnsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &decoder{lines: []string{"one", "two"}, takes: 2 * time.Second}
		b := asr.NewBatch(d, asrtest.Loudness(), asr.BatchConfig{Workers: 2, NoGuess: true})
		s, _ := talk(t, b, asr.Options{}, babble, asrtest.Quiet(600*ms), babble, asrtest.Quiet(600*ms))
		for _, want := range []string{"one", "two"} {
			turn := asrtest.Turn(t, s) // fails on an onset within a turn
			if got := turn[len(turn)-1].Text; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		_ = s.Close()
		_ = b.Close()
	})
}

func TestBatchCloseFailsOpenStreams(t *testing.T) {
	d := &decoder{lines: []string{"x"}, takes: time.Hour}
	b := asr.NewBatch(d, asrtest.Loudness(), asr.BatchConfig{Workers: 1})
	s := rush(t, b, asr.Options{}, babble, asrtest.Quiet(time.Second))
	_ = b.Close()
	for {
		tr, err := s.Next(context.Background())
		if err != nil {
			if errors.Is(err, io.EOF) {
				t.Errorf("got EOF, want an error")
			}
			break
		}
		if tr.Kind == asr.Final {
			t.Errorf("got %+v", tr)
		}
	}
	_ = s.Close()
}

// What a failing engine has not understood stays to be had, up to the present.
func TestBatchKeepsTheTurnThatFailed(t *testing.T) {
	for name, c := range map[string]struct {
		decoder *decoder
		sounds  [][]int16
		want    time.Duration // 0: none
	}{
		"between turns":        {&decoder{lines: []string{"one"}}, [][]int16{asrtest.Quiet(400 * ms), babble, asrtest.Quiet(time.Second)}, 0},
		"within a turn":        {&decoder{lines: []string{"one"}}, [][]int16{asrtest.Quiet(400 * ms), babble}, 200*ms + turnLen},
		"while it is decoded":  {&decoder{takes: time.Hour}, [][]int16{asrtest.Quiet(400 * ms), babble, asrtest.Quiet(time.Second)}, 200*ms + turnLen + time.Second},
		"when decoding failed": {&decoder{fail: []error{io.ErrUnexpectedEOF, io.ErrUnexpectedEOF, io.ErrUnexpectedEOF}}, [][]int16{asrtest.Quiet(400 * ms), babble, asrtest.Quiet(2 * time.Second)}, 200*ms + turnLen + 2*time.Second},
		"of a long turn":       {&decoder{takes: time.Hour}, [][]int16{asrtest.Babble(25 * time.Second)}, 15 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := asr.NewBatch(c.decoder, asrtest.Loudness(), asr.BatchConfig{Workers: 2})
				s, _ := talk(t, asr.Guard(b, asr.GuardConfig{}), asr.Options{}, c.sounds...)
				synctest.Wait()
				got := time.Duration(len(s.Unheard())) * time.Second / 8000
				if got < c.want-60*ms || got > c.want+60*ms {
					t.Errorf("%v kept, want %v", got, c.want)
				}
				_ = s.Close()
				if len(s.Unheard()) > 0 {
					t.Error("a closed stream keeps audio")
				}
				_ = b.Close()
			})
		})
	}
}

// More digits than a number can have are a loop, and are decoded once more.
func TestBatchDoesNotBelieveTooManyDigits(t *testing.T) {
	d := &decoder{lines: []string{"5, 5, 0, 9, 9, 9", "five five zero nine"}}
	e := asr.Expectation{Shape: asr.Digits, Min: 4, Max: 4}
	s := rush(t, batch(t, d, asr.BatchConfig{NoGuess: true}), asr.Options{Expect: e}, asrtest.Quiet(400*ms), babble, asrtest.Quiet(time.Second))
	turn := asrtest.Turn(t, s)
	if got := turn[len(turn)-1]; got.Text != "5509" || !got.Snapped {
		t.Errorf("got %+v", got)
	}
	_ = s.Close()
}

// A closed answer has less noise put behind it than open words.
func TestBatchTail(t *testing.T) {
	length := func(e asr.Expectation) time.Duration {
		d := &decoder{lines: []string{"one"}}
		s := rush(t, batch(t, d, asr.BatchConfig{NoGuess: true}), asr.Options{Expect: e}, asrtest.Quiet(400*ms), babble, asrtest.Quiet(time.Second))
		asrtest.Turn(t, s)
		_ = s.Close()
		return time.Duration(len(d.got[0].PCM)) * time.Second / 8000
	}
	open, closed := length(asr.Expectation{}), length(asr.Expectation{Shape: asr.Digits})
	if open-closed != 200*ms {
		t.Errorf("open words are given as %v, digits as %v: want 200 ms between", open, closed)
	}
}
