package segment

import (
	_ "embed"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

//go:embed default.yaml
var shipped string

// Book holds the named groups and the strategies, in the order of the file.
type Book struct {
	Name       string
	Groups     []Group
	Strategies []Strategy
}

// Group is a segment with a name. Expressions may name it; a group those above it.
type Group struct {
	Name string
	*Segment
}

// Strategy says what to do for the customers of a segment.
type Strategy struct {
	Name   string
	When   *Segment
	Do     []string      // of Deeds
	Within time.Duration // from when the customer is found to be in the segment
}

// Deeds are what a strategy can ask for.
var Deeds = []string{"agent", "call", "sms", "email", "coupon", "tiered_offer", "new_product", "points", "care", "observe"}

// Codes of what the loader refuses, beside those of strictyaml.
const (
	BadExpression strictyaml.Code = "bad-expression"
	Twice         strictyaml.Code = "defined-twice"
)

// Default is the book that ships.
func Default() (*Book, error) { return Load(strings.NewReader(shipped), "segments (shipped)") }

// loader reads a book and gathers every problem on the way.
type loader struct {
	strictyaml.Reader
	book *Book
}

// Load reads a file of groups and strategies; name stands in the messages. Every
// problem is in the one error, of type strictyaml.Problems.
func Load(in io.Reader, name string) (*Book, error) {
	l := &loader{Reader: strictyaml.Reader{Kind: strictyaml.Kind{Name: "file of segments", Head: "segments: name", Page: "docs/portraits.md"}}, book: &Book{}}
	l.Begin(name)
	root := l.Parse(in)
	if root == nil {
		return nil, l.Problems()
	}
	parts := map[string]*yaml.Node{}
	l.Block(root, "the file", "the file", []string{"segments", "groups", "strategies"}, func(key string, _, v *yaml.Node) { parts[key] = v })
	if v := parts["segments"]; v != nil {
		l.book.Name = l.Name(v, "segments")
	} else if l.Sound() {
		l.Wrong(root, "begin with segments: name", "the file has no name")
	}
	if v := parts["groups"]; v != nil {
		l.Entries(v, "groups", l.group)
	}
	if v := parts["strategies"]; v != nil {
		for _, item := range strictyaml.Items(v) {
			l.strategy(item)
		}
	}
	if !l.Sound() {
		return nil, l.Problems()
	}
	return l.book, nil
}

func (l *loader) group(name string, k, v *yaml.Node) {
	if _, taken := label.Find(name); taken || name == clusterName || strings.ContainsAny(name, ".-") {
		l.Wrong(k, "give it a name of its own, in letters, digits and underscores", "a group cannot be called %q", name)
		return
	}
	if s := l.segment(v, name); s != nil {
		l.book.Groups = append(l.book.Groups, Group{name, s})
	}
}

// segment reads an expression, which sees the groups above it.
func (l *loader) segment(v *yaml.Node, what string) *Segment {
	text := l.Text(v, what)
	if text == "" {
		return nil
	}
	s, err := compile(text, l.book.Groups)
	var f *Fault
	if errors.As(err, &f) {
		l.Fault(BadExpression, l.Within(v, f.Offset), f.Hint, "%s", f.Text)
		return nil
	}
	return s
}

func (l *loader) strategy(n *yaml.Node) {
	var s Strategy
	seen := map[string]bool{}
	if !l.Block(n, "strategy", "a strategy", []string{"name", "when", "do", "within"}, func(key string, _, v *yaml.Node) {
		switch seen[key] = true; key {
		case "name":
			s.Name = l.Name(v, key)
		case "when":
			s.When = l.segment(v, key)
		case "do":
			for _, item := range strictyaml.Items(v) {
				s.Do = append(s.Do, l.Word(item, key, Deeds))
			}
		case "within":
			s.Within = l.span(v, key)
		}
	}) {
		return
	}
	for _, key := range []string{"name", "when", "do", "within"} {
		if !seen[key] {
			l.Wrong(n, "see docs/portraits.md for the smallest strategy", "the strategy has no %q", key)
		}
	}
	if slices.ContainsFunc(l.book.Strategies, func(o Strategy) bool { return o.Name == s.Name }) {
		l.Fault(Twice, n, "give one of them another name", "there are two strategies %q", s.Name)
	}
	l.book.Strategies = append(l.book.Strategies, s)
}

// span reads hours or days, 1h to 90d.
func (l *loader) span(v *yaml.Node, what string) time.Duration {
	text := l.Text(v, what)
	if text == "" {
		return 0
	}
	unit := map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour}[text[len(text)-1]]
	n, err := strconv.Atoi(text[:len(text)-1])
	if d := time.Duration(n) * unit; err == nil && n > 0 && n <= 90*24 && d > 0 && d <= 90*24*time.Hour {
		return d
	}
	l.Wrong(v, "write hours or days: 2h, 3d; at most 90d", "%s cannot be %q", what, text)
	return 0
}

func (b *Book) group(name string) *Group {
	for i := range b.Groups {
		if b.Groups[i].Name == name {
			return &b.Groups[i]
		}
	}
	return nil
}

// GroupNames lists the groups.
func (b *Book) GroupNames() (names []string) {
	for _, g := range b.Groups {
		names = append(names, g.Name)
	}
	return names
}

// Strategy is the first whose segment a customer is in at now, false for none.
func (b *Book) Strategy(r Row, now time.Time) (Strategy, bool) {
	f := b.ask(r, now)
	for _, s := range b.Strategies {
		if s.When.cond.True(f) {
			return s, true
		}
	}
	return Strategy{}, false
}
