// Package rfm judges a customer by how recently, how often and for how much they
// bought: segment, lifecycle, buckets and value, as of one instant. What happened
// after it is not seen; in which order events come does not matter.
package rfm

import (
	"math"
	"slices"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Year is the span, in days of the calendar, in which orders count for f and m.
const Year = 365

// Book is the orders of one customer as of Now. Add events to it, then ask.
type Book struct {
	now      time.Time
	currency string
	orders   []order
	year     sum // of the last Year days
	ever     sum
	foreign  int
}

type order struct {
	at       time.Time
	cents    int64
	discount bool
}

// sum is what was bought and paid back, in cents.
type sum struct {
	orders, refunds, discounts int
	paid, back                 int64
}

// New is an empty book as of now, whose location is the zone of days. Amounts in
// another currency than this one are counted, not added up.
func New(now time.Time, currency string) *Book { return &Book{now: now, currency: currency} }

// Add takes an order or a refund in; other events, and later ones, are passed over.
func (b *Book) Add(e customer.Event) {
	if e.At.After(b.now) || e.Kind != customer.Order && e.Kind != customer.Refund {
		return
	}
	if e.Amount.Currency != b.currency {
		b.foreign++
		return
	}
	b.ever.add(e)
	if customer.Days(e.At, b.now) < Year {
		b.year.add(e)
	}
	if e.Kind == customer.Order {
		b.orders = append(b.orders, order{e.At, e.Amount.Cents, e.Discount})
	}
}

func (s *sum) add(e customer.Event) {
	if e.Kind == customer.Refund {
		s.refunds++
		s.back = plus(s.back, e.Amount.Cents)
		return
	}
	s.orders++
	s.paid = plus(s.paid, e.Amount.Cents)
	if e.Discount {
		s.discounts++
	}
}

// plus adds amounts that are not negative; more than there can be stays the most.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// Figures are what the rules compare. Amounts are in hundredths of Currency.
type Figures struct {
	Recency       int   // days since the last order, 0 is today; -1: there was none
	Frequency     int   // orders in the last Year days
	Monetary      int64 // paid in the last Year days, less what was paid back
	Currency      string
	Refunds       int // in the last Year days
	Discounted    int // orders with a discount, in the last Year days
	OtherCurrency int // orders and refunds that were not added up
	Ever
}

// Ever is what all orders tell, however old.
type Ever struct {
	Orders      int
	Paid        int64 // before refunds: Paid / Orders is the average order
	First, Last time.Time
	Repurchased time.Time // the latest order that was not the first; zero: none
	Interval    int       // median days between two orders; -1: fewer than two
	Largest     int64
	LastPaid    int64
}

// Figures sums the book up.
func (b *Book) Figures() Figures {
	slices.SortFunc(b.orders, func(x, y order) int {
		if c := x.at.Compare(y.at); c != 0 {
			return c
		}
		return int(min(1, max(-1, x.cents-y.cents)))
	})
	f := Figures{
		Recency: -1, Frequency: b.year.orders, Monetary: b.year.paid - b.year.back, Currency: b.currency,
		Refunds: b.year.refunds, Discounted: b.year.discounts, OtherCurrency: b.foreign,
		Ever: Ever{Orders: b.ever.orders, Paid: b.ever.paid, Interval: -1},
	}
	if len(b.orders) == 0 {
		return f
	}
	last := b.orders[len(b.orders)-1]
	f.First, f.Last, f.LastPaid, f.Recency = b.orders[0].at, last.at, last.cents, customer.Days(last.at, b.now)
	var gaps []int
	for i, o := range b.orders {
		f.Largest = max(f.Largest, o.cents)
		if i > 0 {
			gaps = append(gaps, customer.Days(b.orders[i-1].at, b.now)-customer.Days(o.at, b.now))
		}
	}
	if len(gaps) > 0 {
		slices.Sort(gaps)
		f.Interval, f.Repurchased = gaps[len(gaps)/2], last.at
	}
	return f
}

// AverageAtLeast tells whether the average order reaches limit, in hundredths:
// exactly, nothing is rounded.
func (f Figures) AverageAtLeast(limit int64) bool {
	if f.Orders == 0 {
		return false
	}
	n := int64(f.Orders)
	whole := f.Paid / n
	return whole >= limit // floor(paid/n) >= limit exactly when paid/n >= limit, for a whole limit
}

// Average is the average order, in hundredths, cut to a whole one; 0 without orders.
func (f Figures) Average() int64 {
	if f.Orders == 0 {
		return 0
	}
	return f.Paid / int64(f.Orders)
}
