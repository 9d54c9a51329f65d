package routing

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer"
)

// OfCaller is what is known of a caller, as facts. called is the number that was
// dialled.
func OfCaller(now time.Time, called string, c customer.Facts) Facts {
	counts := c.Counts(now)
	f := Facts{
		"called.number": called, "caller.kind": string(c.Number.Kind), "caller.withheld": strconv.FormatBool(counts.Withheld),
		"customer.known": strconv.FormatBool(c.Known), "customer.tags": strings.Join(c.Profile.Tags, ", "),
		"customer.products":   strings.Join(c.Profile.Products, ", "),
		"customer.complaints": strconv.Itoa(counts.Complaints), "customer.open_complaints": strconv.Itoa(counts.Open),
	}
	if product, n := c.History.TopProduct(); product != "" {
		f["product"], f["enquiries_30d"] = product, strconv.Itoa(n)
	}
	if c.Profile.Value.Currency != "" {
		f["customer.value"] = strconv.FormatFloat(float64(c.Profile.Value.Cents)/100, 'f', -1, 64)
	}
	place := c.Number.Place()
	region := c.Profile.Region
	if region == "" && (place.Province != "" || place.City != "") {
		region = place.String()
	}
	for name, text := range map[string]string{"caller.number": c.Number.Text, "caller.region": region, "caller.country": place.Country,
		"customer.name": c.Profile.Name, "customer.language": c.Profile.Language, "customer.risk": string(c.Profile.Risk),
		"customer.predicted_need": c.Need.What, "customer.need_why": c.Need.Why} {
		if text != "" {
			f[name] = text
		}
	}
	if counts.Withheld { // nobody knows whose calls these are
		return f
	}
	f["first_call"] = strconv.FormatBool(counts.First)
	f["calls_1h"], f["calls_30d"] = strconv.Itoa(counts.Calls1h), strconv.Itoa(counts.Calls30d)
	f["ivr_hangups_1h"], f["ivr_hangups_30d"] = strconv.Itoa(counts.GaveUp1h), strconv.Itoa(counts.GaveUp30d)
	return f
}

// ofHistory are the facts that come from a profile or from earlier calls.
var ofHistory = []string{"first_call", "calls_1h", "calls_30d", "ivr_hangups_1h", "ivr_hangups_30d", "product", "enquiries_30d"}

// Forget takes out what is known only to those who could look the caller up.
func Forget(f Facts) {
	maps.DeleteFunc(f, func(name, _ string) bool {
		return strings.HasPrefix(name, "customer.") || slices.Contains(ofHistory, name)
	})
}

// OfQueue adds what is known of one of the table's queues, by the names of
// OfQueues. Less than 0 is not known.
func (t *Table) OfQueue(f Facts, queue string, known map[string]float64) {
	if !slices.Contains(t.Queues, queue) {
		return
	}
	for name, v := range known {
		if v >= 0 {
			f["queue."+queue+"."+name] = percent(v)
		}
	}
}
