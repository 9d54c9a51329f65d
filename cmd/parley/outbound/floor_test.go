package outbound

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/store"
)

// Each person comes to an outcome, each attempt has one row that has ended, and
// what is owed to people is written down.
func TestACampaignToItsEnd(t *testing.T) {
	const digits = "012012012012012012012012012345634569" + "78"
	inBubble(t, digits, func(r *rig) {
		r.start(spring)
		r.until(store.CampaignFinished, 4*time.Hour)
		dialled := r.phone.dialled()
		for person, k := range r.people() {
			var i int
			_, _ = fmt.Sscanf(person, "p%d", &i)
			want := map[byte]string{
				'0': "done interested 1", '1': "done maybe 1", '2': "done no_thanks 1", '3': "stopped  2", '4': "stopped  1",
				'5': "stopped  1", '6': "stopped  2", '7': "stopped  1", '8': "stopped  1", '9': "stopped  2",
			}[digits[i]]
			if got := fmt.Sprintf("%s %s %d", k.State, k.Last.Outcome, dialled[k.Number.Text]); got != want {
				t.Errorf("%c: %s (%s), want %s", digits[i], got, k.Last.Why, want)
			}
		}
		events, err := r.store.PermitEvents(r.t.Context(), store.EventFilter{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		began, ended := map[string]int{}, map[string]int{}
		for _, e := range events {
			switch e.Kind {
			case store.EventDialled:
				began[e.Ref]++
			case store.EventSettled:
				ended[e.Ref]++
			}
		}
		if len(began) != len(r.phone.placed) || !maps.Equal(began, ended) {
			t.Errorf("%d calls, %d dialled, %d settled", len(r.phone.placed), len(began), len(ended))
		}
		for id, n := range began {
			if n != 1 {
				t.Errorf("%s was dialled %d times", id, n)
			}
		}
		owed, err := r.store.FollowUps(r.t.Context(), store.FollowUpFilter{State: "open"})
		kinds := map[store.FollowUpKind]int{}
		for _, f := range owed {
			kinds[f.Kind]++
		}
		if err != nil || kinds[store.AgentCall] != 9 || kinds[store.Promotion] != 9 {
			t.Errorf("owed: %v, %v", kinds, err)
		}
		if told := r.told(); len(told) == 0 || told[len(told)-1].Campaign.State != store.CampaignFinished {
			t.Errorf("told: %+v", r.told())
		}
		if ahead := r.madeAhead(); len(ahead) != 1 || ahead[0] != "spring" {
			t.Errorf("made ready: %q", ahead)
		}
	})
}

// An opt-out while it rings ends the call within a second, and nobody calls again.
func TestOptOutWhileItRings(t *testing.T) {
	inBubble(t, "666", func(r *rig) {
		r.start(spring)
		time.Sleep(5 * time.Second)
		began := time.Now()
		if _, err := r.store.OptOut(r.t.Context(), began, store.Word{Number: number(1, '6'), Kind: store.NeverAgain, Source: "web"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if _, hung := r.phone.count(); hung != 1 {
			t.Fatalf("%d calls were hung up a second later, want 1", hung)
		}
		for _, at := range r.phone.hung {
			t.Logf("hung up %v after the opt-out", at.Sub(began))
		}
		r.until(store.CampaignFinished, 4*time.Hour)
		if n := r.phone.dialled(); n[number(1, '6')] != 1 || n[number(0, '6')] != 2 {
			t.Errorf("dialled: %v", n)
		}
		if k := r.people()["p01"]; k.State != campaign.Stopped {
			t.Errorf("%+v", k)
		}
	})
}

// A paused campaign places no call; what rings goes on, or is hung up.
func TestPause(t *testing.T) {
	for _, ringing := range []store.Ringing{store.LetRing, store.CancelRing} {
		t.Run(string("ringing "+ringing), func(t *testing.T) {
			inBubble(t, strings.Repeat("6", 30), func(r *rig) {
				r.start(strings.Replace(spring, "calls: 20", "calls: 5", 1))
				time.Sleep(5 * time.Second)
				r.turn(store.CampaignPaused, ringing)
				time.Sleep(1500 * time.Millisecond)
				want := map[store.Ringing]int{store.LetRing: 0, store.CancelRing: 5}[ringing]
				if _, hung := r.phone.count(); hung != want {
					t.Errorf("%d were hung up, want %d", hung, want)
				}
				time.Sleep(time.Hour)
				if n, _ := r.phone.count(); n != 5 {
					t.Errorf("%d calls were placed, want 5", n)
				}
				if _, runs := r.floor.Live("spring"); runs {
					t.Error("it runs")
				}
				r.start(strings.Replace(spring, "calls: 20", "calls: 5", 1))
				time.Sleep(30 * time.Second)
				if n, _ := r.phone.count(); n <= 5 || r.phone.most > 5 {
					t.Errorf("%d calls were placed, at most %d at once", n, r.phone.most)
				}
			})
		})
	}
}

// Calls that fail pause the campaign by itself, one call is tried, and it goes on.
func TestFailingCallsPause(t *testing.T) {
	inBubble(t, strings.Repeat("9", 40), func(r *rig) {
		r.start(strings.Replace(spring, "calls: 20", "calls: 2", 1))
		time.Sleep(50 * time.Second)
		n, _ := r.phone.count()
		if n > 8 {
			t.Errorf("%d calls were placed although all fail", n)
		}
		live, _ := r.floor.Live("spring")
		if !slices.ContainsFunc(live.Causes, func(c campaign.Cause) bool { return c.Code == campaign.Failing }) {
			t.Errorf("it does not say why it waits: %+v", live)
		}
		if told := r.told(); len(told) == 0 || !strings.Contains(told[0].Campaign.Why, "calls fail") {
			t.Errorf("told: %+v", r.told())
		}
		time.Sleep(40 * time.Second)
		if all, _ := r.phone.count(); all-n != 1 {
			more := all - n
			t.Errorf("%d calls were tried after the pause, want 1", more)
		}
	})
}

// Attempts of a process that died are not made again; without lines people wait.
func TestWhatADeadProcessLeft(t *testing.T) {
	inBubble(t, "000", func(r *rig) {
		r.stop()
		ctx := r.t.Context()
		if _, err := r.fill(ctx, time.Now(), func() *campaign.Campaign { c, _ := campaign.Load(strings.NewReader(spring), ""); return c }(), func([]campaign.Candidate) {}); err != nil {
			t.Fatal(err)
		}
		got, err := r.store.ClaimCandidates(ctx, "spring", store.Claim{Worker: "me", Now: time.Now(), Lease: Lease, Max: 2})
		if err != nil || len(got) != 2 {
			t.Fatal(got, err)
		}
		for i, k := range got { // one was reserved when it died, the other dialled
			id := callID(campaign.AttemptID("spring", k.Person, 1))
			req := permit.Request{ID: id, Number: k.Number, Purpose: "marketing", Campaign: "spring", Holder: "me"}
			if _, d, err := r.store.Reserve(ctx, time.Now(), req, r.floor.cfg.Policy); err != nil || !d.Allowed {
				t.Fatal(d, err)
			}
			if i == 1 {
				if err := r.store.DialAttempt(ctx, time.Now(), id); err != nil {
					t.Fatal(err)
				}
			}
		}
		r.begin("me")
		if err := r.floor.TakeUp(ctx, time.Now()); err != nil {
			t.Fatal(err)
		}
		r.start(spring)
		r.until(store.CampaignFinished, time.Hour)
		if n, _ := r.phone.count(); n != 1 {
			t.Errorf("%d calls were placed, want 1", n)
		}
		unknown := 0
		for _, k := range r.people() {
			if k.State == campaign.Stopped && strings.Contains(k.Last.Why, "nobody knows") {
				unknown++
			}
		}
		if unknown != 2 {
			t.Errorf("%d fates are unknown, want 2: %+v", unknown, r.people())
		}
	})
}

// Without lines nobody is dialled and nobody's cap is used up.
func TestNoLines(t *testing.T) {
	inBubble(t, "00", func(r *rig) {
		r.phone.full = true
		r.start(spring)
		time.Sleep(10 * time.Minute)
		r.phone.mu.Lock()
		r.phone.full = false
		r.phone.mu.Unlock()
		r.until(store.CampaignFinished, 24*time.Hour)
		if n := r.phone.dialled(); n[number(0, '0')] != 1 || n[number(1, '0')] != 1 {
			t.Errorf("dialled %v", n)
		}
	})
}

// Records that tell of a transfer without an agent in time are abandoned calls.
func TestAbandoned(t *testing.T) {
	sought := call.Entry{Kind: call.EntryTransfer}
	served := func(ms float64) call.Entry {
		return call.Entry{Kind: call.EntryServed, Timing: &call.Timing{Waited: ms}}
	}
	for _, c := range []struct {
		name    string
		entries []call.Entry
		want    bool
	}{
		{"nobody was sought", nil, false},
		{"an agent in time", []call.Entry{sought, served(1999)}, false},
		{"an agent too late", []call.Entry{sought, served(2001)}, true},
		{"no agent", []call.Entry{sought}, true},
	} {
		if got := abandoned(call.Record{Entries: c.entries}); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// The fate of a declined telephone is not that of a refused offer.
func TestFates(t *testing.T) {
	c, err := campaign.Load(strings.NewReader(spring), "")
	if err != nil {
		t.Fatal(err)
	}
	at := morning
	for _, x := range []struct {
		rec  call.Record
		fate store.Fate
	}{
		{call.Record{State: call.Failed, SIPCode: 603}, "declined"},
		{call.Record{State: call.Finished, Answered: at, Outcome: "no_thanks"}, store.FateRefused},
		{call.Record{State: call.Finished, Answered: at, Outcome: "interested"}, "answered"},
		{call.Record{State: call.Finished, Answered: at, Pickup: &pickup.Finding{Status: pickup.Machine}}, "machine"},
		{call.Record{State: call.Failed, SIPCode: 404, Cause: 1}, "empty_number"},
		{call.Record{State: call.Failed, EndedBy: "us"}, "no_answer"},
		{call.Record{State: call.Interrupted}, store.FateUnknown},
	} {
		if got := endingOf(c, x.rec).fate; got != x.fate {
			t.Errorf("%+v: %q, want %q", x.rec, got, x.fate)
		}
	}
	if errors.Is(store.ErrStopped, store.ErrAttempted) {
		t.Error("a stopped attempt looks like one made before")
	}
}
