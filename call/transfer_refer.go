package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/sip"
)

// referBudget is how long the peer may take to accept a REFER.
const referBudget = 10 * time.Second

// refer asks the caller's side to call the person itself (RFC 3515).
func (s *Session) refer(ctx context.Context, id int, a dialog.Transfer) {
	dir, leg, headers := s.desk.deps.People.Directory, s.wires.leg, s.handoverHeaders(a)
	told := s.offer(time.Now(), id, 0, a)
	s.spawn("refer", func(why string) event {
		return referred{id: id, reason: dialog.Unreachable, why: why}
	}, func() {
		ctx, cancel := context.WithTimeout(ctx, referBudget)
		defer cancel()
		s.announce(ctx, told)
		to, err := dir.Find(ctx, a)
		if err == nil {
			err = leg.Refer(ctx, to.URI, headers)
		}
		e := referred{id: id, to: to.URI}
		if err != nil {
			e.why, e.reason = err.Error(), refused(err)
		}
		s.box.post(e)
	})
}

// onReferred is the REFER accepted (202) or refused.
func (s *Session) onReferred(ctx context.Context, now time.Time, e referred) {
	h := s.wires.hand
	if h == nil || h.id != e.id {
		return
	}
	if e.why != "" {
		s.transferFailed(ctx, now, e.reason, e.why)
		return
	}
	h.taken = true
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "referred to " + e.to})
}

// onReferProgress follows the NOTIFYs to the end (RFC 3515 §2.4.5).
func (s *Session) onReferProgress(ctx context.Context, now time.Time, e sip.ReferProgress) {
	if s.wires.hand == nil || style(s.wires.hand.act) != "blind" {
		s.onLeaveProgress(ctx, now, e)
		return
	}
	s.wires.hand.taken = true // a NOTIFY may overtake the 202
	if !e.Final {
		s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "progress", Why: e.Reason})
		return
	}
	if e.Code < 200 || e.Code > 299 {
		s.transferFailed(ctx, now, refusal(e.Code, 0), status(e.Code, 0, e.Reason))
		return
	}
	s.transferDone(ctx, now, "taken over")
	s.finish("us", "transferred")
}
