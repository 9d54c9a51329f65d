package scripts_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/dialog/intent/overlap"
	"github.com/parley-voice/parley/dialog/lint"
	"github.com/parley-voice/parley/dialog/transcript"
	"github.com/parley-voice/parley/scripts"
)

// maxPack is how long a pack may be: what is longer is not read before it is used.
const maxPack = 150

// situations are what befalls every pack sooner or later. Each is told from what
// happens in a test, so that a test needs no mark beyond its own words.
var situations = []struct {
	name string
	is   func(conversation) bool
}{
	{"the happy way (ended: completed)", func(c conversation) bool { return c.expects("ended", "completed") && len(c.meant) > 1 }},
	{"a refusal (ended: declined)", func(c conversation) bool { return c.expects("ended", "declined") }},
	{"never call again (opt_out)", func(c conversation) bool { return c.expects("opt_out", "") && slices.Contains(c.meant, "stop_calling") }},
	{"a complaint (tag: complaint)", func(c conversation) bool {
		return c.expects("tag", "complaint") && slices.Contains(c.meant, "complaint")
	}},
	{"silence to the end (ended: no_input)", func(c conversation) bool { return c.has("silence", "") && c.expects("ended", "no_input") }},
	{"noise", func(c conversation) bool { return c.has("noise", "") }},
	{"a person who comes (transfer: ok)", func(c conversation) bool {
		return slices.Contains(c.meant, "human") && c.has("transfer", "ok") && c.expects("ended", "transferred")
	}},
	{"a failed transfer (ended: transfer_failed)", func(c conversation) bool {
		return c.expects("ended", "transfer_failed") && c.expects("tag", "callback")
	}},
	{"two turns running that were not understood", func(c conversation) bool {
		for i := 0; i+1 < len(c.meant); i++ {
			if c.meant[i] == "" && c.meant[i+1] == "" {
				return true
			}
		}
		return false
	}},
}

// conversation is a test as it went.
type conversation struct {
	transcript.Test
	meant []string // what each turn was understood as, "" for nothing
}

func (c conversation) has(kind, text string) bool {
	return slices.ContainsFunc(c.Steps, func(s transcript.Step) bool { return s.Kind == kind && (text == "" || s.Text == text) })
}

// expects tells whether the test asks for a fact; any value will do for "".
func (c conversation) expects(key, value string) bool {
	return slices.ContainsFunc(c.Steps, func(s transcript.Step) bool {
		return len(s.Expect[key]) > 0 && (value == "" || slices.Contains(s.Expect[key], value))
	})
}

// listener notes what was understood.
type listener struct {
	transcript.Understander
	meant []string
}

func (l *listener) Understand(ctx context.Context, q dialog.Query) (dialog.Intent, error) {
	in, err := l.Understander.Understand(ctx, q)
	l.meant = append(l.meant, in.Name)
	return in, err
}

// packs are the scripts that authors begin from.
func packs(t *testing.T) []string {
	t.Helper()
	all, err := fs.Glob(scripts.FS, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(name string) bool { return strings.HasSuffix(name, ".test.yaml") })
}

// TestPacks holds every pack to what an author may expect of a beginning: short,
// without a finding, and tried in all that befalls a call.
func TestPacks(t *testing.T) {
	for _, name := range packs(t) {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(data, []byte("\n")); n > maxPack {
				t.Errorf("%d lines, at most %d", n, maxPack)
			}
			s, err := dialog.LoadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			measured, err := overlap.Find(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range append(lint.Check(s, lint.Options{Recorded: true}), measured...) {
				t.Errorf("%s: %v", f.Severity, f.Problem)
			}
			conversations := held(t, s, strings.TrimSuffix(name, ".yaml")+".test.yaml")
			for _, want := range situations {
				if !slices.ContainsFunc(conversations, want.is) {
					t.Errorf("no test has %s", want.name)
				}
			}
		})
	}
}

// Authors find a pack by the table of the tools' page, in both languages.
func TestPacksAreTold(t *testing.T) {
	page, err := os.ReadFile("../docs/script-tools.md")
	if err != nil {
		t.Fatal(err)
	}
	all := packs(t)
	for _, name := range all {
		pack, language, _ := strings.Cut(strings.TrimSuffix(name, ".yaml"), ".")
		other := map[string]string{"en": "zh", "zh": "en"}[language]
		if language == "" { // both in one
			if s, err := dialog.LoadFile(name); err != nil || len(s.Languages()) < 2 {
				t.Errorf("%s is of no language: %v", name, err)
			}
		} else if !slices.Contains(all, pack+"."+other+".yaml") {
			t.Errorf("%s has no pack in %s", name, other)
		}
		if !bytes.Contains(page, []byte("| `"+pack+"` |")) {
			t.Errorf("docs/script-tools.md does not list %s among the packs", pack)
		}
	}
}

// held plays the tests of a pack.
func held(t *testing.T, s *dialog.Script, file string) []conversation {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tests, err := transcript.Load(f, file)
	if err != nil {
		t.Fatal(err)
	}
	detect, err := intent.New(s)
	if err != nil {
		t.Fatal(err)
	}
	var all []conversation
	for _, test := range tests {
		ear := &listener{Understander: detect}
		if _, err := transcript.Run(t.Context(), s, ear, test); err != nil {
			t.Fatal(err)
		}
		all = append(all, conversation{test, ear.meant})
	}
	return all
}

// A Chinese voice reads no English: menus and questions back are made from
// labels, and an intent without one is called by its name.
func TestChinesePacksSpeakChinese(t *testing.T) {
	for _, name := range packs(t) {
		if !strings.HasSuffix(name, ".zh.yaml") {
			continue
		}
		s, err := dialog.LoadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.FixedLines() {
			if at := strings.IndexFunc(p.Text, func(r rune) bool { return r <= unicode.MaxASCII && unicode.IsLetter(r) }); at >= 0 {
				t.Errorf("%s says %q", name, p.Text)
			}
		}
	}
}

// What the law wants told is told to the end, and nothing before the caller has
// proved who they are: fixed wording is no use when it can be talked over.
func TestFinancePacksAreHeardWhole(t *testing.T) {
	found := 0
	for _, name := range packs(t) {
		s, err := dialog.LoadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if s.Market.Fixed == nil {
			continue
		}
		found++
		for _, n := range s.Nodes {
			if told := slices.Contains(n.Effects.Tags, "risk_told"); told && n.Protect != dialog.ProtectAll {
				t.Errorf("%s: the risk notice of %s can be interrupted", name, n.Name)
			} else if told {
				found++
			}
		}
		if len(s.Defaults.BargeIn.Always) > 0 {
			t.Errorf("%s: %q interrupt what is protected", name, s.Defaults.BargeIn.Always)
		}
	}
	if found < 8 {
		t.Errorf("%d finance packs and risk notices", found)
	}
}
