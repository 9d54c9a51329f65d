package dialog

import (
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/dialog/values"
)

// keyedIn makes a canonical value of the keys that were pressed: a date as MMDD
// or YYYYMMDD, a time as HHMM, a moment as both, an amount with "." for star. It
// is "" for keys that make none.
func keyedIn(sl Slot, keys, language string, now time.Time) string {
	switch sl.Type {
	case "number", "amount":
		n, err := strconv.ParseFloat(keys, 64)
		if err != nil {
			return ""
		}
		if sl.Type == "amount" {
			return read(sl, strconv.FormatFloat(n, 'f', 2, 64), language, now)
		}
		return strconv.FormatFloat(n, 'f', -1, 64)
	case "phone":
		return read(sl, keys, language, now)
	case "date":
		return keyedDate(sl, keys, now)
	case "time":
		return keyedTime(keys)
	case "datetime":
		split := 4
		if len(keys) > 8 {
			split = 8
		}
		day, clock := keyedDate(sl, keys[:min(split, len(keys))], now), keyedTime(keys[min(split, len(keys)):])
		if day == "" || clock == "" {
			return ""
		}
		return day + "T" + clock
	}
	return keys
}

// read is the value of what is written out; "" when there is none.
func read(sl Slot, text, language string, now time.Time) string {
	v, ok := values.Read(sl.Type, text, values.Options{Language: language, Now: now})
	if !ok {
		return ""
	}
	return v.Canonical
}

// keyedDate takes the year that makes MMDD the next such day, or the last one
// when only the past is taken.
func keyedDate(sl Slot, keys string, now time.Time) string {
	if len(keys) == 8 {
		return dateOf(keys)
	}
	if len(keys) != 4 {
		return ""
	}
	today := now.Format(dateLayout)
	step := 1
	if sl.When == "past" {
		step = -1
	}
	for i := range 9 { // 29 February may be eight years away
		day := dateOf(now.AddDate(step*i, 0, 1-now.Day()).Format("2006") + keys)
		if day != "" && (step > 0 && day >= today || step < 0 && day <= today) {
			return day
		}
	}
	return ""
}

func dateOf(eight string) string {
	t, err := time.Parse("20060102", eight)
	if err != nil {
		return ""
	}
	return t.Format(dateLayout)
}

func keyedTime(keys string) string {
	if len(keys) == 3 {
		keys = "0" + keys // 930
	}
	t, err := time.Parse("1504", keys)
	if err != nil {
		return ""
	}
	return t.Format(timeLayout)
}

func hasPoint(keys string) bool { return strings.Contains(keys, ".") }

func onlyDigits(s string) string {
	var b []byte
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			b = append(b, s[i])
		}
	}
	return string(b)
}
