package routes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/routing"
)

// What another process counted is counted again, and a region that overflowed
// stays so while its rate is between the two bounds.
func TestRatesOutlastARestart(t *testing.T) {
	past := func(answered int, overflowing ...string) Past {
		return func(_ context.Context, since time.Time, limit int, take func(call.Record)) error {
			if !since.Equal(noon.Add(-time.Hour)) || limit < 10_000 {
				t.Errorf("asked for %d since %s", limit, since)
			}
			for i := range 25 {
				s := routing.Snapshot{At: noon.Add(-time.Minute), Facts: routing.Facts{"caller.region": "east"}, Overflowing: overflowing}
				why, err := json.Marshal(s)
				if err != nil {
					t.Fatal(err)
				}
				r := call.Record{ID: fmt.Sprint(i), Ended: noon.Add(-time.Minute), Entries: []call.Entry{
					{Kind: call.EntryRouted, Why: string(why)}, {Kind: call.EntryTransfer, Text: "to queue a"}}}
				if i < answered {
					r.Entries = append(r.Entries, call.Entry{Kind: call.EntryTransfer, Text: "joined sip:1@h"})
				}
				take(r)
			}
			take(call.Record{ID: "unreadable", Entries: []call.Entry{{Kind: call.EntryRouted, Why: "{"}}})
			return nil
		}
	}
	for _, c := range []struct {
		past Past
		want string
	}{{past(22), "a"}, {past(22, "east"), "b"}, {past(21), "b"}, {past(23, "east"), "a"}} { // 88, 84 and 92 percent
		b, _ := open(t, small)
		r := NewRegions()
		if err := r.Recall(t.Context(), noon, c.past, b); err != nil {
			t.Fatal(err)
		}
		rate, calls := r.Rate(noon, "east")
		d, _ := b.Route(noon, routing.Facts{"caller.region": "east", "region.answer_rate": number(rate), "region.calls": fmt.Sprint(calls)})
		if calls != 25 || d.To.Name != c.want {
			t.Errorf("%g percent of %d: to %s, want %s", rate, calls, d.To.Name, c.want)
		}
	}
	b, _ := open(t, small)
	broken := errors.New("disk I/O error")
	err := NewRegions().Recall(t.Context(), noon, func(context.Context, time.Time, int, func(call.Record)) error { return broken }, b)
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}
