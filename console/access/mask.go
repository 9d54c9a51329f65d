package access

import (
	"regexp"

	"github.com/parley-voice/parley/customer"
)

// Mask hides the middle digits of a number that can be one person's; extensions,
// hotlines and short codes stay. country is where numbers without a country code
// belong (ISO 3166-1 alpha-2).
func Mask(number, country string) string {
	if number == "" {
		return ""
	}
	return customer.Parse(number, country).Masked()
}

// digits that may be a number, and digests, whose digits are none.
var digits = regexp.MustCompile(`[0-9a-f]{40,}|\+?\d{7,}`)

// MaskText masks the numbers inside a text.
func MaskText(text, country string) string {
	return digits.ReplaceAllStringFunc(text, func(n string) string {
		if len(n) >= 40 {
			return n
		}
		return Mask(n, country)
	})
}
