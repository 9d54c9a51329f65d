package loopback

import (
	"flag"
	"runtime"
	"testing"
	"time"

	"github.com/parley-voice/parley/media"
)

var (
	calls   = flag.Int("calls", 20, "calls of the real-time test")
	seconds = flag.Int("seconds", 2, "how long they last")
	record  = flag.Bool("record", false, "record each call")
	garbage = flag.Int("garbage", 0, "MB of small live objects, with a third of that per second of garbage")
	bridged = flag.Bool("bridged", false, "bridge the callers in pairs")
)

// TestRealTime shows the figures; only what no load may cause fails it.
func TestRealTime(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(media.Procs()))
	c := Config{Calls: *calls, Lasting: time.Duration(*seconds) * time.Second, Realtime: true, Bridged: *bridged}
	if *record {
		c.Record = t.TempDir()
	}
	if *garbage > 0 {
		defer litter(*garbage)()
	}
	r, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%v", r)
	if r.LeastRate < 25 || r.LeastRate > 75 {
		t.Errorf("%.1f packets/s for the worst call", r.LeastRate)
	}
}

// litter keeps so many MB of small linked objects and makes garbage beside them
// until the function it returns is called: the collector's worst customer.
func litter(mb int) (stop func()) {
	type scrap struct {
		next *scrap
		buf  []byte
	}
	live := make([]*scrap, mb*(1<<20)/128)
	for i := range live {
		live[i] = &scrap{buf: make([]byte, 64)}
		if i > 0 {
			live[i].next = live[i-1]
		}
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			for k := range mb / 3 {
				live[(n*31+k)%len(live)].buf = make([]byte, 1000)
			}
		}
	}()
	return func() {
		close(quit)
		<-done
		runtime.KeepAlive(live)
	}
}
