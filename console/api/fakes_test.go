package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/intake"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// ring holds one key for each role.
type ring struct {
	mu   sync.Mutex
	keys map[string]access.Key
}

func (r *ring) Find(_ context.Context, id string) (access.Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.keys[id]
	if !ok {
		return access.Key{}, access.ErrUnknown
	}
	return k, nil
}
func (r *ring) Used(context.Context, string, time.Time) error { return nil }
func (r *ring) Any(context.Context) (bool, error)             { return true, nil }

type fakeAudit struct {
	mu     sync.Mutex
	deeds  []access.Deed
	broken error
}

func (f *fakeAudit) Write(_ context.Context, d access.Deed) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return f.broken
	}
	d.ID = int64(len(f.deeds) + 1)
	f.deeds = append(f.deeds, d)
	return nil
}

func (f *fakeAudit) List(_ context.Context, q access.DeedQuery) (out []access.Deed, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range slices.Backward(f.deeds) {
		if (q.Before == 0 || d.ID < q.Before) && (q.Who == "" || q.Who == d.Who) && len(out) < q.Limit {
			out = append(out, d)
		}
	}
	return out, nil
}

func (f *fakeAudit) actions() (out []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range f.deeds {
		out = append(out, d.Action)
	}
	return out
}

type fakeCalls struct {
	query  CallQuery
	broken error
	made   call.Record
}

const wav = "RIFF0123456789"

func (f *fakeCalls) Get(_ context.Context, id string) (call.Record, error) {
	switch {
	case f.broken != nil:
		return call.Record{}, f.broken
	case id == "c1" || id == "x/y@host":
		return f.made, nil
	case id == "c2":
		return call.Record{ID: "c2"}, nil
	case id == "c3":
		return call.Record{ID: "c3", Recording: "/etc/passwd"}, nil
	}
	return call.Record{}, ErrNotFound
}

func (f *fakeCalls) List(_ context.Context, q CallQuery) ([]call.Record, error) {
	f.query = q
	out := []call.Record{}
	for i := range 3 {
		r := f.made
		r.ID, r.Entries = []string{"c1", "c2", "c3"}[i], nil
		out = append(out, r)
	}
	return out[:min(q.Limit, 3)], f.broken
}

type fakeLines struct {
	mu      sync.Mutex
	hung    []string
	placed  []call.Attempt
	done    []func()
	refused error
}

func (f *fakeLines) Live() []call.Snapshot {
	return []call.Snapshot{{ID: "live1", Direction: "inbound", Caller: "*******5678", Phase: "talking", Began: noon}}
}

func (f *fakeLines) Place(_ context.Context, a call.Attempt, done func()) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refused != nil {
		return f.refused
	}
	f.placed, f.done = append(f.placed, a), append(f.done, done)
	return nil
}

func (f *fakeLines) Hangup(id, why string) bool { f.hung = append(f.hung, id+": "+why); return true }

type fakeJoiner struct{ joined []Join }

func (f *fakeJoiner) Join(_ context.Context, j Join) error {
	f.joined = append(f.joined, j)
	return nil
}

type fakeAgents struct{ changes []AgentChange }

func (f *fakeAgents) Agents(context.Context) ([]Agent, error) {
	return []Agent{
		{ID: "1001", Name: "Li Na", State: "free", Since: noon, Address: "sip:13812345678@192.0.2.1", Queues: []string{"sales"}},
		{ID: "1002", State: "out", Since: noon},
	}, nil
}

func (f *fakeAgents) Change(_ context.Context, c AgentChange) (Agent, error) {
	if c.Reason == "holiday" {
		return Agent{}, errors.Join(ErrInvalid, errors.New("no pause is named holiday; known: lunch, training"))
	}
	f.changes = append(f.changes, c)
	return Agent{ID: c.Agent, State: "paused", Reason: c.Reason, Since: noon}, nil
}

type fakeQueues struct{}

func (fakeQueues) Queues(context.Context) ([]Queue, error) {
	level := 0.8
	return []Queue{{Name: "sales", Waiting: 2, Longest: 12.5, Agents: map[string]int{"free": 1},
		Service: ServiceLevel{Within: 20, Goal: 0.8, Hour: &level}}}, nil
}

type fakeCustomers struct {
	person   customer.Profile
	imported string
	broken   error
}

func (f *fakeCustomers) Customer(_ context.Context, who string) (customer.Profile, customer.History, error) {
	if who != "p1" && who != "+8613812345678" {
		return customer.Profile{}, customer.History{}, ErrNotFound
	}
	return f.person, customer.History{Calls: []customer.Past{{Call: "c1", Number: "+8613812345678", Began: noon}},
		Complaints: []customer.Complaint{{ID: "k1", Number: "+8613812345678", Opened: noon}}}, nil
}
func (f *fakeCustomers) Search(context.Context, CustomerQuery) ([]customer.Profile, error) {
	return []customer.Profile{f.person}, nil
}
func (f *fakeCustomers) SetTags(_ context.Context, _ string, were, tags []string) (customer.Profile, error) {
	if !slices.Equal(were, f.person.Tags) {
		return customer.Profile{}, ErrChanged
	}
	f.person.Tags = tags
	return f.person, nil
}
func (f *fakeCustomers) Import(_ context.Context, csv io.Reader, _ string) (intake.Report, error) {
	text, err := io.ReadAll(csv)
	f.imported = string(text)
	return intake.Report{Rows: 1, Created: 1}, err
}
func (f *fakeCustomers) Export(_ context.Context, take func(customer.Profile) error) error {
	return errors.Join(take(f.person), f.broken)
}

type fakeRemarks struct{ kept []customer.Remark }

func (f *fakeRemarks) Remark(_ context.Context, who string, r customer.Remark) (customer.Remark, bool, error) {
	if who == "p9" {
		return r, false, ErrNotFound
	}
	for _, k := range f.kept {
		if k.ID == r.ID {
			return k, true, nil
		}
	}
	r.Number = "+8613812345678"
	f.kept = append(f.kept, r)
	return r, false, nil
}
func (f *fakeRemarks) Remarks(context.Context, string) ([]customer.Remark, error) {
	return []customer.Remark{{ID: "k", Number: "+8613812345678", Kind: customer.Noted, Text: "call 13987654321", Who: "li", At: noon}}, nil
}

type fakeOutbox struct{}

func (fakeOutbox) Messages(_ context.Context, q MessageQuery) ([]Message, error) {
	return []Message{{ID: "msg_2", Hook: "crm", State: "refused", Since: noon, Tries: 8, Why: "500"}, {ID: "msg_1", Hook: "crm", State: "due", Since: noon, Due: noon}}[:min(q.Limit, 2)], nil
}
func (fakeOutbox) Retry(_ context.Context, id string) (Message, error) {
	if id != "msg_2" {
		return Message{}, ErrConflict
	}
	return Message{ID: id, Hook: "crm", State: "due", Since: noon, Due: noon}, nil
}

type fakeRoutes struct{}

func (fakeRoutes) Current(context.Context) (RouteFile, error) {
	return RouteFile{Text: "rules: []\n", Hash: "abc", Loaded: noon}, nil
}
func (fakeRoutes) Check(_ context.Context, text string) ([]Remark, error) {
	if strings.Contains(text, "wrong") {
		return []Remark{{Severity: "error", Code: "unknown-key", Line: 1, Column: 1, Text: "unknown key wrong"}}, nil
	}
	return nil, nil
}
func (fakeRoutes) Explain(context.Context, string, map[string]string) (Explanation, error) {
	return Explanation{Rule: "high value", To: "queue sales", Why: []string{"value 5000 >= 5000"}}, nil
}
func (fakeRoutes) Test(context.Context, string) (TestReport, error) {
	return TestReport{Passed: 3}, nil
}

type fakeScripts struct{}

func (fakeScripts) Scripts(context.Context) ([]Script, error) {
	return []Script{{Name: "line-test/echo", Version: 1, Language: "en"}}, nil
}
func (fakeScripts) Versions(_ context.Context, name string) ([]ScriptEvent, error) {
	if name != "line-test/echo" {
		return nil, ErrNotFound
	}
	return []ScriptEvent{{Hash: "abc", Act: "submit", Who: "li", At: noon}}, nil
}
func (fakeScripts) Check(context.Context, string) ([]Remark, error) { return nil, nil }

// rig is an API over fakes, with a key for each role.
type rig struct {
	t     testing.TB
	api   *API
	ring  *ring
	keys  map[access.Role]string
	audit *fakeAudit
	calls *fakeCalls
	lines *fakeLines
	join  *fakeJoiner
	agent *fakeAgents
	cust  *fakeCustomers
	told  *fakeRemarks
	asked *fakeConsents
	tried *fakeExperiments
}

func newRig(t testing.TB) *rig {
	t.Helper()
	dir := t.TempDir()
	recording := filepath.Join(dir, "2026", "c1.wav")
	if err := errors.Join(os.MkdirAll(filepath.Dir(recording), 0o750), os.WriteFile(recording, []byte(wav), 0o600)); err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, keys: map[access.Role]string{}, ring: &ring{keys: map[string]access.Key{}}, audit: &fakeAudit{}, lines: &fakeLines{}, join: &fakeJoiner{}, agent: &fakeAgents{}, told: &fakeRemarks{}, asked: &fakeConsents{}, tried: &fakeExperiments{},
		calls: &fakeCalls{made: record(recording)}, cust: &fakeCustomers{person: customer.Profile{ID: "p1", Name: "Wang Wei", Numbers: []string{"+8613812345678"},
			Tags: []string{"vip"}, Value: customer.Money{Cents: 500000, Currency: "CNY"}, Preferences: map[string]string{"channel": "sms"},
			Fields: map[string]customer.Field{"size": {Value: "XL", Source: "shop"}}}}}
	for _, role := range access.Roles() {
		id, text, hash := access.NewKey()
		k := access.Key{ID: id, Name: "the " + string(role), Role: role, Hash: hash}
		if role == access.Agent {
			k.Agent = "1001"
		}
		r.keys[role], r.ring.keys[id] = text, k
	}
	hub := NewHub()
	t.Cleanup(hub.Close)
	r.api = New(Config{
		Gate: &access.Gate{Keys: r.ring, Now: time.Now}, Audit: r.audit,
		Site:  Site{Country: "CN", Recordings: dir, Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler)},
		Calls: r.calls, Lines: r.lines, Floor: Floor{Joiner: r.join, Agents: r.agent, Queues: fakeQueues{}}, People: People{Customers: r.cust, Remarks: r.told, FollowUps: fakeFollowUps{}, Portraits: fakePortraits{}, Consents: r.asked, Ledger: fakeLedger{}, Campaigns: fakeCampaigns{}, Experiments: r.tried},
		Outbox: fakeOutbox{}, Receipts: fakeReceipts{},
		Routes: fakeRoutes{}, Scripts: fakeScripts{}, Hub: hub,
	})
	return r
}

// forget makes the rig as new, but for the API, whose document takes time to make.
func (r *rig) forget() {
	r.audit.deeds, r.audit.broken, r.lines.hung, r.lines.placed, r.join.joined, r.agent.changes = nil, nil, nil, nil, nil, nil
	r.told.kept, r.asked.set, r.tried.words = nil, nil, nil
	r.cust.imported, r.cust.person.Tags, r.api.placed.now = "", []string{"vip"}, nil
}

func record(recording string) call.Record {
	return call.Record{ID: "c1", CallID: "x/y@host", Direction: "inbound", Trunk: "carrier", Caller: "13812345678", Called: "4001234567",
		Script: "member", Version: 2, Language: "en", Began: noon, Answered: noon.Add(time.Second), Ended: noon.Add(time.Minute),
		State: call.Finished, Outcome: "agent", EndedBy: "them", Recording: recording, Entries: []call.Entry{
			{Seq: 1, At: noon, Kind: call.EntryRecording, Text: recording, Why: "always"},
			{Seq: 2, At: noon, Kind: call.EntryHeard, Turn: 1, Text: "a person, please", Intent: "human", Timing: &call.Timing{Reply: 480}},
			{Seq: 3, At: noon, Kind: call.EntryTransfer, Text: "sip:13987654321@pbx"},
		}}
}

// answer is what came back.
type answer struct {
	code int
	head http.Header
	body string
}

func (r *rig) send(role access.Role, method, path, body string, heads ...string) answer {
	r.t.Helper()
	w := httptest.NewRecorder()
	q := httptest.NewRequest(method, Prefix+path, strings.NewReader(body))
	if body != "" {
		q.Header.Set("Content-Type", "application/json")
	} else {
		q.Body = http.NoBody
	}
	if role != "" {
		q.Header.Set("Authorization", "Bearer "+r.keys[role])
	}
	for i := 0; i < len(heads); i += 2 {
		q.Header.Set(heads[i], heads[i+1])
	}
	r.api.ServeHTTP(w, q)
	return answer{w.Code, w.Result().Header, w.Body.String()}
}

// problemOf checks that an answer is a problem of RFC 9457, and gives it.
func problemOf(t *testing.T, a answer) (p struct {
	Status                  int
	Title, Detail, Instance string
	Errors                  []struct{ Message, Location string }
}) {
	t.Helper()
	if err := json.NewDecoder(bytes.NewBufferString(a.body)).Decode(&p); err != nil || a.head.Get("Content-Type") != "application/problem+json" ||
		p.Status != a.code || p.Title == "" || p.Detail == "" || p.Instance == "" {
		t.Errorf("%d %s is no problem: %s", a.code, a.head.Get("Content-Type"), a.body)
	}
	return p
}

// fakeFollowUps holds one of each state.
type fakeFollowUps struct{}

func (fakeFollowUps) FollowUps(_ context.Context, q FollowUpQuery) ([]FollowUp, error) {
	all := []FollowUp{
		{ID: "c1.feedback", Call: "c1", Number: "+8613812345678", Kind: "feedback", Why: "first_complaint", Opened: noon, Due: noon.Add(time.Hour), Told: noon.Add(time.Hour)},
		{ID: "c1.complaint", Call: "c1", Number: "+8613812345678", Kind: "complaint", Opened: noon, Due: noon.Add(24 * time.Hour)},
	}
	i := slices.IndexFunc(all, func(f FollowUp) bool { return f.ID == q.After })
	all = all[i+1:]
	return all[:min(q.Limit, len(all))], nil
}

func (f fakeFollowUps) Settle(_ context.Context, id string, s customer.Settlement) (FollowUp, error) {
	switch id {
	case "c1.complaint":
		return FollowUp{ID: id, Call: "c1", Number: "+8613812345678", Kind: "complaint", Opened: noon, Due: noon.Add(24 * time.Hour), Settled: noon, Settlement: s}, nil
	case "c1.feedback":
		return FollowUp{}, ErrConflict
	}
	return FollowUp{}, ErrNotFound
}
