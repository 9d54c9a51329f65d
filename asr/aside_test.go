package asr

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestCallersGoBeforeConversations fills two workers with jobs that nobody waits
// for: one worker stays free, and every job of a caller goes first.
func TestCallersGoBeforeConversations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var log []string
		p := newPool(2, 4, time.Now)
		gate := make(chan struct{})
		for i := range 6 {
			j := &job{aside: true, final: true, quit: func(error) {}, run: func(context.Context, time.Duration) {
				<-gate
				mu.Lock()
				log = append(log, "aside")
				mu.Unlock()
			}}
			if err := p.submit(j); (err != nil) != (i == 5) {
				t.Fatalf("job %d: %v", i, err)
			}
			synctest.Wait()
		}
		if st := p.snapshot(); st.Asides != 1 || st.Waiting != 4 || st.Refused != 1 {
			t.Errorf("%+v", st)
		}
		for _, name := range []string{"first", "second", "third"} {
			if err := p.submit(record(&mu, &log, name, true)); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		mu.Lock()
		if !slices.Equal(log, []string{"first", "second", "third"}) {
			t.Errorf("ran %q", log)
		}
		mu.Unlock()
		close(gate)
		synctest.Wait()
		if st := p.snapshot(); st.Asides != 5 || st.Finals != 3 || st.Waiting != 0 {
			t.Errorf("at the end %+v", st)
		}
		p.close()
	})
}

// TestConversationsAreNoTrialOfAnEngine has streams aside fail: the engine stays
// open for callers; one that rests for callers rests for them too.
func TestConversationsAreNoTrialOfAnEngine(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	fake := &Fake{}
	g := Guard(fake, GuardConfig{Failures: 2, Now: func() time.Time { return now }})
	fail := func(aside bool) {
		s, err := g.Open(t.Context(), Options{Rate: 8000, Aside: aside})
		if err != nil {
			t.Fatal(err)
		}
		all := fake.Streams()
		all[len(all)-1].Fail(errors.New("gone"))
		if _, err := s.Next(t.Context()); err == nil {
			t.Error("no failure")
		}
		s.Close()
	}
	for range 5 {
		fail(true)
	}
	fail(false)
	fail(false)
	for _, aside := range []bool{true, false} {
		if _, err := g.Open(t.Context(), Options{Rate: 8000, Aside: aside}); !errors.Is(err, ErrResting) {
			t.Errorf("aside %t: %v, want it to rest", aside, err)
		}
	}
	now = now.Add(time.Hour)
	if _, err := g.Open(t.Context(), Options{Rate: 8000, Aside: true}); !errors.Is(err, ErrResting) {
		t.Errorf("a conversation takes the trial: %v", err)
	}
	if _, err := g.Open(t.Context(), Options{Rate: 8000}); err != nil {
		t.Errorf("no caller may try: %v", err)
	}
}

// TestWordsMayComeLateAside writes silence behind a turn whose words do not come:
// a caller's stream has failed by then, one that nobody waits for has not.
func TestWordsMayComeLateAside(t *testing.T) {
	for _, aside := range []bool{false, true} {
		fake := &Fake{Hang: true}
		s, err := Guard(fake, GuardConfig{}).Open(t.Context(), Options{Rate: 8000, Aside: aside})
		if err != nil {
			t.Fatal(err)
		}
		write(t, s, tone(50, true))
		kinds(t, s, Onset)
		write(t, s, tone(500, false))
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		_, err = s.Next(ctx)
		cancel()
		if late := errors.Is(err, ErrSlow); late == aside {
			t.Errorf("aside %t: %v", aside, err)
		}
		s.Close()
	}
}
