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
	bridged = flag.Bool("bridged", false, "bridge the callers in pairs")
)

// TestRealTime shows the figures; only what no load may cause fails it.
func TestRealTime(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(media.Procs()))
	c := Config{Calls: *calls, Lasting: time.Duration(*seconds) * time.Second, Realtime: true, Bridged: *bridged}
	if *record {
		c.Record = t.TempDir()
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
