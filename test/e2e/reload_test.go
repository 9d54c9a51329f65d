package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// steady is a table whose callers hear a prompt until they hang up.
const steady = `routes: steady
queues: [service]
rules:
  - {id: strangers, when: calls_1h >= %d, to: {queue: service}}
default: {to: {script: line-test/play}}
`

// TestReloadsDropNoCall changes the table of routes a hundred times under fifty
// calls, every tenth time by a mistake.
func TestReloadsDropNoCall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	table := filepath.Join(dir, "routes.yaml")
	write(t, table, fmt.Sprintf(steady, 1000))
	s := start(t, setup{more: fmt.Sprintf("routes: %s\nqueues: {service: %q}\n", table, "sip:4100@127.0.0.1:9")})
	phones := make([]*phone, 50)
	for i := range phones {
		phones[i] = ringAt(t, s.uri("9300"), fmt.Sprintf("+4420794600%02d", i))
	}
	begin := time.Now()
	for i := range 100 {
		text := fmt.Sprintf(steady, 1001+i)
		good, bad := s.metric(`parley_routes_reloads_total{result="used"}`), s.metric(`parley_routes_reloads_total{result="refused"}`)
		if i%10 == 5 {
			text = strings.Replace(text, "calls_1h", "calls_1hr", 1)
			bad++
		} else {
			good++
		}
		changed := time.Now()
		write(t, table+".new", text)
		if err := os.Rename(table+".new", table); err != nil { // whole or not at all
			t.Fatal(err)
		}
		until(t, 5*time.Second, "the table is not read", func() bool {
			return s.metric(`parley_routes_reloads_total{result="used"}`) == good && s.metric(`parley_routes_reloads_total{result="refused"}`) == bad
		})
		if took := time.Since(changed); took > time.Second {
			t.Logf("change %d was read after %v", i, took)
		}
	}
	t.Logf("100 changes in %v", time.Since(begin).Round(time.Second))
	if log := read(t, s.log()); strings.Count(log, `routes.yaml:4:27: there is no fact \"calls_1hr\"; did you mean \"calls_1h\"?`) != 10 {
		t.Errorf("the log does not say ten times where the mistake is:\n%s", log)
	}
	after := time.Now()
	var wait sync.WaitGroup
	for i, p := range phones {
		wait.Go(func() {
			select {
			case <-p.call.Gone():
				t.Errorf("call %d was dropped", i)
				return
			default:
			}
			for end := time.Now().Add(5 * time.Second); p.since(after) == 0; time.Sleep(20 * time.Millisecond) {
				if time.Now().After(end) {
					t.Errorf("call %d hears nothing any more", i)
					return
				}
			}
			p.hangup()
		})
	}
	wait.Wait()
	until(t, 10*time.Second, "fifty finished records", func() bool {
		n := 0
		for _, r := range s.calls() {
			if r.EndedBy == "them" {
				n++
			}
		}
		return n == len(phones)
	})
}
