package dialog

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/parley-voice/parley/dialog/expr"
)

// TestReferenceIsGenerated holds the tables of docs/scripts.md to the loader's
// vocabulary: -update writes them anew.
func TestReferenceIsGenerated(t *testing.T) {
	const path = "../docs/scripts.md"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page, missing := vocabulary.Rewrite(string(data))
	for _, block := range missing {
		t.Errorf("docs/scripts.md has no table of %s: put <!-- keys: %s --> where it belongs", article(block), block)
	}
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if page != string(data) {
		t.Error("the tables of docs/scripts.md are not those of the vocabulary: run go test ./dialog -run Reference -update")
	}
	for _, f := range expr.Functions() {
		if !strings.Contains(page, "`"+f+"(") {
			t.Errorf("docs/scripts.md does not explain the function %q", f)
		}
	}
	for _, words := range [][]string{needTypes, grades, stages, shapes, slotTypes, tenses, inputs, methods, styles, notices, optOuts, echoes, modes, hearings, targets, builtinIntents, builtinVars} {
		for _, w := range words {
			if !strings.Contains(page, "`"+w+"`") {
				t.Errorf("docs/scripts.md does not explain the word %q", w)
			}
		}
	}
}

// TestReferenceLoads loads the examples of docs/scripts.md, put together.
func TestReferenceLoads(t *testing.T) {
	data, err := os.ReadFile("../docs/scripts.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(data), "```yaml\n")
	if len(blocks) < 9 {
		t.Fatalf("%d examples", len(blocks))
	}
	found := 0
	for _, b := range blocks[1:] {
		b, _, _ = strings.Cut(b, "```")
		b = strings.TrimSpace(b) + "\n"
		first, _, _ := strings.Cut(b, ":")
		if first == "test" {
			continue
		}
		found++
		script := "script: example\n"
		if first == "transfer" { // stands in a node
			b = "nodes:\n  nobody: {stage: close, end: true}\n  x:\n    stage: handoff\n    " + strings.ReplaceAll(b, "\n", "\n    ") + "\n"
		}
		if first == "fetch" || first == "llm" {
			b = "nodes:\n  to_person: {stage: close, end: true}\n  ask_order: {stage: close, end: true}\n  x:\n    stage: need\n    go: to_person\n    " +
				strings.ReplaceAll(b, "\n", "\n    ") + "\n"
		}
		for _, need := range []struct{ key, text string }{
			{"intents", "intents: {price: {keywords: [price]}}\n"},
			{"needs", "needs: {customer.name: {}, offer.code: {}, customer.viewed: {}, offer.price: {}, order_no: {}, customer.aov: {type: number}}\n"},
			{"nodes", "nodes: {here: {stage: close, end: true}, to_person: {stage: close, end: true}, offer: {stage: need, outcome: refused, go: {price: here}}}\n"},
		} {
			if !strings.Contains(b, need.key+":") {
				script += need.text
			}
		}
		if first == "nodes" {
			b += "  book: {stage: close, end: true}\n  soft_close: {stage: close, tag: complaint, end: true}\n" +
				"  senior_desk: {stage: close, end: true}\n  to_person: {stage: close, end: true}\n"
		}
		if first == "script" {
			script = ""
		}
		files := folder("x.yaml", script+b, "shared/complaints.part.yaml", "intents: {annoyed: {keywords: [annoyed]}}\n", "offer.wav", "", "hold-music.wav", "")
		if _, err := LoadFS(files, "x.yaml", first); err != nil {
			t.Errorf("the example of %s does not load:\n%s\n%v", first, script+b, err)
		}
	}
	if found < 7 {
		t.Errorf("only %d examples were loaded", found)
	}
}

// TestEveryKeyIsRead gives each key a value of a kind that none takes: a key that
// is in the vocabulary but not in the loader would pass unnoticed.
func TestEveryKeyIsRead(t *testing.T) {
	where := map[string]string{
		"script": "%s: [[]]\n", "answer": "answer: {%s: [[]]}\n", "need": "needs: {a: {%s: [[]]}}\n",
		"defaults": "defaults: {%s: [[]]}\n", "barge_in": "defaults: {barge_in: {%s: [[]]}}\n",
		"rung": "defaults: {silence: [{%s: [[]]}]}\n", "no_match": "defaults: {no_match: {%s: [[]]}}\n",
		"slow": "defaults: {slow: {%s: [[]]}}\n", "turns": "defaults: {turns: {%s: [[]]}}\n",
		"understand": "defaults: {understand: {%s: [[]]}}\n",
		"intent":     "intents: {a: {%s: [[]]}}\n", "always_entry": "always: {a: {%s: [[]]}}\n", "slot": "slots: {a: {%s: [[]]}}\n",
		"node": "nodes: {a: {%s: [[]]}}\n", "line": "nodes: {a: {say: {%s: [[]]}}}\n", "edge": "nodes: {a: {go: {affirm: {%s: [[]]}}}}\n",
		"do": "nodes: {a: {do: {%s: [[]]}}}\n", "transfer": "nodes: {a: {transfer: {%s: [[]]}}}\n",
		"fetch": "nodes: {a: {fetch: {%s: [[]]}}}\n", "field": "nodes: {a: {fetch: {into: {b: {%s: [[]]}}}}}\n",
		"llm":  "nodes: {a: {llm: {%s: [[]]}}}\n",
		"mood": "nodes: {a: {mood: {%s: [[]]}}}\n",
		"echo": "nodes: {a: {echo: {%s: [[]]}}}\n", "fallback": "fallback: {%s: [[]]}\n",
		"aside": "asides: {a: {%s: [[]]}}\n", "part": "%s: [[]]\n", "grade": "grade: [{%s: [[]]}]\n", "case": "nodes: {a: {when: [{%s: [[]]}]}}\n",
	}
	for _, block := range vocabulary {
		form, ok := where[block.Name]
		if !ok {
			t.Errorf("no form for the block %s", block.Name)
			continue
		}
		for _, key := range vocabulary.Names(block.Name) {
			text := strings.Replace(form, "%s", key, 1)
			_, err := Load(strings.NewReader(text), "t")
			if block.Name == "part" {
				files := fstest.MapFS{"t.yaml": {Data: []byte(smallest + "include: p.part.yaml\n")}, "p.part.yaml": {Data: []byte(text)}}
				_, err = LoadFS(files, "t.yaml", "t.yaml")
			}
			var ps Problems
			errors.As(err, &ps)
			if !slices.ContainsFunc(ps, func(p Problem) bool { return strings.Contains(p.Text, "a list") }) {
				t.Errorf("%s: nobody minds a list of lists for %s of %s: %v", strings.TrimSpace(text), key, block.Name, err)
			}
		}
	}
}
