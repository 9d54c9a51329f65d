package dialog

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// folder makes a file system of names and texts.
func folder(texts ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for i := 0; i+1 < len(texts); i += 2 {
		files[texts[i]] = &fstest.MapFile{Data: []byte(texts[i+1])}
	}
	return files
}

const including = "script: main\ninclude: [shared/a.part.yaml, b.part.yaml]\nnodes:\n  hello: {stage: opening, say: \"Hello {{name}}.\", go: {price: bye, rest: bye}}\n"

func TestInclude(t *testing.T) {
	s, err := LoadFS(folder(
		"main.yaml", including,
		"shared/a.part.yaml", "# prices\ninclude: b.part.yaml\nneeds: {name: {example: Jo}}\nintents: {price: {keywords: [price]}}\nasides: {hours: {keywords: [hours], say: Nine to five.}}\n",
		"b.part.yaml", "intents: {rest: {keywords: [rest]}}\nslots: {n: {type: digits}}\nalways: {human: {match: [person], priority: 3, go: bye}}\nnodes:\n  bye: {stage: close, say: {clip: shared/bye.wav}, end: true}\n",
		"shared/bye.wav", "RIFF"), "main.yaml", "scripts/main.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Intents) != 2 || len(s.Slots) != 1 || len(s.Always) != 1 || len(s.Asides) != 1 || len(s.Nodes) != 2 || s.Nodes[0].Name != "hello" {
		t.Errorf("%+v", s)
	}
	if at := s.Pos("nodes", "bye", "say"); at != (Pos{"scripts/b.part.yaml", 5, 23}) || !strings.Contains(s.Source(at), "bye: {stage") {
		t.Errorf("%+v %q", at, s.Source(at))
	}
	if got := fmt.Sprint(s.Files()); got != "[b.part.yaml shared/a.part.yaml shared/bye.wav]" {
		t.Error(got)
	}
}

func TestIncludeFaults(t *testing.T) {
	main := func(list string) string { return smallest + "include: " + list + "\n" }
	for _, c := range []struct {
		name  string
		files fstest.MapFS
		want  []string
	}{
		{"outside", folder("m.yaml", main("../a.part.yaml")), []string{`d/m.yaml:4:10: include cannot be "../a.part.yaml"; name a file in the script's folder`}},
		{"absolute", folder("m.yaml", main("/etc/a.part.yaml")), []string{`include cannot be "/etc/a.part.yaml"`}},
		{"no part", folder("m.yaml", main("a.yaml")), []string{`include cannot be "a.yaml"; call it name.part.yaml`}},
		{"not there", folder("m.yaml", main("a.part.yaml")), []string{`d/m.yaml:4:10: include "a.part.yaml": file does not exist`}},
		{"circle", folder("m.yaml", main("a.part.yaml"), "a.part.yaml", "include: [b.part.yaml]\n", "b.part.yaml", "\ninclude:\n  - a.part.yaml\n"),
			[]string{"d/b.part.yaml:3:5: the files include each other: m.yaml → a.part.yaml → b.part.yaml → a.part.yaml"}},
		{"itself", folder("m.yaml", main("a.part.yaml"), "a.part.yaml", "include: a.part.yaml\n"), []string{"d/a.part.yaml:1:10: the files include each other"}},
		{"twice", folder("m.yaml", main("[a.part.yaml, a.part.yaml]"), "a.part.yaml", "intents: {price: {keywords: [price]}}\n"), nil},
		{"two of a name", folder("m.yaml", main("[a.part.yaml]"), "a.part.yaml", "\nnodes: {hello: {stage: close, end: true}}\n"),
			[]string{`d/a.part.yaml:2:9: there is another node "hello" in d/m.yaml:3; keep one of them`}},
		{"a key that parts do not have", folder("m.yaml", main("a.part.yaml"), "a.part.yaml", "script: a\n"), []string{`d/a.part.yaml:1:1: a part has no key "script"`}},
		{"faults of both, in order", folder("m.yaml", "script: m\ninclude: a.part.yaml\nnodes: {hello: {stage: close, ende: true, end: true}}\n", "a.part.yaml", "nodes:\n  b: {stage: close, say: \"{{x + nothing}}\", end: true}\n"),
			[]string{`d/m.yaml:3:31: a node has no key "ende"`, `d/a.part.yaml:2:29: there is no variable "x"`, "\n  2 |   b: {stage"}},
		{"no YAML", folder("m.yaml", main("a.part.yaml"), "a.part.yaml", "a:\n\tb\n"), []string{"d/a.part.yaml:2:2: this is not YAML"}},
		{"empty", folder("m.yaml", main("a.part.yaml"), "a.part.yaml", "# nothing\n"), []string{"d/a.part.yaml: the file is empty"}},
		{"large", folder("m.yaml", main("a.part.yaml"), "a.part.yaml", strings.Repeat("#", MaxBytes+1)), []string{"d/a.part.yaml:1:1048577: the file is larger than 1 MiB"}},
		{"too many", many(40, ""), []string{"more than 32 files are included"}},
		{"too large together", many(6, strings.Repeat("#", MaxBytes-100)), []string{"larger than 4 MiB together"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadFS(c.files, "m.yaml", "d/m.yaml")
			if (err == nil) != (c.want == nil) {
				t.Fatalf("%v", err)
			}
			from := 0
			for _, want := range c.want {
				i := strings.Index(err.Error()[from:], want)
				if i < 0 {
					t.Fatalf("no %q in\n%v", want, err)
				}
				from += i
			}
		})
	}
	if _, err := Load(strings.NewReader(main("a.part.yaml")), "m"); err == nil || !strings.Contains(err.Error(), "was not read from a folder") {
		t.Error(err)
	}
}

func many(n int, filler string) fstest.MapFS {
	files, list := fstest.MapFS{}, []string{}
	for i := range n {
		name := fmt.Sprintf("p%d.part.yaml", i)
		files[name] = &fstest.MapFile{Data: []byte(fmt.Sprintf("intents: {i%d: {keywords: [w%d]}}\n%s", i, i, filler))}
		list = append(list, name)
	}
	files["m.yaml"] = &fstest.MapFile{Data: []byte(smallest + "include: [" + strings.Join(list, ", ") + "]\n")}
	return files
}

// TestIncludeStaysInside holds that a link does not lead out of the folder.
func TestIncludeStaysInside(t *testing.T) {
	out, in := t.TempDir(), t.TempDir()
	if err := os.WriteFile(out+"/a.part.yaml", []byte("intents: {price: {keywords: [price]}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(out+"/a.part.yaml", in+"/a.part.yaml"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in+"/m.yaml", []byte(smallest+"include: a.part.yaml\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadFile(in + "/m.yaml"); err == nil || !strings.Contains(err.Error(), "m.yaml:4:10: include \"a.part.yaml\"") {
		t.Error(err)
	}
}
