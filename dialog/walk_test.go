package dialog

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

const walked = `script: walked
defaults: {silence: [{after: 5s, say: Still there?}], no_match: {then: person}}
slots: {code: {type: digits, retry: Four digits please.}}
always: {human: {match: [person], say: Of course., go: person}}
nodes:
  hello:
    stage: opening
    say: Hello.
    again: Well?
    when: [{if: known(code), go: bye}]
    go: {affirm: {say: Good., go: ask}, else: {when: [{if: known(code), say: Thanks., go: ask}], go: stay}}
    keys: {1: affirm, 2: ask}
    silence: [{after: 4s, say: Are you there?, end: true}]
    no_match: {say: Pardon?, then: ask}
  ask: {stage: need, ask: code, go: bye}
  pause: {stage: need, wait: 2s, go: bye}
  bye: {stage: close, say: Goodbye., end: true}
  person: {stage: handoff, transfer: {queue: q, on_fail: {say: Nobody., go: bye}}}
`

func TestWaysAreAllOfThem(t *testing.T) {
	s, err := Load(strings.NewReader(walked), "walked")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range s.Ways() {
		from, to := "*", "-"
		if w.From != nil {
			from = w.From.Name
		}
		if n := s.Leads(w); n != nil {
			to = n.Name
		}
		if s.Ends(w) {
			to = "end"
		}
		got = append(got, from+" "+w.key()+" "+to)
		if at := s.Pos(w.Path...); at.Line == 0 && w.On != OnTurns {
			t.Errorf("no place for %v", w.Path)
		}
	}
	want := []string{"hello when.1 bye", "hello go.affirm ask", "hello go.else hello", "hello go.else ask", "hello keys.1 ask", "hello keys.2 ask", "hello silence.1 end",
		"hello no_match ask", "ask go.filled bye", "pause wait bye", "person on_fail bye", "* always.human person",
		"* silence.1 -", "* no_match person", "* turns person"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Every text of the file that is said is a prompt.
func TestPromptsAreAllOfThem(t *testing.T) {
	s, err := Load(strings.NewReader(walked), "walked")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, p := range s.Prompts() {
		for _, l := range p.Lines {
			said[l.Text.Source] = p.Key
		}
	}
	for text, key := range map[string]string{"Hello.": "say", "Well?": "again", "Good.": "go.affirm", "Are you there?": "silence.1",
		"Pardon?": "no_match", "Nobody.": "on_fail", "Goodbye.": "say", "Four digits please.": "slots.code.retry",
		"Of course.": "always.human", "Still there?": "silence.1", "One moment, please.": "defaults.slow"} {
		if said[text] != key {
			t.Errorf("%q: got key %q, want %q", text, said[text], key)
		}
	}
}

// Places are those of the file, also for what stands in brackets.
func TestPlaces(t *testing.T) {
	s, err := Load(strings.NewReader(walked), "walked")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"nodes hello go affirm":          "11:10",
		"nodes hello go affirm nothing":  "11:10",
		"nodes hello silence 0":          "13:15",
		"nodes":                          "5:1",
		"defaults silence 0 say":         "2:34",
		"fallback person on_fail at all": "",
	} {
		at := s.Pos(strings.Fields(path)...)
		got := ""
		if at.Line > 0 {
			got = strings.TrimPrefix(Problem{File: "x", Line: at.Line, Column: at.Column}.Error(), "x:")
			got = strings.TrimSuffix(got, ": ")
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if got := s.Source(s.Pos("nodes", "bye")); !strings.HasPrefix(got, "  bye: {stage") {
		t.Errorf("%q", got)
	}
}

func TestReadingTime(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 0, "abcd": 260 * time.Millisecond, "您好": 440 * time.Millisecond} {
		if got := ReadingTime(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// What the samples read aloud has no hole.
func TestReadFillsWithExamples(t *testing.T) {
	for _, name := range []string{"../scripts/member-callback.en.yaml", "../scripts/member-callback.zh.yaml"} {
		if _, err := os.Stat(name); err != nil {
			t.Fatal(err)
		}
		s, err := LoadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.Prompts() {
			for _, l := range p.Lines {
				if text := s.Read(l); strings.Contains(text, "{{") || text == "" && l.Clip == "" {
					t.Errorf("%s %v: %q", name, p.Path, text)
				}
			}
		}
	}
}
