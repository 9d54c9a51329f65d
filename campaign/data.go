package campaign

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Data is how good the data of a campaign's people are: of those who are in its
// segment and its pilot.
type Data struct {
	People   int       `json:"people"`
	Complete float64   `json:"complete"`      // share of them of whom every needed field is known, 0 to 1
	Told     time.Time `json:"told,omitzero"` // nine of ten were told of then or later; zero: that is not known
	Lacking  []Lack    `json:"lacking,omitempty"`
}

// Lack is a needed field that is not known of some, the most frequent first.
type Lack struct {
	Field  string `json:"field"`
	People int    `json:"people"`
}

// FreshShare is the share of the people whose data must be fresh: those of a few
// whom their source has forgotten do not hold up all others.
const FreshShare = 0.9

// The fields that every campaign needs of a person; those that scripts name come
// beside them (Missing).
const (
	NumberField  = "number"  // one that a person can be called at, and that is not marked as empty
	ZoneField    = "zone"    // the time zone of the number, or of the profile
	ConsentField = "consent" // an answer to the campaign's purpose, yes or no
)

// OfCustomer begins the names of the customer's fields in scripts.
const OfCustomer = "customer."

// Missing lists which of the customer's fields that scripts need are not known of a
// person.
func Missing(p customer.Profile, needs []string, now time.Time) (lacks []string) {
	for _, name := range needs {
		if strings.HasPrefix(name, OfCustomer) && Field(p, name, now) == "" {
			lacks = append(lacks, name)
		}
	}
	return lacks
}

// Field is what is known of a person by the name that scripts give it: customer.name,
// or customer.viewed for the profile's own field viewed; "" when it is not known.
func Field(p customer.Profile, name string, now time.Time) string {
	switch field := strings.TrimPrefix(name, OfCustomer); field {
	case "id":
		return p.ID
	case "name":
		return p.Name
	case "language":
		return p.Language
	case "region":
		return p.Region
	case "risk":
		return string(p.Risk)
	case "value":
		if p.Value.Currency == "" {
			return ""
		}
		return strconv.FormatFloat(float64(p.Value.Cents)/100, 'f', -1, 64)
	case "tags":
		return strings.Join(p.Tags, ", ")
	case "products":
		return strings.Join(p.Products, ", ")
	default:
		return p.Field(field, now)
	}
}

// DataTally measures Data, one person at a time.
type DataTally struct {
	told     []time.Time
	complete int
	lacking  map[string]int
}

// Add counts a person: when a source last told something of them (zero: nobody
// knows), and which needed fields they lack.
func (t *DataTally) Add(told time.Time, lacks ...string) {
	t.told = append(t.told, told)
	if len(lacks) == 0 {
		t.complete++
	}
	if t.lacking == nil {
		t.lacking = map[string]int{}
	}
	for _, field := range lacks {
		t.lacking[field]++
	}
}

// Data is what was measured.
func (t *DataTally) Data() Data {
	n := len(t.told)
	if n == 0 {
		return Data{}
	}
	slices.SortFunc(t.told, func(a, b time.Time) int { return b.Compare(a) })
	d := Data{People: n, Complete: float64(t.complete) / float64(n), Told: t.told[(n*9+9)/10-1]} // FreshShare, rounded up
	for field, people := range t.lacking {
		d.Lacking = append(d.Lacking, Lack{field, people})
	}
	slices.SortFunc(d.Lacking, func(a, b Lack) int { return cmp.Or(b.People-a.People, cmp.Compare(a.Field, b.Field)) })
	return d
}

// Summary tells a campaign's data in a line, beside what it asks of them.
func (c *Campaign) Summary(now time.Time, d Data) string {
	if d.People == 0 {
		return "nobody is in its segment"
	}
	fresh := "of unknown age"
	if !d.Told.IsZero() {
		fresh = fmt.Sprintf("at most %s old for nine of ten (%s allowed)", days(max(0, now.Sub(d.Told))), days(c.Guard.Fresh))
	}
	text := fmt.Sprintf("%d people, %.1f %% of them complete (%.1f %% must be), data %s", d.People, 100*d.Complete, 100*c.Guard.Complete, fresh)
	if len(d.Lacking) > 0 {
		text += "; " + d.lacks()
	}
	return text
}

// lacks tells what is not known of how many.
func (d Data) lacks() string {
	var all []string
	for _, l := range d.Lacking {
		all = append(all, fmt.Sprintf("%s of %d", l.Field, l.People))
	}
	return "not known: " + strings.Join(all, ", ")
}

// Unfit tells what keeps a campaign with these data from starting, nothing when it
// may.
func (c *Campaign) Unfit(now time.Time, d Data) (why []Cause) {
	if d.People == 0 {
		return []Cause{{Incomplete, "nobody is in its segment: import customers, have labels computed (parley customers label), or choose another segment"}}
	}
	if d.Complete < c.Guard.Complete {
		why = append(why, Cause{Incomplete, fmt.Sprintf("of %.1f %% of its %d people every needed field is known, of %.1f %% it must be (%s): import what is missing, or choose another segment",
			100*d.Complete, d.People, 100*c.Guard.Complete, d.lacks())})
	}
	switch age := now.Sub(d.Told); {
	case d.Told.IsZero():
		why = append(why, Cause{Stale, "of more than one of ten of its people nobody knows of when their data are: import customers"})
	case age > c.Guard.Fresh:
		why = append(why, Cause{Stale, fmt.Sprintf("of nine of ten of its people the data are up to %s old (%s), %s is allowed: import them anew",
			days(age), d.Told.UTC().Format(time.DateOnly), days(c.Guard.Fresh))})
	}
	return why
}
