package transcript

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// Result is how a test went. Failures is empty when it passed.
type Result struct {
	Test     Test
	Failures []string
	entries  []entry
}

// Passed tells whether everything was as expected.
func (r Result) Passed() bool { return len(r.Failures) == 0 }

// Run plays a test against a script. The error is the detector's or ctx's; what
// the script did wrong is in the Result.
func Run(ctx context.Context, s *dialog.Script, u Understander, t Test) (Result, error) {
	l := newLine(dialog.NewMachine(s, t.With, t.Seed), u, t.Clock)
	r := &run{line: l, result: Result{Test: t}}
	if t.Script != "" && t.Script != s.ID {
		r.fail(t.Line, "the test is for script %q, this is %q", t.Script, s.ID)
	}
	if err := l.tell(ctx, dialog.Answered{}); err != nil {
		return r.result, err
	}
	for _, step := range t.Steps {
		if err := r.step(ctx, step); err != nil {
			return r.result, err
		}
	}
	if limit := t.DeadAir; l.air.worst > orTwo(limit) {
		r.fail(t.Line, "the caller heard nothing for %s, at most %s is allowed", l.air.worst, orTwo(limit))
	}
	r.result.entries = l.entries
	return r.result, nil
}

func orTwo(d time.Duration) time.Duration {
	if d == 0 {
		return 2 * time.Second
	}
	return d
}

type run struct {
	*line
	result Result
	since  int // entry after the caller's last act
	seen   int // entry up to which bot steps have looked
}

func (r *run) fail(at int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.result.Failures = append(r.result.Failures, fmt.Sprintf("%s:%d: %s", r.result.Test.File, at, text))
	r.note("✗", text)
}

func (r *run) step(ctx context.Context, s Step) error {
	if r.state.ended && s.Kind != "bot" && s.Kind != "expect" {
		r.fail(s.Line, "the call is over: %s cannot happen", s.Kind)
		return nil
	}
	switch s.Kind {
	case "bot":
		return r.bot(ctx, s)
	case "expect":
		if err := r.quiet(ctx); err != nil {
			return err
		}
		r.expect(s)
		return nil
	case "caller":
		if err := r.quiet(ctx); err != nil {
			return err
		}
		return r.speak(ctx, s.Text, dialog.ReadingTime(s.Text)/2)
	case "barge_in":
		if err := r.advance(ctx, 700*time.Millisecond); err != nil {
			return err
		}
		if len(r.speech.queue) == 0 {
			r.fail(s.Line, "there is nothing to interrupt: nothing is being said")
		}
		return r.speak(ctx, s.Text, 400*time.Millisecond)
	}
	r.since = len(r.entries)
	return r.happen(ctx, s)
}

// what is a step's value in words.
func (s Step) what() string {
	switch {
	case s.For > 0:
		return s.For.String()
	case len(s.Say) > 0:
		return strings.Join(s.Say, " ")
	}
	return s.Text
}

// happen is what befalls a call apart from words.
func (r *run) happen(ctx context.Context, s Step) error {
	r.note("caller", "("+strings.TrimSpace(s.Kind+" "+s.what())+")")
	switch s.Kind {
	case "press":
		if err := r.advance(ctx, 300*time.Millisecond); err != nil {
			return err
		}
		for i := range len(s.Text) {
			if err := r.tell(ctx, dialog.Pressed{Digit: s.Text[i]}); err != nil {
				return err
			}
			if err := r.advance(ctx, 200*time.Millisecond); err != nil {
				return err
			}
		}
		return nil
	case "silence": // it begins when the prompt has been heard
		if err := r.run(ctx, false); err != nil {
			return err
		}
		return r.advance(ctx, s.For)
	case "noise":
		for _, e := range []dialog.Event{dialog.SpeechStarted{}, dialog.SpeechEmpty{}} {
			if err := r.tell(ctx, e); err != nil {
				return err
			}
			if err := r.advance(ctx, 300*time.Millisecond); err != nil {
				return err
			}
		}
		return nil
	case "transfer":
		if err := r.quiet(ctx); err != nil {
			return err
		}
		if !r.state.away {
			r.fail(s.Line, "no transfer is under way")
		}
		r.state.away = false
		return r.tell(ctx, dialog.TransferEnded{OK: s.Text == "ok", Back: s.Text == "ok", Reason: s.Text})
	case "fetch":
		return r.fetch(ctx, s)
	case "llm":
		return r.llm(ctx, s)
	case "deaf":
		return r.tell(ctx, dialog.Deaf{Why: s.Text})
	case "mute":
		return r.tell(ctx, dialog.Mute{Why: s.Text})
	default: // hangup
		r.state.ended = true
		return r.tell(ctx, dialog.HungUp{By: "them"})
	}
}

// speak lets the caller say something: a sound, words so far, the whole turn.
func (r *run) speak(ctx context.Context, text string, takes time.Duration) error {
	r.since = len(r.entries)
	r.note("caller", text)
	takes = min(takes, 5*time.Second)
	half := text[:len(text)/2]
	half = strings.ToValidUTF8(half[:strings.LastIndex(half, " ")+1], "")
	for _, e := range []dialog.Event{dialog.SpeechStarted{}, dialog.Partial{Text: half}, dialog.Heard{Text: text}} {
		if err := r.tell(ctx, e); err != nil {
			return err
		}
		if _, last := e.(dialog.Heard); last {
			return nil
		}
		if err := r.advance(ctx, takes/2); err != nil {
			return err
		}
	}
	return nil
}

// bot expects a node to have been passed or to be the present one.
func (r *run) bot(ctx context.Context, s Step) error {
	if err := r.quiet(ctx); err != nil {
		return err
	}
	node := r.m.Node()
	for i := r.seen; i < len(r.entries); i++ {
		if e := r.entries[i]; e.visit && e.node == s.Text {
			r.seen = i + 1
			return nil
		}
	}
	if node != s.Text {
		r.fail(s.Line, "expected node %q, the conversation is at %q", s.Text, node)
	}
	r.seen = len(r.entries)
	return nil
}

func (r *run) expect(s Step) {
	for _, key := range vocabulary.Names("expect") {
		want, ok := s.Expect[key]
		if !ok {
			continue
		}
		if key == "said" {
			r.expectSaid(s.Line, want)
			continue
		}
		got := r.state.facts[key]
		for _, w := range want {
			switch {
			case key == "ended" && (w == "true" || w == "false"):
				if r.state.ended != (w == "true") {
					r.fail(s.Line, "ended: expected %s, got %v", w, r.state.ended)
				}
			case !slices.Contains(got, w):
				r.fail(s.Line, "%s: expected %q, got %s", key, w, show(got))
			}
		}
	}
}

// expectSaid looks for a text in what was said since the caller's last act.
func (r *run) expectSaid(at int, want []string) {
	var said []string
	for _, e := range r.entries[r.since:] {
		if e.said {
			said = append(said, e.text)
		}
	}
	for _, w := range want {
		if !strings.Contains(strings.Join(said, " "), w) {
			r.fail(at, "said: expected %q, got %s", w, show(said))
		}
	}
}

func show(all []string) string {
	if len(all) == 0 {
		return "nothing"
	}
	return fmt.Sprintf("%q", all)
}

// String is the conversation as it went, with a mark at each failure.
func (r Result) String() string {
	var b strings.Builder
	verdict := "ok"
	if !r.Passed() {
		verdict = "FAILED"
	}
	fmt.Fprintf(&b, "%s: %s\n", verdict, r.Test.Name)
	for _, e := range r.entries {
		where := ""
		if e.said {
			where = "[" + e.node + "] "
		}
		fmt.Fprintf(&b, "  %8s  %s%s\n", e.who, where, e.text)
	}
	for _, f := range r.Failures {
		b.WriteString(f + "\n")
	}
	return b.String()
}
