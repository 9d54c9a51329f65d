package label

import (
	"strconv"
	"time"

	"github.com/parley-voice/parley/customer"
)

var emotions = []Label{
	counted("complaints_90d", Emotion, customer.Complained, quarter),
	counted("complaints_365d", Emotion, customer.Complained, year),
	counted("refusals_30d", Emotion, customer.Refusal, month),
	since("days_since_complaint", Emotion, customer.Complained),
	since("days_since_refusal", Emotion, customer.Refusal),
	{Name: "complained", Class: Emotion, Portrait: OfInteraction, Type: Flag, Basis: Contract, Days: year, from: fromEvents, Meaning: "The customer complained once.",
		compute: func(p *person) (string, string) {
			return flag(!p.last[kindIndex[customer.Complained]].IsZero()), p.say("the last was %v", when{p, customer.Complained})
		}},
	{Name: "satisfaction", Class: Emotion, Portrait: OfPsychological, Type: Number, Unit: "1 to 5", Basis: Contract, Days: quarter, from: fromEvents, Meaning: "Average score of reviews in 365 days.",
		compute: func(p *person) (string, string) {
			if p.voice.reviews == 0 {
				return "", ""
			}
			return strconv.FormatFloat(float64(p.voice.scores*100/p.voice.reviews)/100, 'f', -1, 64), p.say("%d reviews", p.voice.reviews)
		}},
	{Name: "dissatisfied", Class: Emotion, Portrait: OfPsychological, Type: Flag, Basis: Contract, Days: quarter, from: fromEvents, Meaning: "A review of 1 or 2, or a complaint, in 90 days.",
		compute: func(p *person) (string, string) {
			complaints := p.n(customer.Complained, quarter)
			return flag(p.voice.bad+complaints > 0), p.say("%d reviews of 1 or 2, %d complaints", p.voice.bad, complaints)
		}},
	{Name: "mood", Class: Emotion, Portrait: OfPsychological, Type: Word, Words: moodWords, Basis: Profiling, Days: quarter, from: fromEvents, Meaning: "The mood that calls of 90 days most often told; of equals the latest.",
		compute: func(p *person) (string, string) {
			word, n, all := p.voice.moods.most()
			return word, p.say("%d of %d calls with a mood", n, all)
		}},
	{Name: "last_mood", Class: Emotion, Portrait: OfPsychological, Type: Word, Words: moodWords, Basis: Profiling, Days: month, from: fromEvents, Meaning: "The mood that the latest call with one told, in 90 days.",
		compute: func(p *person) (string, string) {
			return p.voice.recent.word, p.say("told on %s", p.voice.recent.at.In(p.now.Location()).Format("2006-01-02"))
		}},
	{Name: "negative_share", Class: Emotion, Portrait: OfPsychological, Type: Number, Unit: "0 to 1", Basis: Profiling, Days: quarter, from: fromEvents, Meaning: "Share of the calls of 90 days in which the customer was angry or impatient.",
		compute: func(p *person) (string, string) {
			calls := p.n(customer.Called, quarter)
			if calls == 0 {
				return "", ""
			}
			bad := p.voice.moods["angry"].n + p.voice.moods["impatient"].n
			return share(bad, calls), p.say("%d of %d calls", bad, calls)
		}},
	{Name: "patience", Class: Emotion, Portrait: OfPsychological, Type: Word, Words: degrees, Basis: Profiling, Days: quarter, from: fromEvents, Meaning: "Of 2 or more calls in 90 days: impatient in half of them or more low, in none high, else medium.",
		compute: func(p *person) (string, string) {
			calls, bad := p.n(customer.Called, quarter), p.voice.moods["impatient"].n
			if calls < 2 {
				return "", ""
			}
			degree := "medium"
			if 2*bad >= calls {
				degree = "low"
			} else if bad == 0 {
				degree = "high"
			}
			return degree, p.say("impatient in %d of %d calls", bad, calls)
		}},
	{Name: "decision_style", Class: Emotion, Portrait: OfPsychological, Type: Word, Words: deciders, Basis: Profiling, Days: quarter, from: fromEvents, Meaning: "In 90 days, of who looked or bought: hesitant in a call, or 3 carts and more for each order: hesitant; an order, and at most 3 looks for each: decisive; else considering.",
		compute: decision},
	{Name: "service_minded", Class: Emotion, Portrait: OfPsychological, Type: Flag, Basis: Profiling, Days: quarter, from: fromEvents, Meaning: "3 or more enquiries and after-sales events in 90 days.",
		compute: func(p *person) (string, string) {
			n := p.n(customer.Enquiry, quarter) + p.n(customer.AfterSales, quarter)
			return flag(n >= 3), p.say("%d of them", n)
		}},
	{Name: "talk_minutes_90d", Class: Emotion, Portrait: OfInteraction, Type: Number, Unit: "minutes", Basis: Contract, Days: quarter, from: fromEvents, Meaning: "Minutes on the telephone with us in 90 days.",
		compute: func(p *person) (string, string) {
			return num(int(p.voice.talked / time.Minute)), p.say("%d calls", p.n(customer.Called, quarter))
		}},
}

func decision(p *person) (string, string) {
	looks, carts, orders := p.n(customer.Browse, quarter), p.n(customer.Cart, quarter), p.n(customer.Order, quarter)
	unsure := p.voice.moods["hesitant"].n
	if looks+carts+orders+unsure == 0 {
		return "", ""
	}
	style := "considering"
	switch {
	case unsure > 0 || carts >= 3 && carts >= 3*orders:
		style = "hesitant"
	case orders > 0 && looks <= 3*orders:
		style = "decisive"
	}
	return style, p.say("%d looks, %d carts, %d orders, hesitant in %d calls", looks, carts, orders, unsure)
}
