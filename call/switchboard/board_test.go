package switchboard

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-voice/parley/routing/queue"
)

var shop = queue.Config{
	Queues: []queue.Queue{{Name: "shop", Timing: queue.Timing{Ring: 10 * time.Second, WrapUp: 5 * time.Second}, Ranking: queue.LongestIdle,
		Limit: queue.Limit{Wait: time.Minute, Then: queue.Leave}, Callback: queue.Callback{After: 20 * time.Second, Tries: 2, Again: time.Minute, Within: time.Hour},
		Service: queue.Service{Within: 20 * time.Second, Percent: 80, Handling: time.Minute}}},
	Agents: []queue.Agent{{ID: "7", Address: "sip:7@192.0.2.1", Queues: []string{"shop"}}},
}

// caller writes down what it is told.
type caller struct {
	mu   sync.Mutex
	told []string
}

func (c *caller) hand(a queue.Action) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = append(c.told, strings.TrimPrefix(fmt.Sprintf("%T", a), "queue."))
}

func (c *caller) heard() []string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.told)
}

// inBubble runs a board until the test is over.
func inBubble(t *testing.T, cfg Config, test func(t *testing.T, b *Board)) {
	synctest.Test(t, func(t *testing.T) {
		b, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { b.Run(ctx) })
		defer func() { stop(); wg.Wait() }()
		test(t, b)
	})
}

func TestBoardKeepsTime(t *testing.T) {
	inBubble(t, Config{Queues: shop}, func(t *testing.T, b *Board) {
		var c caller
		if !b.Serves("shop") || b.Serves("office") {
			t.Error("it serves the wrong queues")
		}
		b.Tell(queue.LogIn{Agent: "7"})
		b.Enter(queue.Enter{Caller: "a", Queue: "shop"}, c.hand)
		if got := c.heard(); !slices.Equal(got, []string{"Music", "RingAgent"}) {
			t.Fatalf("told %v", got)
		}
		time.Sleep(11 * time.Second) // nobody answers
		if got := c.heard(); !slices.Contains(got, "CancelRing") || !slices.Contains(got, "Requeue") {
			t.Fatalf("the deadline passed unnoticed: %v", got)
		}
		time.Sleep(time.Minute)
		got := c.heard()
		if got[len(got)-1] != "End" {
			t.Errorf("the limit passed unnoticed: %v", got)
		}
		if s := b.Snapshot(); s.Queues[0].Waiting != 0 || b.Lost() != 0 {
			t.Errorf("left behind: %+v", s.Queues[0])
		}
	})
}

// TestAbsentCallersAreServed hands a caller who was promised a call to somebody else.
func TestAbsentCallersAreServed(t *testing.T) {
	var onLine, absent caller
	cfg := Config{Queues: shop, Absent: func(context.Context, string) func(queue.Action) { return absent.hand }}
	inBubble(t, cfg, func(t *testing.T, b *Board) {
		b.Enter(queue.Enter{Caller: "a", Queue: "shop"}, onLine.hand)
		b.Tell(queue.TakeCallback{Caller: "a"})
		if got := onLine.heard(); got[len(got)-1] != "ToCallback" {
			t.Fatalf("told %v", got)
		}
		b.Tell(queue.LogIn{Agent: "7"})
		if got := absent.heard(); !slices.Equal(got, []string{"RingAgent"}) {
			t.Errorf("of the caller who left was told %v", got)
		}
		b.Tell(queue.Answered{Offer: 1})
		if got := absent.heard(); !slices.Equal(got, []string{"RingAgent", "DialCaller"}) {
			t.Errorf("of the caller who left was told %v", got)
		}
		if got := onLine.heard(); got[len(got)-1] != "ToCallback" {
			t.Errorf("a call that is over was told %v", got)
		}
	})
}

func TestBoardIsBounded(t *testing.T) {
	b, err := New(Config{Queues: shop}) // not running: nothing is taken
	if err != nil {
		t.Fatal(err)
	}
	for range maxPending + 3 {
		b.Tell(queue.Left{Caller: "x"})
	}
	if b.Lost() != 3 {
		t.Errorf("%d lost, want 3", b.Lost())
	}
}

func TestNewRefusesBadQueues(t *testing.T) {
	bad := shop
	bad.Agents = []queue.Agent{{ID: "7", Queues: []string{"none"}}}
	if _, err := New(Config{Queues: bad}); err == nil {
		t.Error("a queue that is not there was taken")
	}
}

// TestManyCallers has 300 callers meet one board at once; each ends once.
func TestManyCallers(t *testing.T) {
	inBubble(t, Config{Queues: shop}, func(t *testing.T, b *Board) {
		all := make([]caller, 300)
		var wg sync.WaitGroup
		for i := range all {
			wg.Go(func() {
				id := fmt.Sprint(i)
				b.Enter(queue.Enter{Caller: id, Queue: "shop"}, all[i].hand)
				time.Sleep(time.Duration(i%7) * time.Second)
				b.Tell(queue.Left{Caller: id})
			})
		}
		wg.Wait()
		time.Sleep(2 * time.Minute)
		for i := range all {
			ends := 0
			for _, s := range all[i].heard() {
				if s == "End" {
					ends++
				}
			}
			if ends != 1 {
				t.Errorf("caller %d ended %d times", i, ends)
			}
		}
	})
}
