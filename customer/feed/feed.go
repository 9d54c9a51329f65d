// Package feed makes what other systems tell of customers into profiles and
// events: rows of CSV, JSON objects and rows of queries pass the same mapping.
package feed

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Told is what one row tells: who, and what of or by them.
type Told struct {
	Ref      string           // of the row, for whoever looks for it: line 7, partition 0 offset 12
	External string           // the customer's id at the source, "" when it has none
	Profile  customer.Profile // numbers, and what is told of the person; no ID
	Event    *customer.Event  // nil: the row is about the person alone
}

// Rejected is a row that was not taken. What does not quote the row.
type Rejected struct {
	Ref  string `json:"ref"`
	What string `json:"what"`
}

// Batch is rows of one source that are kept together or not at all.
type Batch struct {
	Source  string
	Told    []Told
	Bad     []Rejected
	Refused int    // values about marriage or income, which were left out
	Reached string // where to go on after these; "" changes nothing
}

// Rows is how many rows went into the batch.
func (b *Batch) Rows() int { return len(b.Told) + len(b.Bad) }

// Kept is what became of rows.
type Kept struct {
	Rows     int        `json:"rows"`
	Created  int        `json:"created"` // customers
	Updated  int        `json:"updated"`
	Merged   int        `json:"merged"` // two that a row showed to be one
	New      int        `json:"new"`    // events
	Known    int        `json:"known"`  // events told before
	Bad      int        `json:"bad"`
	Refused  int        `json:"refused"`            // values about marriage or income
	Problems []Rejected `json:"problems,omitempty"` // of the first MaxProblems bad rows
}

// MaxProblems are told of at most; all are counted.
const MaxProblems = 100

// Plus adds what became of more rows.
func (k Kept) Plus(o Kept) Kept {
	k.Rows, k.Created, k.Updated, k.Merged = k.Rows+o.Rows, k.Created+o.Created, k.Updated+o.Updated, k.Merged+o.Merged
	k.New, k.Known, k.Bad, k.Refused = k.New+o.New, k.Known+o.Known, k.Bad+o.Bad, k.Refused+o.Refused
	if room := MaxProblems - len(k.Problems); room > 0 {
		k.Problems = append(k.Problems, o.Problems[:min(room, len(o.Problems))]...)
	}
	return k
}

// Mapping says where in a source's rows our fields stand.
type Mapping struct {
	Source   string
	Fields   map[string]string // our field to theirs; a dot leads into an object of JSON
	Event    string            // the kind of all rows; "" when a field tells it, or rows are about people alone
	Kinds    map[string]string // their word for a kind to ours
	Zone     *time.Location    // of times that name none
	Country  string            // of numbers without a country code
	Currency string            // of amounts that name none
}

// Our fields.
var (
	who    = []string{"customer", "number"}
	person = []string{"name", "region", "language", "tags", "updated"}
	event  = []string{"id", "kind", "at", "amount", "currency", "category", "product", "channel", "discount", "score", "mood", "lasted", "text"}
)

// Fields lists our fields: who it is, what is told of the person, what the event is.
func Fields() []string { return slices.Concat(who, person, event) }

// Same maps each of our fields to one of the same name.
func Same() map[string]string {
	m := map[string]string{}
	for _, f := range Fields() {
		m[f] = f
	}
	return m
}

// Fault is a mistake in a mapping. Key is where: fields.amount, event, kinds.PAID.
type Fault struct{ Key, What, Hint string }

// Faults are all mistakes of a mapping, in order of Key.
func (m *Mapping) Faults() (all []Fault) {
	for _, ours := range slices.Sorted(maps.Keys(m.Fields)) {
		theirs, key := m.Fields[ours], "fields."+ours
		word := customer.Sensitive(theirs)
		switch {
		case !slices.Contains(Fields(), ours):
			all = append(all, Fault{key, fmt.Sprintf("%q is no field", ours), "the fields are " + strings.Join(Fields(), ", ")})
		case theirs == "":
			all = append(all, Fault{key, "it names nothing", "write the column or the key of the source"})
		case word != "":
			all = append(all, Fault{key, fmt.Sprintf("%q is about %q, which may not be kept of a person", theirs, word), "leave it out"})
		}
	}
	if m.Fields["customer"] == "" && m.Fields["number"] == "" {
		all = append(all, Fault{"fields", "nothing tells whose a row is", "name customer, number, or both"})
	}
	if m.Event != "" && !slices.Contains(customer.EventKinds(), customer.EventKind(m.Event)) {
		all = append(all, Fault{"event", fmt.Sprintf("%q is no kind of event", m.Event), fmt.Sprintf("the kinds are %v", customer.EventKinds())})
	}
	for _, theirs := range slices.Sorted(maps.Keys(m.Kinds)) {
		if k := m.Kinds[theirs]; k != Passed && !slices.Contains(customer.EventKinds(), customer.EventKind(k)) {
			all = append(all, Fault{"kinds." + theirs, fmt.Sprintf("%q is no kind of event", k), fmt.Sprintf("the kinds are %v, or %s", customer.EventKinds(), Passed)})
		}
	}
	if m.events() && (m.Fields["id"] == "" || m.Fields["at"] == "") {
		all = append(all, Fault{"fields", "events need an id, so that none is counted twice, and a time", "name id and at"})
	}
	return all
}

// Passed stands for kinds of theirs whose rows are about the person alone.
const Passed = "none"

// events tells whether rows tell of events.
func (m *Mapping) events() bool { return m.Event != "" || m.Fields["kind"] != "" }
