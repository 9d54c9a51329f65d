package demo

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/scripts"
)

func TestShared(t *testing.T) {
	for _, c := range []struct {
		said, heard string
		want        float64
	}{
		{"Hello Robert. It's me!", "hello, robert its me", 1},
		{"one two three four", "four three", .5},
		{"one one one", "one", 1. / 3},
		{"", "anything", 0},
		{"黑色的手表", "黑色手表", .8},
	} {
		if got := shared(c.said, c.heard); got != c.want {
			t.Errorf("shared(%q, %q) = %v, want %v", c.said, c.heard, got, c.want)
		}
	}
}

// The stories fit the scripts that ship: word for word, each line is understood
// and the last one leads to a person.
func TestStoriesFitTheScripts(t *testing.T) {
	for _, language := range Languages() {
		t.Run(language, func(t *testing.T) {
			st := stories[language]
			f, err := scripts.FS.Open(st.script + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			s, err := dialog.Load(f, st.script)
			if err != nil {
				t.Fatal(err)
			}
			rules, err := intent.New(s)
			if err != nil {
				t.Fatal(err)
			}
			p := &player{t: t, rules: rules, m: dialog.NewMachine(s, nil, 1), now: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)}
			p.tell(dialog.Answered{})
			for i, line := range st.lines {
				p.understood = ""
				p.tell(dialog.Heard{Text: line})
				if p.understood == "" {
					t.Errorf("%q is not understood in %s", line, p.m.Node())
				}
				if (p.transfer != "") != (i == len(st.lines)-1) {
					t.Fatalf("after %q: transfer %q", line, p.transfer)
				}
			}
			if len(st.lines) < wantTurns {
				t.Errorf("%d lines cannot make %d turns", len(st.lines), wantTurns)
			}
			if !slices.Contains(p.stages, "opening") || !slices.Contains(p.stages, "need") || !slices.Contains(p.stages, "offer") {
				t.Errorf("stages: %v", p.stages)
			}
		})
	}
}

// player drives a machine with perfect ears and a voice that takes no time.
type player struct {
	t          *testing.T
	rules      *intent.Detector
	m          *dialog.Machine
	now        time.Time
	understood string
	transfer   string
	stages     []string
}

func (p *player) tell(e dialog.Event) {
	p.now = p.now.Add(time.Second)
	for _, a := range p.m.Step(p.now, e) {
		switch a := a.(type) {
		case dialog.Say:
			p.tell(dialog.Spoken{Say: a.ID})
		case dialog.Understand:
			in, err := p.rules.Understand(p.t.Context(), a.Query)
			if err != nil {
				p.t.Fatal(err)
			}
			p.understood = in.Name
			p.tell(dialog.Meant{Turn: a.Turn, Intent: in})
		case dialog.Moved:
			p.stages = append(p.stages, a.Stage)
		case dialog.Transfer:
			p.transfer = a.Queue
		}
	}
}

func TestVerdict(t *testing.T) {
	recording := filepath.Join(t.TempDir(), "a.wav")
	if err := os.WriteFile(recording, make([]byte, 100), 0o600); err != nil {
		t.Fatal(err)
	}
	good := func() Result {
		r := Result{Record: call.Record{ID: "a", State: call.Finished, Outcome: "transferred", Recording: recording}}
		for range wantTurns {
			r.Record.Entries = append(r.Record.Entries, call.Entry{Kind: call.EntryHeard, Text: "x", Intent: "price", Timing: &call.Timing{Reply: 500, Endpoint: 400, Decode: 100}})
		}
		r.customer = side{said: "the black watch", heard: "on friday"}
		r.operator = side{said: "on friday", heard: "the black watch"}
		return r
	}
	if r := good(); !r.OK() {
		t.Errorf("%+v", r.checks())
	}
	for name, spoil := range map[string]func(*Result){
		"a turn not understood":       func(r *Result) { r.Record.Entries[2].Intent = "" },
		"supervisor heard nothing":    func(r *Result) { r.operator.heard = "" },
		"customer heard nothing":      func(r *Result) { r.customer.heard = "hm" },
		"record not finished":         func(r *Result) { r.Record.State = call.Interrupted },
		"recording empty":             func(r *Result) { _ = os.Truncate(recording, 44) },
		"no recording":                func(r *Result) { r.Record.Recording = "" },
		"the customer's call failed":  func(r *Result) { r.customer.err = errors.New("SIP 486") },
		"the supervisor's call broke": func(r *Result) { r.operator.err = errors.New("gone") },
	} {
		if err := os.WriteFile(recording, make([]byte, 100), 0o600); err != nil {
			t.Fatal(err)
		}
		r := good()
		spoil(&r)
		if r.OK() {
			t.Errorf("%s passes", name)
		}
		var b strings.Builder
		r.Write(term.Printer{W: &b}, "records.db", "parley calls show a")
		if !strings.Contains(b.String(), "\nno  ") {
			t.Errorf("%s: the table does not show it:\n%s", name, b.String())
		}
	}
}
