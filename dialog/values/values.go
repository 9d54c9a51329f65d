// Package values reads the values in what people say on the telephone, in
// Chinese and English, and says how to read them back: digits, numbers, amounts,
// dates, times, phone numbers, choices, names, yes and no. It is pure: the same
// words, options and Now give the same value. It would rather say that it cannot
// tell than guess where a wrong value costs.
package values

import (
	"strings"
	"time"
)

// Options is what is known beside the words.
type Options struct {
	Language string    // BCP 47; decides the reading back and, without Region, currency and telephone region
	Now      time.Time // local time of the caller: "tomorrow" is counted from it
	Region   string    // ISO 3166: telephone numbers, currency, order of day and month; "" takes the language's
	Min, Max int       // number of digits; a hint, 0 is open
	Options  []Option  // of a choice
	When     string    // "past" takes a day without its year, month or week as the last one, not the next
}

// Option is one of the values of a choice, and how people say it.
type Option struct {
	Value string
	Words []string
}

// Value is what was read.
type Value struct {
	Canonical string // digits 5509, number 42.5, amount "199.00 CNY", date 2006-01-02, time 15:04, datetime 2006-01-02T15:04, phone E.164 or a short code, choice its option, yes_no yes or no
	Spoken    string // how to read it back in the language
}

// The types that Read knows.
const (
	Digits   = "digits"
	Number   = "number"
	Amount   = "amount"
	Date     = "date"
	Time     = "time"
	DateTime = "datetime"
	Phone    = "phone"
	Choice   = "choice"
	Name     = "name"
	YesNo    = "yes_no"
	Text     = "text"
)

// readers finds a canonical value in the words of one stretch, in which the
// caller did not correct themselves.
var readers = map[string]func(line, Options) (string, verdict){
	Digits: readDigits,
	Number: readNumber,
	Amount: readAmount,
	Phone:  readPhone,
	Choice: readChoice,
	Name:   readName,
}

// verdict is how a reading went.
type verdict uint8

const (
	nothing verdict = iota // no such value in the words
	unclear                // more than one, or one that could mean two things
	found
)

// Read finds the value of a type in what somebody said. What they correct (no
// wait, 不对) is read as corrected. False means that there is none, or that it
// could mean two things; Canonical then holds what little was read, if anything.
// A datetime of which only the day or only the hour is said is read as that half
// (2006-01-02 or 15:04): the other can be asked for. A text is always read. It takes
// time linear in the words, of which it looks at the first words.Max letters.
func Read(typ, text string, o Options) (Value, bool) {
	if o.Region == "" {
		o.Region = regionOf(o.Language)
	}
	canonical, v := read(typ, text, o)
	if v != found {
		return Value{Canonical: canonical}, false
	}
	return Value{Canonical: canonical, Spoken: Spoken(typ, canonical, o)}, true
}

func read(typ, text string, o Options) (string, verdict) {
	switch typ {
	case Text:
		said := strings.Join(strings.Fields(text), " ")
		if said == "" {
			return "", nothing
		}
		return said, found
	case YesNo:
		return readYesNo(text)
	case Date, Time, DateTime:
		return readMoment(typ, lineOf(text), o)
	}
	reader := readers[typ]
	if reader == nil {
		return "", nothing
	}
	parts := corrected(lineOf(text))
	for i := len(parts) - 1; i >= 0; i-- {
		if canonical, v := reader(parts[i], o); v != nothing {
			return canonical, v
		}
	}
	return "", nothing
}

// Chinese tells whether a BCP 47 tag is Chinese.
func chinese(language string) bool {
	primary, _, _ := strings.Cut(strings.ToLower(language), "-")
	return primary == "zh" || primary == "yue" || primary == "cmn"
}
