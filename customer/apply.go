package customer

import (
	"maps"
	"slices"
)

// Apply lays what a source tells over what is known: a text or amount that the
// source leaves empty stays as it was, lists that it gives take the place of the
// old ones, numbers are added, and preferences, fields and consent are replaced
// one by one; an older consent does not replace a newer one.
func (p Profile) Apply(told Profile) Profile {
	out := p
	out.Numbers = sorted(p.Numbers, told.Numbers)
	if len(told.Tags) > 0 {
		out.Tags = sorted(told.Tags)
	}
	if len(told.Products) > 0 {
		out.Products = sorted(told.Products)
	}
	for _, f := range []struct{ to, from *string }{
		{&out.ID, &told.ID}, {&out.Name, &told.Name}, {&out.Region, &told.Region}, {&out.Language, &told.Language}, {&out.Source, &told.Source},
	} {
		if *f.from != "" {
			*f.to = *f.from
		}
	}
	if told.Value.Currency != "" {
		out.Value = told.Value
	}
	if told.Risk != "" {
		out.Risk = told.Risk
	}
	if told.Updated.After(out.Updated) {
		out.Updated = told.Updated
	}
	out.Consent = consents(p.Consent, told.Consent, func(old, new Consent) bool { return !new.At.Before(old.At) })
	out.Preferences = laid(p.Preferences, told.Preferences)
	out.Fields = laid(p.Fields, told.Fields)
	return out
}

// Merge joins two profiles of one person: p's word counts, other fills its gaps.
// Of two answers to one request for consent, the one that refuses counts; of two
// risks, the higher.
func (p Profile) Merge(other Profile) Profile {
	out := other.Apply(p)
	out.Tags, out.Products = sorted(p.Tags, other.Tags), sorted(p.Products, other.Products)
	if rank(other.Risk) > rank(p.Risk) {
		out.Risk = other.Risk
	}
	out.Consent = consents(p.Consent, other.Consent, func(old, new Consent) bool {
		return old.State == Granted && new.State != Granted
	})
	return out
}

func rank(r Risk) int { return slices.Index([]Risk{"", LowRisk, MediumRisk, HighRisk}, r) }

// consents holds one answer for each purpose; better tells whether new replaces old.
func consents(olds, news []Consent, better func(old, new Consent) bool) []Consent {
	by := map[string]Consent{}
	for _, c := range olds {
		by[c.Purpose] = c
	}
	for _, c := range news {
		if old, ok := by[c.Purpose]; !ok || better(old, c) {
			by[c.Purpose] = c
		}
	}
	if len(by) == 0 {
		return nil
	}
	var out []Consent
	for _, purpose := range slices.Sorted(maps.Keys(by)) {
		out = append(out, by[purpose])
	}
	return out
}

func laid[V any](old, told map[string]V) map[string]V {
	if len(old)+len(told) == 0 {
		return nil
	}
	out := make(map[string]V, len(old)+len(told))
	maps.Copy(out, old)
	maps.Copy(out, told)
	return out
}

// sorted is the set of all words in order, nil when there is none.
func sorted(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) > 0 && all[0] == "" {
		all = all[1:]
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
