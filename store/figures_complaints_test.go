package store_test

import (
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

func (w town) complaints(s sums, g store.Grain, zone *time.Location, calls []plain) {
	type complaint struct {
		at             time.Time
		person         string
		up, open, late bool
	}
	var all []complaint
	owner := map[string]string{}
	for _, p := range w.people {
		for _, n := range p.Numbers {
			owner[n] = p.ID
		}
	}
	for i, c := range calls {
		k := complaint{}
		for _, e := range c.Entries {
			if e.Kind == call.EntryNote && e.Text == "tag=complaint" && k.at.IsZero() {
				k.at = e.At
			}
			k.up = k.up || e.Kind == call.EntryTransfer && strings.HasPrefix(e.Text, "to supervisor ")
		}
		if k.at.IsZero() {
			continue
		}
		theirs := c.Caller
		if c.Direction == "outbound" {
			theirs = c.Called
		}
		k.person = customer.Parse(theirs, "CN").Text // also of a call whose row in past is lost
		if id := owner[k.person]; id != "" {
			k.person = id
		}
		at, paid, settled := amends(i, k.at)
		k.open, k.late = !settled, !settled || at.After(k.at.Add(24*time.Hour))
		all = append(all, k)
		if paid != nil {
			row := strings.Join([]string{"kpi_compensation", string(g), g.Name(at.In(zone)), string(paid.Kind), paid.Currency}, "|")
			s.add(row, "given", 1)
			s.add(row, "cents", float64(paid.Worth().Cents))
		}
	}
	for _, k := range all {
		for _, l := range all {
			after := l.at.Sub(k.at)
			k.up = k.up || k.person != "" && l.person == k.person && after > 0 && after <= 7*24*time.Hour
		}
		row := "kpi_complaints|" + string(g) + "|" + g.Name(k.at.In(zone))
		s.add(row, "complaints", 1)
		s.add(row, "escalated", one(k.up))
		s.add(row, "still_open", one(k.open))
		s.add(row, "in_time", one(!k.late))
	}
}

// amends is when the complaint of a call was settled, if it was, and what was given.
func amends(i int, opened time.Time) (at time.Time, paid *customer.Compensation, settled bool) {
	if i%3 == 0 {
		return at, nil, false
	}
	switch i % 4 {
	case 0:
		at = opened.Add(24 * time.Hour)
	case 1:
		at = opened.Add(24*time.Hour + 1)
	default:
		at = opened.Add(time.Duration(i%60) * time.Hour)
	}
	return at, []*customer.Compensation{
		nil, {Kind: customer.GivenCoupon, Value: "20.05", Currency: "CNY", Code: "A7"}, {Kind: customer.GivenPoints, Value: "500"}, nil,
		{Kind: customer.GivenRefund, Value: "0.10", Currency: "USD"}, {Kind: customer.GivenOther, Note: "tea"},
	}[i%6], true
}
