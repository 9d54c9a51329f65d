package transcript

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog"
)

// Words that stand for an answer that is none.
const (
	answerLate   = "late"   // nothing comes until the deadline
	answerBroken = "broken" // the other side cannot be reached, or breaks off
)

// answer reads what another system says: values, an HTTP status, late or broken.
func (l *loader) answer(v *yaml.Node) string {
	if v.Kind == yaml.ScalarNode {
		status, err := strconv.Atoi(v.Value)
		if v.Value != answerLate && v.Value != answerBroken && (err != nil || status < 100 || status > 599) {
			l.wrong(v, "write the values of the answer, an HTTP status, late or broken", "the answer cannot be %q", v.Value)
		}
		return v.Value
	}
	var values any
	if err := v.Decode(&values); err != nil {
		l.wrong(v, "write names and values", "the answer cannot be read: %v", err)
		return ""
	}
	out, err := json.Marshal(values)
	if err != nil {
		l.wrong(v, "use words as names", "the answer cannot be JSON: %v", err)
	}
	return string(out)
}

// sentences reads what a model says: a text, a list of sentences, late or broken.
func (l *loader) sentences(v *yaml.Node) []string {
	var all []string
	list := []*yaml.Node{v}
	if v.Kind == yaml.SequenceNode {
		list = v.Content
	}
	for _, item := range list {
		if item.Kind != yaml.ScalarNode || item.Value == "" {
			l.wrong(item, "write a sentence, late or broken", "llm has no words")
			continue
		}
		all = append(all, item.Value)
	}
	return all
}

func (l *loader) clock(v *yaml.Node) time.Time {
	t, err := time.Parse("2006-01-02T15:04", v.Value)
	if err != nil {
		l.wrong(v, "write it like 2026-03-05T10:00", "clock cannot be %q", v.Value)
	}
	return t
}

// fetch answers the lookup that is under way.
func (r *run) fetch(ctx context.Context, s Step) error {
	id := r.state.fetch
	if id == 0 {
		r.fail(s.Line, "no lookup is under way")
		return nil
	}
	r.state.fetch = 0
	answer := dialog.Fetched{ID: id, Status: 200, Body: []byte(s.Text)}
	status, err := strconv.Atoi(s.Text)
	switch {
	case s.Text == answerLate:
		return r.pastDeadline(ctx)
	case s.Text == answerBroken:
		answer = dialog.Fetched{ID: id, Why: "unreachable"}
	case err == nil:
		answer = dialog.Fetched{ID: id, Status: status}
	}
	return r.tell(ctx, answer)
}

// llm lets the model say its sentences, one every half second.
func (r *run) llm(ctx context.Context, s Step) error {
	id := r.state.compose
	if id == 0 {
		r.fail(s.Line, "no model is asked")
		return nil
	}
	say := s.Say
	if len(say) == 0 { // typed
		say = []string{s.Text}
	}
	for _, text := range say {
		switch text {
		case answerLate:
			return r.pastDeadline(ctx)
		case answerBroken:
			return r.tell(ctx, dialog.Composed{ID: id, Done: true, Why: "broke off"})
		}
		if err := r.advance(ctx, 500*time.Millisecond); err != nil {
			return err
		}
		if err := r.tell(ctx, dialog.Composed{ID: id, Text: text}); err != nil {
			return err
		}
	}
	return r.tell(ctx, dialog.Composed{ID: id, Done: true})
}

// pastDeadline lets time pass until nobody waits for the answer any more.
func (r *run) pastDeadline(ctx context.Context) error {
	for range 50 {
		at, waits := r.timers[dialog.TimerErrand]
		if !waits || r.state.ended {
			return nil
		}
		if err := r.advance(ctx, at.Sub(r.now)); err != nil {
			return err
		}
	}
	return nil
}

// asked tells whether all has been said and another system has yet to answer.
func (l *line) asked() bool {
	_, waits := l.timers[dialog.TimerErrand]
	return waits && l.state.fetch != 0 && len(l.speech.queue) == 0
}
