package call

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/parley-voice/parley/media"
)

// partSuffix is on a recording that is being made. Nobody is given such a file:
// what must not be heard is still in it.
const partSuffix = ".part"

// stageMasked is the Stage of an EntryRecording whose call is heard by recognisers,
// so that numbers in it are known and silenced.
const stageMasked = "masked"

// unheardTail is how much of the end of a recording is silenced that a kill has
// cut: the words of the last turns may not have been known.
const unheardTail = 15 * time.Second

// reel is the recording of a call. Only the loop uses it.
type reel struct {
	since   time.Time // of its first frame; zero when there is none
	until   time.Time // zero while it is made
	spans   []media.Span
	secrets secrets
	talk    conversation
}

func (s *Session) reel() *reel { return &s.wires.reel }

// at is where a moment is in the recording, ms; 0 when there is none.
func (r *reel) at(t time.Time) float64 {
	if r.since.IsZero() || t.Before(r.since) {
		return 0
	}
	return ms(t.Sub(r.since))
}

// sealTape silences what must not be heard and gives the recording its name. One
// that cannot be silenced keeps the name that nobody is given.
func (s *Session) sealTape(now time.Time) {
	path := s.j.rec.Recording
	if path == "" {
		return
	}
	r := s.reel()
	s.rowEnds(now)
	s.conceal(now, Caller, concealTones, r.secrets.collect, r.until)
	s.conceal(now, Us, concealSpeech, r.secrets.reading, r.until)
	for _, leg := range s.unheard() {
		s.conceal(now, leg.who, concealUnfinished, leg.since, r.until)
	}
	if err := seal(path, r.spans); err != nil {
		s.j.trouble(now, s.node(), "the recording stays locked", err.Error())
	}
}

// unheard are the legs of a scribe that did not end in time.
func (s *Session) unheard() (legs []*scribeLeg) {
	if c := s.talk().last; c != nil && s.talk().ending > 0 {
		legs = c.legs[:]
	}
	return legs
}

// seal silences the spans of a recording and renames it. It may be done again
// after a crash at any point.
func seal(path string, spans []media.Span) error {
	part := path + partSuffix
	if len(spans) > 0 {
		if _, err := media.Silence(part, spans); err != nil {
			return err
		}
	}
	return os.Rename(part, path)
}

// Records that tell what was in a recording. *store.Store is one.
type pastRecords interface {
	Get(ctx context.Context, id string) (Record, error)
}

// SealLeft treats the recordings in a folder that a killed process left locked, as
// the end of their calls would have: what their journals name is silenced, and the
// last seconds, whose words may not have been known. It tells how many there were;
// those that cannot be treated stay locked, and the error says which.
func SealLeft(ctx context.Context, dir string, records pastRecords) (n int, err error) {
	var errs []error
	walked := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".wav"+partSuffix) {
			return err
		}
		path = strings.TrimSuffix(path, partSuffix)
		if err := sealOne(ctx, path, records); err != nil {
			errs = append(errs, fmt.Errorf("the recording %s stays locked: %w", path+partSuffix, err))
			return nil
		}
		n++
		return nil
	})
	return n, errors.Join(append(errs, walked)...)
}

func sealOne(ctx context.Context, path string, records pastRecords) error {
	rec, err := records.Get(ctx, strings.TrimSuffix(filepath.Base(path), ".wav"))
	if err != nil {
		return err
	}
	length, err := media.Recorded(path + partSuffix)
	if err != nil {
		return err
	}
	return seal(path, spansLeft(rec, length))
}

// spansLeft is what must not be heard of a recording of that length.
func spansLeft(rec Record, length time.Duration) (spans []media.Span) {
	heard := false
	for _, e := range rec.Entries {
		switch {
		case e.Kind == EntryMasked && e.Timing != nil:
			spans = append(spans, spanOf(e))
		case e.Kind == EntryRecording && e.Stage == stageMasked:
			heard = true
		case e.Kind == EntryNote && e.Text == noteScribe:
			heard = true
		}
	}
	if heard {
		for _, side := range []media.Side{media.Left, media.Right} {
			spans = append(spans, media.Span{Side: side, From: length - unheardTail, To: length + time.Second})
		}
	}
	return spans
}
