// Package customer knows who calls: the number, the person's profile, and what
// happened before. It is pure: rows and the time come in, answers go out.
package customer

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Number is a telephone number in one spelling, fit to be a key.
type Number struct {
	// Text is E.164 (+8613800138000); as dialled where the number has no E.164
	// form (4001234567, 95588, 1002); "" when the caller withheld it.
	Text    string `json:"text"`
	Kind    Kind   `json:"kind"`
	Country string `json:"country,omitempty"` // ISO 3166-1 alpha-2; "" when unknown
}

// Kind is what sort of number it is.
type Kind string

// The kinds of Number.
const (
	Withheld Kind = "withheld" // the caller shows none
	Mobile   Kind = "mobile"   // also where a country's plan does not tell mobile from landline
	Landline Kind = "landline"
	Hotline  Kind = "hotline"  // 400 and 800 numbers of China, freephone and shared cost elsewhere
	Short    Kind = "short"    // 95588, 12345, 10086, 110: as dialled, of one country
	Internal Kind = "internal" // an extension or a name: means nothing outside this system
	Other    Kind = "other"    // valid, but none of these: VoIP, pager, premium rate
	Invalid  Kind = "invalid"  // digits that are no number of any plan; Text holds them
)

// withheld are the users and names of a From header that say nothing, RFC 3323
// and what carriers send in its stead.
var withheld = map[string]bool{
	"": true, "anonymous": true, "unknown": true, "unavailable": true, "restricted": true,
	"withheld": true, "private": true, "asserted": true, "null": true, "0": true,
}

// Parse reads a number as a trunk, a file or a person writes it: with or without
// sip: or tel:, spaces, dashes and brackets; international with + or 00, or in
// the national form of region (ISO 3166-1 alpha-2). It always gives an answer;
// Kind tells what it is worth.
func Parse(raw, region string) Number {
	text := bare(raw)
	if withheld[strings.ToLower(text)] {
		return Number{Kind: Withheld}
	}
	digits, plus, ok := dialled(text)
	if !ok {
		return Number{Text: text, Kind: Internal}
	}
	if region == "CN" && !plus || strings.HasPrefix(digits, "86") && plus {
		if n, ok := chinese(digits, plus); ok {
			return n
		}
	}
	if !plus && len(digits) <= 6 {
		if region != "CN" && len(digits) == 3 && emergency[digits] {
			return Number{Text: digits, Kind: Short, Country: region}
		}
		return Number{Text: digits, Kind: Internal}
	}
	if plus {
		digits = "+" + digits
	}
	p, err := phonenumbers.Parse(digits, region)
	if err != nil || !phonenumbers.IsValidNumber(p) {
		return Number{Text: digits, Kind: Invalid}
	}
	return Number{
		Text: phonenumbers.Format(p, phonenumbers.E164), Kind: kindOf(p), Country: phonenumbers.GetRegionCodeForNumber(p),
	}
}

// emergency are the short codes outside China that callers are known by.
var emergency = map[string]bool{"911": true, "999": true, "112": true, "111": true, "101": true}

func kindOf(p *phonenumbers.PhoneNumber) Kind {
	switch phonenumbers.GetNumberType(p) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return Mobile
	case phonenumbers.FIXED_LINE:
		return Landline
	case phonenumbers.TOLL_FREE, phonenumbers.SHARED_COST:
		return Hotline
	}
	return Other
}

// bare takes a number out of a URI.
func bare(raw string) string {
	s := strings.TrimSpace(raw)
	if i := strings.Index(s, "<"); i >= 0 {
		s, _, _ = strings.Cut(s[i+1:], ">")
	}
	for _, scheme := range []string{"sip:", "sips:", "tel:"} {
		if len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			s = s[len(scheme):]
		}
	}
	s, _, _ = strings.Cut(s, "@")
	s, _, _ = strings.Cut(s, ";")
	return strings.TrimSpace(s)
}

// dialled gives the digits, and whether they are international.
func dialled(text string) (digits string, plus, ok bool) {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９': // full width, from forms filled in by hand
			b.WriteRune(r - '０' + '0')
		case (r == '+' || r == '＋') && b.Len() == 0 && !plus:
			plus = true
		case strings.ContainsRune(" -().·\u00a0\u3000（）－–—", r):
		default:
			return "", false, false
		}
	}
	digits = b.String()
	if !plus && strings.HasPrefix(digits, "00") && len(digits) > 8 {
		digits, plus = digits[2:], true
	}
	return digits, plus, digits != ""
}

// chinese takes what the country's plan holds no E.164 form for. digits are
// national, or begin with 86 when plus is set.
func chinese(digits string, plus bool) (Number, bool) {
	if plus {
		digits = digits[2:]
	}
	switch {
	case len(digits) == 10 && (strings.HasPrefix(digits, "400") || strings.HasPrefix(digits, "800")):
		return Number{Text: digits, Kind: Hotline, Country: "CN"}, true
	case ShortCode(digits):
		return Number{Text: digits, Kind: Short, Country: "CN"}, true
	}
	return Number{}, false
}

// ShortCode tells whether digits are a code of China that is no number of the
// plan: 95588, 12345, 10086, 110, and 955xx with an extension of its own.
func ShortCode(digits string) bool {
	switch {
	case len(digits) == 3:
		return digits[:2] == "11" || digits[:2] == "12"
	case len(digits) == 5:
		return digits[0] == '1' || strings.HasPrefix(digits, "95") || strings.HasPrefix(digits, "96")
	case len(digits) == 6 || len(digits) == 8:
		return strings.HasPrefix(digits, "95") || strings.HasPrefix(digits, "100") || strings.HasPrefix(digits, "12")
	}
	return false
}

// Personal tells whether the number can be one person's: what a customer is
// found by, and what is masked.
func (n Number) Personal() bool {
	return n.Kind == Mobile || n.Kind == Landline || n.Kind == Other
}

// Masked hides the middle: the country code and up to three digits stay in
// front, the last four behind. What is nobody's own number stays as it is.
func (n Number) Masked() string {
	if n.Kind == Invalid && len(n.Text) >= 7 {
		return stars(n.Text, 0)
	}
	if !n.Personal() {
		return n.Text
	}
	p, err := phonenumbers.Parse(n.Text, n.Country)
	if err != nil {
		return stars(n.Text, 0)
	}
	national := phonenumbers.GetNationalSignificantNumber(p)
	return strings.TrimSuffix(n.Text, national) + stars(national, 3)
}

// stars keeps the last four, and up to head in front so that four at least are hidden.
func stars(s string, head int) string {
	tail := min(4, len(s)/2)
	head = max(0, min(head, len(s)-tail-4))
	return s[:head] + strings.Repeat("*", len(s)-tail-head) + s[len(s)-tail:]
}
