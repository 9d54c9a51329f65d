// Package asrtest is the behaviour suite that every speech recogniser passes,
// with the sounds it needs.
package asrtest

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/media"
)

// Engine is one recogniser under test.
type Engine struct {
	// New makes the recogniser; it is closed by t.Cleanup.
	New func(t *testing.T) asr.Recognizer
	// Speech is one turn, without silence around it, and Words what it says.
	Speech []int16
	Words  string
	// Pace is the time that one frame of 20 ms takes: real detectors keep a
	// bounded backlog only. 0 writes as fast as it goes.
	Pace     time.Duration
	Language string
}

// patience is how long an event may take; a test that needs it all has failed.
const patience = 20 * time.Second

// Suite runs every test against e.
func Suite(t *testing.T, e Engine) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Engine)
	}{
		{"a turn is onset, then words", testTurn},
		{"turns keep their order", testOrder},
		{"a click is no words", testClick},
		{"silence is nothing", testSilence},
		{"frames are copied", testCopies},
		{"legs do not mix", testLegs},
		{"words snap to a closed set", testSnap},
		{"next heeds its context", testContext},
		{"close ends everything", testClose},
		{"close within a turn", testCloseInTurn},
		{"bad frames are refused", testBadFrames},
		{"bad options are refused", testBadOptions},
		{"write never blocks", testBacklog},
		{"nothing is left running", testLeak},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, e) })
	}
}

func (e Engine) options() asr.Options { return asr.Options{Language: e.Language, Rate: Rate} }

func (e Engine) open(t *testing.T, r asr.Recognizer, o asr.Options) asr.Stream {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, err := r.Open(ctx, o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (e Engine) play(t *testing.T, s asr.Stream, sounds ...[]int16) {
	t.Helper()
	if err := Play(s, e.Pace, sounds...); err != nil {
		t.Fatalf("Write: %v", err)
	}
}

// Play writes sounds to s, one frame each pace.
func Play(s asr.Stream, pace time.Duration, sounds ...[]int16) error {
	if pace <= 0 {
		pace = time.Nanosecond
	}
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for _, f := range Frames(Cat(sounds...)) {
		if pace > time.Nanosecond {
			<-tick.C
		}
		if err := s.Write(f); err != nil {
			return err
		}
	}
	return nil
}

// Turn takes events until a turn's Final or Noise; events are in order, or it
// fails.
func Turn(t *testing.T, s asr.Stream) []asr.Transcript {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var got []asr.Transcript
	for {
		tr, err := s.Next(ctx)
		if err != nil {
			t.Fatalf("Next after %d events of the turn: %v", len(got), err)
		}
		if (tr.Kind == asr.Onset) != (len(got) == 0) {
			t.Fatalf("event %d of a turn is of kind %d: %+v", len(got), tr.Kind, tr)
		}
		if tr.At.IsZero() || tr.Engine == "" {
			t.Errorf("event without time or engine: %+v", tr)
		}
		got = append(got, tr)
		if tr.Kind == asr.Final || tr.Kind == asr.Noise {
			return got
		}
	}
}

// nothing fails when an event waits or comes within a moment.
func nothing(t *testing.T, s asr.Stream) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if tr, err := s.Next(ctx); err == nil {
		t.Errorf("an event that should not be: %+v", tr)
	}
}

// plain makes words comparable: lower case, letters and digits only.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ")
}

const lead, pause = 500 * time.Millisecond, 1500 * time.Millisecond

func testTurn(t *testing.T, e Engine) {
	s := e.open(t, e.New(t), e.options())
	e.play(t, s, Quiet(lead), e.Speech, Quiet(pause))
	got := Turn(t, s)
	last := got[len(got)-1]
	if last.Kind != asr.Final || plain(last.Text) != plain(e.Words) {
		t.Fatalf("heard %+v, want the words %q", last, e.Words)
	}
	length := time.Duration(len(e.Speech)) * time.Second / Rate
	if last.Start < lead-100*time.Millisecond || last.Start > lead+length/2 {
		t.Errorf("the turn starts at %v; its sound at %v or a little later", last.Start, lead)
	}
	if last.End <= last.Start || last.End > lead+length+300*time.Millisecond {
		t.Errorf("the turn ends at %v; its sound at %v or a little before", last.End, lead+length)
	}
	if got[0].Start != last.Start {
		t.Errorf("the onset says %v, the words %v", got[0].Start, last.Start)
	}
	nothing(t, s)
}

func testOrder(t *testing.T, e Engine) {
	s := e.open(t, e.New(t), e.options())
	for range 2 {
		e.play(t, s, Quiet(lead), e.Speech, Quiet(pause))
	}
	var end time.Duration
	for i := range 2 {
		got := Turn(t, s)
		last := got[len(got)-1]
		if last.Kind != asr.Final || last.Start < end {
			t.Fatalf("turn %d: %+v after %v", i, last, end)
		}
		end = last.End
	}
}

func testClick(t *testing.T, e Engine) {
	s := e.open(t, e.New(t), e.options())
	e.play(t, s, Quiet(lead), Noise(40*time.Millisecond, 20000), Quiet(pause))
	// A detector may rightly take no notice; if it does, the sound is Noise.
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	tr, err := s.Next(ctx)
	if err != nil {
		return
	}
	if tr.Kind != asr.Onset {
		t.Fatalf("first event %+v", tr)
	}
	for tr.Kind != asr.Noise {
		if tr, err = s.Next(ctx); err != nil || tr.Kind == asr.Final {
			t.Fatalf("a click became %+v, %v", tr, err)
		}
	}
}

func testSilence(t *testing.T, e Engine) {
	s := e.open(t, e.New(t), e.options())
	e.play(t, s, Quiet(time.Second), make([]int16, Rate))
	nothing(t, s)
}

func testCopies(t *testing.T, e Engine) {
	s := e.open(t, e.New(t), e.options())
	shared := make([]int16, Rate/50)
	for _, f := range Frames(Cat(Quiet(lead), e.Speech, Quiet(pause))) {
		copy(shared, f.PCM)
		if err := s.Write(media.Frame{Rate: Rate, PCM: shared}); err != nil {
			t.Fatal(err)
		}
		clear(shared)
		if e.Pace > 0 {
			time.Sleep(e.Pace)
		}
	}
	if got := Turn(t, s); plain(got[len(got)-1].Text) != plain(e.Words) {
		t.Errorf("heard %q, want %q", got[len(got)-1].Text, e.Words)
	}
}

func testLegs(t *testing.T, e Engine) {
	r := e.New(t)
	silent, loud := e.open(t, r, e.options()), e.open(t, r, e.options())
	var wg sync.WaitGroup
	wg.Go(func() { _ = Play(silent, e.Pace, Quiet(lead+pause)) })
	e.play(t, loud, Quiet(lead), e.Speech, Quiet(pause))
	wg.Wait()
	if got := Turn(t, loud); plain(got[len(got)-1].Text) != plain(e.Words) {
		t.Errorf("the leg that spoke: %+v", got)
	}
	nothing(t, silent)
}

func testSnap(t *testing.T, e Engine) {
	s := e.open(t, e.New(t), e.options())
	s.Expect(asr.Expectation{Shape: asr.Choice, Words: []string{"marzipan", plain(e.Words)}})
	e.play(t, s, Quiet(lead), e.Speech, Quiet(pause))
	got := Turn(t, s)
	last := got[len(got)-1]
	if last.Text != plain(e.Words) || !last.Snapped || plain(last.Raw) != plain(e.Words) {
		t.Errorf("got %+v, want it snapped to %q", last, plain(e.Words))
	}
}

func testContext(t *testing.T, e Engine) {
	s := e.open(t, e.New(t), e.options())
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Next: %v, want the context's error", err)
	}
}

func testClose(t *testing.T, e Engine) {
	s := e.open(t, e.New(t), e.options())
	next := make(chan error, 1)
	go func() {
		_, err := s.Next(context.Background())
		next <- err
	}()
	time.Sleep(10 * time.Millisecond) // so that Next waits already, as a rule
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	select {
	case err := <-next:
		if !errors.Is(err, io.EOF) {
			t.Errorf("Next that waited: %v, want EOF", err)
		}
	case <-time.After(patience):
		t.Fatal("Next still waits after Close")
	}
	if _, err := s.Next(context.Background()); !errors.Is(err, io.EOF) {
		t.Errorf("Next after Close: %v, want EOF", err)
	}
	if err := s.Write(Frames(Quiet(media.FrameTime))[0]); err == nil {
		t.Error("Write after Close: no error")
	}
	s.Expect(asr.Expectation{Shape: asr.YesNo})
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func testCloseInTurn(t *testing.T, e Engine) {
	s := e.open(t, e.New(t), e.options())
	e.play(t, s, Quiet(lead), e.Speech, Quiet(200*time.Millisecond))
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	for range 100 {
		if _, err := s.Next(context.Background()); errors.Is(err, io.EOF) {
			return
		}
	}
	t.Error("Next never came to EOF")
}

func testBadFrames(t *testing.T, e Engine) {
	s := e.open(t, e.New(t), e.options())
	for _, f := range []media.Frame{{}, {Rate: Rate}, {Rate: 16000, PCM: make([]int16, 320)}, {Rate: Rate, PCM: make([]int16, 2*Rate)}} {
		if err := s.Write(f); err == nil {
			t.Errorf("a frame of %d samples at %d Hz was taken", len(f.PCM), f.Rate)
		}
	}
	e.play(t, s, Quiet(lead), e.Speech, Quiet(pause))
	if got := Turn(t, s); got[len(got)-1].Kind != asr.Final {
		t.Errorf("after bad frames: %+v", got)
	}
}

func testBadOptions(t *testing.T, e Engine) {
	r := e.New(t)
	o := e.options()
	o.Rate = 44100
	if s, err := r.Open(context.Background(), o); err == nil {
		_ = s.Close()
		t.Error("a rate of 44100 Hz was taken")
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if s, err := r.Open(gone, e.options()); err == nil {
		_ = s.Close()
		t.Error("Open with a dead context gave a stream")
	}
}

// testBacklog writes far more than any engine can hear in that time: the rest
// is dropped, and the stream is still usable.
func testBacklog(t *testing.T, e Engine) {
	s := e.open(t, e.New(t), e.options())
	done := make(chan error, 1)
	go func() { done <- Play(s, 0, Quiet(40*time.Second)) }()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(patience):
		t.Fatal("Write blocks")
	}
	e.play(t, s, Quiet(pause), e.Speech, Quiet(pause))
	if got := Turn(t, s); plain(got[len(got)-1].Text) != plain(e.Words) {
		t.Errorf("after a backlog: %+v", got)
	}
}

func testLeak(t *testing.T, e Engine) {
	r := e.New(t)
	before := runtime.NumGoroutine()
	for range 3 {
		s := e.open(t, r, e.options())
		e.play(t, s, e.Speech[:min(len(e.Speech), Rate/2)])
		_ = s.Close()
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(20 * time.Millisecond) // a server's side may end a little later
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}
