package call

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// tapeFromStart records from the answer on where the configuration says so.
func (s *Session) tapeFromStart() {
	if s.mind.script.Record {
		s.tape("the configuration says: always")
	}
}

// tape begins to record once the reason why it may, and where the file will be,
// are durable: consent is written before recording starts. A database that
// cannot write means no recording, not no call.
func (s *Session) tape(consent string) {
	dir := s.desk.deps.Config.Recordings
	if dir == "" || s.state.taping {
		return
	}
	s.state.taping = true
	path := filepath.Join(dir, s.j.rec.Began.UTC().Format("2006/01/02"), s.id+".wav")
	s.j.add(time.Now(), Entry{Kind: EntryRecording, Node: s.node(), Text: path, Why: consent, Stage: s.maskable()})
	s.spawn("recording", func(why string) event { return mayRecord{why: why} }, func() {
		ctx, done := parting()
		defer done()
		e := mayRecord{path: path}
		if err := s.prepareTape(ctx, path); err != nil {
			e.why = err.Error()
		}
		s.box.post(e)
	})
}

func (s *Session) prepareTape(ctx context.Context, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	return s.desk.deps.Records.Flush(ctx, s.id)
}

func (s *Session) onMayRecord(now time.Time, e mayRecord) {
	why := e.why
	if why == "" {
		if err := s.wires.media.Record(e.path + partSuffix); err != nil {
			why = err.Error()
		}
	}
	if why != "" {
		s.j.trouble(now, s.node(), "not recorded", why)
		return
	}
	s.j.rec.Recording, s.reel().since = e.path, time.Now()
}

func (s *Session) stopTape() {
	if s.j.rec.Recording == "" || !s.reel().until.IsZero() {
		return
	}
	s.reel().until = time.Now()
	if err := s.wires.media.StopRecording(); err != nil {
		s.j.trouble(time.Now(), s.node(), "the recording is not whole", err.Error())
	}
}

// maskable is the Stage of the line that says what is recorded.
func (s *Session) maskable() string {
	if s.desk.deps.Config.Mask && !s.ear.deaf {
		return stageMasked
	}
	return ""
}
