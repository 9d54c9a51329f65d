package config

import (
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/console/webhook"
)

// Webhook is another system that is told what happens.
type Webhook struct {
	Name    string        `yaml:"name" required:"true" doc:"Name used in the outbox, in metrics and in the log. Messages that wait are sent to the webhook of their name."`
	URL     string        `yaml:"url" required:"true" doc:"Where to POST: https://..."`
	Secret  Secret        `yaml:"secret" required:"true" doc:"Key of the signature, whsec_ and 24 to 64 bytes in base64, best as ${CRM_SECRET}."`
	Events  []string      `yaml:"events" required:"true" oneof:"call.offered|call.ended|callback.due|voicemail.left|complaint.made|do_not_call.set|consent.withdrawn|customer.noted|follow_up.overdue|follow_up.settled|follow_up.reopened|message.send|customer.labels|report.drift|experiment.decided|experiment.rolled_back" doc:"What to tell of."`
	Fields  []string      `yaml:"fields" oneof:"numbers|names|words|money|notes|profile" doc:"Personal data that the receiver is to have (docs/webhooks.md). None: numbers are masked, the rest is left out."`
	Timeout time.Duration `yaml:"timeout" default:"10s" min:"1s" max:"1m" doc:"How long one try may take."`
	Private bool          `yaml:"allow_private" default:"false" doc:"The receiver may be at a private, loopback or link-local address, and may be sent to over http."`
}

// Hooks are the webhooks as they are sent to.
func (c *Config) Hooks() (out []webhook.Hook) {
	for _, w := range c.Webhooks {
		h := webhook.Hook{Name: w.Name, URL: w.URL, Secret: w.Secret.Reveal(), Timeout: w.Timeout, Private: w.Private}
		for _, e := range w.Events {
			h.Events = append(h.Events, webhook.Type(e))
		}
		for _, f := range w.Fields {
			h.Fields = append(h.Fields, webhook.Field(f))
		}
		out = append(out, h)
	}
	return out
}

func (c *Config) checkWebhooks(fail failer) {
	seen, senders := map[string]bool{}, 0
	for i, h := range c.Hooks() {
		at := fmt.Sprintf("webhooks[%d]", i)
		if seen[h.Name] {
			fail(at+".name", "names must differ", "a second webhook is named %q", h.Name)
		}
		seen[h.Name] = true
		if len(h.Events) == 0 {
			fail(at+".events", "name at least one, like call.ended", "webhook %q is told of nothing", h.Name)
		}
		if h.Wants(webhook.MessageSend) {
			if senders++; senders > 1 {
				fail(at+".events", "one receiver may serve both SMS and mail: it is told the channel", "a second webhook takes message.send, so people would get everything twice")
			}
			if !slices.Contains(h.Fields, webhook.Numbers) {
				fail(at+".fields", "add numbers", "webhook %q is to send messages and does not get the numbers", h.Name)
			}
		}
		if field, what, hint := h.Check(); what != "" {
			fail(at+"."+field, hint, "webhook %q: %s", h.Name, what)
		}
	}
}
