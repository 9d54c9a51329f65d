package doctor

import (
	"context"
	"fmt"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/console/webhook"
)

// messages warns of SMS and mails whose readers cannot opt out by a link.
func messages(_ context.Context, c *config.Config, _ Machine) []Finding {
	for _, h := range c.Hooks() {
		switch {
		case !h.Wants(webhook.MessageSend) || c.Node != "":
		case c.HTTP.Public == "":
			return []Finding{{"messages", Warn, fmt.Sprintf("those that webhook %s sends carry no link to opt out by", h.Name),
				"set http.public_url to the https:// address at which people reach this server: docs/consent.md"}}
		default:
			return []Finding{{"messages", OK, "carry a link to opt out by, at " + c.HTTP.Public, ""}}
		}
	}
	return nil
}
