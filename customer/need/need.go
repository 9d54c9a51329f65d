// Package need counts what customers ask for after they bought something: of 340
// who bought a kettle, 238 (70 %) asked for a repair within 90 days. It is plain
// association over events, with its sample stated; it concludes nothing about a
// person that the purchases do not tell.
package need

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Bounds of a finding.
const (
	Horizon       = 90 * 24 * time.Hour // what comes later after the purchase is not counted
	MinSample     = 30                  // buyers
	MinConfidence = 0.5
	// MaxPairs bounds the counting: pairs of products beyond it are dropped, and
	// counted as dropped.
	MaxPairs = 200_000
)

// Finding says that of so many who bought a product so many had a need after it.
type Finding struct {
	Product string `json:"product"`
	Need    string `json:"need"`   // aftersales, enquiry, or "order" and a product
	Bought  int    `json:"bought"` // customers who bought it at least Horizon ago: the sample
	Asked   int    `json:"asked"`  // of these, who had the need within Horizon
}

// Confidence is the share of buyers who had the need.
func (f Finding) Confidence() float64 { return float64(f.Asked) / float64(f.Bought) }

// Lower is the lower end of the 95 % interval of the confidence (Wilson 1927).
func (f Finding) Lower() float64 {
	const z = 1.959963984540054
	n, p := float64(f.Bought), f.Confidence()
	return (p + z*z/(2*n) - z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))) / (1 + z*z/n)
}

// Name is the finding as a label has it.
func (f Finding) Name() string { return f.Need + " (" + f.Product + ")" }

func (f Finding) String() string {
	return fmt.Sprintf("%d of %d who bought %s (%.0f %%, at least %.0f %%) within %d days", f.Asked, f.Bought, f.Product, 100*f.Confidence(), math.Floor(100*f.Lower()), int(Horizon.Hours()/24))
}

// Counter counts over customers, one at a time.
type Counter struct {
	now    time.Time
	bought map[string]int
	asked  map[pair]int
	first  map[string]time.Time // of the customer at hand: when each product was bought first
	seen   map[ask]bool         // and needs counted already
	asking []int                // and which events can show one
	// Dropped counts pairs that were not counted, for MaxPairs.
	Dropped int
}

type pair struct {
	product string
	need    ask
}

// NewCounter counts as of now.
func NewCounter(now time.Time) *Counter {
	return &Counter{now: now, bought: map[string]int{}, asked: map[pair]int{}, first: map[string]time.Time{}, seen: map[ask]bool{}}
}

// Add counts one customer, whose events may come in any order. Whoever bought a
// product counts once, from the first time; a purchase younger than Horizon does
// not count yet: there was no time to ask.
func (c *Counter) Add(events []customer.Event) {
	clear(c.first)
	c.asking = c.asking[:0]
	for i, e := range events {
		if e.Kind == customer.AfterSales || e.Kind == customer.Enquiry || e.Kind == customer.Order && e.Product != "" {
			c.asking = append(c.asking, i)
		}
		if e.Kind != customer.Order || e.Product == "" || e.At.After(c.now) {
			continue
		}
		if at, ok := c.first[e.Product]; !ok || e.At.Before(at) {
			c.first[e.Product] = e.At
		}
	}
	for product, at := range c.first {
		if at.Add(Horizon).After(c.now) {
			continue
		}
		if _, known := c.bought[product]; !known {
			if len(c.bought) >= MaxPairs {
				c.Dropped++
				continue
			}
			product = strings.Clone(product) // a key must not hold the row that it came in
		}
		c.bought[product]++
		clear(c.seen)
		for _, i := range c.asking {
			e := &events[i]
			if !e.At.After(at) || e.At.After(at.Add(Horizon)) {
				continue
			}
			if ask, ok := after(product, e); ok && !c.seen[ask] {
				c.seen[ask] = true
				c.count(pair{product, ask})
			}
		}
	}
}

// ask is a need: a kind of event, with the product of an order.
type ask struct {
	kind    customer.EventKind
	product string
}

func (a ask) String() string {
	if a.kind == customer.Order {
		return orderOf + a.product
	}
	return string(a.kind)
}

const orderOf = "order "

// after is the need that an event shows of who bought a product, false for none.
// After-sales and enquiries about another product are not about this one.
func after(product string, e *customer.Event) (ask, bool) {
	switch e.Kind {
	case customer.AfterSales, customer.Enquiry:
		return ask{kind: e.Kind}, e.Product == "" || e.Product == product
	case customer.Order:
		return ask{e.Kind, e.Product}, e.Product != "" && e.Product != product
	}
	return ask{}, false
}

func (c *Counter) count(p pair) {
	n, known := c.asked[p]
	if !known {
		if len(c.asked) >= MaxPairs {
			c.Dropped++
			return
		}
		p.product, p.need.product, p.need.kind = strings.Clone(p.product), strings.Clone(p.need.product), customer.EventKind(strings.Clone(string(p.need.kind)))
	}
	c.asked[p] = n + 1
}

// Findings are those with a sample of MinSample and a confidence of MinConfidence
// at least, the surest first: by Lower, then by name.
func (c *Counter) Findings() []Finding {
	var all []Finding
	for p, n := range c.asked {
		f := Finding{p.product, p.need.String(), c.bought[p.product], n}
		if f.Bought >= MinSample && f.Confidence() >= MinConfidence {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Lower(), a.Lower()), cmp.Compare(a.Product, b.Product), cmp.Compare(a.Need, b.Need))
	})
	return all
}

// Predictor answers what a customer with these products will probably need.
func Predictor(findings []Finding) func(products []string) (need, why string) {
	return func(products []string) (string, string) {
		for _, f := range findings { // the surest first
			if !slices.Contains(products, f.Product) {
				continue
			}
			if product, ok := cut(f.Need); ok && slices.Contains(products, product) {
				continue // has it already
			}
			return f.Name(), f.String()
		}
		return "", ""
	}
}

// MaxWhys bounds what Whys keeps in memory.
const MaxWhys = 10_000

// Whys tells of the surest findings, by their names, what they are read off.
func Whys(findings []Finding) map[string]string {
	out := map[string]string{}
	for _, f := range findings[:min(len(findings), MaxWhys)] {
		out[f.Name()] = f.String()
	}
	return out
}

func cut(need string) (product string, ok bool) {
	product, ok = strings.CutPrefix(need, orderOf)
	return product, ok && product != ""
}
