package routes

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/routing/queue"
)

// N5 and what else is heard in mid-call.
func TestMidCall(t *testing.T) {
	for name, c := range map[string]struct {
		known      customer.Facts
		live       call.Live
		rule, to   string
		priority   int
		brief, due string
	}{
		"N5 a first complaint":    {valued(0, 0), call.Live{Said: []string{"Hello.", "I want to make a complaint!"}}, "first_complaint", "supervisors", 90, "Ms Wang; said: I want to make a complaint!; value 0", "follow_up=2026-03-04T13:00:00Z"},
		"another complaint":       {valued(0, 1), call.Live{Said: []string{"terrible service"}}, "another_complaint", "supervisors", 92, "Ms Wang; said: terrible service; complaints 1; open complaints 1", "follow_up=2026-03-04T13:00:00Z"},
		"words of high risk":      {valued(0, 0), call.Live{Said: []string{"I shall call my solicitor"}}, "risk_words", "supervisors", 95, "Ms Wang; value 0; said: I shall call my solicitor", ""},
		"a large enquiry":         {valued(0, 0), call.Live{Set: map[string]string{"enquiry.quantity": "50"}}, "large_enquiry", "sales", 70, "Ms Wang; value 0", ""},
		"a small enquiry":         {valued(0, 0), call.Live{Set: map[string]string{"enquiry.quantity": "49", "nonsense": "x"}}, "", "", 0, "", ""},
		"not understood twice":    {valued(0, 0), call.Live{NoMatches: 2}, "not_understood", "service", 60, "Ms Wang", ""},
		"not understood once":     {valued(0, 0), call.Live{NoMatches: 1}, "", "", 0, "", ""},
		"a word inside of a word": {valued(0, 0), call.Live{Said: []string{"the pursuer"}}, "", "", 0, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			way := hotline(t, &crm{facts: c.known}, nil).Route(t.Context(), from(care)).Course
			off, ok := way.Reroute(noon, c.live)
			if ok != (c.rule != "") {
				t.Fatalf("rerouted %v: %+v", ok, off)
			}
			if !ok {
				return
			}
			if off.Why != "queue "+c.to+" by "+c.rule || off.To.Queue != c.to || off.Standing.Priority != c.priority || off.To.Brief != c.brief || !off.Now {
				t.Errorf("%+v", off)
			}
			if got := off.Notes[len(off.Notes)-1].Text; c.due != "" && got != c.due {
				t.Errorf("due %q", got)
			}
			if off, ok := way.Reroute(noon, c.live); ok {
				t.Errorf("the same rule sends the call on a second time: %+v", off)
			}
		})
	}
}

const plainTable = "routes: r\nqueues: [a]\nrules:\n%s\nduring:\n  - {id: later, at: handoff, when: \"'vip' in tags\", to: {number: +44 20 7946 0001}}\ndefault: {to: {queue: a}}\n"

func table(t *testing.T, rules string, home Home) *Router {
	t.Helper()
	l := shipped(t)
	file := filepath.Join(t.TempDir(), "routes.yaml")
	write(t, file, fmt.Sprintf(plainTable, rules))
	b, err := Open(file, func() routing.Names { return routing.Names{Scripts: l.Shelf().Names()} }, noon)
	if err == nil {
		err = b.Speak(l.Made, home)
	}
	if err != nil {
		t.Fatal(err)
	}
	return NewRouter(Config{Book: b, Scripts: l.Named, Now: func() time.Time { return noon }})
}

func TestEveryKindOfPlace(t *testing.T) {
	r := table(t, `  - {id: spam, when: called.number == '1', to: {reject: 603}}
  - {id: test, when: called.number == '2', to: {script: line-test/echo}}
  - {id: night, when: called.number == '3', to: {voicemail: night}}
  - {id: boss, when: called.number == '4', to: {agent: boss}}
  - {id: friend, when: called.number == '5', to: {agent: friend}}
  - {id: mobile, when: called.number == '6', to: {number: +44 7700 900123}, greeting: One moment.}
  - {id: sip, when: called.number == '7', to: {number: "sip:desk@192.0.2.1"}}`,
		func(agent string) string { return map[string]string{"boss": "a"}[agent] })
	at := func(called string) call.Routed { return r.Route(t.Context(), from(called)) }
	if got := at("1"); got.Reject.Code != 603 || got.Script != nil {
		t.Errorf("%+v", got.Reject)
	}
	if got := at("2"); got.Script == nil || got.Script.ID != "line-test/echo" {
		t.Error("no script")
	}
	night := at("3")
	if text, _ := says(t, night); !strings.Contains(text, "Nobody can take your call") || night.Mailbox != "night" {
		t.Errorf("%q %q", text, night.Mailbox)
	}
	boss := at("4")
	if _, to := says(t, boss); to.Queue != "a" || boss.Standing.Prefer != (queue.Prefer{Agent: "boss", For: time.Minute}) {
		t.Errorf("%+v %+v", to, boss.Standing)
	}
	if _, to := says(t, at("5")); to.Agent != "friend" {
		t.Errorf("%+v", to)
	}
	if got := at("6"); got.First == nil || got.First.SIP != "+447700900123@carrier" {
		t.Errorf("%+v", got.First)
	}
	if got := at("7"); got.First == nil || got.First.SIP != "sip:desk@192.0.2.1" {
		t.Errorf("%+v", got.First)
	}
	off, ok := at("8").Course.Reroute(noon, call.Live{Tags: []string{"vip"}})
	if !ok || off.Now || off.To.SIP != "+442079460001@carrier" {
		t.Errorf("%v %+v", ok, off)
	}
}

// A call keeps the table that it began with; the next one takes the new one.
func TestReloadLeavesCallsInProgress(t *testing.T) {
	r := table(t, "  - {id: none, when: calls_1h > 100, to: {queue: a}}", nil)
	before := r.Route(t.Context(), from("1"))
	b := r.cfg.Book
	data, err := os.ReadFile(b.file)
	if err != nil {
		t.Fatal(err)
	}
	next := strings.NewReplacer("[a]", "[a, b]", "queue: a}}\n", "queue: b}, greeting: Hello again.}\n", "'vip'", "'gold'").Replace(string(data))
	write(t, b.file, next)
	if s, ok := b.Refresh(noon); !ok || s.Wrong != nil {
		t.Fatal(s.Wrong)
	}
	if _, ok := before.Course.Reroute(noon, call.Live{Tags: []string{"vip"}}); !ok {
		t.Error("the call under way follows the new table")
	}
	if text, to := says(t, before); to.Queue != "a" || text == "Hello again." {
		t.Errorf("the call under way says %q and goes to %q", text, to.Queue)
	}
	after := r.Route(t.Context(), from("1"))
	if text, to := says(t, after); to.Queue != "b" || text != "Hello again." {
		t.Errorf("the next call says %q and goes to %q", text, to.Queue)
	}
	if s, ok := b.Named("routes/gone.en"); !ok || s != after.Script {
		t.Error("who comes back to a call of a rule that is gone has no script")
	}
	write(t, b.file, strings.Replace(next, "routes: r\n", "routes: r\nlanguage: fr\n", 1))
	if s, _ := b.Refresh(noon); s.Wrong == nil || !strings.Contains(s.Wrong.Error(), "fr") {
		t.Errorf("a table that nothing can speak is in use: %v", s.Wrong)
	}
	if _, to := says(t, r.Route(t.Context(), from("1"))); to.Queue != "b" {
		t.Error("the refused table is in use")
	}
}

func TestNoticesComeFirst(t *testing.T) {
	r := table(t, "  - {id: none, when: calls_1h > 100, to: {queue: a}}", nil)
	b := r.cfg.Book
	data, err := os.ReadFile(b.file)
	if err != nil {
		t.Fatal(err)
	}
	write(t, b.file, "market: retail.uk\n"+string(data))
	if s, _ := b.Refresh(noon); s.Wrong != nil {
		t.Fatal(s.Wrong)
	}
	got := r.Route(t.Context(), from("1"))
	if text, _ := says(t, got); !strings.Contains(strings.SplitN(text, ".", 2)[0], "recorded") || got.Script.Record {
		t.Errorf("%q, recorded at once %v", text, got.Script.Record)
	}
}
