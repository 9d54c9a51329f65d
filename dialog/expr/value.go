package expr

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Type is the kind of value that a variable has.
type Type uint8

// The types. List is what tags are; Span is a length of time, which only stands
// between two dates.
const (
	Text Type = iota
	Number
	Date
	Flag
	List
	Span
)

func (t Type) String() string {
	return [...]string{"a text", "a number", "a date", "true or false", "a list", "a length of time"}[t]
}

// Canonical forms of a date and of a date with its time.
const (
	dateForm   = "2006-01-02"
	minuteForm = "2006-01-02T15:04"
)

// Canonical brings a value into the form in which the machine keeps its type:
// numbers 42.5, dates 2006-01-02 or 2006-01-02T15:04, flags true and false. It
// is false when the value does not fit.
func Canonical(t Type, text string) (string, bool) {
	text = strings.TrimSpace(text)
	switch t {
	case Number:
		v, ok := read(t, text)
		if !ok {
			return "", false
		}
		return strconv.FormatFloat(v.(float64), 'f', -1, 64), true
	case Date, Flag:
		v, ok := read(t, text)
		if !ok {
			return "", false
		}
		return textOf(v)
	}
	return text, text != ""
}

// read turns a variable's text into what expressions compute with.
func read(t Type, text string) (any, bool) {
	switch t {
	case Number:
		return number(text)
	case Date:
		return date(text)
	case Flag:
		return flag(text)
	case List:
		if text == "" {
			return []string{}, true
		}
		return strings.Split(text, ", "), true
	}
	return text, text != ""
}

func number(text string) (any, bool) {
	v, ok := amount(text)
	return v, ok
}

// amount reads 42, -1.5 and, of an amount, what stands before its currency.
func amount(text string) (float64, bool) {
	text, _, _ = strings.Cut(text, " ")
	if text == "" || len(text) > 30 {
		return 0, false
	}
	for i := range len(text) { // no exponent, no hexadecimal, no NaN
		if c := text[i]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

func date(text string) (any, bool) {
	for _, form := range []string{dateForm, minuteForm, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05", time.RFC3339} {
		if t, err := time.Parse(form, text); err == nil {
			// The wall clock counts, not the zone: a visit at nine is at nine.
			return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC), true
		}
	}
	return nil, false
}

func flag(text string) (any, bool) {
	switch strings.ToLower(text) {
	case "true", "yes", "1":
		return true, true
	case "false", "no", "0":
		return false, true
	}
	return nil, false
}

// zero stands for a type when expressions are checked.
func zero(t Type) any {
	return [...]any{"", float64(0), time.Time{}, false, []string{}, time.Duration(0)}[t]
}
