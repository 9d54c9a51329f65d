package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/store"
)

// The numbers of routes/hotline.en.yaml.
const (
	shopLine   = "+448001110001"
	paperLine  = "+448001110002"
	careLine   = "+448001110003"
	surveyLine = "+448001110004"
	talkLine   = "+448001110009" // to a script that asks how many
)

// alwaysOpen is the table of routes that ships, open at any hour: tests run when
// they run.
func alwaysOpen(t *testing.T) string {
	t.Helper()
	text := read(t, filepath.Join("..", "..", "routes", "hotline.en.yaml"))
	for _, c := range [][2]string{
		{"  mon-fri: 08:00-20:00\n  sat: 09:00-17:00\n", "  mon-sun: 00:00-24:00\n"},
		{"holidays: [2026-12-25..2026-12-28, 2027-01-01]\n", ""},
	} {
		if !strings.Contains(text, c[0]) {
			t.Fatalf("routes/hotline.en.yaml has no %q", c[0])
		}
		text = strings.Replace(text, c[0], c[1], 1)
	}
	return text
}

// enquiries is a rule for the one number that the table that ships does not know.
const enquiries = "  - {id: enquiries, when: called.number == '" + talkLine + "', to: {script: enquiry}}\n"

// enquiryScript asks how many, and knows nobody to hand over to.
const enquiryScript = `script: enquiry
language: en
defaults: {turns: none}
slots:
  pieces: {type: number, min: 1, max: 100000, retry: How many?}
nodes:
  ask:  {stage: need, say: How many would you like?, ask: pieces, go: told}
  told: {stage: need, set: {enquiry.quantity: "{{pieces}}"}, say: Anything else?, go: {affirm: ask, deny: bye}}
  bye:  {stage: close, say: Goodbye., end: true}
`

// hotline starts a server with the table that ships. Callers wait in each of its
// queues for the agents, which are YAML; brief is how long one may listen.
func hotline(t *testing.T, o setup, brief, agents string) *server {
	t.Helper()
	table := strings.Replace(alwaysOpen(t), "\nrules:\n", "\nrules:\n"+enquiries, 1)
	file := filepath.Join(t.TempDir(), "hotline.en.yaml")
	write(t, file, table)
	o.more += fmt.Sprintf("routes: %s\ncallers: {country: GB, currency: GBP}\nqueues:\n", file)
	for _, q := range []string{"service", "newcomers", "seniors", "technicians", "supervisors", "sales", "service-west"} {
		o.more += fmt.Sprintf("  %s: {ring: 60s, brief: %s, wrap_up: 0s, unstaffed: false, announce: {first: 0s}}\n", q, brief)
	}
	if agents != "" {
		o.more += "agents:\n" + agents
	}
	if o.speech == "" {
		o.speech = "{asr: {engine: none}, tts: {en: flite/slt}}"
	}
	o.scripts = map[string]string{"enquiry.yaml": enquiryScript}
	return start(t, o)
}

// seed writes what happened before the server starts into its store.
func seed(t *testing.T, data string, fill func(ctx context.Context, s *store.Store)) {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(data, "records.db"), "GB")
	if err != nil {
		t.Fatal(err)
	}
	fill(t.Context(), s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// knows puts customers into a store.
func knows(ctx context.Context, t *testing.T, s *store.Store, all ...customer.Profile) {
	t.Helper()
	for i := range all {
		all[i].Source = "seed"
		all[i].Updated = time.Now()
	}
	if _, err := s.Upsert(ctx, all...); err != nil {
		t.Fatal(err)
	}
}

// worth is a customer with a value in pounds.
func worth(name, number string, pounds int64) customer.Profile {
	return customer.Profile{Name: name, Numbers: []string{number}, Value: customer.Money{Cents: pounds * 100, Currency: "GBP"}}
}

// called puts a call that ended into a store: where its caller was in the end, and
// what it was about.
func called(ctx context.Context, t *testing.T, s *store.Store, id, from string, began time.Time, lines ...call.Entry) {
	t.Helper()
	r := call.Record{
		ID: id, CallID: id + "@seed", Direction: "inbound", Trunk: "local", Caller: from, Called: careLine, Script: "routes/default.en",
		Began: began, Answered: began.Add(time.Second), Ended: began.Add(20 * time.Second), State: call.Finished, EndedBy: "them",
	}
	for i, e := range lines {
		e.Seq, e.At = i+1, began.Add(time.Duration(i+2)*time.Second)
		r.Entries = append(r.Entries, e)
	}
	if err := s.Finish(ctx, r); err != nil {
		t.Fatal(err)
	}
}

// journal is a call's record so far.
func (s *server) journal(t *testing.T, p *phone) call.Record {
	t.Helper()
	r, err := s.records().Get(t.Context(), p.call.ID)
	if err != nil {
		return call.Record{} // it has not been written yet
	}
	return r
}

// decidedBy waits for a call's first decision.
func (s *server) decidedBy(t *testing.T, p *phone) (at routing.Snapshot) {
	t.Helper()
	until(t, 10*time.Second, "no decision is on record", func() bool {
		for _, e := range s.journal(t, p).Entries {
			if e.Kind == call.EntryRouted {
				var err error
				if at, err = routing.ParseSnapshot(e.Why); err != nil {
					t.Fatal(err)
				}
				return true
			}
		}
		return false
	})
	return at
}

// comesTo waits until a caller stands in a queue.
func (s *server) comesTo(t *testing.T, p *phone, queue string) {
	t.Helper()
	s.line(t, p, 15*time.Second, "to queue "+queue)
}

// line waits for a line of a call's journal that begins so, and gives its time.
func (s *server) line(t *testing.T, p *phone, within time.Duration, text string) (at time.Time) {
	t.Helper()
	defer func() {
		if t.Failed() && at.IsZero() {
			for _, e := range s.journal(t, p).Entries {
				t.Logf("%s %s %s (%.200s)", e.At.Format("05.000"), e.Kind, e.Text, e.Why)
			}
		}
	}()
	until(t, within, "the record does not say "+text, func() bool {
		for _, e := range s.journal(t, p).Entries {
			if at.IsZero() && strings.HasPrefix(e.Text, text) {
				at = e.At
			}
		}
		return !at.IsZero()
	})
	return at
}

// said waits until a caller is told a text.
func said(t *testing.T, s *server, p *phone, text string) {
	t.Helper()
	s.line(t, p, 10*time.Second, text)
}

// encoded is a decision as records hold it.
func encoded(t *testing.T, kept routing.Snapshot) string {
	t.Helper()
	text, err := json.Marshal(kept)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
