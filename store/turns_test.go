package store

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
)

// One half of a process writes without a pause, on a disk that takes its time. The other
// half gets its turn all the same: an attempt is given back, a call is written down.
func TestWritersTakeTurns(t *testing.T) {
	s := opened(t)
	reserved := Attempt{ID: "a", Number: "+8613800001111", Purpose: "service", Channel: permit.Phone, At: time.Now(), State: AttemptReserved}
	if err := s.changes.change(t.Context(), func(q queries) error { return q.reserve(t.Context(), reserved) }); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		greedy database
		write  func(context.Context) error
	}{
		"the calls' writer has no pause": {s.w.db, func(ctx context.Context) error { return s.ReleaseAttempt(ctx, time.Now(), "a", "no line") }},
		"editors have no pause":          {s.changes, func(ctx context.Context) error { return s.Begin(ctx, ringing("b")) }},
		"editors' statements":            {s.w.db, func(ctx context.Context) error { return s.Reassign(ctx, "spring", "p", "plain", time.Now()) }},
	} {
		t.Run(name, func(t *testing.T) {
			const most = 60
			var count atomic.Int64
			begun, done := make(chan struct{}), make(chan error, 1)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			go func() {
				for n := count.Load(); n < most && ctx.Err() == nil; n = count.Load() {
					if err := c.greedy.change(context.WithoutCancel(ctx), func(queries) error {
						if count.Add(1) == 3 {
							close(begun)
						}
						select { // the disk
						case <-time.After(50 * time.Millisecond):
						case <-ctx.Done():
						}
						return nil
					}); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
			<-begun
			before := count.Load()
			err := c.write(t.Context())
			after := count.Load()
			stop()
			if err := errors.Join(err, <-done); err != nil {
				t.Fatal(err)
			}
			if n := after - before; n > 20 {
				t.Errorf("%d transactions of the other half came first", n)
			}
		})
	}
}
