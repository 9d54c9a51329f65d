package call

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
)

func TestClock(t *testing.T) {
	t0 := time.Unix(1000, 0)
	at := func(s float64) time.Time { return t0.Add(time.Duration(s * float64(time.Second))) }
	a, b := alarm{name: "a"}, alarm{name: "b"}
	c := newClock()
	c.set(t0, a, 2*time.Second)
	c.set(t0, b, time.Second)
	if _, due := c.next(at(0.9)); due {
		t.Error("rings early")
	}
	if got, _ := c.next(at(3)); got != b {
		t.Errorf("got %v first, want b", got)
	}
	c.set(t0, a, 5*time.Second) // restarted
	if _, due := c.next(at(4)); due {
		t.Error("a restarted timer rings at its old time")
	}
	c.stop(a)
	if _, due := c.next(at(9)); due {
		t.Error("a stopped timer rings")
	}
}

// Frozen timers keep what they had left, own alarms run on, and what is set
// while frozen begins at the thaw.
func TestClockFreezes(t *testing.T) {
	t0 := time.Unix(1000, 0)
	c := newClock()
	before, during := alarm{name: "before"}, alarm{name: "during"}
	c.set(t0, before, 3*time.Second)
	c.set(t0, alarmTransfer, 4*time.Second)
	c.freeze(t0.Add(time.Second))
	c.set(t0.Add(2*time.Second), during, 3*time.Second)
	if got, due := c.next(t0.Add(time.Minute)); !due || got != alarmTransfer {
		t.Errorf("got %v, want the call's own alarm alone", got)
	}
	if _, due := c.next(t0.Add(time.Minute)); due {
		t.Error("a frozen timer rings")
	}
	c.thaw(t0.Add(61 * time.Second)) // 60 s held
	if _, due := c.next(t0.Add(62900 * time.Millisecond)); due {
		t.Error("rings early after the thaw")
	}
	if got, _ := c.next(t0.Add(63 * time.Second)); got != before {
		t.Errorf("got %v, want before", got)
	}
	if got, _ := c.next(t0.Add(64 * time.Second)); got != during {
		t.Errorf("got %v, want during", got)
	}
}

// Alarms ring in order of time, each once, whatever was set.
func TestClockOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		c := newClock()
		t0 := time.Unix(0, 0)
		want := map[alarm]time.Time{}
		for range rng.IntN(20) {
			a := alarm{own: rng.IntN(2) == 0, name: dialog.Timer(rune('a' + rng.IntN(8)))}
			after := time.Duration(rng.IntN(1000)) * time.Millisecond
			c.set(t0, a, after)
			want[a] = t0.Add(after)
		}
		var last time.Time
		for {
			a, due := c.next(t0.Add(time.Hour))
			if !due {
				break
			}
			if want[a].Before(last) {
				t.Fatalf("%v rings out of order", a)
			}
			last = want[a]
			delete(want, a)
		}
		if len(want) != 0 {
			t.Fatalf("never rang: %v", want)
		}
	}
}
