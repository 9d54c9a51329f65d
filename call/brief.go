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

// briefTime is how long a person who is not in a queue has to listen and to
// press a key; a queue has its own.
const briefTime = 30 * time.Second

// brief tells the agent who is calling, while the caller hears music.
func (s *Session) brief(ctx context.Context, now time.Time, h *handoff) {
	language, text := s.mind.script.Language, h.act.Brief // the agent's, not the caller's
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "briefing " + h.person(), Why: text})
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

// person is who is rung, for the record.
func (h *handoff) person() string {
	if h.place != nil {
		return "agent " + h.place.agent
	}
	return h.to
}

// onAgentKey is a key of the person's phone before the two are joined.
func (s *Session) onAgentKey(ctx context.Context, now time.Time, h *handoff, digit byte) {
	if !h.joined.IsZero() || digit != keyTake && digit != keyDecline {
		return
	}
	take := digit == keyTake
	switch p := h.place; {
	case p != nil && p.offer != 0 && take:
		s.desk.deps.People.Switchboard.Tell(queue.Accepted{Offer: p.offer})
	case p != nil && p.offer != 0:
		s.desk.deps.People.Switchboard.Tell(queue.Refused{Offer: p.offer})
	case p != nil || !briefed(h.act) || h.leg == nil:
	case take:
		s.joinAgent(ctx, now, h)
	default:
		s.transferFailed(ctx, now, dialog.Declined, "by key")
	}
}

// agentSink is the agent's side of the wire: keys count.
type agentSink struct {
	*overheard
	box *mailbox
	id  int
}

// Event is called on the pacer thread.
func (a agentSink) Event(e media.Event) {
	if e.Kind == media.EventDigit {
		a.box.offer(agentKey{id: a.id, digit: e.Digit})
	}
}
