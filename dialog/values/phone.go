package values

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/parley-voice/parley/customer"
)

// readPhone reads a telephone number: as E.164, or a short code (95588, 10086,
// 110) as it is dialled. The country's own plan decides whether the digits are
// one; what was read stays in the answer when they are not.
func readPhone(l line, o Options) (string, verdict) {
	plus := false
	for i := range l {
		if l.is(i, "+", "plus", "加") && i+1 < len(l) {
			plus = true
		}
	}
	if parts := l.clauses(); len(parts) > 1 {
		for i := len(parts) - 1; i >= 0; i-- { // said twice, or in full after a false start
			if d, v := readPhone(parts[i], o); v == found && len(d) > 6 {
				return d, v
			}
		}
	}
	digits, v := readDigits(l, Options{Min: 3, Max: 15})
	if v != found {
		return "", nothing
	}
	if plus {
		return validPhone("+"+digits, o.Region)
	}
	if o.Region == "CN" {
		if customer.ShortCode(digits) {
			return digits, found
		}
	} else if len(digits) == 3 && (digits == "911" || digits == "999" || digits == "112" || digits == "111" || digits == "101") {
		return digits, found
	}
	if e164, v := validPhone(digits, o.Region); v == found {
		return e164, v
	}
	apart, _ := digitsIn(without(l, func(t token) bool { return t.kind == pause || t.kind == sign }), true)
	if e164, v := validPhone(apart, o.Region); v == found {
		return e164, v // fifty five as 50 5
	}
	return digits, unclear
}

func validPhone(digits, region string) (string, verdict) {
	p, err := phonenumbers.Parse(digits, region)
	if err != nil || !phonenumbers.IsValidNumber(p) {
		return strings.TrimPrefix(digits, "+"), unclear
	}
	return phonenumbers.Format(p, phonenumbers.E164), found
}
