package rfm

import (
	"fmt"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Segment is what the three figures say together.
type Segment string

// The segments.
const (
	HighValueActive Segment = "high_value_active"
	LowValueLost    Segment = "low_value_lost"
	Observe         Segment = "observe"
)

// Limits of the segments; amounts in hundredths.
const (
	ActiveDays   = 30
	ActiveOrders = 5
	ActivePaid   = 1000_00
	LostDays     = 90
	LostOrders   = 1
	LostPaid     = 500_00
)

// Segment applies r <= 30, f >= 5, m >= 1000: high-value active; r > 90, f <= 1,
// m < 500: low-value lost; all else, and who never bought, is to be observed.
func (f Figures) Segment() Segment {
	switch {
	case f.Recency < 0:
		return Observe
	case f.Recency <= ActiveDays && f.Frequency >= ActiveOrders && f.Monetary >= ActivePaid:
		return HighValueActive
	case f.Recency > LostDays && f.Frequency <= LostOrders && f.Monetary < LostPaid:
		return LowValueLost
	}
	return Observe
}

// Why tells the figures that Segment looked at.
func (f Figures) Why() string {
	if f.Recency < 0 {
		return "no order"
	}
	return fmt.Sprintf("r %d days, f %d orders and m %s in %d days", f.Recency, f.Frequency, amount(f.Monetary, f.Currency), Year)
}

func amount(cents int64, currency string) string {
	return customer.Money{Cents: cents, Currency: currency}.String()
}

// Lifecycle is where a customer is between the first order and the last.
type Lifecycle string

// The lifecycles.
const (
	LifeNew     Lifecycle = "new"
	LifeGrowing Lifecycle = "growing"
	LifeMature  Lifecycle = "mature"
	LifeLost    Lifecycle = "lost"
)

// Limits of the lifecycles, in days.
const (
	NewDays    = 30
	MatureDays = 180
)

// Lifecycle as of now: lost when the last order is more than 90 days ago; new when
// the first is at most 30 days ago, or none was placed yet; mature when it is more
// than 180 days ago; else growing.
func (f Figures) Lifecycle(now time.Time) Lifecycle {
	if f.Orders == 0 {
		return LifeNew
	}
	age := customer.Days(f.First, now)
	switch {
	case f.Recency > LostDays:
		return LifeLost
	case age <= NewDays:
		return LifeNew
	case age > MatureDays:
		return LifeMature
	}
	return LifeGrowing
}

// Value is how much a customer is worth.
type Value string

// The values.
const (
	HighValue      Value = "high"
	PotentialValue Value = "potential"
	NormalValue    Value = "normal"
)

// Limits of Value, in hundredths, and in months of the calendar.
const (
	HighAverage      = 5000_00
	PotentialAverage = 1000_00
	RepurchaseMonths = 3
	ChurnMonths      = 6
)

// Value as of now: high when the average order reaches 5000; potential when it
// reaches 1000 and an order after the first one lies in the last 3 months; else
// normal. told is the average that a source told, for who has no orders here; its
// currency must be the book's.
func (f Figures) Value(now time.Time, told customer.Money) Value {
	if f.Orders == 0 {
		if told.AtLeast(customer.Money{Cents: HighAverage, Currency: f.Currency}) {
			return HighValue
		}
		return NormalValue
	}
	switch {
	case f.AverageAtLeast(HighAverage):
		return HighValue
	case f.AverageAtLeast(PotentialAverage) && f.RepurchasedIn(now, RepurchaseMonths):
		return PotentialValue
	}
	return NormalValue
}

// RepurchasedIn tells whether an order after the first one lies in the last months
// of the calendar, the day so many months ago among them.
func (f Figures) RepurchasedIn(now time.Time, months int) bool {
	return !f.Repurchased.IsZero() && customer.Days(f.Repurchased, now) <= customer.Days(customer.MonthsBefore(now, months), now)
}

// Churning warns of who bought, but not in the last 6 months of the calendar; the
// day 6 months ago is in them.
func (f Figures) Churning(now time.Time) bool {
	return f.Orders > 0 && f.Recency > customer.Days(customer.MonthsBefore(now, ChurnMonths), now)
}
