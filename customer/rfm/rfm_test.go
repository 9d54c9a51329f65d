package rfm

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
)

var shanghai = time.FixedZone("CST", 8*3600)

// now is a Friday noon in China.
var now = time.Date(2026, 8, 14, 12, 0, 0, 0, shanghai)

func bought(days int, cents int64) customer.Event {
	return customer.Event{Kind: customer.Order, At: now.AddDate(0, 0, -days), Amount: customer.Money{Cents: cents, Currency: "CNY"}}
}

func figures(events ...customer.Event) Figures {
	b := New(now, "CNY")
	for _, e := range events {
		b.Add(e)
	}
	return b.Figures()
}

// orders is n of them, the last so many days ago, worth cents together.
func orders(n, days int, cents int64) (all []customer.Event) {
	for i := range n {
		share := cents / int64(n)
		if i == 0 {
			share += cents % int64(n)
		}
		all = append(all, bought(days+i, share))
	}
	return all
}

func TestSegmentAtItsLimits(t *testing.T) {
	for _, c := range []struct {
		n, days int
		cents   int64
		want    Segment
	}{
		{5, 30, 1000_00, HighValueActive}, {5, 31, 1000_00, Observe}, {4, 30, 1000_00, Observe}, {5, 30, 999_99, Observe},
		{5, 29, 1000_01, HighValueActive}, {6, 0, 5000_00, HighValueActive},
		{1, 91, 499_99, LowValueLost}, {1, 90, 499_99, Observe}, {2, 91, 499_99, Observe}, {1, 91, 500_00, Observe},
		{1, 364, 1, LowValueLost}, {1, 365, 9000_00, LowValueLost}, // a year ago it counts no more: f 0, m 0
	} {
		if got := figures(orders(c.n, c.days, c.cents)...).Segment(); got != c.want {
			t.Errorf("%d orders, the last %d days ago, %d cents: %s, want %s", c.n, c.days, c.cents, got, c.want)
		}
	}
	if got := figures(); got.Segment() != Observe || got.Why() != "no order" {
		t.Errorf("who never bought is %s: %s", got.Segment(), got.Why())
	}
	refunded := append(orders(5, 10, 1000_00), customer.Event{Kind: customer.Refund, At: now, Amount: customer.Money{Cents: 1, Currency: "CNY"}})
	if f := figures(refunded...); f.Segment() != Observe || f.Monetary != 999_99 || f.Refunds != 1 {
		t.Errorf("a refund does not count: %+v", f)
	}
}

func TestDaysAreOfTheCalendar(t *testing.T) {
	late := time.Date(2026, 8, 13, 23, 59, 59, 0, shanghai)
	e := bought(0, 1)
	e.At = late
	if f := figures(e); f.Recency != 1 {
		t.Errorf("yesterday at midnight less a second is %d days ago", f.Recency)
	}
	e.At = late.UTC()
	if f := figures(e); f.Recency != 1 {
		t.Errorf("in another zone it is %d days ago", f.Recency)
	}
	e.At = late.Add(time.Second)
	if f := figures(e); f.Recency != 0 {
		t.Errorf("today at midnight is %d days ago", f.Recency)
	}
}

func TestLifecycleAtItsLimits(t *testing.T) {
	for _, c := range []struct {
		first, last int
		want        Lifecycle
	}{
		{0, 0, LifeNew}, {30, 30, LifeNew}, {31, 31, LifeGrowing}, {31, 0, LifeGrowing}, {180, 90, LifeGrowing}, {181, 90, LifeMature}, {181, 91, LifeLost}, {91, 91, LifeLost}, {90, 90, LifeGrowing},
	} {
		if got := figures(bought(c.first, 1), bought(c.last, 1)).Lifecycle(now); got != c.want {
			t.Errorf("first %d, last %d days ago: %s, want %s", c.first, c.last, got, c.want)
		}
	}
	if got := figures().Lifecycle(now); got != LifeNew {
		t.Errorf("who never bought is %s", got)
	}
}

func TestBucketsAtTheirLimits(t *testing.T) {
	for days, want := range map[int]string{-1: "none", 0: "0-7", 7: "0-7", 8: "8-30", 30: "8-30", 31: "31-90", 90: "31-90", 91: ">90", 9999: ">90"} {
		if got := bucketR(days); got != want {
			t.Errorf("r %d: %s, want %s", days, got, want)
		}
	}
	for n, want := range map[int]string{0: "none", 1: "1", 2: "2-3", 3: "2-3", 4: "4-6", 6: "4-6", 7: ">6"} {
		if got := bucketF(n); got != want {
			t.Errorf("f %d: %s, want %s", n, got, want)
		}
	}
	for cents, want := range map[int64]string{-1: "<200", 0: "<200", 199_99: "<200", 200_00: "200-500", 500_00: "200-500", 500_01: ">500"} {
		if got := bucketM(1, cents); got != want {
			t.Errorf("m %d: %s, want %s", cents, got, want)
		}
	}
	if got := figures().Buckets("tea"); got != (Buckets{"none", "none", "none", "tea"}) {
		t.Errorf("who never bought: %+v", got)
	}
}

func TestValueAtItsLimits(t *testing.T) {
	three := customer.Days(customer.MonthsBefore(now, 3), now)
	for name, c := range map[string]struct {
		events []customer.Event
		want   Value
	}{
		"average 5000":                 {[]customer.Event{bought(200, 5000_00)}, HighValue},
		"a cent less, once":            {[]customer.Event{bought(0, 4999_99)}, NormalValue},
		"two thirds of a cent less":    {[]customer.Event{bought(400, 5000_00), bought(300, 5000_00), bought(200, 4999_98)}, NormalValue},
		"1000 and bought again":        {[]customer.Event{bought(200, 1000_00), bought(three, 1000_00)}, PotentialValue},
		"1000, again a day too early":  {[]customer.Event{bought(200, 1000_00), bought(three+1, 1000_00)}, NormalValue},
		"a cent under 1000, and again": {[]customer.Event{bought(200, 1000_00), bought(0, 999_99)}, NormalValue},
		"4999.99 and bought again":     {[]customer.Event{bought(200, 4999_99), bought(0, 4999_99)}, PotentialValue},
	} {
		if got := figures(c.events...).Value(now, customer.Money{}); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	told := customer.Money{Cents: 5000_00, Currency: "CNY"}
	if got := figures().Value(now, told); got != HighValue {
		t.Errorf("a source told an average of 5000: %s", got)
	}
	told.Currency = "USD"
	if got := figures().Value(now, told); got != NormalValue {
		t.Errorf("5000 dollars are not 5000 yuan: %s", got)
	}
}

func TestChurnAfterSixMonths(t *testing.T) {
	six := customer.Days(customer.MonthsBefore(now, 6), now)
	for days, want := range map[int]bool{0: false, six - 1: false, six: false, six + 1: true, 1000: true} {
		if got := figures(bought(days, 1)).Churning(now); got != want {
			t.Errorf("last order %d days ago: %v", days, got)
		}
	}
	if figures().Churning(now) {
		t.Error("who never bought cannot churn")
	}
}

func TestFiguresOfOrders(t *testing.T) {
	f := figures(bought(1, 300), bought(11, 500), bought(15, 100), customer.Event{Kind: customer.Order, At: now, Amount: customer.Money{Cents: 7, Currency: "USD"}})
	if f.Interval != 10 || f.Largest != 500 || f.LastPaid != 300 || f.OtherCurrency != 1 || f.Orders != 3 || f.Average() != 300 {
		t.Errorf("%+v", f)
	}
	if f := figures(bought(0, math.MaxInt64), bought(1, 5)); f.Paid != math.MaxInt64 || f.Monetary != math.MaxInt64 {
		t.Errorf("a sum that overflows: %+v", f)
	}
}

// Whatever comes after now is not seen, and the order of events does not matter.
func TestLaterEventsAndOrderDoNotMatter(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	for range 500 {
		var events []customer.Event
		for range rnd.IntN(12) {
			e := bought(rnd.IntN(500), rnd.Int64N(600_000))
			if rnd.IntN(5) == 0 {
				e.Kind = customer.Refund
			}
			events = append(events, e)
		}
		want := figures(events...)
		for range 3 {
			e := bought(0, 900_000)
			e.At = now.Add(1 + time.Duration(rnd.Int64N(int64(100*24*time.Hour))))
			events = append(events, e)
		}
		rnd.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		if got := figures(events...); got != want {
			t.Fatalf("got %+v\nwant %+v", got, want)
		}
	}
}

func TestMonthsBefore(t *testing.T) {
	for _, c := range []struct {
		day    string
		months int
		want   string
	}{
		{"2026-08-31", 6, "2026-02-28"}, {"2024-08-31", 6, "2024-02-29"}, {"2026-03-31", 1, "2026-02-28"}, {"2026-01-15", 3, "2025-10-15"}, {"2026-05-31", 3, "2026-02-28"},
	} {
		day, err := time.ParseInLocation("2006-01-02", c.day, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		if got := customer.MonthsBefore(day, c.months).Format("2006-01-02"); got != c.want {
			t.Errorf("%d months before %s: %s, want %s", c.months, c.day, got, c.want)
		}
	}
}
