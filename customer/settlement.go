package customer

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Settlement is what somebody did about what was owed to a caller.
type Settlement struct {
	Who          string        `json:"who,omitempty"`
	Outcome      Settled       `json:"outcome,omitempty"`
	Note         string        `json:"note,omitempty"`
	Compensation *Compensation `json:"compensation,omitempty"`
}

// Settled is how it came out.
type Settled string

// The outcomes of a Settlement.
const (
	Done        Settled = "done"        // what was owed was done
	Unfounded   Settled = "unfounded"   // nothing was owed
	Unreachable Settled = "unreachable" // the person could not be reached
	Declined    Settled = "declined"    // the person wants nothing
	Dropped     Settled = "dropped"     // it is no longer to be done
)

// Outcomes lists them.
func Outcomes() []Settled { return []Settled{Done, Unfounded, Unreachable, Declined, Dropped} }

// Compensation is what the person was given for it.
type Compensation struct {
	Kind     CompensationKind `json:"kind"`
	Value    string           `json:"value,omitempty"`    // decimal, up to two places; whole points
	Currency string           `json:"currency,omitempty"` // of Value, ISO 4217; points and others have none
	Code     string           `json:"code,omitempty"`     // of the coupon, of the refund in the shop's books
	Note     string           `json:"note,omitempty"`
}

// CompensationKind is what was given; coupon and points are words of strategies too.
type CompensationKind string

// The kinds of Compensation.
const (
	GivenCoupon CompensationKind = "coupon"
	GivenPoints CompensationKind = "points"
	GivenRefund CompensationKind = "refund"
	GivenOther  CompensationKind = "other"
)

// CompensationKinds lists them.
func CompensationKinds() []CompensationKind {
	return []CompensationKind{GivenCoupon, GivenPoints, GivenRefund, GivenOther}
}

// The bounds of a settlement's texts, in bytes, and of what is given, in hundredths.
const (
	maxSettledNote = 2000
	maxCode        = 100
	maxGiven       = 100_000_000_00
)

// Check gives a settlement as it is kept: done when no outcome is told, amounts in
// one form, of the currency given unless they name one. The error tells what to mend.
func (s Settlement) Check(currency string) (Settlement, error) {
	if s.Outcome == "" {
		s.Outcome = Done
	}
	switch {
	case !slices.Contains(Outcomes(), s.Outcome):
		return s, fmt.Errorf("%q is no outcome: write done, unfounded, unreachable, declined or dropped", s.Outcome)
	case s.Note == "" || len(s.Note) > maxSettledNote || !utf8.ValidString(s.Note):
		return s, fmt.Errorf("say in a note of up to %d bytes what was done", maxSettledNote)
	case s.Compensation == nil:
		return s, nil
	case s.Outcome == Declined || s.Outcome == Dropped:
		return s, fmt.Errorf("%s and a compensation contradict each other: leave one of them out", s.Outcome)
	}
	c, err := s.Compensation.check(currency)
	s.Compensation = &c
	if err != nil {
		return s, fmt.Errorf("the compensation: %w", err)
	}
	return s, nil
}

func (c Compensation) check(currency string) (Compensation, error) {
	switch {
	case !slices.Contains(CompensationKinds(), c.Kind):
		return c, fmt.Errorf("%q is no kind: write coupon, points, refund or other", c.Kind)
	case len(c.Code) > maxCode || strings.ContainsFunc(c.Code, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) || r == utf8.RuneError }):
		return c, fmt.Errorf("a code has up to %d bytes and no spaces", maxCode)
	case len(c.Note) > maxSettledNote || !utf8.ValidString(c.Note):
		return c, fmt.Errorf("a note has up to %d bytes of text", maxSettledNote)
	case c.Kind == GivenPoints && c.Code != "":
		return c, fmt.Errorf("points have no code: leave it out")
	case c.Kind == GivenOther && c.Note == "":
		return c, fmt.Errorf("say in its note what was given")
	case c.Value == "" && (c.Kind == GivenPoints || c.Kind == GivenRefund):
		return c, fmt.Errorf("%s need a value", map[CompensationKind]string{GivenPoints: "points", GivenRefund: "refunds"}[c.Kind])
	case c.Value == "" && c.Kind == GivenCoupon && c.Code == "":
		return c, fmt.Errorf("a coupon needs a value, a code or both")
	case c.Value == "" && c.Currency != "":
		return c, fmt.Errorf("there is a currency and no value")
	case c.Value == "":
		return c, nil
	}
	m, err := ParseMoney(c.Value, c.Currency)
	switch {
	case err != nil:
		return c, err
	case m.Cents <= 0 || m.Cents > maxGiven:
		return c, fmt.Errorf("the value %q is not from 0.01 to %d", c.Value, maxGiven/100)
	case c.Kind == GivenPoints && (m.Currency != "" || m.Cents%100 != 0):
		return c, fmt.Errorf("points are a whole number without a currency, not %q", c.Value)
	case c.Currency != "" && c.Currency != m.Currency:
		return c, fmt.Errorf("the value is in %s and the currency is %s", m.Currency, c.Currency)
	case m.Currency == "" && (c.Kind == GivenCoupon || c.Kind == GivenRefund):
		m.Currency = currency
	}
	if m.Currency != "" && (len(m.Currency) != 3 || strings.Trim(m.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		return c, fmt.Errorf("%q is no currency: write three letters, like CNY", m.Currency)
	}
	return c.worth(m), nil
}

// worth is a compensation with an amount written in one way.
func (c Compensation) worth(m Money) Compensation {
	c.Value, c.Currency = "", m.Currency
	switch {
	case m.Cents == 0:
	case c.Kind == GivenPoints:
		c.Value = fmt.Sprint(m.Cents / 100)
	default:
		c.Value = fmt.Sprintf("%d.%02d", m.Cents/100, m.Cents%100)
	}
	return c
}

// Worth is a compensation's amount, in hundredths also of points.
func (c Compensation) Worth() Money {
	m, err := ParseMoney(c.Value, c.Currency)
	if err != nil { // none, or one that was not checked
		return Money{}
	}
	return m
}

// Paid is a compensation of an amount, as it was kept.
func Paid(kind CompensationKind, m Money, code, note string) *Compensation {
	c := Compensation{Kind: kind, Code: code, Note: note}.worth(m)
	return &c
}
