package label

import "github.com/parley-voice/parley/customer"

var consumptions = []Label{
	{Name: "consumption_type", Class: Transaction, Portrait: OfConsumption, Type: Word, Words: spenders, Basis: Profiling, Days: quarter, from: fromEvents,
		Meaning: "Of 2 or more orders in 365 days. 4 or more, at least 60 % in one category, fewer than half with a discount: loyal. 3 or more, fewer than 2 looks and enquiries for each, and half or more with a discount or a fifth or more paid back: impulse. 5 or more looks and enquiries for each: rational. Else mixed.",
		compute: consumption},
	{Name: "discount_share", Class: Transaction, Portrait: OfConsumption, Type: Number, Unit: "0 to 1", Basis: Contract, Days: month, from: fromEvents, Meaning: "Share of orders with a discount in 365 days.",
		compute: func(p *person) (string, string) {
			if p.figures.Frequency == 0 {
				return "", ""
			}
			return share(p.figures.Discounted, p.figures.Frequency), p.say("%d of %d orders", p.figures.Discounted, p.figures.Frequency)
		}},
	{Name: "price_sensitive", Class: Transaction, Portrait: OfPsychological, Type: Flag, Basis: Profiling, Days: quarter, from: fromEvents, Meaning: "At least 60 % of 2 or more orders in 365 days had a discount.",
		compute: func(p *person) (string, string) {
			f := p.figures
			return flag(f.Frequency >= 2 && 10*f.Discounted >= 6*f.Frequency), p.say("%d of %d orders had a discount", f.Discounted, f.Frequency)
		}},
	{Name: "brand_loyal", Class: Transaction, Portrait: OfPsychological, Type: Flag, Basis: Profiling, Days: quarter, from: fromEvents, Meaning: "consumption_type is loyal and the last order is at most 90 days ago.",
		compute: func(p *person) (string, string) {
			kind, _ := consumption(p)
			return flag(kind == "loyal" && p.figures.Recency <= quarter), p.say("consumption is %q, last order %v", kind, when{p, customer.Order})
		}},
	{Name: "categories_365d", Class: Transaction, Portrait: OfConsumption, Type: Number, Unit: "categories", Basis: Contract, Days: month, from: fromEvents, Meaning: "Categories ordered from in 365 days.",
		compute: func(p *person) (string, string) {
			return num(len(p.bought)), p.say("in %d orders", p.figures.Frequency)
		}},
}

func consumption(p *person) (string, string) {
	f := p.figures
	if f.Frequency < 2 {
		return "", ""
	}
	_, top, _ := p.bought.most()
	looks := p.n(customer.Browse, year) + p.n(customer.Enquiry, year)
	kind := "mixed"
	switch {
	case f.Frequency >= 4 && 10*top >= 6*f.Frequency && 2*f.Discounted < f.Frequency:
		kind = "loyal"
	case f.Frequency >= 3 && looks < 2*f.Frequency && (2*f.Discounted >= f.Frequency || 5*f.Refunds >= f.Frequency):
		kind = "impulse"
	case looks >= 5*f.Frequency:
		kind = "rational"
	}
	return kind, p.say("%d orders in 365 days, %d of one category, %d with a discount, %d paid back, %d looks and enquiries", f.Frequency, top, f.Discounted, f.Refunds, looks)
}
