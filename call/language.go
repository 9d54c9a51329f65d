package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// ears are the recognisers of a language.
func (d *Desk) ears(language string) []Ear {
	if d.deps.Ears == nil {
		return nil
	}
	return d.deps.Ears(language)
}

func noEar(language string) string { return "no recogniser for " + language }

// speakIn goes on in another language: the recogniser is let go, and one that hears
// the language takes its place. What was said to the old one is lost. A call that
// was deaf hears again, if only for want of a recogniser in the language before.
func (s *Session) speakIn(ctx context.Context, now time.Time, language string) {
	s.mind.language, s.j.rec.Language = language, language
	if !s.mind.script.Listens {
		return
	}
	ears := s.desk.ears(language)
	if len(ears) == 0 {
		s.goDeaf(ctx, now, noEar(language))
		return
	}
	e := &s.ear
	talking, deaf := !e.since.IsZero(), e.deaf
	e.close()
	e.choices, e.tries, e.since, e.deaf, e.why = ears, tries{}, time.Time{}, false, ""
	s.openEar(ctx)
	if deaf {
		s.tell(ctx, now, dialog.Hears{})
	}
	if talking { // whoever waits for these words must not
		s.tell(ctx, now, dialog.SpeechLost{})
	}
}
