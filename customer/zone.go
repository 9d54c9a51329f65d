package customer

import (
	"slices"

	"github.com/nyaruka/phonenumbers"
)

// Zones are the time zones that a number may be in, by libphonenumber's tables of
// prefixes; none when it is nobody's own or the tables do not know it. China's
// whole clock is one. They are names of the IANA database.
func (n Number) Zones() []string {
	if !n.Personal() {
		return nil
	}
	if n.Country == "CN" { // Xinjiang's second clock is nobody's by law
		return []string{"Asia/Shanghai"}
	}
	p, err := phonenumbers.Parse(n.Text, n.Country)
	if err != nil {
		return nil
	}
	zones, err := phonenumbers.GetTimezonesForNumber(p)
	if err != nil || slices.Contains(zones, phonenumbers.UNKNOWN_TIMEZONE) {
		return nil
	}
	return zones
}

// Area is the state, province or town where a number was first given out, in
// English where the tables know it: Florida, Miami, FL. "" when they do not.
func (n Number) Area() string {
	if n.Country == "CN" {
		return n.Place().Province
	}
	if !n.Personal() {
		return ""
	}
	p, err := phonenumbers.Parse(n.Text, n.Country)
	if err != nil {
		return ""
	}
	area, err := phonenumbers.GetGeocodingForNumber(p, "en")
	if err != nil {
		return ""
	}
	return area
}
