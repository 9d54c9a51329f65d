package asr

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/parley-voice/parley/media"
)

// tone is n frames of 20 ms: a loud square wave, or silence.
func tone(n int, loud bool) []media.Frame {
	out := make([]media.Frame, n)
	for i := range out {
		pcm := make([]int16, 160)
		for j := range pcm {
			if loud {
				pcm[j] = int16(4000 - 8000*(j/10%2))
			}
		}
		out[i] = media.Frame{Rate: 8000, PCM: pcm}
	}
	return out
}

func write(t *testing.T, s Stream, frames ...[]media.Frame) {
	t.Helper()
	for _, fs := range frames {
		for _, f := range fs {
			if err := s.Write(f); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func kinds(t *testing.T, s Stream, want ...Kind) []Transcript {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var got []Transcript
	for _, k := range want {
		tr, err := s.Next(ctx)
		if err != nil || tr.Kind != k {
			t.Fatalf("event %d: got %+v, %v; want kind %d", len(got), tr, err, k)
		}
		got = append(got, tr)
	}
	return got
}

func TestFakeAnswersTurns(t *testing.T) {
	f := &Fake{Lines: []string{"hello", "", "goodbye"}}
	s, err := f.Open(context.Background(), Options{Rate: 8000})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		write(t, s, tone(20, true), tone(40, false))
	}
	got := kinds(t, s, Onset, Final, Onset, Noise, Onset, Final)
	if got[1].Text != "hello" || got[5].Text != "goodbye" {
		t.Errorf("heard %q and %q", got[1].Text, got[5].Text)
	}
	if got[1].Start != 0 || got[1].End != 400*time.Millisecond {
		t.Errorf("turn at %v..%v, want 0..400ms", got[1].Start, got[1].End)
	}
	_ = s.Close()
	if _, err := s.Next(context.Background()); !errors.Is(err, io.EOF) {
		t.Errorf("after Close: %v, want EOF", err)
	}
}

func TestGuardEndsASlowTurn(t *testing.T) {
	f := &Fake{Hang: true}
	s, err := Guard(f, GuardConfig{Name: "fake"}).Open(context.Background(), Options{Rate: 8000})
	if err != nil {
		t.Fatal(err)
	}
	write(t, s, tone(5, false), tone(50, true))
	kinds(t, s, Onset)
	// 600 ms of endpoint and 1.2 s of deadline are 90 frames: after 89 there is still time.
	write(t, s, tone(1, true), tone(89, false))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := s.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("one frame before the deadline: %v", err)
	}
	write(t, s, tone(1, false))
	for range 2 { // and it stays failed
		if _, err := s.Next(context.Background()); !errors.Is(err, ErrSlow) {
			t.Fatalf("past the deadline: %v, want ErrSlow", err)
		}
	}
}

func TestGuardBreaker(t *testing.T) {
	now := time.Unix(0, 0)
	broken := errors.New("broken")
	f := &Fake{OpenErr: broken}
	g := Guard(f, GuardConfig{Failures: 2, Rest: 10 * time.Second, Now: func() time.Time { return now }})
	open := func() (Stream, error) { return g.Open(context.Background(), Options{Rate: 8000}) }
	want := func(step string, want error) {
		t.Helper()
		if _, err := open(); !errors.Is(err, want) {
			t.Fatalf("%s: %v, want %v", step, err, want)
		}
	}
	want("first failure", broken)
	want("second failure", broken)
	want("opened", ErrResting)
	now = now.Add(11 * time.Second)
	want("trial", broken)
	now = now.Add(11 * time.Second)
	want("the rest has doubled", ErrResting)
	now = now.Add(10 * time.Second)
	f.OpenErr = nil
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	want("one trial at a time", ErrResting)
	write(t, s, tone(20, true), tone(40, false))
	kinds(t, s, Onset, Noise)
	want("the trial's turn succeeded", nil)
}
