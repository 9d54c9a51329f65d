package server

import (
	"context"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console"
	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/console/webhook"
)

// openWebhooks makes what tells other systems. What waits for a webhook that is no
// longer configured is given up; what a killed process could not tell is posted now.
func (s *Server) openWebhooks(ctx context.Context, _ Options) error {
	hooks := s.cfg.Hooks()
	var names []string
	for _, h := range hooks {
		names = append(names, h.Name)
	}
	if s.cfg.Node != "" { // the server knows what is configured
		return s.herald(hooks)
	}
	n, err := s.Store.RefuseMessages(ctx, names, "no webhook of this name is configured any more")
	if err != nil {
		return err
	}
	if n > 0 {
		s.log.Warn("messages waited for webhooks that are not configured any more; they are given up", "messages", n)
	}
	if err := s.herald(hooks); err != nil || len(hooks) == 0 {
		return err
	}
	return s.web.herald.takeUp(ctx, time.Now())
}

// herald makes what posts messages and sends them; several processes may.
func (s *Server) herald(hooks []webhook.Hook) error {
	if len(hooks) == 0 {
		return nil
	}
	log := s.log.With("room", "webhook")
	s.web.tell = LabelTeller(s.cfg, log)
	s.Store.OnWithdrawn(ConsentTeller(s.cfg, log))
	s.web.herald = &herald{hooks: hooks, store: s.Store, callers: s.hotline.callers, country: s.cfg.Callers.Country, log: log}
	s.hotline.owed.herald = s.web.herald
	s.web.sender = webhook.NewSender(webhook.Config{Hooks: hooks, Outbox: newOutbox(s.Store), Log: log, Refused: s.gaveUp, Courier: s.openCourier(hooks, log), Now: time.Now})
	return nil
}

// send tells webhooks, and has people sent what is owed to them, until ctx ends.
func (s *Server) send(ctx context.Context) {
	switch {
	case s.cfg.Node != "": // the server sends what nodes post, and is asked first whether people may have it
	case s.web.courier != nil:
		s.web.courier.run(ctx, s.web.sender.Run)
	case s.web.sender != nil:
		s.web.sender.Run(ctx)
	}
}

// gaveUp writes a message that did not arrive into the audit log.
func (s *Server) gaveUp(ctx context.Context, m webhook.Message, why string) {
	if s.web.access == nil {
		return
	}
	err := deeds{s.web.access}.Write(ctx, access.Deed{At: time.Now(), Who: "parley", Action: "webhooks.refused", Target: "message " + m.ID, Before: m.Hook, After: why})
	if err != nil {
		s.log.Error("the audit log was not told of a webhook that was given up", "message", m.ID, "error", err)
	}
}

// records keep calls, and tell of their ends.
func (s *Server) records() call.Records {
	if s.web.herald == nil {
		return s.Store
	}
	return heralded{s.Store, s.web.herald}
}

// told is how webhooks go, for metrics.
func (s *Server) told() map[string]console.Webhook {
	out := map[string]console.Webhook{}
	if s.web.sender == nil {
		return out
	}
	for name, c := range s.web.sender.Counts() {
		out[name] = console.Webhook(c)
	}
	return out
}
