package call

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// roomWait is how long a speaker waits before it asks a full queue again; the
// queue holds seconds, so playout never runs dry meanwhile.
const roomWait = 100 * time.Millisecond

// say puts a Say in line.
func (s *Session) say(ctx context.Context, now time.Time, say dialog.Say) {
	if len(s.mouth.waiting) >= maxWaiting {
		s.tell(ctx, now, dialog.SayFailed{Say: say.ID, Why: "too many prompts wait to be spoken"})
		return
	}
	if say.ID >= 0 {
		s.j.add(now, Entry{Kind: EntrySaid, Node: say.Node, Text: s.wording(say), Turn: s.turnNumber()})
		s.reads(now, say)
		s.turn.replyBy(say.ID, s.mouth.idle())
	}
	s.mouth.waiting = append(s.mouth.waiting, say)
	s.makeNext(ctx)
}

// makeNext turns the next waiting Say into audio, aside.
func (s *Session) makeNext(ctx context.Context) {
	m := &s.mouth
	if m.stop != nil || len(m.waiting) == 0 || m.q == nil {
		return
	}
	say := m.waiting[0]
	m.waiting = m.waiting[1:]
	m.making = say
	m.run++
	u := utterance{
		say: say, run: m.run, gen: m.gen, out: m.q, mute: m.mute,
		cue: m.number(), mark: m.number(),
		script: s.mind.script, voice: s.desk.deps.Voice, prompts: s.desk.deps.Prompts,
	}
	s.turn.cue(say.ID, u.cue)
	m.mark = u.mark
	if !say.Loop { // what plays for ever is never heard to its end
		m.marks[u.mark] = say
	}
	ctx, m.stop = context.WithCancel(ctx)
	s.spawn("speak", func(why string) event { return unsaid{run: u.run, why: why} }, func() {
		if err := u.speak(ctx); err != nil {
			s.box.post(unsaid{run: u.run, why: err.Error()})
			return
		}
		s.box.post(queued{run: u.run, voice: u.used})
	})
}

// onQueued is an utterance that is wholly in the playout queue.
func (s *Session) onQueued(ctx context.Context, now time.Time, e queued) {
	s.onVoice(now, e.voice)
	if e.run != s.mouth.run || s.mouth.stop == nil {
		return // hushed meanwhile
	}
	s.mouth.stop()
	s.mouth.stop = nil
	s.makeNext(ctx)
}

// onVoice notes that a substitute speaks in place of the first voice, once for
// each time that the first one is lost.
func (s *Session) onVoice(now time.Time, v voiced) {
	if !v.asked {
		return
	}
	if v.lost != nil && !s.mouth.second {
		s.rung(now, "second_voice", "another voice speaks: "+v.lost.Error())
	}
	s.mouth.second = v.lost != nil
}

// onUnsaid is an utterance that could not be spoken. The machine is told that
// synthesis is lost, and falls back on what was rendered ahead.
func (s *Session) onUnsaid(ctx context.Context, now time.Time, e unsaid) {
	if e.run != s.mouth.run || s.mouth.stop == nil {
		return
	}
	s.mouth.stop()
	s.mouth.stop = nil
	say := s.mouth.making
	s.mouth.left(now, s.mouth.mark)
	s.j.trouble(now, say.Node, "could not speak", e.why)
	if say.ID == drop { // a machine is left no excuse
		s.finish("us", s.state.why)
		return
	}
	first := !s.mouth.mute
	s.mouth.mute = true
	if first {
		s.desk.deps.Meter.Rung("mute")
		s.lost("voice")
		s.mouth.interject(s.desk.deps.Prompts.line(s.mind.language, lineMute))
		s.tell(ctx, now, dialog.Mute{Why: e.why})
	}
	if say.ID >= 0 {
		s.tell(ctx, now, dialog.SayFailed{Say: say.ID, Why: e.why})
	}
	s.makeNext(ctx)
}

// onSpoken is a mark that was passed: all of a Say has left as packets.
func (s *Session) onSpoken(ctx context.Context, now time.Time, say dialog.Say) {
	s.wasRead(now, say.ID)
	switch {
	case say.ID >= 0:
		s.tell(ctx, now, dialog.Spoken{Say: say.ID})
	case say.ID == leave:
		s.recordMessage(ctx, now)
	}
}

// wording is what a Say says, for the record.
func (s *Session) wording(say dialog.Say) string {
	parts := make([]string, 0, len(say.Parts))
	for _, p := range say.Parts {
		if p.Clip != "" {
			parts = append(parts, "["+p.Clip+"]")
			continue
		}
		if !p.Fixed { // what every caller hears is nobody's number
			p.Text = s.written(p.Text)
		}
		parts = append(parts, p.Text)
	}
	return strings.Join(parts, " ")
}

// utterance is one Say on its way into the playout queue.
type utterance struct {
	say       dialog.Say
	run       int
	gen       media.Gen
	out       Queue
	mute      bool
	cue, mark uint64
	script    *Script
	voice     Voice
	prompts   *Prompts
	used      voiced
}

// voiced is what synthesis came to: whether it was asked at all, and why a
// substitute spoke, if one did.
type voiced struct {
	asked bool
	lost  error
}

// errNoVoice is a text that was not rendered ahead while synthesis is lost.
var errNoVoice = errors.New("there is no voice")

// speak queues the cue, every part and the mark. It returns nil also when the
// generation was flushed meanwhile.
func (u *utterance) speak(ctx context.Context) error {
	err := u.put(ctx, func() error { return u.out.Cue(u.gen, u.cue) })
	for i := 0; err == nil && i < len(u.say.Parts); i++ {
		err = u.part(ctx, u.say.Parts[i])
	}
	if err == nil {
		err = u.put(ctx, func() error { return u.out.Mark(u.gen, u.mark) })
	}
	if hushed := errors.Is(err, media.ErrStale) || ctx.Err() != nil; !hushed {
		return err
	}
	return nil
}

func (u *utterance) part(ctx context.Context, p dialog.Part) error {
	clip, err := u.clip(p)
	if err != nil && u.mute {
		clip, err = u.prompts.Tone(), nil // already told; a sound is better than silence
	}
	if err != nil {
		return err
	}
	if clip != nil {
		return u.put(ctx, func() error { return u.out.Clip(u.gen, clip, u.say.Loop) })
	}
	lost, err := tts.SpeakNoting(ctx, u.voice, utteranceOf(p), func(f media.Frame) error {
		return u.put(ctx, func() error { return u.out.Write(u.gen, f) })
	})
	u.used.asked = true
	if lost != nil {
		u.used.lost = lost
	}
	if err != nil {
		return fmt.Errorf("speech synthesis: %w", err)
	}
	return nil
}

// clip finds what needs no synthesis: a recording, or a line rendered ahead. It
// returns nil for a text that has to be synthesised.
func (u *utterance) clip(p dialog.Part) (*media.Clip, error) {
	if p.Clip != "" {
		if c := u.script.Clips[p.Clip]; c != nil {
			return c, nil
		}
		if c := u.prompts.builtin(p.Clip); c != nil {
			return c, nil
		}
		return nil, fmt.Errorf("clip %q was not loaded", p.Clip)
	}
	if u.voice == nil {
		return nil, errNoVoice
	}
	if c, ok := u.voice.Clip(utteranceOf(p)); ok {
		return c, nil
	}
	if u.mute {
		return nil, errNoVoice
	}
	return nil, nil
}

// put waits while the queue is full.
func (u *utterance) put(ctx context.Context, do func() error) error {
	for {
		err := do()
		if !errors.Is(err, media.ErrFull) {
			return err
		}
		wait := time.NewTimer(roomWait)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return ctx.Err()
		}
	}
}

func utteranceOf(p dialog.Part) tts.Utterance {
	return tts.Utterance{Text: p.Text, Language: p.Language, Voice: p.Voice}
}
