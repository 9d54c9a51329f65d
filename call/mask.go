package call

import "strings"

// masked hides a phone number but for its last four digits, also in a SIP URI;
// short extensions and names stay as they are.
func masked(number string) string {
	number, host, isURI := strings.Cut(number, "@")
	if isURI {
		return masked(number) + "@" + host
	}
	digits := 0
	for _, r := range number {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	if digits < 7 {
		return number
	}
	var b strings.Builder
	for _, r := range number {
		if r >= '0' && r <= '9' {
			if digits > 4 {
				r = '*'
			}
			digits--
		}
		b.WriteRune(r)
	}
	return b.String()
}
