package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/console/unsubscribe"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// Times of the courier.
const (
	courierEvery = 15 * time.Second   // the store is asked what is to be sent
	courierPage  = 500                // follow-ups read at once
	courierStale = 7 * 24 * time.Hour // after it was due a promotion is news no more
)

// courier hands promotions that are owed to the webhook that sends messages, and
// asks before each try whether the person may be reached.
type courier struct {
	store   *store.Store
	herald  *herald
	policy  permit.Policy
	links   *unsubscribe.Links // by which people opt out; nil: none
	country string
	log     *slog.Logger

	mu     sync.Mutex
	posted map[string]string // the follow-ups whose messages are in the outbox, by the message
}

// openCourier makes one where a webhook takes messages; else promotions stay owed,
// for people to see to.
func (s *Server) openCourier(hooks []webhook.Hook, log *slog.Logger) webhook.Courier {
	for _, h := range hooks {
		if h.Wants(webhook.MessageSend) {
			s.web.courier = &courier{store: s.Store, herald: s.web.herald, policy: s.web.policy, links: s.web.links, country: s.cfg.Callers.Country, log: log, posted: map[string]string{}}
			return s.web.courier
		}
	}
	return nil
}

// run posts what is to be sent until ctx ends, with send beside it: what was posted
// before a restart is known before it is sent.
func (c *courier) run(ctx context.Context, send func(context.Context)) {
	tick := time.NewTicker(courierEvery)
	defer tick.Stop()
	var sending sync.WaitGroup
	defer sending.Wait()
	for first := true; ; first = false {
		if err := c.look(ctx, time.Now()); err != nil && ctx.Err() == nil {
			c.log.Warn("what is to be sent to people cannot be seen; looked for again", "error", err)
		}
		if first {
			sending.Go(func() { send(ctx) })
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (c *courier) look(ctx context.Context, now time.Time) error {
	for after := ""; ; {
		page, err := c.store.FollowUps(ctx, store.FollowUpFilter{State: "open", Kind: store.Promotion, After: after, Limit: courierPage})
		if err != nil {
			return err
		}
		for _, f := range page {
			after = f.ID
			if err := c.post(ctx, f, now); err != nil {
				return err
			}
		}
		if len(page) < courierPage {
			return nil
		}
	}
}

// post puts a promotion whose time has come into the outbox, once.
func (c *courier) post(ctx context.Context, f store.FollowUp, now time.Time) error {
	if f.Task == nil || f.Task.Channel == "" || f.Task.At.After(now) || c.known(attemptOf(f.ID)) != "" {
		return nil
	}
	a, err := c.store.Attempt(ctx, attemptOf(f.ID))
	switch {
	case err == nil && a.Went.Receipt.Failed(): // a person sees to it
		return nil
	case err == nil && a.Fate == fateSent: // we died before it was settled
		return c.sent(ctx, f.ID, sentBy(string(a.Channel)), now)
	case err != nil && !errors.Is(err, store.ErrNoAttempt):
		return err
	}
	p, err := c.store.Customer(ctx, f.Task.Person)
	if err != nil && !errors.Is(err, store.ErrNoCustomer) {
		return err
	}
	to := f.Task.Number
	if f.Task.Channel == permit.Email {
		to = p.Field("email", now)
	}
	if to == "" {
		return c.settle(ctx, f.ID, customer.Dropped, "not sent: there is no address for "+string(f.Task.Channel), now)
	}
	link := ""
	if c.links != nil {
		link = c.links.To(attemptOf(f.ID), now)
	}
	e := webhook.Event{Type: webhook.MessageSend, Key: f.ID, At: now, Data: webhook.Data{Message: &webhook.Outgoing{
		ID: attemptOf(f.ID), Unsubscribe: link, Channel: string(f.Task.Channel), To: to, Template: f.Task.Template, Campaign: f.Task.Campaign, Purpose: purposeOf(f.Task),
		Customer: f.Task.Person, Language: p.Language, Reason: f.Task.Note,
	}}}
	c.keep(f.ID, true) // before the sender can have sent it
	err = c.store.PostOwed(ctx, f.ID, attemptOf(f.ID), c.herald.messages(e)...)
	if err != nil {
		c.keep(f.ID, false)
	}
	return err
}

// keep has a follow-up's message known while it is in the outbox.
func (c *courier) keep(followUp string, posted bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if posted {
		c.posted[attemptOf(followUp)] = followUp
	} else {
		delete(c.posted, attemptOf(followUp))
	}
}

// known is the follow-up of a message.
func (c *courier) known(id string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.posted[id]
}

// attemptOf names a message's attempt for good. A follow-up's id may hold a number.
func attemptOf(followUp string) string {
	sum := sha256.Sum256([]byte("message\x00" + followUp))
	return "msg-" + hex.EncodeToString(sum[:12])
}

func purposeOf(f *campaign.Follow) string {
	if f.Purpose == "" { // of a version that did not keep it
		return "marketing"
	}
	return f.Purpose
}

// begins a message's payload: what else lies in the outbox is not for people.
var begins = []byte(`{"type":"` + webhook.MessageSend + `"`)

// asked is the message in a payload; not ok: it is another event.
func asked(m webhook.Message) (out webhook.Outgoing, ok bool) {
	var body struct {
		Data webhook.Data `json:"data"`
	}
	if !bytes.HasPrefix(m.Payload, begins) || json.Unmarshal(m.Payload, &body) != nil || body.Data.Message == nil {
		return out, false
	}
	return *body.Data.Message, true
}

// May asks the rules, and takes a place under the caps at the first try.
func (c *courier) May(ctx context.Context, m webhook.Message) (webhook.Verdict, bool) {
	out, ok := asked(m)
	if !ok {
		return webhook.Verdict{}, true
	}
	now := time.Now()
	number := customer.Parse(c.numberOf(ctx, out), c.country)
	_, d, err := c.store.Send(ctx, now, permit.Request{ID: out.ID, Person: out.Customer, Number: number, Purpose: out.Purpose, Channel: permit.Channel(out.Channel),
		Campaign: out.Campaign, Holder: "messages"}, c.policy)
	switch {
	case errors.Is(err, store.ErrStopped), errors.Is(err, store.ErrNoCustomer):
		return c.never(ctx, out, err.Error(), now), false
	case err != nil:
		return webhook.Verdict{State: webhook.Due, Why: "whether it may be sent cannot be seen: " + err.Error(), Due: now.Add(time.Minute), Held: true}, false
	case d.Allowed:
		return webhook.Verdict{}, true
	}
	until, never := campaign.Until(now, d)
	if never != "" || until.After(m.Since.Add(courierStale)) {
		return c.never(ctx, out, codes(d), now), false
	}
	return webhook.Verdict{State: webhook.Due, Why: "it may not be sent yet: " + codes(d), Due: until, Held: true}, false
}

// numberOf is the person's number: of a mail, any of them says where the person is.
func (c *courier) numberOf(ctx context.Context, out webhook.Outgoing) string {
	if out.Channel != string(permit.Email) {
		return out.To
	}
	if p, err := c.store.Customer(ctx, out.Customer); err == nil && len(p.Numbers) > 0 {
		return p.Numbers[0]
	}
	return ""
}

// never gives a message up: nothing is owed to one who does not want it, or may not
// be sent it while it is news.
func (c *courier) never(ctx context.Context, out webhook.Outgoing, why string, now time.Time) webhook.Verdict {
	if a, err := c.store.Attempt(ctx, out.ID); err == nil && a.State == store.AttemptDialled {
		c.fate(ctx, out.ID, fateFailed, now)
	}
	if id := c.known(out.ID); id != "" {
		if err := c.settle(ctx, id, customer.Dropped, "not sent: "+why, now); err != nil {
			c.log.Error("that a message is not sent was not written down", "message", out.ID, "error", err)
		}
	}
	return webhook.Verdict{State: webhook.Refused, Why: "not sent: " + why}
}

// Fates of messages.
const (
	fateSent   store.Fate = "sent"   // the receiver took it
	fateFailed store.Fate = "failed" // the receiver did not, for good; or it was stopped after a try
)

// Came keeps what came of a message.
func (c *courier) Came(ctx context.Context, m webhook.Message, v webhook.Verdict) {
	out, ok := asked(m)
	if !ok || v.State == webhook.Due {
		return
	}
	now := time.Now()
	if v.State == webhook.Refused { // it stays owed, and becomes overdue: a person sees to it
		c.fate(ctx, out.ID, fateFailed, now)
		return
	}
	c.fate(ctx, out.ID, fateSent, now)
	if id := c.known(out.ID); id != "" {
		if err := c.sent(ctx, id, sentBy(out.Channel), now); err != nil {
			c.log.Error("that a message was sent was not written down", "message", out.ID, "error", err)
		}
	}
}

func (c *courier) fate(ctx context.Context, id string, fate store.Fate, now time.Time) {
	if _, err := c.store.SettleAttempt(ctx, now, id, fate); err != nil {
		c.log.Error("what came of a message was not written down", "message", id, "fate", fate, "error", err)
	}
}

// sent settles what was sent, unless it did not arrive: then a person sees to it.
func (c *courier) sent(ctx context.Context, id, note string, now time.Time) error {
	err := c.store.SettleSent(ctx, id, attemptOf(id), customer.Settlement{Who: store.Itself, Outcome: customer.Done, Note: note}, now,
		func(f store.FollowUp) []store.Message { return c.herald.messages(ofSettled(f)) })
	if err != nil && !errors.Is(err, store.ErrSettled) && !errors.Is(err, store.ErrUndelivered) {
		return err
	}
	c.keep(id, false)
	return nil
}

func (c *courier) settle(ctx context.Context, id string, outcome customer.Settled, note string, now time.Time) error {
	_, err := c.store.SettleFollowUp(ctx, id, customer.Settlement{Who: store.Itself, Outcome: outcome, Note: note}, now,
		func(f store.FollowUp) []store.Message { return c.herald.messages(ofSettled(f)) })
	if err != nil && !errors.Is(err, store.ErrSettled) {
		return err
	}
	c.keep(id, false)
	return nil
}

func sentBy(channel string) string { return "sent by " + channel }

func codes(d permit.Decision) string {
	var all []string
	for _, r := range d.Reasons {
		all = append(all, string(r.Code))
	}
	return strings.Join(all, ", ")
}
