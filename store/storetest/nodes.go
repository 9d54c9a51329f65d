package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/store"
)

var nodes = behaviours{
	"nodes see each other and who is missing":     nodesSeen,
	"a candidate is claimed by name, when due":    claimedByName,
	"each node's memory of a campaign is its own": memoriesKept,
}

func nodesSeen(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	now := time.Now() // PostgreSQL has its own clock
	for _, name := range []string{"two", "one", "two"} {
		_, at, err := s.Attend(ctx, now, name, time.Minute)
		if must(t, err); at.Sub(now).Abs() > time.Minute {
			t.Errorf("the shared clock says %v, ours %v", at, now)
		}
	}
	there, _, err := s.Attend(ctx, now, "one", time.Minute)
	if must(t, err); !slices.Equal(there, []string{"one", "two"}) {
		t.Errorf("%v are there", there)
	}
	if gone, err := s.Missing(ctx, now, time.Hour); err != nil || len(gone) != 0 {
		t.Errorf("missing: %v, %v", gone, err)
	}
	must(t, s.ForgetNode(ctx, now, "one", time.Hour)) // it is there
	must(t, s.LeaveNodes(ctx, "two"))
	if gone, err := s.Missing(ctx, now, 0); err != nil || !slices.Equal(gone, []string{"one"}) {
		t.Errorf("missing: %v, %v; want one alone: two has left", gone, err)
	}
	must(t, s.ForgetNode(ctx, now, "one", 0))
	if gone, err := s.Missing(ctx, now, 0); err != nil || len(gone) != 0 {
		t.Errorf("missing: %v, %v", gone, err)
	}
}

func claimedByName(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	done := target("done", 0, T0)
	done.State = campaign.Done
	_, err := s.AddCandidates(ctx, target("low", 0, T0), target("a", 5, T0.Add(time.Hour)), done)
	must(t, err)
	fresh, err := s.Unqueued(ctx, "spring", 9)
	if must(t, err); len(fresh) != 2 || fresh[0].Person != "a" {
		t.Fatalf("not queued: %+v, want a and low", fresh)
	}
	must(t, s.Queued(ctx, "spring", fresh[:1]))
	if fresh, err = s.Unqueued(ctx, "spring", 9); err != nil || len(fresh) != 1 || fresh[0].Person != "low" {
		t.Errorf("not queued: %+v, %v; want low", fresh, err)
	}
	c := store.Claim{Worker: "w1", Now: T0, Lease: time.Minute}
	ask := func(person, worker string, at time.Time, want bool, free time.Time) campaign.Candidate {
		t.Helper()
		c.Worker, c.Now = worker, at
		k, got, when, err := s.ClaimCandidate(ctx, "spring", person, c)
		if must(t, err); got != want || !when.Equal(free) || k.Person != person {
			t.Errorf("%s for %s: %v, %s, free at %v; want %v, %v", person, worker, got, k.Person, when, want, free)
		}
		return k
	}
	ask("a", "w1", T0, false, T0.Add(time.Hour))
	a := ask("a", "w1", T0.Add(time.Hour), true, time.Time{})
	ask("a", "w2", T0.Add(time.Hour), false, T0.Add(time.Hour+time.Minute))
	ask("done", "w2", T0, false, time.Time{})
	a.Due = T0.Add(2 * time.Hour)
	must(t, s.SettleCandidate(ctx, "w1", a, store.Followed{}))
	ask("a", "w2", T0.Add(2*time.Hour), true, time.Time{})
	if _, _, _, err := s.ClaimCandidate(ctx, "spring", "nobody", c); !errors.Is(err, store.ErrNoCandidate) {
		t.Errorf("nobody: %v", err)
	}
}

func memoriesKept(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	for _, m := range [][2]string{{"one", "1"}, {"two", "2"}, {"one", "3"}} {
		must(t, s.RememberCampaign(t.Context(), "spring", m[0], m[1]))
	}
	got, err := s.CampaignMemories(t.Context(), "spring")
	if must(t, err); len(got) != 2 || got["one"] != "3" || got["two"] != "2" {
		t.Errorf("memoriesKept: %v", got)
	}
}

// Nodes is what holds of several stores in one database, which PostgreSQL alone has:
// each name is one process's, and each recovers what is its own.
func Nodes(t *testing.T, where string) {
	server := Open(t, where)
	defer shut(t, server)
	node, err := store.OpenNode(t.Context(), where, "CN", "two")
	must(t, err)
	for _, name := range []string{"two", ""} {
		if _, err := store.OpenNode(t.Context(), where, "CN", name); !errors.Is(err, store.ErrInUse) {
			t.Errorf("a second %q: %v", name, err)
		}
	}
	must(t, server.Begin(t.Context(), Begun("ours", T0)))
	must(t, node.Begin(t.Context(), Begun("theirs", T0)))
	n, err := server.Recover(t.Context(), T0.Add(time.Hour))
	if must(t, err); n != 1 || get(t, server, "ours").State != call.Interrupted || get(t, server, "theirs").State == call.Interrupted {
		t.Errorf("the server recovered %d, with the node's", n)
	}
	n, err = node.Recover(t.Context(), T0.Add(time.Hour))
	if must(t, err); n != 1 || get(t, server, "theirs").State != call.Interrupted {
		t.Errorf("the node recovered %d", n)
	}
	must(t, node.Close())
	again, err := store.OpenNode(t.Context(), where, "CN", "two")
	must(t, err)
	shut(t, again)
}
