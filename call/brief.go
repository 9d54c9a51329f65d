package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/routing/queue"
)

// Keys of an agent who has heard the brief.
const (
	keyTake    = '1'
	keyDecline = '2'
)

// brief tells the agent who is calling, while the caller hears music.
func (s *Session) brief(ctx context.Context, now time.Time, h *handoff) {
	language, text := s.mind.script.Language, h.act.Brief // the agent's, not the caller's
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "briefing agent " + h.place.agent, Why: text})
	if text == "" {
		text = sentence(language, lineCall)
	}
	out := h.audio.Out()
	u := utterance{
		say: dialog.Say{Parts: []dialog.Part{{Text: text, Language: language}, {Text: sentence(language, lineTake), Language: language}}},
		gen: out.Gen(), out: out, script: s.mind.script, voice: s.desk.deps.Voice, prompts: s.desk.deps.Prompts, mute: s.desk.deps.Voice == nil,
	}
	s.spawn("brief", func(string) event { return noted{} }, func() {
		if err := u.speak(ctx); err != nil { // a beep says as much as can be said: press a key
			_ = out.Clip(out.Gen(), s.desk.deps.Prompts.Tone(), false)
			s.desk.deps.Log.Warn("an agent could not be briefed", "call", s.id, "error", err)
		}
	})
}

// onAgentKey is a key of the agent's phone before the two are joined.
func (s *Session) onAgentKey(h *handoff, digit byte) {
	if h.place == nil || h.place.offer == 0 || !h.joined.IsZero() {
		return
	}
	switch digit {
	case keyTake:
		s.desk.deps.People.Switchboard.Tell(queue.Accepted{Offer: h.place.offer})
	case keyDecline:
		s.desk.deps.People.Switchboard.Tell(queue.Refused{Offer: h.place.offer})
	}
}

// agentSink is the agent's side of the wire: nobody listens in, keys count.
type agentSink struct {
	box *mailbox
	id  int
}

func (agentSink) Frame(media.Frame) {}

// Event is called on the pacer thread.
func (a agentSink) Event(e media.Event) {
	if e.Kind == media.EventDigit {
		a.box.offer(agentKey{id: a.id, digit: e.Digit})
	}
}
