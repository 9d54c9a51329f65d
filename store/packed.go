package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer"
)

// A row of the database costs more than what is in it, so that a customer's events
// come in one: events end in endOfEvent but the last, their fields in endOfField.
// What is kept holds neither: see plain.
const (
	endOfField = "\x1f"
	endOfEvent = "\x1e"
)

// packed is the query of events, one row a customer. Ids are not asked for: no
// label is about one.
var packed = "SELECT customer, string_agg(" + strings.Join([]string{
	"at", "source", "kind", "cents", "currency", "category", "product", "channel", "discount", "score", "mood", "lasted", "words",
}, " || '"+endOfField+"' || ") + ", '" + endOfEvent + "') FROM events WHERE customer >= ? AND customer <= ? GROUP BY customer"

// plain takes the ends out of a text that is to be kept.
func plain(text string) string {
	if !strings.ContainsAny(text, endOfField+endOfEvent) {
		return text
	}
	return strings.NewReplacer(endOfField, " ", endOfEvent, " ").Replace(text)
}

// toldOf gives take what sources told of the customers from first to last.
func toldOf(ctx context.Context, q queries, first, last string, take func(customer.Event)) error {
	return q.each(ctx, func(scan func(...any) error) error {
		var who, all string
		if err := scan(&who, &all); err != nil {
			return err
		}
		for more := true; more; {
			var one string
			one, all, more = strings.Cut(all, endOfEvent)
			ev, err := unpack(who, one)
			if err != nil {
				return err
			}
			take(ev)
		}
		return nil
	}, packed, first, last)
}

// unpack reads one event; its texts are parts of the row's.
func unpack(who, text string) (customer.Event, error) {
	var f [13]string
	n := 0
	for more := true; more && n < len(f); n++ {
		f[n], text, more = strings.Cut(text, endOfField)
	}
	var failed error
	number := func(i int) int64 {
		v, err := strconv.ParseInt(f[i], 10, 64)
		if err != nil && failed == nil {
			failed = err
		}
		return v
	}
	ev := customer.Event{
		Customer: who, At: time.Unix(0, number(0)), Source: f[1], Kind: customer.EventKind(f[2]), Amount: customer.Money{Cents: number(3), Currency: f[4]},
		Category: f[5], Product: f[6], Channel: f[7], Discount: f[8] != "0", Score: int(number(9)), Mood: f[10], Lasted: time.Duration(number(11)), Text: f[12],
	}
	if failed != nil || n < len(f) {
		return ev, fmt.Errorf("an event of customer %s cannot be read: %w", who, failed)
	}
	return ev, nil
}
