// Package label gives customers their labels: typed values in four classes, each
// with its source, the basis on which it may be kept, the day it ends and why it
// is what it is. Everything is as of one instant; nothing that happened later is
// seen, and in which order events come does not matter.
package label

import (
	"time"

	"github.com/parley-voice/parley/customer"
)

// Version of the registry. It changes when a label's meaning does.
const Version = 1

// Class is one of the four kinds of labels.
type Class string

// The classes.
const (
	Basic       Class = "basic"
	Behaviour   Class = "behaviour"
	Transaction Class = "transaction"
	Emotion     Class = "emotion"
)

// Classes lists them.
func Classes() []Class { return []Class{Basic, Behaviour, Transaction, Emotion} }

// Portrait is the side of a customer that a label draws.
type Portrait string

// The portraits.
const (
	OfBasics        Portrait = "basic"
	OfConsumption   Portrait = "consumption"
	OfInteraction   Portrait = "interaction"
	OfPsychological Portrait = "psychological"
)

// Type is the kind of value that a label has.
type Type string

// The types. A word is one of a label's Words; a number may have decimals; a list
// is words divided by comma and blank.
const (
	Flag   Type = "flag"
	Number Type = "number"
	Word   Type = "word"
	Text   Type = "text"
	List   Type = "list"
)

// Basis is why a label may be kept.
type Basis string

// The bases. What is concluded about a person's mind needs consent to profiling;
// without it, on record and not expired, such labels are not computed.
const (
	Contract  Basis = "contract"
	Profiling Basis = "consent:profiling"
)

// ProfilingPurpose is the purpose of consent that Profiling asks for.
const ProfilingPurpose = "profiling"

// OfCurrency is the unit of amounts.
const OfCurrency = "of the currency"

// Label is one definition of the registry.
type Label struct {
	Name     string
	Class    Class
	Portrait Portrait
	Type     Type
	Words    []string // of a Word
	Unit     string   // of a Number: days, orders, the currency
	Basis    Basis
	Days     int    // how long a value holds
	Meaning  string // for the reference

	from    source
	compute func(*person) (value, why string)
}

// source says what a label is computed from.
type source uint8

const (
	fromProfile source = iota
	fromEvents
	fromAll // what all customers' events tell together
)

// Value is what one label says of one customer. Text is in the canonical form of
// dialog/expr: 42.5, true, a word.
type Value struct {
	Name    string    `json:"name"`
	Class   Class     `json:"class"`
	Text    string    `json:"value"`
	Source  string    `json:"source"` // profile (crm.csv), events of shop, ...
	Basis   Basis     `json:"basis"`
	At      time.Time `json:"at"`
	Expires time.Time `json:"expires,omitzero"` // zero: when another version of clusters is used
	Why     string    `json:"why"`
}

// Options of Of and Lines.
type Options struct {
	Now      time.Time // as of when; its location is the zone of days and hours
	Currency string    // in which amounts are added up
	// Needs tells what a customer will probably ask for next, from what all
	// customers did; nil tells nothing. See customer/need.
	Needs func(products []string) (need, why string)
}

// Of computes all labels of a customer; what cannot be told is left out.
func Of(p customer.Profile, events []customer.Event, o Options) []Value {
	t := NewTally(o)
	for _, e := range events {
		t.Add(e)
	}
	return t.Values(p)
}

// Withheld lists the labels that are not computed for want of consent.
func Withheld(p customer.Profile, now time.Time) (names []string) {
	if p.Allows(ProfilingPurpose, now) {
		return nil
	}
	for _, l := range Registry() {
		if l.Basis == Profiling {
			names = append(names, l.Name)
		}
	}
	return names
}
