package dialog

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// slotType is what the machine knows of a type of slot.
type slotType struct {
	shape    string        // of the answer by speech
	endpoint time.Duration // silence that ends the answer; 0 leaves it to the shape
	fewest   int           // keys that make a value; 0: it cannot be keyed in
	most     int
	point    bool // star is the decimal point
}

// slotKinds: what is spelled out or thought over is given more time.
var slotKinds = map[string]slotType{
	"digits":   {shape: "digits", fewest: 1, most: 32},
	"number":   {shape: "open", fewest: 1, most: 12, point: true},
	"amount":   {shape: "open", fewest: 1, most: 12, point: true},
	"date":     {shape: "open", endpoint: 600 * time.Millisecond, fewest: 4, most: 8},
	"time":     {shape: "open", fewest: 3, most: 4},
	"datetime": {shape: "open", endpoint: 700 * time.Millisecond, fewest: 7, most: 12},
	"phone":    {shape: "digits", endpoint: 700 * time.Millisecond, fewest: 3, most: 15},
	"yes_no":   {shape: "yes_no"},
	"choice":   {shape: "choice"},
	"name":     {shape: "open", endpoint: 600 * time.Millisecond},
	"text":     {shape: "open", endpoint: 900 * time.Millisecond},
}

// Layouts of canonical values.
const (
	dateLayout   = "2006-01-02"
	timeLayout   = "15:04"
	momentLayout = "2006-01-02T15:04"
)

// number tells whether the value is keyed in as a row of digits.
func (sl Slot) number() bool { return sl.Keypad && slotKinds[sl.Type].most > 0 }

// keyCount is how many keys make a value, at least and at most.
func (sl Slot) keyCount() (fewest, most int) {
	if sl.Type == "digits" {
		return sl.Min, sl.Max
	}
	k := slotKinds[sl.Type]
	return k.fewest, k.most
}

// wordy tells whether any words at all could be the value, also a yes.
func (sl Slot) wordy() bool { return sl.Type == "name" || sl.Type == "text" }

var phoneForm = regexp.MustCompile(`^\+?[0-9]{3,15}$`)

// fault tells why a canonical value is not taken, "" when it is.
func (sl Slot) fault(value string, now time.Time) string {
	if value == "" {
		return "no " + sl.Type + " in that"
	}
	switch sl.Type {
	case "digits":
		if n := len(value); n < sl.Min || n > sl.Max {
			return fmt.Sprintf("%d digits do not fit", n)
		}
	case "number", "amount":
		return sl.sizeFault(value)
	case "date", "time", "datetime":
		return sl.momentFault(value, now)
	case "phone":
		if !phoneForm.MatchString(value) {
			return "no telephone number"
		}
	case "choice":
		if !slices.ContainsFunc(sl.Options, func(o Option) bool { return o.Value == value }) {
			return fmt.Sprintf("%q is not on offer", clean(value))
		}
	}
	return ""
}

func (sl Slot) sizeFault(value string) string {
	figure, _, _ := strings.Cut(value, " ")
	n, err := strconv.ParseFloat(figure, 64)
	if err != nil {
		return "no number"
	}
	if least, err := strconv.ParseFloat(sl.Least, 64); err == nil && n < least {
		return fmt.Sprintf("%s is less than %s", figure, sl.Least)
	}
	if most, err := strconv.ParseFloat(sl.Most, 64); err == nil && n > most {
		return fmt.Sprintf("%s is more than %s", figure, sl.Most)
	}
	return ""
}

// momentFault relies on canonical moments sorting as texts.
func (sl Slot) momentFault(value string, now time.Time) string {
	layout := map[string]string{"date": dateLayout, "time": timeLayout, "datetime": momentLayout}[sl.Type]
	if _, err := time.Parse(layout, value); err != nil {
		return "no " + sl.Type
	}
	today := now.Format(layout)
	switch {
	case sl.Type != "time" && sl.When == "future" && value < today:
		return value + " is past"
	case sl.Type != "time" && sl.When == "past" && value > today:
		return value + " is yet to come"
	case sl.Least != "" && value < sl.Least:
		return value + " is before " + sl.Least
	case sl.Most != "" && value[:min(len(value), len(sl.Most))] > sl.Most:
		return value + " is after " + sl.Most
	}
	return ""
}

// want is the slot as a detector needs it.
func (sl Slot) want() *Want {
	w := &Want{Slot: sl.Name, Type: sl.Type, Options: sl.Options, When: sl.When}
	if sl.Type == "digits" {
		w.Min, w.Max = sl.Min, sl.Max
	}
	return w
}

// label is how an option is read aloud.
func (o Option) label() string {
	if len(o.Words) > 0 {
		return o.Words[0]
	}
	return o.Value
}
