package outbound

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// morning is a Wednesday within the hours of China.
var morning = time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC)

// spring is a campaign without hours of its own.
const spring = `
campaign: spring
purpose: marketing
who: {segment: all}
variants:
  - {name: plain, script: offer}
line: {trunk: carrier, numbers: ["+864001234567"], ring: 20s}
pacing: {mode: agentless, calls: 20, per_second: 10}
when: {start: 2026-03-01, until: 2026-03-20, timezone: Asia/Shanghai}
stop: {complaints: 10%}
retry:
  tries: 2
  busy: {after: 15m}
  no_answer: {after: 15m, slot: any}
outcomes:
  interested: {means: need, do: agent, queue: sales, within: 24h}
  maybe:      {means: considering, do: promotion, channel: sms, template: coupon, after: 72h}
  no_thanks:  {means: refused}
`

// fakePhone plays a telephone network in virtual time: what a number does is in its
// last digit.
type fakePhone struct {
	mu      sync.Mutex
	calls   map[string]*fakeCall
	placed  []string // numbers
	records map[string]call.Record
	hung    map[string]time.Time
	full    bool
	most    int // at once
}

type fakeCall struct {
	to   string
	quit chan struct{}
	once sync.Once
}

func newPhone() *fakePhone {
	return &fakePhone{calls: map[string]*fakeCall{}, records: map[string]call.Record{}, hung: map[string]time.Time{}}
}

func (p *fakePhone) Place(a call.Attempt) (func(context.Context) (call.Record, error), error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.full {
		return nil, call.ErrFull
	}
	c := &fakeCall{to: a.To, quit: make(chan struct{})}
	p.calls[a.ID] = c
	p.most = max(p.most, len(p.calls))
	return func(ctx context.Context) (call.Record, error) {
		rec, err := p.run(ctx, a, c)
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.calls, a.ID)
		p.records[a.ID] = rec
		return rec, err
	}, nil
}

func (p *fakePhone) Hangup(id, _ string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.calls[id]
	if ok {
		c.once.Do(func() { close(c.quit); p.hung[id] = time.Now() })
	}
	return ok
}

// ends is what the last digit of a number means: SIP code, outcome, note.
var behaviours = map[byte]struct {
	code    int
	outcome string
	note    string
	rings   time.Duration
}{
	'0': {code: 200, outcome: "interested"}, '1': {code: 200, outcome: "maybe"}, '2': {code: 200, outcome: "no_thanks"},
	'3': {code: 486}, '4': {code: 404}, '5': {code: 603}, '6': {rings: time.Hour}, // nobody answers
	'7': {code: 200, note: "opt_out=all"}, '8': {code: 200, note: "tag=complaint"}, '9': {code: 503},
}

func (p *fakePhone) run(ctx context.Context, a call.Attempt, c *fakeCall) (call.Record, error) {
	rec := call.Record{ID: a.ID, Called: a.To, Direction: "outbound", Began: time.Now(), State: call.Failed}
	if err := a.Gate.Dial(ctx); err != nil {
		return rec, err
	}
	p.mu.Lock()
	p.placed = append(p.placed, a.To)
	p.mu.Unlock()
	does := behaviours[a.To[len(a.To)-1]]
	select {
	case <-time.After(max(does.rings, 3*time.Second)):
	case <-time.After(a.Timeout):
		rec.EndedBy, rec.SIPCode = "us", 487
	case <-c.quit:
		rec.EndedBy, rec.SIPCode = "us", 487
	}
	if rec.SIPCode == 0 {
		rec.SIPCode, rec.EndedBy = does.code, "them"
	}
	if rec.SIPCode == 200 {
		rec.Answered, rec.State = time.Now(), call.Finished
		if err := a.Gate.Answered(ctx, rec.Answered); err == nil {
			select {
			case <-time.After(30 * time.Second):
			case <-c.quit:
			}
		}
		rec.Outcome = does.outcome
		rec.Pickup = &pickup.Finding{Status: pickup.Human}
		if does.note != "" {
			rec.Entries = append(rec.Entries, call.Entry{Seq: 1, Kind: call.EntryNote, Text: does.note})
		}
	}
	rec.Ended = time.Now()
	return rec, nil
}

func (p *fakePhone) dialled() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := map[string]int{}
	for _, to := range p.placed {
		n[to]++
	}
	return n
}

// rig is a floor over a store, in virtual time.
type rig struct {
	t       *testing.T
	store   *store.Store
	phone   *fakePhone
	floor   *Floor
	notices []Notice
	mu      sync.Mutex
	stop    func()
}

// number is one whose last digit says what it does.
func number(i int, does byte) string { return fmt.Sprintf("+86138%07d%c", i, does) }

// inBubble runs a floor over people with these last digits.
func inBubble(t *testing.T, digits string, f func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(morning))
		s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "records.db"), "CN")
		if err != nil {
			t.Fatal(err)
		}
		r := &rig{t: t, store: s, phone: newPhone()}
		for i := range len(digits) {
			p := customer.Profile{ID: fmt.Sprintf("p%02d", i), Numbers: []string{number(i, digits[i])}, Updated: morning, Consent: []customer.Consent{
				{Purpose: "marketing", State: customer.Granted, Basis: "consent", At: morning.Add(-time.Hour)},
			}}
			if _, err := s.Upsert(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		defer func() { // also when a test fails: nothing of the bubble may stay
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		r.begin("me")
		defer func() { r.stop() }()
		f(r)
	})
}

// begin starts a floor that goes by a name.
func (r *rig) begin(holder string) {
	book, err := calendar.Shipped()
	if err != nil {
		r.t.Fatal(err)
	}
	r.floor = New(Config{
		Store: r.store.Editor, Phone: r.phone, Holder: holder, Policy: permit.Standard(book), Fill: r.fill,
		Approved: func(experiment.Variant) bool { return true },
		Told: func(n Notice) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.notices = append(r.notices, n)
		},
	})
	ctx, cancel := context.WithCancel(r.t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { r.floor.Run(ctx) })
	r.stop = func() { cancel(); wg.Wait() }
}

// fill takes everybody.
func (r *rig) fill(ctx context.Context, now time.Time, c *campaign.Campaign) (out Filled, err error) {
	all, err := r.store.Customers(ctx, store.Search{Limit: 1000})
	out.Data = campaign.Data{Complete: 1, Oldest: now}
	for _, p := range all {
		n, err := r.store.AddCandidates(ctx, campaign.Candidate{Campaign: c.ID, Person: p.ID, Number: customer.Parse(p.Numbers[0], "CN"), State: campaign.Pending,
			Due: now, Deadline: c.When.Deadline, Priority: campaign.Normal, Zones: []string{"Asia/Shanghai"}})
		if err != nil {
			return out, err
		}
		out.Found, out.Added = out.Found+1, out.Added+n
	}
	return out, err
}

func (r *rig) start(text string) {
	r.t.Helper()
	if _, err := campaign.Load(strings.NewReader(text), "spring.yaml"); err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.store.StartCampaign(r.t.Context(), time.Now(), "spring", text, "li"); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) turn(to store.CampaignState, ringing store.Ringing) {
	r.t.Helper()
	_, err := r.store.TurnCampaign(r.t.Context(), time.Now(), "spring", []store.CampaignState{store.CampaignRunning}, to, store.Turn{Who: "li", Ringing: ringing})
	if err != nil {
		r.t.Fatal(err)
	}
}

// until lets virtual time pass until the campaign is in a state.
func (r *rig) until(want store.CampaignState, limit time.Duration) store.Campaign {
	r.t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(time.Second) {
		row, err := r.store.Campaign(r.t.Context(), "spring")
		if err != nil {
			r.t.Fatal(err)
		}
		if row.State == want {
			return row
		}
		if time.Now().After(end) {
			live, _ := r.floor.Live("spring")
			counts, next, _ := r.store.CountCandidates(r.t.Context(), "spring")
			r.t.Fatalf("after %v the campaign is %s (%s), not %s: %+v, %+v, next %v", limit, row.State, row.Why, want, live, counts, next)
		}
	}
}

func (r *rig) people() map[string]campaign.Candidate {
	r.t.Helper()
	all, err := r.store.Candidates(r.t.Context(), "spring", "", "", 1000)
	if err != nil {
		r.t.Fatal(err)
	}
	out := map[string]campaign.Candidate{}
	for _, k := range all {
		out[k.Person] = k
	}
	return out
}

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
		if n := len(r.notices); n == 0 || r.notices[n-1].Campaign.State != store.CampaignFinished {
			t.Errorf("told: %+v", r.notices)
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
		if len(r.phone.hung) != 1 {
			t.Fatalf("%d calls were hung up a second later, want 1", len(r.phone.hung))
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
				if want := map[store.Ringing]int{store.LetRing: 0, store.CancelRing: 5}[ringing]; len(r.phone.hung) != want {
					t.Errorf("%d were hung up, want %d", len(r.phone.hung), want)
				}
				time.Sleep(time.Hour)
				if n := len(r.phone.placed); n != 5 {
					t.Errorf("%d calls were placed, want 5", n)
				}
				if _, runs := r.floor.Live("spring"); runs {
					t.Error("it runs")
				}
				r.start(strings.Replace(spring, "calls: 20", "calls: 5", 1))
				time.Sleep(30 * time.Second)
				if n := len(r.phone.placed); n <= 5 || r.phone.most > 5 {
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
		n := len(r.phone.placed)
		if n > 8 {
			t.Errorf("%d calls were placed although all fail", n)
		}
		live, _ := r.floor.Live("spring")
		if !slices.ContainsFunc(live.Causes, func(c campaign.Cause) bool { return c.Code == campaign.Failing }) {
			t.Errorf("it does not say why it waits: %+v", live)
		}
		if len(r.notices) == 0 || !strings.Contains(r.notices[0].Campaign.Why, "calls fail") {
			t.Errorf("told: %+v", r.notices)
		}
		time.Sleep(40 * time.Second)
		if more := len(r.phone.placed) - n; more != 1 {
			t.Errorf("%d calls were tried after the pause, want 1", more)
		}
	})
}

// Attempts of a process that died are not made again; without lines people wait.
func TestWhatADeadProcessLeft(t *testing.T) {
	inBubble(t, "000", func(r *rig) {
		r.stop()
		ctx := r.t.Context()
		if _, err := r.fill(ctx, time.Now(), func() *campaign.Campaign { c, _ := campaign.Load(strings.NewReader(spring), ""); return c }()); err != nil {
			t.Fatal(err)
		}
		got, err := r.store.ClaimCandidates(ctx, "spring", store.Claim{Worker: "me", Now: time.Now(), Lease: lease, Max: 2})
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
		if n := len(r.phone.placed); n != 1 {
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
