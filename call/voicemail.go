package call

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// Voicemails keeps messages.
type Voicemails interface {
	// Keep writes a message down, durable when it returns: once before its
	// recording begins, so that none is lost, and once more with its length.
	Keep(ctx context.Context, v Voicemail) error
}

// Voicemail is a message for the people of a queue.
type Voicemail struct {
	Call, Queue, Number string
	Path                string // of the WAV file, left the caller
	At                  time.Time
	Length              time.Duration
}

const (
	maxMessage = 2 * time.Minute
	keyDone    = '#'
)

// message is one being taken.
type message struct {
	Voicemail
	recording bool
}

// takeMessage lets a caller for whom nobody came leave a message. It tells
// whether that can be.
func (s *Session) takeMessage(ctx context.Context, now time.Time, queue string) bool {
	keeper, dir := s.desk.deps.People.Voicemails, s.desk.deps.Config.Recordings
	if keeper == nil || dir == "" || s.wires.owed != "" {
		return false
	}
	v := Voicemail{Call: s.id, Queue: queue, Number: s.j.rec.Caller, At: now,
		Path: filepath.Join(dir, "voicemail", now.UTC().Format("2006/01/02"), s.id+".wav")}
	s.dropHand()
	s.ear.close()
	s.unfinished(now)
	s.clock.clear()
	s.wires.message = &message{Voicemail: v}
	s.spawn("message", func(why string) event { return mayTake{err: fmt.Errorf("%s", why)} }, func() {
		err := os.MkdirAll(filepath.Dir(v.Path), 0o750)
		if err == nil {
			err = s.durable(ctx, "the message", s.desk.deps.Config.WriteBudget, func(ctx context.Context) error { return keeper.Keep(ctx, v) })
		}
		s.box.post(mayTake{err: err})
	})
	return true
}

// onMayTake asks for the message. The recording of the call ends here: the file
// of the message is another.
func (s *Session) onMayTake(ctx context.Context, now time.Time, e mayTake) {
	if s.wires.message == nil {
		return
	}
	if e.err != nil {
		s.noMessage(ctx, now, e.err)
		return
	}
	s.stopTape()
	language := s.mind.language
	s.mouth.hush()
	s.j.add(now, Entry{Kind: EntrySaid, Node: s.node(), Text: sentence(language, lineLeave)})
	s.say(ctx, now, dialog.Say{ID: leave, Parts: []dialog.Part{{Text: sentence(language, lineLeave), Language: language}, {Clip: lineBeep}}})
}

// noMessage gives the caller back to the script.
func (s *Session) noMessage(ctx context.Context, now time.Time, err error) {
	s.wires.message = nil
	s.mouth.hush() // the music
	s.j.trouble(now, s.node(), "no message could be taken", err.Error())
	s.tell(ctx, now, dialog.TransferEnded{Reason: dialog.Voicemail, Detail: err.Error()})
}

// recordMessage begins behind the tone.
func (s *Session) recordMessage(ctx context.Context, now time.Time) {
	m := s.wires.message
	if m == nil {
		return
	}
	if err := s.wires.media.Record(m.Path); err != nil {
		s.noMessage(ctx, now, err)
		return
	}
	m.At, m.recording = now, true
	s.j.add(now, Entry{Kind: EntryRecording, Node: s.node(), Text: m.Path, Why: "the caller leaves a message"})
	s.clock.set(now, alarmMessage, maxMessage)
}

// messageDone ends a message by key or by time.
func (s *Session) messageDone(ctx context.Context, now time.Time) {
	if s.wires.message == nil || !s.wires.message.recording {
		return
	}
	s.keepMessage(now)
	s.clock.stop(alarmMessage)
	language := s.mind.language
	s.tell(ctx, now, dialog.TransferEnded{OK: true, Reason: dialog.Voicemail})
	s.say(ctx, now, dialog.Say{ID: hold, Parts: []dialog.Part{{Text: sentence(language, lineThanks), Language: language}}})
}

// keepMessage closes the file and writes its length down, aside; Run waits for it.
func (s *Session) keepMessage(now time.Time) {
	m := s.wires.message
	if m == nil || !m.recording {
		return
	}
	s.wires.message = nil
	if err := s.wires.media.StopRecording(); err != nil {
		s.j.trouble(now, s.node(), "the message is not whole", err.Error())
	}
	v := m.Voicemail
	v.Length = now.Sub(v.At)
	s.j.add(now, Entry{Kind: EntryNote, Node: s.node(), Text: "voicemail=" + v.Path, Why: v.Length.Round(time.Second).String()})
	if s.j.rec.Outcome == "" {
		s.j.rec.Outcome = dialog.Voicemail
	}
	keeper := s.desk.deps.People.Voicemails
	s.spawn("message", func(string) event { return noted{} }, func() {
		ctx, done := parting()
		defer done()
		if err := keeper.Keep(ctx, v); err != nil {
			s.desk.deps.Log.Warn("the length of a message was not written; the message is there", "call", v.Call, "error", err)
		}
	})
}
