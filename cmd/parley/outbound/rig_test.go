package outbound

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/workqueue"
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
	most    int         // at once
	worse   string      // hash of the version at which all people say no
	said    []utterance // in order
}

// utterance is which version of a script a call spoke.
type utterance struct {
	at           time.Time
	script, hash string
}

func (p *fakePhone) uttered() []utterance {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.said)
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
	p.said = append(p.said, utterance{time.Now(), a.Script, a.Hash})
	does := behaviours[a.To[len(a.To)-1]]
	if p.worse != "" && a.Hash == p.worse {
		does.outcome = "no_thanks"
	}
	p.mu.Unlock()
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

// count is how many calls were placed and how many hung up so far.
func (p *fakePhone) count() (placed, hung int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.placed), len(p.hung)
}

// rig is a floor over a store, in virtual time.
type rig struct {
	age atomic.Int64 // of the data, when the people are found

	t       *testing.T
	store   *store.Store
	phone   *fakePhone
	floor   *Floor
	clock   *Clock
	nobody  bool // is a candidate before a signal of theirs
	finds   Fill // nil: everybody
	scripts Scripts
	notices []Notice
	ahead   []string // campaigns whose lines were made ready
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
		r := &rig{t: t, store: s, phone: newPhone(), scripts: anything}
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

// anything may be spoken.
var anything = Scripts{Spoken: func(string) (string, bool) { return "", true }}

// begin starts a floor that goes by a name.
func (r *rig) begin(holder string) {
	book, err := calendar.Shipped()
	if err != nil {
		r.t.Fatal(err)
	}
	r.floor = New(Config{
		Node: Node{Queue: scan(r.store.Editor, holder), Holder: holder}, Store: r.store.Editor, Phone: r.phone, Policy: permit.Standard(book), Finders: Finders{Fill: r.fill, Seek: r.seek}, Clock: r.clock,
		Scripts: r.scripts,
		Words: Words{Ahead: func(_ context.Context, c *campaign.Campaign) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.ahead = append(r.ahead, c.ID)
		}},
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

// madeAhead are the campaigns whose lines were made ready.
func (r *rig) madeAhead() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.ahead)
}

// scan is the work queue of one process.
func scan(s *store.Editor, holder string) Queue {
	return workqueue.NewScan(workqueue.Config{Store: s, Holder: holder, Lease: Lease, Sweep: SweepEvery, Log: slog.New(slog.DiscardHandler)})
}

// fill takes everybody.
func (r *rig) fill(ctx context.Context, now time.Time, c *campaign.Campaign, schedule func([]campaign.Candidate)) (out Filled, err error) {
	if r.finds != nil {
		return r.finds(ctx, now, c, schedule)
	}
	all, err := r.store.Customers(ctx, store.Search{Limit: 1000})
	out.Data = campaign.Data{People: len(all), Complete: 1, Told: now.Add(-time.Duration(r.age.Load()))}
	for _, p := range all {
		if r.nobody {
			continue
		}
		one := []campaign.Candidate{{Campaign: c.ID, Person: p.ID, Number: customer.Parse(p.Numbers[0], "CN"), State: campaign.Pending,
			Due: now, Deadline: c.When.Deadline, Priority: campaign.Normal, Zones: []string{"Asia/Shanghai"}}}
		schedule(one)
		n, err := r.store.AddCandidates(ctx, one...)
		if err != nil {
			return out, err
		}
		out.Found, out.Added = out.Found+1, out.Added+n
	}
	return out, err
}

// seek takes everybody.
func (r *rig) seek(_ context.Context, now time.Time, c *campaign.Campaign, s store.Sketch) (campaign.Candidate, bool, error) {
	return campaign.Candidate{Campaign: c.ID, Person: s.ID, Number: customer.Parse(s.Numbers[0], "CN"), State: campaign.Pending, Due: now, Deadline: c.When.Deadline,
		Zones: []string{"Asia/Shanghai"}}, true, nil
}

func (r *rig) told() []Notice {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.notices)
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
