package call

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/sip"
)

// handoff is a transfer to a person under way.
type handoff struct {
	id    int
	act   dialog.Transfer
	to    string // where the person is, once found
	stop  context.CancelFunc
	leg   Leg   // the person's leg; nil while it is being dialled, and for REFER
	audio Media // theirs
	part  func()
	voice *overheard
	taken bool     // the REFER was accepted
	place *waiting // in a queue; nil without one
	stages
}

// stages are when a transfer came how far.
type stages struct {
	began  time.Time // the wait
	met    time.Time // the person's phone was answered
	joined time.Time // zero until the two hear each other
}

// transfer hands the caller to a person. The answer is dialog.TransferEnded.
func (s *Session) transfer(ctx context.Context, now time.Time, a dialog.Transfer) {
	if s.wires.hand != nil {
		s.tell(ctx, now, dialog.TransferEnded{Reason: dialog.Unreachable, Detail: "a transfer is under way"})
		return
	}
	s.wires.hands++
	h := &handoff{id: s.wires.hands, act: a, stages: stages{began: now}}
	s.wires.hand = h
	wait := a.Wait
	if wait <= 0 {
		wait = s.desk.deps.Config.TransferWait
	}
	s.clock.set(now, alarmTransfer, wait)
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "to " + named(a), Why: style(a)})
	hctx, stop := context.WithCancel(ctx)
	h.stop = stop
	if s.lined(a) {
		s.lineUp(hctx, now, h)
		return
	}
	s.holdSound(ctx, now, a.Hold)
	if style(a) == "blind" {
		s.refer(hctx, h.id, a)
		return
	}
	s.ring(hctx, h.id, 0, a, wait)
}

func style(a dialog.Transfer) string {
	switch a.Style {
	case "blind", "warm", "attended":
		return a.Style
	}
	return "bridge"
}

// briefed tells whether the person hears who calls and presses a key.
func briefed(a dialog.Transfer) bool { return style(a) == "warm" || style(a) == "attended" }

func named(a dialog.Transfer) string {
	switch {
	case a.Queue != "":
		return "queue " + a.Queue
	case a.Agent != "":
		return "agent " + a.Agent
	}
	return a.SIP
}

// holdSound plays the script's hold clip until it is hushed; without one those
// who wait in line hear music, the others that it rings.
func (s *Session) holdSound(ctx context.Context, now time.Time, clip string) {
	switch {
	case s.mind.script.Clips[clip] != nil:
	case s.wires.hand != nil && s.wires.hand.place != nil && s.desk.deps.Prompts.Music != nil:
		clip = lineMusic
	default:
		clip = lineRinging
	}
	s.say(ctx, now, dialog.Say{ID: hold, Loop: true, Parts: []dialog.Part{{Clip: clip}}})
}

// transferFailed gives the caller back to the script, with one of its words for
// why and the detail in ours.
func (s *Session) transferFailed(ctx context.Context, now time.Time, reason, detail string) {
	if s.wires.hand == nil || s.givenBack(ctx, now, reason, detail) {
		return
	}
	s.dropHand()
	s.mouth.hush() // the hold sound
	why := reason
	if detail != "" {
		why += ": " + detail
	}
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "failed", Why: why})
	s.reopenEar(ctx)
	s.tell(ctx, now, dialog.TransferEnded{Reason: reason, Detail: detail})
	if s.mind.machine == nil && s.state.talking { // a promised call has no script to go on with
		s.finish("us", reason)
	}
}

// dropHand lets a transfer go, whatever it has come to. The clean-up runs aside;
// Run waits for it.
func (s *Session) dropHand() {
	h := s.wires.hand
	if h == nil {
		return
	}
	s.wires.hand = nil
	s.dropReferrer()
	s.unhear()
	s.served(time.Now(), h)
	s.clock.stop(alarmTransfer)
	s.leaveLine(h)
	h.stop()
	s.wires.over.unpatch() // nobody listens to a session that closes
	if h.part != nil {
		h.part()
	}
	s.letGo("agent", h.leg, h.audio, "the transfer is over")
}

// partFromHand is the caller's leg gone during a transfer.
func (s *Session) partFromHand(ctx context.Context, now time.Time, e sip.Ended) {
	h := s.wires.hand
	if h == nil {
		return
	}
	left := h.taken && e.By == sip.Them // the peer took the caller over and let us go
	if !h.joined.IsZero() || left || s.wires.move.from != nil {
		reason := "the caller left"
		if left && !h.joined.IsZero() {
			reason = "taken over" // their side let us go as soon as it talked with the person
		}
		s.transferDone(ctx, now, reason)
		return
	}
	s.dropHand()
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "abandoned", Why: "the caller left before anybody answered"})
}

// transferDone is a caller who has been with a person, or is.
func (s *Session) transferDone(ctx context.Context, now time.Time, reason string) {
	s.dropHand()
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "done", Why: reason})
	s.tell(ctx, now, dialog.TransferEnded{OK: true, Reason: reason})
}

func (s *Session) joined() bool { h := s.wires.hand; return h != nil && !h.joined.IsZero() }

// handover is what the person's side learns of the call, as User-to-User data.
type handover struct {
	Call   string   `json:"call"`
	Caller string   `json:"caller"`
	Script string   `json:"script"`
	Node   string   `json:"node,omitempty"`
	Intent string   `json:"intent,omitempty"`
	Brief  string   `json:"brief,omitempty"`
	Need   string   `json:"need,omitempty"` // what the customer will probably ask for
	Said   []string `json:"said,omitempty"` // the caller's words, oldest first
}

// maxContext bounds the JSON: it travels in hex in one header of one datagram.
const maxContext = 512

// context is the handover as a User-to-User value in hex (RFC 7433 §4.1): the
// latest words of the caller as far as they fit.
func (s *Session) context(a dialog.Transfer) string {
	h := handover{
		Call: s.id, Caller: cut(s.j.rec.Caller, 64), Script: cut(s.j.rec.Script, 64),
		Node: cut(s.node(), 64), Brief: cut(a.Brief, 160), Need: cut(s.mind.vars["customer.predicted_need"], 64),
	}
	best := compact(h)
	if len(best) > maxContext { // escapes made it longer than it looks
		h.Brief, h.Node, h.Need = "", "", ""
		best = compact(h)
	}
	for i := len(s.j.rec.Entries) - 1; i >= 0; i-- {
		e := s.j.rec.Entries[i]
		if e.Kind != EntryHeard {
			continue
		}
		if h.Intent == "" {
			h.Intent = cut(e.Intent, 64)
		}
		h.Said = append([]string{cut(e.Text, 120)}, h.Said...)
		longer := compact(h)
		if len(longer) > maxContext {
			break
		}
		best = longer
	}
	if len(best) > maxContext {
		return ""
	}
	return hex.EncodeToString(best) + ";encoding=hex"
}

// compact is JSON without the escapes that only HTML needs.
func compact(h handover) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(h); err != nil { // strings always encode
		return nil
	}
	return bytes.TrimSpace(b.Bytes())
}

// cut shortens text to n bytes at a rune's edge.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}
