package label

import (
	"strings"

	"github.com/parley-voice/parley/customer"
)

// tagged are the interaction tags, in the order in which the list names them.
var tagged = []struct {
	name string
	kind customer.EventKind
}{{"enquiry", customer.Enquiry}, {"complaint", customer.Complained}, {"after_sales", customer.AfterSales}, {"marketing", customer.Contact}}

var interactions = []Label{
	{Name: "interaction_tags", Class: Behaviour, Portrait: OfInteraction, Type: List, Basis: Contract, Days: quarter, from: fromEvents, Meaning: "What the customer's events of 90 days were about: enquiry, complaint, after_sales, marketing, high_risk.",
		compute: func(p *person) (string, string) {
			var all []string
			for _, t := range tagged {
				if p.n(t.kind, quarter) > 0 {
					all = append(all, t.name)
				}
			}
			if highRisk(p) {
				all = append(all, "high_risk")
			}
			return strings.Join(all, ", "), p.say("by the kinds of events of 90 days")
		}},
	{Name: "high_risk", Class: Behaviour, Portrait: OfInteraction, Type: Flag, Basis: Contract, Days: quarter, from: fromEvents, Meaning: "A refund, or words of refund or complaint, in 90 days.",
		compute: func(p *person) (string, string) {
			return flag(highRisk(p)), p.say("%d refunds; words of refund or complaint in %d events %s", p.n(customer.Refund, quarter), p.voice.risky, p.voice.word)
		}},
	{Name: "preferred_channel", Class: Behaviour, Portrait: OfInteraction, Type: Text, Basis: Contract, Days: 30, from: fromEvents, Meaning: "The channel asked for; else the one that the customer used most often in 90 days.",
		compute: func(p *person) (string, string) {
			if told := p.Preferences["channel"]; told != "" {
				return told, p.say("the customer asked for it")
			}
			word, n, all := p.channels.most()
			return word, p.say("%d of %d events with a channel", n, all)
		}},
	{Name: "last_channel", Class: Behaviour, Portrait: OfInteraction, Type: Text, Basis: Contract, Days: 30, from: fromEvents, Meaning: "The channel that the customer used last.",
		compute: func(p *person) (string, string) {
			return p.when.recent.word, p.say("used on %s", p.when.recent.at.In(p.now.Location()).Format("2006-01-02"))
		}},
	{Name: "interaction_style", Class: Behaviour, Portrait: OfInteraction, Type: Word, Words: styles, Basis: Contract, Days: 30, from: fromEvents, Meaning: "By the channel used most in 90 days: phone caller; chat, sms, email writer; app, web self_service; store visitor; nothing quiet.",
		compute: func(p *person) (string, string) {
			word, n, all := p.channels.most()
			style := map[string]string{"phone": "caller", "chat": "writer", "sms": "writer", "email": "writer", "app": "self_service", "web": "self_service", "store": "visitor", "": "quiet"}[word]
			return style, p.say("%d of %d events by %s", n, all, word)
		}},
	{Name: "short_calls_30d", Class: Behaviour, Portrait: OfInteraction, Type: Number, Unit: "calls", Basis: Contract, Days: month, from: fromEvents, Meaning: "Calls under 5 seconds in 30 days: they say nothing about a customer.",
		compute: func(p *person) (string, string) {
			return num(p.voice.short), p.say("of %d calls", p.n(customer.Called, month))
		}},
	counted("contacts_7d", Behaviour, customer.Contact, week),
	counted("contacts_30d", Behaviour, customer.Contact, month),
	counted("aftersales_90d", Behaviour, customer.AfterSales, quarter),
	since("days_since_contact", Behaviour, customer.Contact),
	since("days_since_aftersales", Behaviour, customer.AfterSales),
}

func highRisk(p *person) bool { return p.n(customer.Refund, quarter) > 0 || p.voice.risky > 0 }
