package values

import (
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
)

// Spoken says how a canonical value is read to the caller, in words: digits one
// by one, amounts and moments as people say them. With Options.Now the year of a
// date that comes within twelve months is left out. Read understands what Spoken
// says. What is no value of the type is given back as it is.
func Spoken(typ, canonical string, o Options) string {
	if o.Region == "" {
		o.Region = regionOf(o.Language)
	}
	var v voice = english{o}
	if chinese(o.Language) {
		v = mandarin{o}
	}
	if said := speak(v, typ, canonical, o); said != "" {
		return said
	}
	return canonical
}

// voice is how a language reads values.
type voice interface {
	digits(groups []string) string
	number(v float64) string
	amount(whole int64, cents int, code string) string
	date(t time.Time, year bool) string
	clock(hour, minute int) string
}

func speak(v voice, typ, canonical string, o Options) string {
	switch typ {
	case Digits:
		if isFigures(canonical) {
			return v.digits(groupsOf(canonical))
		}
	case Number:
		if n, err := strconv.ParseFloat(canonical, 64); err == nil && n < 1e15 && n > -1e15 {
			return v.number(n)
		}
	case Amount:
		return spokenAmount(v, canonical)
	case Date, Time, DateTime:
		return spokenMoment(v, canonical, o)
	case Phone:
		return v.digits(phoneGroups(canonical, o.Region))
	case Choice:
		for _, option := range o.Options {
			if option.Value == canonical && len(option.Words) > 0 {
				return option.Words[0]
			}
		}
	case YesNo:
		if chinese(o.Language) {
			return map[string]string{"yes": "是", "no": "不是"}[canonical]
		}
	}
	return ""
}

func spokenAmount(v voice, canonical string) string {
	figure, code, _ := strings.Cut(canonical, " ")
	whole, frac, _ := strings.Cut(figure, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 0 || n >= 1e15 {
		return ""
	}
	c, err := strconv.Atoi((frac + "00")[:2])
	if err != nil || c < 0 {
		return ""
	}
	return v.amount(n, c, code)
}

// spokenMoment reads a date, a time, or both. Every date comes with its weekday:
// people notice a wrong one.
func spokenMoment(v voice, canonical string, o Options) string {
	day, hour, both := strings.Cut(canonical, "T")
	if !both && strings.Contains(day, ":") {
		day, hour = "", day
	}
	said, now := "", o.Now
	if day != "" {
		t, err := time.Parse(dateLayout, day)
		if err != nil {
			return ""
		}
		said = v.date(t, now.IsZero() || t.Format(dateLayout) < now.Format(dateLayout) || !t.Before(midnight(now).AddDate(1, 0, 0)))
	}
	if hour == "" {
		return said
	}
	t, err := time.Parse(timeLayout, hour)
	if err != nil {
		return ""
	}
	switch {
	case said != "" && chinese(o.Language):
		said += "，"
	case said != "":
		said += " at "
	}
	return said + v.clock(t.Hour(), t.Minute())
}

// groupsOf parts a row of digits for the ear: up to five stay together, longer
// ones go by threes and then fours, as few groups as can be: 3+3, 3+4, 3+4+4.
func groupsOf(digits string) []string {
	if len(digits) <= 5 {
		return []string{digits}
	}
	var groups []string
	threes := (4 - len(digits)%4) % 4
	for ; digits != ""; threes-- {
		n := 4
		if threes > 0 {
			n = 3
		}
		groups, digits = append(groups, digits[:n]), digits[n:]
	}
	return groups
}

// phoneGroups parts a number as its country does; the country code is said only
// abroad, after a plus.
func phoneGroups(canonical, region string) []string {
	if !strings.HasPrefix(canonical, "+") {
		return groupsOf(canonical)
	}
	p, err := phonenumbers.Parse(canonical, region)
	if err != nil {
		return append([]string{"+"}, groupsOf(canonical[1:])...)
	}
	format := phonenumbers.NATIONAL
	if phonenumbers.GetRegionCodeForNumber(p) != region {
		format = phonenumbers.INTERNATIONAL
	}
	written := phonenumbers.Format(p, format)
	var groups []string
	for _, g := range strings.FieldsFunc(written, func(r rune) bool { return r < '0' || r > '9' }) {
		groups = append(groups, groupsOf(g)...)
	}
	if strings.HasPrefix(written, "+") {
		groups = append([]string{"+"}, groups...)
	}
	return groups
}
