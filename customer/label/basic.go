package label

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/parley-voice/parley/customer"
)

var basics = []Label{
	{Name: "region", Class: Basic, Portrait: OfBasics, Type: Text, Basis: Contract, Days: 365, Meaning: "Where the customer lives, as told; else where the first number was given out.",
		compute: func(p *person) (string, string) {
			if p.Region != "" {
				return p.Region, p.say("the profile says %s", p.Region)
			}
			for _, n := range p.parsed() {
				if place := n.Place().String(); place != "" {
					return place, p.say("no region told; the number was given out in %s", place)
				}
			}
			return "", ""
		}},
	{Name: "language", Class: Basic, Portrait: OfBasics, Type: Text, Basis: Contract, Days: 365, Meaning: "The language that the customer speaks (BCP 47).",
		compute: func(p *person) (string, string) { return p.Language, p.say("the profile says %s", p.Language) }},
	{Name: "tags", Class: Basic, Portrait: OfBasics, Type: List, Basis: Contract, Days: 365, Meaning: "The tags that people and sources gave.",
		compute: func(p *person) (string, string) { return list(p.Tags), p.say("%d tags in the profile", len(p.Tags)) }},
	{Name: "products", Class: Basic, Portrait: OfBasics, Type: List, Basis: Contract, Days: 365, Meaning: "The products owned: told, or ordered.",
		compute: func(p *person) (string, string) {
			all := owned(p)
			return list(all), p.say("%d told, %d ordered", len(p.Products), len(p.products))
		}},
	{Name: "products_owned", Class: Basic, Portrait: OfBasics, Type: Number, Unit: "products", Basis: Contract, Days: 365, Meaning: "How many products are owned.",
		compute: func(p *person) (string, string) {
			return num(len(owned(p))), p.say("%d told, %d ordered", len(p.Products), len(p.products))
		}},
	{Name: "risk", Class: Basic, Portrait: OfBasics, Type: Word, Words: degrees, Basis: Contract, Days: 180, Meaning: "How carefully the customer is to be treated, as told.",
		compute: func(p *person) (string, string) { return string(p.Risk), p.say("the profile says %s", p.Risk) }},
	{Name: "reachable", Class: Basic, Portrait: OfBasics, Type: Flag, Basis: Contract, Days: 90, Meaning: "There is a number that one person has.",
		compute: func(p *person) (string, string) {
			ok := slices.ContainsFunc(p.parsed(), customer.Number.Personal)
			return flag(ok), p.say("%d numbers on record", len(p.Numbers))
		}},
	{Name: "numbers_held", Class: Basic, Portrait: OfBasics, Type: Number, Unit: "numbers", Basis: Contract, Days: 365, Meaning: "How many telephone numbers are known.",
		compute: func(p *person) (string, string) { return num(len(p.Numbers)), p.say("counted in the profile") }},
	{Name: "marketing_allowed", Class: Basic, Portrait: OfBasics, Type: Flag, Basis: Contract, Days: 2, Meaning: "Consent to marketing is on record and has not expired.",
		compute: func(p *person) (string, string) { return allowed(p, "marketing") }},
	{Name: "recording_allowed", Class: Basic, Portrait: OfBasics, Type: Flag, Basis: Contract, Days: 2, Meaning: "Consent to recording is on record and has not expired.",
		compute: func(p *person) (string, string) { return allowed(p, "recording") }},
	{Name: "channel_told", Class: Basic, Portrait: OfBasics, Type: Text, Basis: Contract, Days: 365, Meaning: "The channel that the customer asked for (prefer:channel).",
		compute: func(p *person) (string, string) {
			told := p.Preferences["channel"]
			return told, p.say("the profile's preference is %s", told)
		}},
	{Name: "completeness", Class: Basic, Portrait: OfBasics, Type: Number, Unit: "%", Basis: Contract, Days: 30, Meaning: "How many of seven things the profile tells: name, number, region, language, products, value, consent.",
		compute: func(p *person) (string, string) {
			have := 0
			var lacks []string
			for _, one := range []struct {
				what  string
				there bool
			}{
				{"name", p.Name != ""}, {"number", len(p.Numbers) > 0}, {"region", p.Region != ""}, {"language", p.Language != ""},
				{"products", len(p.Products) > 0}, {"value", p.Profile.Value.Currency != ""}, {"consent", len(p.Consent) > 0},
			} {
				if one.there {
					have++
				} else if p.explain {
					lacks = append(lacks, one.what)
				}
			}
			return num(int(math.Round(float64(have) * 100 / 7))), p.say("%d of 7; lacks %s", have, cmp.Or(strings.Join(lacks, ", "), "nothing"))
		}},
	{Name: "profile_age", Class: Basic, Portrait: OfBasics, Type: Number, Unit: "days", Basis: Contract, Days: 2, Meaning: "Days since a source told anything of the customer.",
		compute: func(p *person) (string, string) {
			if p.Updated.IsZero() || p.Updated.After(p.now) {
				return "", ""
			}
			return num(customer.Days(p.Updated, p.now)), p.say("last told on %s", p.Updated.In(p.now.Location()).Format("2006-01-02"))
		}},
	{Name: "tenure", Class: Basic, Portrait: OfBasics, Type: Number, Unit: "days", Basis: Contract, Days: 30, from: fromEvents, Meaning: "Days since the first event.",
		compute: func(p *person) (string, string) {
			if p.when.first.IsZero() {
				return "", ""
			}
			return num(customer.Days(p.when.first, p.now)), p.say("first event on %s", p.when.first.In(p.now.Location()).Format("2006-01-02"))
		}},
}

// list joins words for a List; a comma within a word would divide it.
func list(words []string) string {
	for _, w := range words {
		if strings.Contains(w, ", ") {
			words = slices.Clone(words)
			for i := range words {
				words[i] = strings.ReplaceAll(words[i], ", ", ",")
			}
			break
		}
	}
	return strings.Join(words, ", ")
}

func owned(p *person) []string {
	if len(p.products) == 0 {
		return p.Products
	}
	all := append(p.products.words(), p.Products...)
	slices.Sort(all)
	return slices.Compact(all)
}

func allowed(p *person, purpose string) (string, string) {
	ok := p.Allows(purpose, p.now)
	why := "no consent that holds is on record for " + purpose
	if ok {
		why = "consent on record for " + purpose
	}
	return flag(ok), why
}
