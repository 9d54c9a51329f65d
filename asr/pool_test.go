package asr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// record makes a job that notes what became of it.
func record(mu *sync.Mutex, log *[]string, name string, final bool) *job {
	note := func(s string) {
		mu.Lock()
		*log = append(*log, s)
		mu.Unlock()
	}
	return &job{final: final,
		run:  func(context.Context, time.Duration) { note(name) },
		quit: func(err error) { note(name + ": " + err.Error()) }}
}

func TestPoolOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var log []string
		p := newPool(1, 5, time.Now)
		gate := make(chan struct{})
		hold := &job{final: true, run: func(context.Context, time.Duration) { <-gate }}
		if err := p.submit(hold); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		jobs := map[string]*job{}
		for i, name := range []string{"guess 1", "guess 2", "guess 3", "final 1", "guess 4"} {
			j := record(&mu, &log, name, i == 3)
			jobs[name] = j
			if err := p.submit(j); err != nil {
				t.Fatal(name, err)
			}
		}
		p.promote(jobs["guess 4"])
		if !p.abandon(jobs["guess 2"]) {
			t.Error("a waiting job could not be abandoned")
		}
		for _, name := range []string{"final 2", "final 3"} { // the queue is full: the oldest guess gives way
			if err := p.submit(record(&mu, &log, name, true)); err != nil {
				t.Fatal(name, err)
			}
		}
		synctest.Wait() // the dropped guess is told on a goroutine of its own
		close(gate)
		synctest.Wait()
		want := []string{"guess 1: " + ErrBusy.Error(), "final 1", "guess 4", "final 2", "final 3", "guess 3"}
		if !slices.Equal(log, want) {
			t.Errorf("ran %q\nwant %q", log, want)
		}
		p.close()
		if err := p.submit(&job{}); !errors.Is(err, ErrClosed) {
			t.Errorf("submit after close: %v", err)
		}
	})
}

func TestPoolFullOfFinalsRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(1, 2, time.Now)
		gate := make(chan struct{})
		var quit []error
		for i := range 3 {
			j := &job{final: true, run: func(ctx context.Context, _ time.Duration) { <-gate }, quit: func(err error) { quit = append(quit, err) }}
			if err := p.submit(j); err != nil {
				t.Fatal(i, err)
			}
			synctest.Wait()
		}
		if err := p.submit(&job{final: true}); !errors.Is(err, ErrBusy) {
			t.Errorf("got %v, want ErrBusy", err)
		}
		if s := p.snapshot(); s.Refused != 1 || s.Waiting != 2 {
			t.Errorf("stats %+v", s)
		}
		go func() { time.Sleep(time.Second); close(gate) }()
		p.close()
		if fmt.Sprint(quit) != fmt.Sprint([]error{ErrClosed, ErrClosed}) {
			t.Errorf("jobs that waited at close: %v", quit)
		}
	})
}

func TestPoolCancelsARunningJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(1, 2, time.Now)
		defer p.close()
		ended := false
		j := &job{run: func(ctx context.Context, _ time.Duration) { <-ctx.Done(); ended = true }}
		if err := p.submit(j); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if p.abandon(j) {
			t.Error("a running job counts as taken out of the queue")
		}
		synctest.Wait()
		if !ended {
			t.Error("its context still lives")
		}
	})
}

func TestRecentKeepsOffsets(t *testing.T) {
	r := recent{rate: 8000, limit: 8000}
	next := int16(0)
	feed := func(n int) {
		pcm := make([]int16, n)
		for i := range pcm {
			pcm[i] = next
			next++
		}
		r.write(pcm)
	}
	for range 100 {
		feed(160)
	}
	if len(r.buf) > 8000 {
		t.Errorf("%d samples kept, limit 8000", len(r.buf))
	}
	got := r.crop(1500*ms, 1502*ms, 4)
	if len(got) != 16 || got[0] != 12000 || cap(got) != 20 {
		t.Errorf("crop: %d samples from %v, cap %d", len(got), got[:1], cap(got))
	}
	r.forget(1900 * ms)
	if r.base != 15200 || r.crop(0, 1900*ms, 0) == nil || len(r.crop(0, 1900*ms, 0)) != 0 {
		t.Errorf("base %d, want 15200 and nothing before it", r.base)
	}
	if got := r.crop(1900*ms, 9*time.Second, 0); len(got) != 800 || got[0] != 15200 {
		t.Errorf("crop past the end: %d samples", len(got))
	}
	if got := r.crop(5*time.Second, 4*time.Second, 0); len(got) != 0 {
		t.Errorf("crop backwards: %d samples", len(got))
	}
}
