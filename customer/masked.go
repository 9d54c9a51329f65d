package customer

import "slices"

// Masked is the profile with its numbers masked.
func (p Profile) Masked() Profile {
	p.Numbers = slices.Clone(p.Numbers)
	for i, n := range p.Numbers {
		p.Numbers[i] = Parse(n, "").Masked()
	}
	return p
}

// Masked is the facts with every number masked.
func (f Facts) Masked() Facts {
	f.Number.Text = f.Number.Masked()
	f.Profile = f.Profile.Masked()
	f.History.Calls, f.History.Complaints = slices.Clone(f.History.Calls), slices.Clone(f.History.Complaints)
	for i, c := range f.History.Calls {
		f.History.Calls[i].Number = Parse(c.Number, "").Masked()
	}
	for i, c := range f.History.Complaints {
		f.History.Complaints[i].Number = Parse(c.Number, "").Masked()
	}
	return f
}
