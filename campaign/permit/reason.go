package permit

import "time"

// Reason is one thing that speaks against an attempt.
type Reason struct {
	Code  Code      `json:"code"`
	Until time.Time `json:"until,omitzero"` // it no longer speaks against it from then on; zero: no end is known
	Text  string    `json:"text"`           // plain English, without the number
}

// Code says which check refuses. Codes stay the same from version to version.
type Code string

// The codes, in the order in which Decide looks and tells.
const (
	BadRequest   Code = "bad_request"   // the request itself is not whole
	NoNumber     Code = "no_number"     // not a number that a person can be reached at
	DoNotCall    Code = "do_not_call"   // never again, on this channel or all
	NoConsent    Code = "no_consent"    // nothing on record for this purpose
	Refused      Code = "refused"       // consent was refused or withdrawn
	Expired      Code = "expired"       // consent has run out
	CoolRefusal  Code = "cool_refusal"  // refused an offer lately
	CoolCompl    Code = "cool_complain" // complained lately
	PersonDay    Code = "person_day"    // the person's cap of 24 hours
	PersonWeek   Code = "person_week"   // the person's cap of 7 days
	NumberDay    Code = "number_day"    // the number's cap of 24 hours
	NumberWeek   Code = "number_week"   // the number's cap of 7 days
	Hours        Code = "hours"         // outside the hours of the person's place
	Holiday      Code = "holiday"       // a holiday there
	UnknownYear  Code = "unknown_year"  // that year's holidays are not known there
	NoRules      Code = "no_rules"      // no jurisdiction covers the place
	NoZone       Code = "no_zone"       // the time zone is not known
	OtherChannel Code = "other_channel" // the person prefers another channel
)

// Decision is the answer to a Request.
type Decision struct {
	Allowed bool      `json:"allowed"`
	Reasons []Reason  `json:"reasons,omitempty"` // all of them, in the order of the codes
	Until   time.Time `json:"until,omitzero"`    // when the last reason ends, not earlier than now; zero: unknown, or allowed
	Suggest []Channel `json:"suggest,omitempty"` // what the person likes better and has not forbidden
	Grant   string    `json:"grant,omitempty"`   // the Grant that lets it through
}

// Has tells whether a code is among the reasons.
func (d Decision) Has(c Code) bool {
	for _, r := range d.Reasons {
		if r.Code == c {
			return true
		}
	}
	return false
}

func (d *Decision) against(c Code, until time.Time, text string) {
	d.Reasons = append(d.Reasons, Reason{c, until, text})
}

// settle closes a decision: the last end counts, and none if one reason has none.
func (d *Decision) settle() Decision {
	d.Allowed = len(d.Reasons) == 0
	for _, r := range d.Reasons {
		if r.Until.IsZero() {
			d.Until = time.Time{}
			return *d
		}
		if r.Until.After(d.Until) {
			d.Until = r.Until
		}
	}
	return *d
}
