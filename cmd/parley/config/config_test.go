package config

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

func testEnv(name string) (string, bool) {
	v, ok := map[string]string{"TRUNK_PASSWORD": "s3cret", "EMPTY": ""}[name]
	return v, ok
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s:\n--- got\n%s--- want\n%s", path, got, want)
	}
}

func TestGoodFiles(t *testing.T) {
	for _, file := range files(t, "testdata/good/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			c, err := LoadFile(file, testEnv)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			dump(&b, "", reflect.ValueOf(c).Elem())
			if strings.Contains(b.String(), "s3cret") {
				t.Error("a secret shows when the configuration is printed")
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".txt", b.String())
		})
	}
}

func TestBadFilesNameLineAndRemedy(t *testing.T) {
	for _, file := range files(t, "testdata/bad/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c, err := Load(bytes.NewReader(text), filepath.Base(file), testEnv)
			var ps Problems
			if !errors.As(err, &ps) || c != nil {
				t.Fatalf("got %v, %v; want Problems", c, err)
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".txt", err.Error()+"\n")
		})
	}
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(found), err)
	}
	return found
}

// dump writes every key and value, one a line.
func dump(b *strings.Builder, path string, v reflect.Value) {
	switch {
	case isScalar(v.Type()):
		fmt.Fprintf(b, "%s = %v\n", path, v.Interface())
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			dump(b, path, v.Elem())
		}
	case v.Kind() == reflect.Struct:
		for _, f := range fieldsOf(v) {
			dump(b, join(path, f.name), f.value)
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			dump(b, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case v.Kind() == reflect.Map && v.Type().Elem().Kind() == reflect.Struct && !isScalar(v.Type().Elem()):
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			dump(b, join(path, k.String()), v.MapIndex(k))
		}
	default:
		fmt.Fprintf(b, "%s = %v\n", path, v.Interface()) // fmt sorts map keys
	}
}

func TestTheSecretItself(t *testing.T) {
	c, err := LoadFile("testdata/good/full.yaml", testEnv)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Trunks[0].Password.Reveal(); got != "s3cret" {
		t.Errorf("password %q", got)
	}
	if got := c.Speech.OpenAI.Key.Reveal(); got != "pa$word" {
		t.Errorf("key %q", got)
	}
	if shown := fmt.Sprintf("%v %+v %#v %s", c.Trunks, c.Trunks, c.Trunks, c.Trunks[0].Password); strings.Contains(shown, "s3cret") {
		t.Errorf("a secret shows: %s", shown)
	}
}

func TestExpand(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                 "plain",
		"a${TRUNK_PASSWORD}b":   "as3cretb",
		"${EMPTY}":              "",
		"${EMPTY:-x}":           "x",
		"${MISSING:-}":          "",
		"${MISSING:-a:b/c}":     "a:b/c",
		"$$":                    "$",
		"$${TRUNK_PASSWORD}":    "${TRUNK_PASSWORD}",
		"costs 5$":              "costs 5$",
		"${MISSING}":            "error: the environment variable MISSING is not set",
		"${1}":                  "error: ${ is not followed by a variable's name and }",
		"${TRUNK_PASSWORD:+no}": "error: ${ is not followed by a variable's name and }",
	} {
		got, err := expand(in, testEnv)
		if err != nil {
			got = "error: " + err.text
		}
		if got != want {
			t.Errorf("expand(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestProblemPointsAtTheNearestWrittenSection(t *testing.T) {
	c, err := LoadFile("testdata/good/full.yaml", testEnv)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"numbers.9196":      "testdata/good/full.yaml:28:45: x",
		"speech.asr.second": "testdata/good/full.yaml:23:13: x",
		"speech.cache":      "testdata/good/full.yaml:18:3: x",
		"nothing":           "testdata/good/full.yaml:1:1: x",
	} {
		if got := c.Problem(path, "", "x").Error(); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestMissingFileSaysWhatToDo(t *testing.T) {
	_, err := LoadFile(filepath.Join(t.TempDir(), "none.yaml"), testEnv)
	if err == nil || !strings.Contains(err.Error(), "name the configuration with -c FILE") {
		t.Error(err)
	}
}

// The reference and the struct are one: the file is generated, and no key goes
// without a word of explanation.
func TestReferenceIsUpToDate(t *testing.T) {
	var b bytes.Buffer
	if err := Reference(&b); err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../../docs/configuration.md")
	if err != nil || !bytes.Equal(have, b.Bytes()) {
		t.Errorf("docs/configuration.md is stale (%v): run go generate ./cmd/parley/config", err)
	}
	everyKey(t, "", reflect.TypeFor[Config]())
}

func everyKey(t *testing.T, path string, of reflect.Type) {
	for _, f := range fieldsOf(reflect.New(of).Elem()) {
		at := join(path, f.name)
		if f.tag.Get("doc") == "" {
			t.Errorf("%s has no doc tag", at)
		}
		if (f.tag.Get("min") == "") != (f.tag.Get("max") == "") {
			t.Errorf("%s has only one of min and max", at)
		}
		if in := inner(f.value.Type()); in != nil {
			everyKey(t, at, in)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml"} {
		found, _ := filepath.Glob(pattern)
		for _, file := range found {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Load(bytes.NewReader(text), "f", testEnv)
		var ps Problems
		if (c == nil) == (err == nil) || (err != nil && !errors.As(err, &ps)) {
			t.Fatalf("%v, %v", c, err)
		}
		for _, p := range ps {
			if p.Line < 1 || p.Column < 1 {
				t.Fatalf("no position: %v", p)
			}
		}
	})
}
