package call

import (
	"context"
	"time"
)

// Drain takes no new calls and lets the talks finish. When ctx ends first, each
// call that is left hears a last prompt and is hung up. Drain returns when the
// desk is empty, at the latest Config.Goodbye and the clean-up after ctx's end;
// it tells how many calls had to be ended.
func (d *Desk) Drain(ctx context.Context) (cut int) {
	d.mu.Lock()
	d.draining = true
	if len(d.live) == 0 {
		d.mu.Unlock()
		return 0
	}
	if d.idle == nil {
		d.idle = make(chan struct{})
	}
	idle := d.idle
	d.mu.Unlock()

	select {
	case <-idle:
		return 0
	case <-ctx.Done():
	}
	d.mu.Lock()
	cut = len(d.live)
	for _, s := range d.live {
		s.dismiss("the server is shutting down")
	}
	d.mu.Unlock()
	last := time.NewTimer(d.deps.Config.Goodbye + 2*partingTime)
	defer last.Stop()
	select {
	case <-idle:
	case <-last.C:
	}
	return cut
}

// Draining tells whether new calls are refused.
func (d *Desk) Draining() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.draining
}
