package customer

import (
	"slices"
	"time"
)

// Profile is what is known of one person.
type Profile struct {
	ID       string   `json:"id"` // never changes; a merged profile's id leads to the one that took it in
	Name     string   `json:"name,omitempty"`
	Numbers  []string `json:"numbers,omitempty"`  // Number.Text, sorted; each belongs to one person
	Tags     []string `json:"tags,omitempty"`     // sorted
	Value    Money    `json:"value,omitzero"`     // average order value
	Region   string   `json:"region,omitempty"`   // as Region gives it
	Language string   `json:"language,omitempty"` // BCP 47
	Products []string `json:"products,omitempty"` // owned, sorted
	Risk     Risk     `json:"risk,omitempty"`

	Consent     []Consent         `json:"consent,omitempty"`     // one for each purpose, sorted by it
	Preferences map[string]string `json:"preferences,omitempty"` // channel=sms, hours=evening
	Fields      map[string]Field  `json:"fields,omitempty"`      // what the product has no word for

	Source  string    `json:"source,omitempty"` // who told last: a file, a system, a person
	Updated time.Time `json:"updated,omitzero"` // as of when it is true, in the source's words
}

// Risk is how carefully a person is to be treated.
type Risk string

// The degrees of Risk; "" is not known.
const (
	LowRisk    Risk = "low"
	MediumRisk Risk = "medium"
	HighRisk   Risk = "high"
)

// Field is a value with where it came from.
type Field struct {
	Value  string    `json:"value"`
	Source string    `json:"source"`
	Until  time.Time `json:"until,omitzero"` // not to be used after; zero: no end
}

// Consent is what a person allowed for one purpose, and how we know.
type Consent struct {
	Purpose string    `json:"purpose"` // marketing, recording, profiling, ...
	State   Answer    `json:"state"`
	Basis   string    `json:"basis,omitempty"`  // consent, contract, law
	Source  string    `json:"source,omitempty"` // the call, the form, the file
	At      time.Time `json:"at,omitzero"`
	Expires time.Time `json:"expires,omitzero"` // zero: no end
}

// Answer is what was said to a request for consent.
type Answer string

// The answers. Refused and Withdrawn do not expire into consent.
const (
	Granted   Answer = "granted"
	Refused   Answer = "refused"
	Withdrawn Answer = "withdrawn"
)

// Allows tells whether a purpose is allowed at now: granted, and not expired.
// What was never asked is not allowed.
func (p Profile) Allows(purpose string, now time.Time) bool {
	for _, c := range p.Consent {
		if c.Purpose == purpose {
			return c.State == Granted && (c.Expires.IsZero() || now.Before(c.Expires))
		}
	}
	return false
}

// Tagged tells whether a person carries a tag.
func (p Profile) Tagged(tag string) bool { return slices.Contains(p.Tags, tag) }

// Owns tells whether a person has a product.
func (p Profile) Owns(product string) bool { return slices.Contains(p.Products, product) }

// Field is a custom field's value at now, "" when there is none or it has expired.
func (p Profile) Field(name string, now time.Time) string {
	f := p.Fields[name]
	if !f.Until.IsZero() && !now.Before(f.Until) {
		return ""
	}
	return f.Value
}
