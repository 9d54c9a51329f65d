package campaign

import (
	"reflect"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/customer"
)

var shanghai = func() *time.Location {
	l, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return l
}()

// tuesday is 11:00 on a day on which the Chinese sample calls.
var tuesday = time.Date(2026, 11, 24, 11, 0, 0, 0, shanghai)

func someone(c *Campaign) Candidate {
	return Candidate{Campaign: c.ID, Person: "p1", Number: customer.Parse("+8613800138000", ""), State: Pending, Due: c.When.Start,
		Deadline: c.When.Deadline, Priority: Normal, Zones: []string{"Asia/Shanghai"}}
}

func TestNextByStatus(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	for _, tt := range []struct {
		status pickup.Status
		fate   Fate
		state  State
		due    time.Duration // after the end
		slot   Slot
		mark   bool
	}{
		{status: pickup.Busy, state: Waiting, due: 15 * time.Minute, slot: AnySlot},
		{status: pickup.NoAnswer, state: Waiting, due: 4 * time.Hour, slot: OtherSlot},
		{status: pickup.Unreachable, state: Waiting, due: 4 * time.Hour, slot: OtherSlot},
		{status: pickup.Off, state: Waiting, due: 13 * time.Hour, slot: NextDay}, // midnight there
		{status: pickup.Machine, state: Waiting, due: 4 * time.Hour, slot: OtherSlot},
		{status: pickup.Network, state: Waiting, due: 15 * time.Minute, slot: AnySlot},
		{status: pickup.Blocked, state: Waiting, due: 24 * time.Hour, slot: AnySlot},
		{status: pickup.Empty, state: Stopped, mark: true},
		{status: pickup.Suspended, state: Stopped, mark: true},
		{status: pickup.Changed, state: Stopped, mark: true},
		{status: pickup.Refused, state: Stopped},               // 30 days: after the deadline
		{status: pickup.Human, state: Done},                    // and no outcome
		{status: pickup.Unknown, state: Done},                  // to be treated as a person
		{status: pickup.Busy, fate: Unknown, state: Stopped},   // never by itself
		{status: "", fate: Released, state: Waiting, slot: ""}, // at once: it never was a call
		{status: "nobody knows this", state: Stopped},          // no rule
	} {
		k := someone(c).Reserve().Dial(tuesday)
		got, follow := Next(tuesday, c, k, Result{At: tuesday, Fate: tt.fate, Status: tt.status})
		if got.State != tt.state || got.Last.Slot != tt.slot || got.State == Waiting && !got.Due.Equal(tuesday.Add(tt.due)) {
			t.Errorf("%s %s: %s due %v slot %q (%s)", tt.status, tt.fate, got.State, got.Due, got.Last.Slot, got.Last.Why)
		}
		marked := len(follow) == 1 && follow[0].Do == MarkNumber && follow[0].Note == string(tt.status)
		if tt.mark != marked || !tt.mark && len(follow) > 0 {
			t.Errorf("%s: follows %+v", tt.status, follow)
		}
		if got.Last.Why == "" {
			t.Errorf("%s: no reason is given", tt.status)
		}
		again, twice := Next(tuesday, c, k, Result{At: tuesday, Fate: tt.fate, Status: tt.status})
		if !reflect.DeepEqual(got, again) || !reflect.DeepEqual(follow, twice) {
			t.Errorf("%s: another answer to the same question", tt.status)
		}
	}
}

func TestNextByOutcome(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	for _, tt := range []struct {
		outcome  string
		wish     Wish
		state    State
		do       Deed
		at       time.Duration
		promised time.Duration
	}{
		{outcome: "need_clear", state: Done, do: Agent, promised: 24 * time.Hour},
		{outcome: "callback", state: Done, do: Agent, promised: time.Hour},
		{outcome: "considering", state: Done, do: Promotion, at: 72 * time.Hour, promised: 96 * time.Hour},
		{outcome: "refused", state: Done, do: LowPriority, at: 30 * 24 * time.Hour},
		{outcome: "call_later", state: Waiting},
		{outcome: "made_up", state: Done},
		{outcome: "need_clear", wish: Never, state: Stopped},
		{outcome: "need_clear", wish: Complains, state: Stopped},
	} {
		k, follow := Next(tuesday, c, someone(c).Reserve().Dial(tuesday), Result{At: tuesday, Status: pickup.Human, Outcome: tt.outcome, Wish: tt.wish})
		if k.State != tt.state {
			t.Errorf("%s: %s", tt.outcome, k.State)
		}
		if tt.state == Waiting && !k.Due.Equal(tuesday.Add(24*time.Hour)) {
			t.Errorf("%s: due %v", tt.outcome, k.Due)
		}
		if tt.do == "" {
			if len(follow) > 0 {
				t.Errorf("%s: %+v", tt.outcome, follow)
			}
			continue
		}
		if len(follow) != 1 || follow[0].Do != tt.do || !follow[0].At.Equal(tuesday.Add(tt.at)) || follow[0].ID != "member-callback-zh/p1/1/"+string(tt.do) {
			t.Fatalf("%s: %+v", tt.outcome, follow)
		}
		f := follow[0]
		if want := tuesday.Add(tt.promised); tt.promised > 0 && !f.Promised.Equal(want) || tt.promised == 0 && !f.Promised.IsZero() {
			t.Errorf("%s: promised %v", tt.outcome, f.Promised)
		}
		if tt.promised == 0 {
			continue
		}
		if _, late := f.Late(f.Promised, time.Time{}); late {
			t.Errorf("%s: late in the moment for which it was promised", tt.outcome)
		}
		if by, late := f.Late(f.Promised.Add(time.Minute), time.Time{}); !late || by != time.Minute {
			t.Errorf("%s: a minute after: %v %v", tt.outcome, by, late)
		}
		if _, late := f.Late(f.Promised.Add(time.Hour), f.Promised.Add(-time.Second)); late {
			t.Errorf("%s: done in time, and late", tt.outcome)
		}
	}
}

// Whatever comes of the calls, a person is tried as often as the campaign allows at
// most, and each machine or busy line of a kind as often as its rule does.
func TestTriesEnd(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	for _, tt := range []struct {
		status pickup.Status
		tries  int
	}{{pickup.Busy, 3}, {pickup.Machine, 2}, {pickup.NoAnswer, 3}} {
		k, n := someone(c), 0
		for !k.State.Over() {
			k, _ = Next(tuesday, c, k.Reserve().Dial(tuesday), Result{At: tuesday, Status: tt.status})
			n++
		}
		if n != tt.tries {
			t.Errorf("%s: %d tries, want %d", tt.status, n, tt.tries)
		}
	}
	k := someone(c)
	for range 10 { // given back: no call, but each has an id of its own
		k, _ = Next(tuesday, c, k.Reserve(), Result{Fate: Released})
	}
	if k.State != Waiting || k.Tries != 10 || k.Last.Void != 10 {
		t.Errorf("ten attempts that never were calls: %+v", k)
	}
}

func TestDenied(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	soon, late := tuesday.Add(2*time.Hour), c.When.Deadline.Add(time.Hour)
	r := func(code permit.Code, until time.Time) permit.Reason { return permit.Reason{Code: code, Until: until} }
	for _, tt := range []struct {
		name  string
		d     permit.Decision
		state State
		due   time.Time
		tell  permit.Channel
	}{
		{"hours", permit.Decision{Reasons: []permit.Reason{r(permit.Hours, soon)}, Until: soon}, Pending, soon, ""},
		{"after the deadline", permit.Decision{Reasons: []permit.Reason{r(permit.PersonWeek, late)}, Until: late}, Stopped, late, ""},
		{"never", permit.Decision{Reasons: []permit.Reason{r(permit.DoNotCall, time.Time{}), r(permit.Hours, soon)}}, Stopped, time.Time{}, ""},
		{"mended by the site", permit.Decision{Reasons: []permit.Reason{r(permit.UnknownYear, time.Time{})}}, Pending, tuesday.Add(permit.Day), ""},
		{"another channel", permit.Decision{Reasons: []permit.Reason{r(permit.OtherChannel, time.Time{})}, Suggest: []permit.Channel{permit.Email}}, Stopped, time.Time{}, permit.Email},
		{"no consent, another channel", permit.Decision{Reasons: []permit.Reason{r(permit.NoConsent, time.Time{}), r(permit.OtherChannel, time.Time{})}, Suggest: []permit.Channel{permit.SMS}}, Stopped, time.Time{}, ""},
	} {
		k, follow := Denied(tuesday, c, someone(c), tt.d)
		if k.State != tt.state || k.State == Pending && !k.Due.Equal(tt.due) || k.Tries != 0 {
			t.Errorf("%s: %+v", tt.name, k)
		}
		if (tt.tell != "") != (len(follow) == 1) || tt.tell != "" && follow[0].Channel != tt.tell {
			t.Errorf("%s: %+v", tt.name, follow)
		}
	}
}
