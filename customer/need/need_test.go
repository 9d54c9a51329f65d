package need

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
)

var now = time.Date(2026, 8, 14, 12, 0, 0, 0, time.UTC)

func event(kind customer.EventKind, product string, days int) customer.Event {
	return customer.Event{Kind: kind, Product: product, At: now.AddDate(0, 0, -days)}
}

func TestSeventyPercentOfBuyersAskForRepair(t *testing.T) {
	c := NewCounter(now)
	for i := range 340 {
		events := []customer.Event{event(customer.Order, "kettle", 200)}
		if i < 238 {
			events = append(events, event(customer.AfterSales, "kettle", 150), event(customer.AfterSales, "kettle", 149))
		}
		c.Add(events)
	}
	got := c.Findings()
	want := []Finding{{"kettle", "aftersales", 340, 238}}
	if !reflect.DeepEqual(got, want) || got[0].Confidence() != 0.7 {
		t.Fatalf("%+v", got)
	}
	// Wilson's interval of 238 of 340, computed by hand: 0.6493 to 0.7462.
	if math.Abs(got[0].Lower()-0.6493) > 5e-4 {
		t.Errorf("lower end %f", got[0].Lower())
	}
	need, why := Predictor(got)([]string{"cup", "kettle"})
	if need != "aftersales (kettle)" || why != "238 of 340 who bought kettle (70 %, at least 64 %) within 90 days" {
		t.Errorf("%q: %s", need, why)
	}
	if need, _ := Predictor(got)([]string{"cup"}); need != "" {
		t.Errorf("who owns no kettle needs %q", need)
	}
}

func TestWhatCounts(t *testing.T) {
	for name, c := range map[string]struct {
		events       []customer.Event
		bought, with int
	}{
		"within the horizon":        {[]customer.Event{event(customer.Order, "a", 90), event(customer.AfterSales, "", 0)}, 1, 1},
		"a day too late":            {[]customer.Event{event(customer.Order, "a", 91), event(customer.AfterSales, "a", 0)}, 1, 0},
		"bought too recently":       {[]customer.Event{event(customer.Order, "a", 89), event(customer.AfterSales, "a", 0)}, 0, 0},
		"asked before":              {[]customer.Event{event(customer.AfterSales, "a", 100), event(customer.Order, "a", 95)}, 1, 0},
		"about another product":     {[]customer.Event{event(customer.Order, "a", 95), event(customer.AfterSales, "b", 90)}, 1, 0},
		"bought again counts once":  {[]customer.Event{event(customer.Order, "a", 95), event(customer.Order, "a", 200), event(customer.AfterSales, "a", 150)}, 1, 1},
		"what comes is not seen":    {[]customer.Event{event(customer.Order, "a", -1)}, 0, 0},
		"an order without products": {[]customer.Event{event(customer.Order, "", 95)}, 0, 0},
	} {
		counter := NewCounter(now)
		counter.Add(c.events)
		if got := counter.asked[pair{"a", ask{kind: customer.AfterSales}}]; counter.bought["a"] != c.bought || got != c.with {
			t.Errorf("%s: %d of %d, want %d of %d", name, got, counter.bought["a"], c.with, c.bought)
		}
	}
}

func TestSmallSamplesAndWeakRulesAreNoFindings(t *testing.T) {
	for _, c := range []struct{ bought, asked, want int }{{29, 29, 0}, {30, 30, 1}, {30, 15, 1}, {30, 14, 0}} {
		counter := NewCounter(now)
		for i := range c.bought {
			events := []customer.Event{event(customer.Order, "a", 200)}
			if i < c.asked {
				events = append(events, event(customer.Enquiry, "a", 199))
			}
			counter.Add(events)
		}
		if got := counter.Findings(); len(got) != c.want {
			t.Errorf("%d of %d: %+v", c.asked, c.bought, got)
		}
	}
}

func TestWhoHasTheProductIsNotOfferedIt(t *testing.T) {
	says := Predictor([]Finding{{"kettle", "order cup", 100, 90}, {"kettle", "aftersales", 100, 60}})
	if need, _ := says([]string{"kettle"}); need != "order cup (kettle)" {
		t.Errorf("got %q", need)
	}
	if need, _ := says([]string{"cup", "kettle"}); need != "aftersales (kettle)" {
		t.Errorf("got %q", need)
	}
}

func TestOrderOfEventsAndCustomersDoesNotMatter(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var people [][]customer.Event
	for range 300 {
		var events []customer.Event
		for range 4 + rnd.IntN(20) {
			kind := []customer.EventKind{customer.Order, customer.AfterSales, customer.Enquiry}[rnd.IntN(3)]
			events = append(events, event(kind, []string{"a", "b", ""}[rnd.IntN(3)], rnd.IntN(300)))
		}
		people = append(people, events)
	}
	count := func() []Finding {
		c := NewCounter(now)
		for _, events := range people {
			c.Add(events)
		}
		return c.Findings()
	}
	want := count()
	if len(want) == 0 {
		t.Fatal("nothing was found: this test shows nothing")
	}
	for range 5 {
		rnd.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
		for _, events := range people {
			rnd.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		}
		if got := count(); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	}
}
