package label

import (
	"slices"

	"github.com/parley-voice/parley/customer"
)

var behaviours = []Label{
	{Name: "activity_7d", Class: Behaviour, Portrait: OfInteraction, Type: Word, Words: degrees, Basis: Contract, Days: 7, from: fromEvents, Meaning: "More than 4 active days of the last 7: high; more than 2: medium; else low.",
		compute: func(p *person) (string, string) {
			n := p.activeIn(week)
			degree := "low"
			if n > 4 {
				degree = "high"
			} else if n > 2 {
				degree = "medium"
			}
			return degree, p.say("active on %d of the last 7 days", n)
		}},
	{Name: "active_days_7d", Class: Behaviour, Portrait: OfInteraction, Type: Number, Unit: "days", Basis: Contract, Days: 7, from: fromEvents, Meaning: "On how many of the last 7 days the customer did something.",
		compute: func(p *person) (string, string) { return num(p.activeIn(week)), p.say("today counts as one of 7") }},
	{Name: "active_days_30d", Class: Behaviour, Portrait: OfInteraction, Type: Number, Unit: "days", Basis: Contract, Days: 30, from: fromEvents, Meaning: "On how many of the last 30 days the customer did something.",
		compute: func(p *person) (string, string) { return num(p.activeIn(month)), p.say("today counts as one of 30") }},
	{Name: "days_since_seen", Class: Behaviour, Portrait: OfInteraction, Type: Number, Unit: "days", Basis: Contract, Days: 2, from: fromEvents, Meaning: "Days since the customer last did something.",
		compute: func(p *person) (string, string) {
			if p.when.seen.IsZero() {
				return "", ""
			}
			return num(customer.Days(p.when.seen, p.now)), p.say("last seen on %s", p.when.seen.In(p.now.Location()).Format("2006-01-02"))
		}},
	counted("browses_7d", Behaviour, customer.Browse, week),
	counted("browses_30d", Behaviour, customer.Browse, month),
	counted("carts_7d", Behaviour, customer.Cart, week),
	counted("carts_30d", Behaviour, customer.Cart, month),
	counted("enquiries_7d", Behaviour, customer.Enquiry, week),
	counted("enquiries_30d", Behaviour, customer.Enquiry, month),
	counted("calls_30d", Behaviour, customer.Called, month),
	since("days_since_browse", Behaviour, customer.Browse),
	since("days_since_cart", Behaviour, customer.Cart),
	since("days_since_enquiry", Behaviour, customer.Enquiry),
	{Name: "cart_abandoned", Class: Behaviour, Portrait: OfConsumption, Type: Flag, Basis: Contract, Days: 7, from: fromEvents, Meaning: "Something was put into the cart in the last 7 days, and nothing ordered since.",
		compute: func(p *person) (string, string) {
			days, ok := p.since(customer.Cart)
			left := ok && days < week && !p.figures.Last.After(p.last[kindIndex[customer.Cart]])
			return flag(left), p.say("cart: %v, order: %v", when{p, customer.Cart}, when{p, customer.Order})
		}},
	{Name: "cart_product", Class: Behaviour, Portrait: OfConsumption, Type: Text, Basis: Contract, Days: 7, from: fromEvents, Meaning: "The product that was last put into the cart, in the last 7 days.",
		compute: func(p *person) (string, string) {
			if days, ok := p.since(customer.Cart); !ok || days >= week {
				return "", ""
			}
			return p.voice.carts.word, p.say("put into the cart %v", when{p, customer.Cart})
		}},
	{Name: "preferred_category", Class: Behaviour, Portrait: OfConsumption, Type: Text, Basis: Contract, Days: 30, from: fromEvents, Meaning: "The category browsed, put into the cart and ordered most often in 90 days; of equals the latest.",
		compute: func(p *person) (string, string) {
			word, n, all := p.categories.most()
			return word, p.say("%d of %d events with a category", n, all)
		}},
	{Name: "preferred_hour", Class: Behaviour, Portrait: OfInteraction, Type: Number, Unit: "hour of the day", Basis: Contract, Days: 30, from: fromEvents, Meaning: "The hour (0 to 23) in which the customer was most often active in 90 days; of equals the earliest.",
		compute: func(p *person) (string, string) {
			if p.when.all == 0 {
				return "", ""
			}
			most := slices.Max(p.when.of[:])
			return num(slices.Index(p.when.of[:], most)), p.say("%d of %d events", most, p.when.all)
		}},
	{Name: "preferred_daypart", Class: Behaviour, Portrait: OfInteraction, Type: Word, Words: dayparts, Basis: Contract, Days: 30, from: fromEvents, Meaning: "Morning (6 to 12), afternoon (12 to 18), evening (18 to 24) or night: the busiest in 90 days.",
		compute: func(p *person) (string, string) {
			if p.when.all == 0 {
				return "", ""
			}
			best, most := "", -1
			for i, part := range dayparts {
				n := 0
				for h := range 6 {
					n += p.when.of[(6+6*i+h)%24]
				}
				if n > most {
					best, most = part, n
				}
			}
			return best, p.say("%d of %d events", most, p.when.all)
		}},
	{Name: "weekend_person", Class: Behaviour, Portrait: OfInteraction, Type: Flag, Basis: Contract, Days: 30, from: fromEvents, Meaning: "At least half of 5 or more events in 90 days fell on Saturday or Sunday.",
		compute: func(p *person) (string, string) {
			return flag(p.when.all >= 5 && 2*p.when.weekend >= p.when.all), p.say("%d of %d events", p.when.weekend, p.when.all)
		}},
	{Name: "browsed_not_bought", Class: Behaviour, Portrait: OfConsumption, Type: Flag, Basis: Contract, Days: 7, from: fromEvents, Meaning: "3 or more looks in 7 days, and no order in them.",
		compute: func(p *person) (string, string) {
			looks, orders := p.n(customer.Browse, week), p.n(customer.Order, week)
			return flag(looks >= 3 && orders == 0), p.say("%d looks and %d orders in 7 days", looks, orders)
		}},
	{Name: "intent_score", Class: Behaviour, Portrait: OfConsumption, Type: Number, Unit: "0 to 100", Basis: Contract, Days: 7, from: fromEvents, Meaning: "Predicted intent to buy: a cart left in 7 days 40, an enquiry in 7 days 30, looks in 7 days 5 each up to 15, an order due by the customer's own rhythm 15; halved by a refusal or a complaint in 30 days each.",
		compute: intent},
}

func intent(p *person) (string, string) {
	score := 0
	cart := p.n(customer.Cart, week) > 0 && !p.figures.Last.After(p.last[kindIndex[customer.Cart]])
	if cart {
		score += 40
	}
	asked := p.n(customer.Enquiry, week) > 0
	if asked {
		score += 30
	}
	looks := min(15, 5*p.n(customer.Browse, week))
	score += looks
	due := p.figures.Interval > 0 && 4*p.figures.Recency >= 3*p.figures.Interval && 2*p.figures.Recency <= 3*p.figures.Interval
	if due {
		score += 15
	}
	halved := 0
	for _, k := range []customer.EventKind{customer.Refusal, customer.Complained} {
		if p.n(k, month) > 0 {
			score /= 2
			halved++
		}
	}
	return num(score), p.say("cart left %t, asked %t, looks %d, order due %t; halved %d times by refusals and complaints", cart, asked, looks, due, halved)
}

// counted is a label that counts events of a kind.
func counted(name string, class Class, kind customer.EventKind, span int) Label {
	portrait := OfInteraction
	if class == Transaction {
		portrait = OfConsumption
	}
	return Label{Name: name, Class: class, Portrait: portrait, Type: Number, Unit: "events", Basis: Contract, Days: span, from: fromEvents,
		Meaning: "How many events of kind " + string(kind) + " there were in " + num(span) + " days.",
		compute: func(p *person) (string, string) {
			return num(p.n(kind, span)), p.say("the last was %v", when{p, kind})
		}}
}

// since is a label that tells how many days ago the last event of a kind was.
func since(name string, class Class, kind customer.EventKind) Label {
	return Label{Name: name, Class: class, Portrait: OfInteraction, Type: Number, Unit: "days", Basis: Contract, Days: 2, from: fromEvents,
		Meaning: "Days since the last event of kind " + string(kind) + "; none when there was none.",
		compute: func(p *person) (string, string) {
			days, ok := p.since(kind)
			if !ok {
				return "", ""
			}
			return num(days), p.say("the last was %v", when{p, kind})
		}}
}

// when is the time of the last event of a kind, written out only when a why is.
type when struct {
	p    *person
	kind customer.EventKind
}

func (w when) String() string {
	days, ok := w.p.since(w.kind)
	switch {
	case !ok:
		return "never"
	case days == 0:
		return "today"
	case days == 1:
		return "yesterday"
	}
	return num(days) + " days ago"
}
