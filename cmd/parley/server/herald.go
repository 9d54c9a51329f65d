package server

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// factsWithin bounds the look at the customer before a person's phone rings.
const factsWithin = 150 * time.Millisecond

// herald puts what happens into the outbox, once for each webhook that wants it.
type herald struct {
	hooks   []webhook.Hook
	store   *store.Store
	callers *callers
	country string
	log     *slog.Logger
	lost    atomic.Uint64 // messages that the outbox did not take
}

// wanted tells whether anybody wants to be told of a type.
func (h *herald) wanted(t webhook.Type) bool {
	for _, hook := range h.hooks {
		if hook.Wants(t) {
			return true
		}
	}
	return false
}

// dropped counts messages that the outbox did not take.
func (h *herald) dropped() uint64 {
	if h == nil {
		return 0
	}
	return h.lost.Load()
}

// messages are an event's, one for each webhook; none without webhooks, on a nil herald.
func (h *herald) messages(e webhook.Event) []store.Message {
	if h == nil {
		return nil
	}
	all, err := letters(h.hooks, h.country, e)
	if err != nil { // texts, times and finite numbers always encode
		h.log.Error("an event could not be written", "event", e.Type, "error", err)
		h.lost.Add(1)
	}
	return all
}

// post queues an event before whatever is written next. Without webhooks, on a nil
// herald, it does nothing.
func (h *herald) post(e webhook.Event) {
	if h == nil {
		return
	}
	for _, m := range h.messages(e) {
		if err := h.store.Post(m); err != nil {
			h.lost.Add(1)
			h.log.Error("a webhook's message was not taken", "event", e.Type, "hook", m.Hook, "error", err)
		}
	}
}

// Offer writes the screen-pop down. What the store does not know in time is left out.
func (h *herald) Offer(ctx context.Context, o call.Offer) error {
	if !h.wanted(webhook.CallOffered) {
		return nil
	}
	known := h.facts(ctx, o.Record, o.At)
	need := cmp.Or(known.Profile.Field("predicted_need", o.At), known.Need.What, o.Vars["predicted_need"])
	why := ""
	if need == known.Need.What {
		why = known.Need.Why
	}
	e := webhook.Event{
		Type: webhook.CallOffered, Key: fmt.Sprintf("%s/%d/%d", o.Record.ID, o.Hand, o.Number), At: o.At,
		Data: webhook.Data{
			Call: webhook.OfRecord(o.Record), Customer: webhook.OfFacts(known, o.At), Transcript: webhook.Transcript(o.Record.Entries),
			Offer: &webhook.Offer{Agent: o.Agent, Queue: o.Queue, To: o.To, Brief: o.Brief, Need: need, NeedWhy: why},
		},
	}
	return h.store.PostAll(ctx, h.messages(e)...)
}

// facts are those of a call's other side, unknown after an error.
func (h *herald) facts(ctx context.Context, r call.Record, now time.Time) customer.Facts {
	n := customer.Parse(person(r), h.country)
	if n.Text == "" {
		return customer.Facts{}
	}
	ctx, cancel := context.WithTimeout(ctx, factsWithin)
	defer cancel()
	f, err := h.callers.Facts(ctx, n, now)
	if err != nil {
		h.log.Warn("the agent's screen is not told who the customer is", "call", r.ID, "error", err)
		return customer.Facts{}
	}
	return f
}

// person is the number of whoever is not us.
func person(r call.Record) string {
	if r.Direction == "outbound" {
		return r.Called
	}
	return r.Caller
}

// Noted tells of complaints and of those who are not to be called again.
func (h *herald) Noted(r call.Record, e call.Entry) {
	about := webhook.Remark{Number: person(r)}
	event := webhook.Event{Key: r.ID, At: e.At, Data: webhook.Data{Call: webhook.OfRecord(r), Remark: &about}}
	scope, optOut := strings.CutPrefix(e.Text, "opt_out=")
	switch {
	case optOut:
		event.Type, event.Key, about.Kind, about.Scope = webhook.DoNotCall, r.ID+"/"+scope, "do_not_call", scope
	case e.Text == "tag=complaint":
		event.Type, about.Kind = webhook.ComplaintIn, "complaint"
	default:
		return
	}
	h.post(event)
}

// callback tells of a call that was promised.
func (h *herald) callback(c store.Callback) {
	h.post(webhook.Event{Type: webhook.CallbackDue, Key: c.ID, At: time.Now(), Data: webhook.Data{
		Call:     &webhook.Call{ID: c.Call},
		Callback: &webhook.Callback{ID: c.ID, Number: c.Number, Queue: c.Queue, Since: c.Since.UTC(), Reason: c.Reason},
	}})
}

// voicemail tells of a message that was left.
func (h *herald) voicemail(v store.Voicemail) {
	h.post(webhook.Event{Type: webhook.VoicemailIn, Key: v.ID, At: v.At, Data: webhook.Data{
		Call:      &webhook.Call{ID: v.Call},
		Voicemail: &webhook.Voicemail{ID: v.ID, Number: v.Number, Queue: v.Queue, Seconds: v.Length.Seconds()},
	}})
}

// heralded are records whose end is told. The message is queued first: when the
// record is durable, so is the message.
type heralded struct {
	call.Records
	herald *herald
}

// Finish tells of the end, and keeps the record.
func (r heralded) Finish(ctx context.Context, rec call.Record) error {
	if r.herald.wanted(webhook.CallEnded) {
		r.herald.post(webhook.Ended(rec))
	}
	return r.Records.Finish(ctx, rec)
}

// recent is how far back takeUp looks, and most how many of each kind it takes.
const (
	recent = 24 * time.Hour
	most   = 10_000
)

// takeUp tells of what a process that was killed could not: the calls that were cut,
// the callers who are called back for it, the messages that they were leaving.
// What had been posted before is not posted again.
func (h *herald) takeUp(ctx context.Context, now time.Time) error {
	if h.wanted(webhook.CallEnded) {
		cut, err := h.store.List(ctx, store.Filter{Since: now.Add(-recent), State: call.Interrupted, Limit: most})
		if err != nil {
			return err
		}
		for _, r := range cut {
			if r, err = h.store.Get(ctx, r.ID); err != nil {
				return err
			}
			h.post(webhook.Ended(r))
		}
	}
	if h.wanted(webhook.CallbackDue) {
		due, err := h.store.Callbacks(ctx, store.CallbackDue, most)
		if err != nil {
			return err
		}
		for _, c := range due {
			h.callback(c)
		}
	}
	if h.wanted(webhook.VoicemailIn) {
		left, err := h.store.Voicemails(ctx, 100)
		if err != nil {
			return err
		}
		for _, v := range left {
			if v.At.After(now.Add(-recent)) {
				h.voicemail(v)
			}
		}
	}
	return nil
}
