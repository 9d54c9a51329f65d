package console

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/parley-voice/parley/routing/queue"
)

// states are told also when no agent is in them, so that a chart has no gaps.
var states = []queue.Status{queue.Out, queue.Free, queue.Offered, queue.Talking, queue.WrappingUp, queue.Paused, queue.NotReachable}

// floor turns queues and agents into metrics.
func floor(now time.Time, s queue.Snapshot, gauge func(*prometheus.Desc, float64, ...string), counter func(*prometheus.Desc, uint64, string)) {
	for _, q := range s.Queues {
		longest := 0.0
		if q.Waiting > 0 { // the snapshot is as old as the last event
			longest = (q.Longest + max(now.Sub(s.At), 0)).Seconds()
		}
		gauge(waitingDesc, float64(q.Waiting), q.Name)
		gauge(promisedDesc, float64(q.Callbacks), q.Name)
		gauge(longestDesc, longest, q.Name)
		counter(joinedDesc, uint64(q.Answered), q.Name)
		counter(inTimeDesc, uint64(q.InTime), q.Name)
		counter(abandonedDesc, uint64(q.Abandoned), q.Name)
	}
	if len(s.Agents) == 0 {
		return
	}
	var joined, missed, refused uint64
	in := map[queue.Status]int{}
	for _, a := range s.Agents {
		in[a.State]++
		joined, missed, refused = joined+uint64(a.Answered), missed+uint64(a.Missed), refused+uint64(a.Refused)
	}
	for _, state := range states {
		gauge(agentsDesc, float64(in[state]), string(state))
	}
	counter(offersDesc, joined, "joined")
	counter(offersDesc, missed, "missed")
	counter(offersDesc, refused, "refused")
}
