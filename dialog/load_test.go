package dialog

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// smallest is the smallest script that loads.
const smallest = "script: tiny\nnodes:\n  hello: {stage: close, say: Hello., end: true}\n"

func TestSmallest(t *testing.T) {
	s, err := Load(strings.NewReader(smallest), "tiny.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s.ID != "tiny" || s.Version != 1 || s.Language != "en" || len(s.Nodes) != 1 {
		t.Errorf("%+v", s.Head)
	}
	if n, ok := s.Node("hello"); !ok || n.Exit.End != "hello" || n.Say[0].Text.Source != "Hello." {
		t.Errorf("%+v", n)
	}
}

// TestYesIsAWord holds YAML 1.2: yes, no, on and off are words, not truths.
func TestYesIsAWord(t *testing.T) {
	s, err := Load(strings.NewReader("script: no\nintents: {yes: {keywords: [yes, on, 010]}}\nnodes:\n  off: {stage: need, say: no, go: {yes: off}}\n"), "x")
	if err != nil {
		t.Fatal(err)
	}
	if s.ID != "no" || s.Intents[0].Keywords[2] != "010" || s.Nodes[0].Say[0].Text.Source != "no" {
		t.Errorf("%+v", s)
	}
}

// TestQuestions holds YAML 1.2: a question mark is a part of a text in brackets.
func TestQuestions(t *testing.T) {
	_, bad := Load(strings.NewReader("script: x\nintents: {what?: {keywords: [why?, \"so?\", who? me]}}\nnodes: {a: {stage: need, say: [Really?, Is it?], again: Well?, end: true}} # why?\n"), "x")
	if bad == nil || !strings.Contains(bad.Error(), `x:2:11: "what?" cannot be a name`) {
		t.Fatalf("%v", bad)
	}
	s, err := Load(strings.NewReader("script: x\nintents: {what: {keywords: [why?, \"so?\", who? me]}}\nnodes: {a: {stage: need, say: [Really?, Is it?], again: Well?, end: true}} # why?\n"), "x")
	if err != nil {
		t.Fatal(err)
	}
	if n := s.Nodes[0]; n.Say[0].Text.Source != "Really?" || n.Say[1].Text.Source != "Is it?" || n.Again[0].Text.Source != "Well?" {
		t.Errorf("%+v", n)
	}
	if k := s.Intents[0].Keywords; k[0] != "why?" || k[1] != "so?" || k[2] != "who? me" {
		t.Errorf("%q", k)
	}
}

func TestProblems(t *testing.T) {
	node := "script: x\nnodes:\n  a:\n    stage: need\n"
	for _, c := range []struct{ name, yaml, where, text, hint string }{
		{"unknown key", node + "    sya: Hello\n    end: true\n", "t:5:5", `a node has no key "sya"`, `did you mean "say"?`},
		{"unknown top key", smallest + "intent: {}\n", "t:4:1", `the script block has no key "intent"`, `did you mean "intents"?`},
		{"unknown node", node + "    go: by\n  bye: {stage: close, end: true}\n", "t:5:9", `there is no node "by"`, `did you mean "bye"?`},
		{"unknown intent", node + "    go: {prize: a}\nintents: {price: {keywords: [p]}}\n", "t:5:10", `there is no intent "prize"`, `did you mean "price"?`},
		{"unknown slot", node + "    ask: x\n    go: a\n", "t:5:10", `there is no slot "x"`, "define it under slots"},
		{"unknown variable", node + "    say: Hello {{custmer.name}}\n    end: true\nneeds: {customer.name: {}}\n", "t:5:10", `there is no variable "custmer.name"`, `did you mean "customer.name"?`},
		{"unknown stage", "script: x\nnodes:\n  a: {stage: oppening, end: true}\n", "t:3:14", `stage cannot be "oppening"`, `did you mean "opening"?`},
		{"no stage", "script: x\nnodes:\n  a: {end: true}\n", "t:3:3", `node "a" has no stage`, "add stage"},
		{"duplicate key", node + "    end: true\n    end: true\n", "t:6:5", `"end" stands twice in this block, first in line 5`, "keep one"},
		{"duplicate node", node + "    end: true\n  a: {stage: need, end: true}\n", "t:6:3", `"a" stands twice`, ""},
		{"nowhere", node + "    say: Hello\n", "t:3:3", `node "a" leads nowhere`, "add go"},
		{"two ways", node + "    go: a\n    end: true\n", "t:3:3", `more than one of go, end`, ""},
		{"empty text", node + "    say:\n    end: true\n", "t:5:9", "say is empty", "give it a value"},
		{"list for text", node + "    stage2: x\n    end: [a]\n", "t:6:10", "end must be a text, not a list", ""},
		{"bad duration", "script: x\nanswer: {after: 2}\nnodes: {a: {stage: need, end: true}}\n", "t:2:17", `after cannot be "2"`, "700ms"},
		{"open brace", node + "    say: Hello {{name\n    end: true\n", "t:5:10", `"{{" is never closed`, "write {{name}}"},
		{"bad phrase", smallest + "always: {a: {match: [\"(b|c\"], go: hello}}\n", "t:4:22", `leaves a bracket open`, "(a|b)"},
		{"all-matching phrase", smallest + "always: {a: {match: [\"[b] *\"], go: hello}}\n", "t:4:22", `would match anything`, ""},
		{"mute intent", smallest + "intents: {a: {label: x}}\n", "t:4:11", `intent "a" can never be understood`, "examples"},
		{"fetch without url", node + "    fetch: {deadline: 1s}\n    go: a\n", "t:5:12", "fetch has no url", "add url"},
		{"fetch leads nowhere", node + "    fetch: {url: \"https://x.org/\"}\n", "t:5:12", "fetch leads nowhere", "add go"},
		{"fetch and listen", node + "    fetch: {url: \"https://x.org/\"}\n    go: {affirm: a}\n", "t:5:12", "a node that fetches cannot listen", "next node"},
		{"host from a caller", node + "    fetch: {url: \"https://{{heard}}/\"}\n    go: a\n", "t:5:18", "url cannot be", "https://host/path"},
		{"half a host from a caller", node + "    fetch: {url: \"https://x.{{heard}}/\"}\n    go: a\n", "t:5:18", "the host of url cannot be a variable", ""},
		{"port from a caller", node + "    fetch: {url: \"https://x.org:{{heard}}/\"}\n    go: a\n", "t:5:18", "the host of url cannot be a variable", ""},
		{"password in a url", node + "    fetch: {url: \"https://a:b@x.org/\"}\n    go: a\n", "t:5:18", "url has a password in it", "secret"},
		{"file", node + "    fetch: {url: \"file:///etc/passwd\"}\n    go: a\n", "t:5:18", "url cannot be", ""},
		{"credentials in a script", node + "    fetch: {url: \"https://x.org/\", headers: {Authorization: x}}\n    go: a\n", "t:5:46", `a script cannot set the header "Authorization"`, "secret: name"},
		{"body of a GET", node + "    fetch: {url: \"https://x.org/\", method: GET, body: {a: b}}\n    go: a\n", "t:5:55", "GET has no body", "POST"},
		{"long deadline", node + "    fetch: {url: \"https://x.org/\", deadline: 1m}\n    go: a\n", "t:5:46", "deadline cannot be 1m0s", "10s"},
		{"path", node + "    fetch: {url: \"https://x.org/\", into: {b: a..c}}\n    go: a\n", "t:5:46", `the path cannot be "a..c"`, "order.items"},
		{"type of a field", node + "    fetch: {url: \"https://x.org/\", into: {b: {path: c, type: int}}}\n    go: a\n", "t:5:62", `type cannot be "int"`, "number"},
		{"failure that stays", node + "    fetch: {url: \"https://x.org/\", on_fail: {say: Sorry.}}\n    go: a\n", "t:5:45", "on_fail leads nowhere", "add go or end"},
		{"model without a fallback", node + "    llm: {goal: Talk.}\n    go: a\n", "t:5:10", "llm has no fallback", "when the model fails"},
		{"model that ends", node + "    llm: {goal: Talk., fallback: Hm.}\n    end: true\n", "t:6:10", "end does not go with llm", "next node"},
		{"forbidden nonsense", node + "    llm: {goal: Talk., fallback: Hm., forbid: [/(/]}\n    go: a\n", "t:5:48", `"/(/" cannot be forbidden`, "RE2"},
		{"first after last", node + "    llm: {goal: Talk., fallback: Hm., first: 5s, deadline: 2s}\n    go: a\n", "t:5:10", "llm has 5s for the first sentence and 2s for all", "shorter"},
		{"slot without options", smallest + "slots: {a: {type: choice}}\n", "t:4:9", `slot "a" has no options`, "add options"},
		{"one option", smallest + "slots: {a: {type: choice, options: [b]}}\n", "t:4:36", "a choice among 1 is none", "at least two"},
		{"option twice", smallest + "slots: {a: {type: choice, options: [b, b]}}\n", "t:4:36", `the option "b" stands twice`, "keep one"},
		{"key of another type", smallest + "slots: {a: {type: date, length: 4}}\n", "t:4:33", "length means nothing for a slot of type date", "it is for digits"},
		{"bad bound", smallest + "slots: {a: {type: date, min: tomorrow}}\n", "t:4:30", `min cannot be "tomorrow"`, "2006-01-02"},
		{"no number", smallest + "slots: {a: {type: amount, max: lots}}\n", "t:4:32", `max cannot be "lots"`, "write a number"},
		{"bounds swapped", smallest + "slots: {a: {type: number, min: 9, max: 1}}\n", "t:4:40", "max 1 is below min 9", "swap"},
		{"keyed name", smallest + "slots: {a: {type: name, input: [speech, dtmf]}}\n", "t:4:32", "a name cannot be keyed in", "input: speech"},
		{"mute read back", smallest + "slots: {a: {type: date, confirm: Right?}}\n", "t:4:34", "confirm does not say the value", "{{value}}"},
		{"option's key", node + "    ask: c\n    keys: {2: a}\n    go: a\nslots: {c: {type: choice, options: [x, y]}}\n", "t:5:10", `key 2 is the option "y" of slot "c"`, "above 2"},
		{"unknown mood", node + "    mood: {impatent: a}\n    go: {affirm: a}\n", "t:5:12", `a mood has no key "impatent"`, `did you mean "impatient"?`},
		{"mood unheard", node + "    mood: {angry: handoff}\n    end: true\n", "t:5:11", "listens to nobody", "with go or ask"},
		{"mood forbidden", node + "    mood: {angry: handoff}\n    go: {affirm: a}\ndefaults: {mood: false}\n", "t:5:12", "moods are not judged in this script", "mood: false"},
		{"mood in a condition", node + "    when: [{if: mood == 'cross', go: a}]\n    go: {affirm: a}\n", "t:5:25", `there is no value of mood "cross"`, "known: angry"},
		{"short endpoint", node + "    endpoint: 10ms\n    end: true\n", "t:5:15", "endpoint cannot be 10ms", "100ms to 3s"},
		{"circle", "script: x\nnodes:\n  a: {stage: need, go: b}\n  b: {stage: need, say: Hi, go: a}\n", "t:4:33", "a → b → a lead in a circle that never waits", "listen"},
		{"self", node + "    go: a\n", "t:5:9", "a → a lead in a circle", ""},
		{"transfer to two", node + "    transfer: {queue: a, agent: b}\n", "t:5:15", "a transfer must go to one place, this one names 2", "exactly one"},
		{"header", node + "    transfer: {queue: a, headers: {From: x}}\n", "t:5:36", `"From" cannot be a header here`, "X-Intent"},
		{"sip with a space", node + "    transfer: {sip: \"sip:a b@c\"}\n", "t:5:21", `sip cannot be "sip:a b@c"`, "sip:name@host"},
		{"clip outside", node + "    say: {clip: ../../etc/passwd.wav}\n    end: true\n", "t:5:17", `clip cannot be "../../etc/passwd.wav"`, "in the script's folder"},
		{"absolute clip", node + "    say: {clip: /etc/x.wav}\n    end: true\n", "t:5:17", `clip cannot be "/etc/x.wav"`, ""},
		{"not a wav", node + "    say: {clip: x.mp3}\n    end: true\n", "t:5:17", `clip cannot be "x.mp3"`, "WAV"},
		{"anchor", "script: &a x\nnodes: {a: {stage: need, say: *a, end: true}}\n", "t:1:9", "anchors (&) and aliases (*) are not part of the language", "write the value out"},
		{"tag", "script: !!str x\n", "t:1:9", "tags are not part of the language", ""},
		{"two documents", smallest + "---\nscript: y\n", "t:4:1", "there is a second document", "remove the \"---\""},
		{"empty", "# nothing\n", "t", "the file is empty", "script: name"},
		{"a list", "- a\n", "t:1:1", "script must be a block of keys, not a list", ""},
		{"tab", node + "\tsay: x\n", "t:5:2", "this is not YAML", "indent with spaces"},
		{"braces in a flow", node + "    say: [{text: Code {{code}}, today}]\n    end: true\n", "t:5:5", "this is not YAML", "in quotes"},
		{"colon in a flow", "script: x\nnodes:\n  a: {stage: need, say: Note: this, end: true}\n  b: {stage: need, end: true}\n", "t:3:3", "this is not YAML", "put texts with :"},
		{"complex key", "script: x\n? [a]\n: b\n", "t:2:3", "a key must be a word", ""},
		{"language", "script: x\nlanguage: en_US\nnodes: {a: {stage: need, end: true}}\n", "t:2:11", `language cannot be "en_US"`, "BCP 47"},
		{"no prompts", "script: x\nlanguage: fr\nnodes: {a: {stage: need, end: true}}\n", "t:2:11", `no built-in prompts for the language "fr"`, ""},
		{"fallback with variable", smallest + "fallback: {last: \"Bye {{heard}}\"}\n", "t:4:18", "fallback.last must be a fixed text", "rendered ahead"},
		{"keys", node + "    keys: {12: a}\n", "t:5:12", `a key cannot be "12"`, "0 to 9"},
		{"key to nothing", node + "    keys: {1: b}\n", "t:5:15", `no intent of this node and no node "b"`, ""},
		{"length", smallest + "slots: {n: {type: digits, length: 8-4}}\n", "t:4:35", `length cannot be "8-4"`, "4-8"},
		{"missing parts", "version: 2\n", "t:1:1", `the script has no "script"`, ""},
		{"condition on nothing", node + "    when: [{if: custmer.aov > 1, end: true}]\n    end: true\nneeds: {customer.aov: {type: number}}\n", "t:5:17", `there is no variable "custmer.aov"`, `did you mean "customer.aov"?`},
		{"condition of the wrong kind", node + "    say: [{if: 'name > 5', text: Hi}]\n    end: true\nneeds: {name: {}}\n", "t:5:22", "> does not go with text and number", "type under needs"},
		{"condition on no node", node + "    end: true\ngrade: {grade: A, if: reached(b)}\n", "t:6:31", `there is no node "b"`, `did you mean "a"?`},
		{"condition on no intent", node + "    end: true\ngrade: {grade: A, if: intent == 'agree'}\n", "t:6:33", `there is no value of intent "agree"`, "known: affirm"},
		{"no condition", node + "    when: [{if: name, end: true}]\n    end: true\nneeds: {name: {}}\n", "t:5:17", "this is a text, it is not true or false", "compare it"},
		{"expression in a text", node + "    say: \"It is {{ aov * 2 + x }} now.\"\n    end: true\nneeds: {aov: {type: number}}\n", "t:5:30", `there is no variable "x"`, "needs"},
		{"time that cannot be said", node + "    say: \"{{ call.day - call.day }}\"\n    end: true\n", "t:5:10", "this cannot be said", "days_between"},
		{"case after the last", node + "    when: [{go: b}, {if: true, go: b}]\n  b: {stage: need, end: true}\n", "t:5:12", "are never tried", "put it last"},
		{"nowhere but when", node + "    when: [{if: known(intent), go: b}]\n  b: {stage: need, end: true}\n", "t:3:3", `node "a" leads nowhere`, ""},
		{"circle by when", "script: x\nnodes:\n  a: {stage: need, when: [{if: known(intent), go: b}], end: true}\n  b: {stage: need, go: a}\n", "t:4:24", "a → b → a lead in a circle", ""},
		{"grade", node + "    end: true\ngrade: [{grade: E}]\n", "t:6:17", `grade cannot be "E"`, "did you mean"},
		{"example of the wrong type", smallest + "needs: {n: {type: number, example: lots}}\n", "t:4:36", `"lots" is not a number`, "42.5"},
		{"default of the wrong type", smallest + "needs: {n: {type: flag, default: perhaps}}\n", "t:4:34", `"perhaps" is not true or false`, "write true or false"},
		{"type", smallest + "needs: {n: {type: numbre}}\n", "t:4:19", `type cannot be "numbre"`, `did you mean "number"?`},
		{"reserved", "script: x\nnodes: {stay: {stage: need, end: true}}\n", "t:2:9", `"stay" is a word of the language`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(strings.NewReader(c.yaml), "t")
			var ps Problems
			if !errors.As(err, &ps) {
				t.Fatalf("no problems: %v", err)
			}
			for _, p := range ps {
				got := p.Error()
				if strings.HasPrefix(got, c.where+": ") && strings.Contains(got, c.text) && strings.Contains(got, c.hint) {
					return
				}
			}
			t.Errorf("no problem at %s that says %q and %q:\n%v", c.where, c.text, c.hint, err)
		})
	}
}

// TestAllAtOnce holds that one Load tells everything that is wrong.
func TestAllAtOnce(t *testing.T) {
	data, err := os.ReadFile("testdata/broken.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Load(bytes.NewReader(data), "broken.yaml")
	got := err.Error() + "\n"
	if *update {
		if err := os.WriteFile("testdata/broken.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/broken.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the report differs (go test -run AllAtOnce -update writes it anew):\n%s", differ(string(want), got))
	}
}

func TestClips(t *testing.T) {
	dir := t.TempDir()
	path := dir + "/s.yaml"
	script := "script: x\nnodes:\n  a: {stage: close, say: [{clip: here.wav}, {clip: gone.wav}], end: true}\n"
	for name, data := range map[string]string{path: script, dir + "/here.wav": "RIFF"} {
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := LoadFile(path)
	if err == nil || !strings.Contains(err.Error(), `s.yaml:3:52: clip "gone.wav": no such file`) || strings.Contains(err.Error(), "here.wav\":") {
		t.Errorf("%v", err)
	}
	if _, err := LoadFile(dir + "/none.yaml"); err == nil || !strings.Contains(err.Error(), "none.yaml: cannot be read") {
		t.Errorf("%v", err)
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"../scripts/member-callback.en.yaml", "../scripts/member-callback.zh.yaml", "testdata/nasty.yaml", "testdata/broken.yaml"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, s := range []string{smallest, "", "a: *b", "- - - [", "{{", "script: x\nnodes: {a: {stage: close, say: \"{{b\", end: }}", "? a", "a: &a [*a]", "\ufeffscript: x", "a: !!binary x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Load(bytes.NewReader(data), "fuzz.yaml")
		if (s == nil) == (err == nil) {
			t.Fatal("neither a script nor a problem, or both")
		}
		if err != nil {
			if err.Error() == "" {
				t.Fatal("a problem without words")
			}
			return
		}
		s.FixedLines()
		m := NewMachine(s, nil, 1)
		now := time.Unix(0, 0)
		for _, e := range []Event{Answered{}, Heard{Text: "yes"}, Spoken{Say: 100}, Fired{Timer: TimerSilence}, Pressed{Digit: '1'}, Deaf{}, Spoken{Say: 200}, Pressed{Digit: '2'}} {
			m.Step(now, e)
		}
	})
}
