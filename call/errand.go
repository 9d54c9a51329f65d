package call

import (
	"context"
	"errors"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// Lookup asks other systems for what a script wants to know. It answers within
// the deadline of the Fetch.
type Lookup interface {
	Fetch(ctx context.Context, f dialog.Fetch) dialog.Fetched
}

// Composer lets a language model write for a script. Each sentence goes to emit
// as soon as it is whole; the error tells why there are no more.
type Composer interface {
	Compose(ctx context.Context, c dialog.Compose, emit func(sentence string)) error
}

type (
	fetched  struct{ answer dialog.Fetched }
	composed struct{ answer dialog.Composed }
)

func (fetched) dispose()  {}
func (composed) dispose() {}

// fetch asks another system, aside. The machine keeps the deadline.
func (s *Session) fetch(ctx context.Context, f dialog.Fetch) {
	lookup := s.desk.deps.Outside.Lookup
	lost := func(why string) event { return fetched{dialog.Fetched{ID: f.ID, Why: why}} }
	if lookup == nil {
		s.box.offer(lost("lookups are not configured"))
		return
	}
	s.spawn("lookup", lost, func() {
		s.box.post(fetched{lookup.Fetch(ctx, f)})
	})
}

// onFetched tells the machine, which drops an answer that comes too late.
func (s *Session) onFetched(ctx context.Context, now time.Time, e fetched) {
	if e.answer.Why != "" {
		s.rung(now, "lookup", e.answer.Why)
	}
	s.tell(ctx, now, e.answer)
}

// compose lets the model write, aside; one at a time.
func (s *Session) compose(ctx context.Context, c dialog.Compose) {
	composer := s.desk.deps.Outside.Composer
	lost := func(why string) event { return composed{dialog.Composed{ID: c.ID, Done: true, Why: why}} }
	s.stopComposing(s.mind.writing.id)
	if composer == nil {
		s.box.offer(lost("no language model is configured"))
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	s.mind.writing = writing{id: c.ID, stop: cancel}
	s.spawn("composer", lost, func() {
		defer cancel()
		err := composer.Compose(ctx, c, func(sentence string) {
			s.box.post(composed{dialog.Composed{ID: c.ID, Text: sentence}})
		})
		done := dialog.Composed{ID: c.ID, Done: true}
		if err != nil && !errors.Is(err, context.Canceled) {
			done.Why = err.Error()
		}
		s.box.post(composed{done})
	})
}

// writing is what a model writes at present.
type writing struct {
	id   int
	stop context.CancelFunc // nil when nothing is being written
}

func (s *Session) stopComposing(id int) {
	if w := s.mind.writing; w.stop != nil && w.id == id {
		w.stop()
		s.mind.writing = writing{}
	}
}

func (s *Session) onComposed(ctx context.Context, now time.Time, e composed) {
	if e.answer.Why != "" {
		s.rung(now, "composer", e.answer.Why)
	}
	s.tell(ctx, now, e.answer)
}
