package graph

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog"
)

var update = flag.Bool("update", false, "write the golden files")

func load(t *testing.T, name string) Graph {
	t.Helper()
	s, err := dialog.LoadFile("../../scripts/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return Of(s)
}

func TestMermaid(t *testing.T) {
	s, err := dialog.LoadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got := Of(s).Mermaid()
	if *update {
		if err := os.WriteFile("testdata/small.mmd", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/small.mmd")
	if err != nil || got != string(want) {
		t.Errorf("%v; got\n%s", err, got)
	}
}

// Every node, its words and each way out of it stand in the drawing, which is
// XML; boxes do not lie upon each other, and lines end at boxes.
func TestSVG(t *testing.T) {
	for _, name := range []string{"member-callback.en", "member-callback.zh", "line-test/echo"} {
		g := load(t, name)
		svg := g.SVG()
		if svg != load(t, name).SVG() {
			t.Errorf("%s is drawn differently each time", name)
		}
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		for _, b := range g.Boxes {
			if !strings.Contains(svg, ">"+b.Name+"</text>") {
				t.Errorf("%s: node %s is not drawn", name, b.Name)
			}
		}
		boxes, width, height := g.layout()
		for i, a := range boxes {
			if a.x < 0 || a.y < titleSpace || a.x+a.w > width || a.y+a.h > height {
				t.Errorf("%s: %s lies outside of the page", name, a.Name)
			}
			for _, b := range boxes[:i] {
				if a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
					t.Errorf("%s: %s lies upon %s", name, a.Name, b.Name)
				}
			}
			for _, line := range a.says {
				if wide(line) > textWidth+2 {
					t.Errorf("%s: %q does not fit", name, line)
				}
			}
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		most  int
		want  string
	}{
		{"one two three four", 9, 3, "one two |three |four"},
		{"onetwothreefour five", 6, 5, "onetwo|threef|our |five"},
		{"感谢您的时间，再见。", 12, 3, "感谢您的时间，|再见。"},
		{"one two three four five six", 9, 2, "one two |three …"},
		{"", 9, 2, ""},
	} {
		if got := strings.Join(wrap(c.in, c.width, c.most), "|"); got != c.want {
			t.Errorf("%q in %d: got %q, want %q", c.in, c.width, got, c.want)
		}
	}
}
