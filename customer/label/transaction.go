package label

import (
	"strings"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/rfm"
)

var transactions = []Label{
	{Name: "rfm_segment", Class: Transaction, Portrait: OfConsumption, Type: Word, Words: []string{string(rfm.HighValueActive), string(rfm.LowValueLost), string(rfm.Observe)}, Basis: Contract, Days: month, from: fromEvents,
		Meaning: "r <= 30, f >= 5, m >= 1000: high_value_active; r > 90, f <= 1, m < 500: low_value_lost; else observe. f and m count 365 days.",
		compute: func(p *person) (string, string) { return string(p.figures.Segment()), p.figuresWhy() }},
	{Name: "lifecycle", Class: Transaction, Portrait: OfConsumption, Type: Word, Words: []string{"new", "growing", "mature", "lost"}, Basis: Contract, Days: month, from: fromEvents,
		Meaning: "Last order more than 90 days ago: lost; else first order at most 30 days ago, or none yet: new; more than 180 days ago: mature; else growing.",
		compute: func(p *person) (string, string) {
			if p.figures.Orders == 0 {
				return string(rfm.LifeNew), "no order yet"
			}
			return string(p.figures.Lifecycle(p.now)), p.say("first order %d days ago, last %d", customer.Days(p.figures.First, p.now), p.figures.Recency)
		}},
	{Name: "rfm_group", Class: Transaction, Portrait: OfConsumption, Type: Text, Basis: Contract, Days: month, from: fromEvents, Meaning: "Segment, lifecycle and preferred channel in one: observe/growing/phone.",
		compute: func(p *person) (string, string) {
			channel := p.Preferences["channel"]
			if channel == "" {
				channel, _, _ = p.channels.most()
			}
			if channel == "" {
				channel = "none"
			}
			return string(p.figures.Segment()) + "/" + string(p.figures.Lifecycle(p.now)) + "/" + channel, p.figuresWhy()
		}},
	bucket("rfm_r", rfm.RWords, "Days since the last order, in steps.", func(b rfm.Buckets) string { return b.R }),
	bucket("rfm_f", rfm.FWords, "Orders in 365 days, in steps.", func(b rfm.Buckets) string { return b.F }),
	bucket("rfm_m", rfm.MWords, "Paid in 365 days less refunds, in steps.", func(b rfm.Buckets) string { return b.M }),
	{Name: "rfm_c", Class: Transaction, Portrait: OfConsumption, Type: Text, Basis: Contract, Days: month, from: fromEvents, Meaning: "The category ordered most often in 365 days: the C of RFM-C.",
		compute: func(p *person) (string, string) {
			word, n, all := p.bought.most()
			return word, p.say("%d of %d orders with a category", n, all)
		}},
	{Name: "days_since_order", Class: Transaction, Portrait: OfConsumption, Type: Number, Unit: "days", Basis: Contract, Days: 2, from: fromEvents, Meaning: "Days since the last order: the r of RFM.",
		compute: func(p *person) (string, string) {
			if p.figures.Recency < 0 {
				return "", ""
			}
			return num(p.figures.Recency), p.say("last order on %s", p.figures.Last.In(p.now.Location()).Format("2006-01-02"))
		}},
	{Name: "orders_365d", Class: Transaction, Portrait: OfConsumption, Type: Number, Unit: "orders", Basis: Contract, Days: month, from: fromEvents, Meaning: "Orders in 365 days: the f of RFM.",
		compute: func(p *person) (string, string) { return num(p.figures.Frequency), p.figuresWhy() }},
	money("spend_365d", "Paid in 365 days less refunds: the m of RFM.", func(f rfm.Figures) (int64, bool) { return f.Monetary, true }),
	money("average_order", "The average order, before refunds.", func(f rfm.Figures) (int64, bool) { return f.Average(), f.Orders > 0 }),
	money("largest_order", "The largest order.", func(f rfm.Figures) (int64, bool) { return f.Largest, f.Orders > 0 }),
	money("last_order", "What the last order came to.", func(f rfm.Figures) (int64, bool) { return f.LastPaid, f.Orders > 0 }),
	{Name: "orders", Class: Transaction, Portrait: OfConsumption, Type: Number, Unit: "orders", Basis: Contract, Days: year, from: fromEvents, Meaning: "All orders on record.",
		compute: func(p *person) (string, string) {
			return num(p.figures.Orders), p.say("%d more in another currency", p.figures.OtherCurrency)
		}},
	{Name: "value", Class: Transaction, Portrait: OfConsumption, Type: Word, Words: []string{"high", "potential", "normal"}, Basis: Contract, Days: month, from: fromEvents,
		Meaning: "Average order 5000 or more: high; 1000 or more and an order after the first in the last 3 months: potential; else normal. Without orders, by the average that the profile tells.",
		compute: func(p *person) (string, string) {
			f := p.figures
			if f.Orders == 0 {
				return string(f.Value(p.now, p.Profile.Value)), p.say("no order; the profile tells an average of %q", p.Profile.Value)
			}
			return string(f.Value(p.now, p.Profile.Value)), p.say("average order %s %s of %d; bought again within 3 months: %t", units(f.Average()), f.Currency, f.Orders, f.RepurchasedIn(p.now, rfm.RepurchaseMonths))
		}},
	{Name: "churn_warning", Class: Transaction, Portrait: OfConsumption, Type: Flag, Basis: Contract, Days: month, from: fromEvents, Meaning: "Bought before, but not in the last 6 months.",
		compute: func(p *person) (string, string) {
			return flag(p.figures.Churning(p.now)), p.say("last order %v", when{p, customer.Order})
		}},
	{Name: "repurchased_3m", Class: Transaction, Portrait: OfConsumption, Type: Flag, Basis: Contract, Days: month, from: fromEvents, Meaning: "An order after the first lies in the last 3 months.",
		compute: func(p *person) (string, string) {
			return flag(p.figures.RepurchasedIn(p.now, rfm.RepurchaseMonths)), p.say("last order %v, %d in all", when{p, customer.Order}, p.figures.Orders)
		}},
	{Name: "order_interval", Class: Transaction, Portrait: OfConsumption, Type: Number, Unit: "days", Basis: Contract, Days: month, from: fromEvents, Meaning: "Median days between two orders.",
		compute: func(p *person) (string, string) {
			if p.figures.Interval < 0 {
				return "", ""
			}
			return num(p.figures.Interval), p.say("over %d orders", p.figures.Orders)
		}},
	{Name: "refunds_365d", Class: Transaction, Portrait: OfConsumption, Type: Number, Unit: "refunds", Basis: Contract, Days: month, from: fromEvents, Meaning: "Refunds in 365 days.",
		compute: func(p *person) (string, string) {
			return num(p.figures.Refunds), p.say("the last was %v", when{p, customer.Refund})
		}},
	{Name: "refund_share", Class: Transaction, Portrait: OfConsumption, Type: Number, Unit: "0 to 1", Basis: Contract, Days: month, from: fromEvents, Meaning: "Refunds for each order in 365 days, at most 1.",
		compute: func(p *person) (string, string) {
			if p.figures.Frequency == 0 {
				return "", ""
			}
			return share(min(p.figures.Refunds, p.figures.Frequency), p.figures.Frequency), p.say("%d refunds, %d orders", p.figures.Refunds, p.figures.Frequency)
		}},
	{Name: "predicted_need", Class: Transaction, Portrait: OfConsumption, Type: Text, Basis: Contract, Days: month, from: fromAll, Meaning: "What most customers with one of these products asked for next.",
		compute: func(p *person) (string, string) {
			if p.o.Needs == nil {
				return "", ""
			}
			return p.o.Needs(owned(p))
		}},
}

func (p *person) figuresWhy() string {
	if !p.explain {
		return ""
	}
	return p.figures.Why()
}

func bucket(name string, words []string, meaning string, of func(rfm.Buckets) string) Label {
	return Label{Name: name, Class: Transaction, Portrait: OfConsumption, Type: Word, Words: words, Basis: Contract, Days: month, from: fromEvents,
		Meaning: meaning + " " + strings.Join(words, ", ") + ".",
		compute: func(p *person) (string, string) { return of(p.figures.Buckets("")), p.figuresWhy() }}
}

func money(name, meaning string, of func(rfm.Figures) (int64, bool)) Label {
	return Label{Name: name, Class: Transaction, Portrait: OfConsumption, Type: Number, Unit: OfCurrency, Basis: Contract, Days: month, from: fromEvents, Meaning: meaning,
		compute: func(p *person) (string, string) {
			cents, ok := of(p.figures)
			if !ok {
				return "", ""
			}
			return units(cents), p.say("%d orders, in %s", p.figures.Orders, p.figures.Currency)
		}}
}
