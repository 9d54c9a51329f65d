package call

import (
	"context"
	"errors"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// understand asks the detector what a turn meant, aside and under a deadline.
func (s *Session) understand(ctx context.Context, a dialog.Understand) {
	s.state.asked++
	s.turn.asked = a.Turn
	limit, detector := s.desk.deps.Config.Understand, s.mind.script.Detector
	if detector == nil {
		s.box.offer(understood{turn: a.Turn, err: errors.New("the script has no detector")})
		return
	}
	s.spawn("detector", func(why string) event { return understood{turn: a.Turn, err: errors.New(why)} }, func() {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		began := time.Now()
		intent, err := detector.Understand(ctx, a.Query)
		s.box.post(understood{turn: a.Turn, intent: intent, took: ms(time.Since(began)), err: err})
	})
}

// onUnderstood is the detector's answer. A turn that is no longer the last one
// asked about is stale; a detector that failed has understood nothing.
func (s *Session) onUnderstood(ctx context.Context, now time.Time, e understood) {
	s.state.asked--
	if e.turn != s.turn.asked {
		s.desk.count.stale.Add(1)
		return
	}
	if e.err != nil {
		s.rung(now, "detector", "the turn counts as not understood: "+e.err.Error())
		e.intent = dialog.Intent{Why: e.err.Error()}
	}
	s.turn.timing.Understand = e.took
	timing := s.turn.timing
	s.j.amend(s.turn.seq, func(entry *Entry) {
		entry.Intent, entry.Score = e.intent.Name, e.intent.Score
		if e.intent.Why != "" {
			entry.Why = join(entry.Why, s.written(e.intent.Why))
		}
		entry.Timing = &timing
	})
	misses := s.mind.course.live.NoMatches
	s.tell(ctx, now, dialog.Meant{Turn: e.turn, Intent: e.intent})
	if e.intent.Name == "" {
		return
	}
	s.learn(func(l *Live) {
		l.Intent = e.intent.Name
		if l.NoMatches == misses { // the script could make something of it
			l.NoMatches = 0
		}
	})
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
