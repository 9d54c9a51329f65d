package label

import (
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/rfm"
)

// The spans, in days of the calendar with today among them, in which events are
// counted.
const (
	week    = 7
	month   = 30
	quarter = 90
	year    = 365
)

// Tally counts one customer's events. It holds the orders and one entry for each
// category, channel, product and source; of all else only counts. Make one with
// NewTally; Reset makes it ready for the next customer.
type Tally struct {
	o          Options
	book       *rfm.Book
	days       uint64 // bit n: the customer was active n days ago
	counts     [4][kinds]int
	last       [kinds]time.Time
	when       hours
	categories modes // browse, cart and order in a quarter
	bought     modes // categories of orders in a year
	channels   modes // what the customer used in a quarter
	products   modes // bought, ever
	sources    modes
	voice      voice
}

const kinds = 11

// hours is when in the day and the week the customer is active, in a quarter.
type hours struct {
	of      [24]int
	weekend int
	all     int
	first   time.Time
	seen    time.Time
	recent  latest // the channel used last
}

// voice is what the customer said and how.
type voice struct {
	moods   modes // of calls in a quarter
	recent  latest
	scores  int // sum of reviews' in a year
	reviews int
	bad     int // reviews of 1 or 2 in a quarter
	risky   int // events with words of complaint or refund, in a quarter
	word    string
	short   int // calls under ShortCall in a month
	talked  time.Duration
	carts   latest // product put into the cart last
}

// ShortCall is under which a call says nothing about a customer.
const ShortCall = 5 * time.Second

// NewTally is an empty tally.
func NewTally(o Options) *Tally { return (&Tally{o: o}).Reset() }

// Reset forgets everything but the options.
func (t *Tally) Reset() *Tally {
	*t = Tally{o: t.o, book: rfm.New(t.o.Now, t.o.Currency), categories: t.categories.empty(), bought: t.bought.empty(),
		channels: t.channels.empty(), products: t.products.empty(), sources: t.sources.empty(), voice: voice{moods: t.voice.moods.empty()}}
	return t
}

// Now is as of when the tally counts.
func (t *Tally) Now() time.Time { return t.o.Now }

var kindIndex = func() map[customer.EventKind]int {
	m := map[customer.EventKind]int{}
	for i, k := range customer.EventKinds() {
		m[k] = i
	}
	return m
}()

// spans are the windows that counts are kept for, by their index.
var spans = [4]int{week, month, quarter, year}

// Add takes an event in. What is later than Now is passed over.
func (t *Tally) Add(e customer.Event) {
	k, known := kindIndex[e.Kind]
	if !known || e.At.After(t.o.Now) {
		return
	}
	t.book.Add(e)
	age := customer.Days(e.At, t.o.Now)
	for i, span := range spans {
		if age < span {
			t.counts[i][k]++
		}
	}
	if e.At.After(t.last[k]) {
		t.last[k] = e.At
	}
	t.sources.add(e.Source, e.At)
	if t.when.first.IsZero() || e.At.Before(t.when.first) {
		t.when.first = e.At
	}
	if !e.Kind.Ours() {
		t.active(e, age)
	}
	t.bag(e, age)
	t.listen(e, age)
}

// active notes that the customer did something.
func (t *Tally) active(e customer.Event, age int) {
	if age < 64 {
		t.days |= 1 << age
	}
	if e.At.After(t.when.seen) {
		t.when.seen = e.At
	}
	t.when.recent.take(e.Channel, e.At)
	if age >= quarter {
		return
	}
	t.channels.add(e.Channel, e.At)
	at := e.At.In(t.o.Now.Location())
	t.when.of[at.Hour()]++
	t.when.all++
	if d := at.Weekday(); d == time.Saturday || d == time.Sunday {
		t.when.weekend++
	}
}

// bag notes what goods an event is about.
func (t *Tally) bag(e customer.Event, age int) {
	order := e.Kind == customer.Order
	if order || e.Kind == customer.Browse || e.Kind == customer.Cart {
		if age < quarter {
			t.categories.add(e.Category, e.At)
		}
	}
	if e.Kind == customer.Cart {
		t.voice.carts.take(e.Product, e.At)
	}
	if order {
		t.products.add(e.Product, e.At)
		if age < year {
			t.bought.add(e.Category, e.At)
		}
	}
}

// riskWords are words of refund and complaint.
var riskWords = []string{"退款", "退货", "退钱", "投诉", "举报", "12315", "消协", "曝光", "refund", "chargeback", "complain", "money back", "lawyer", "sue you"}

// listen notes how the customer spoke.
func (t *Tally) listen(e customer.Event, age int) {
	v := &t.voice
	if e.Kind == customer.Called && age < quarter {
		if slices.Contains(moodWords, e.Mood) {
			v.moods.add(e.Mood, e.At)
			v.recent.take(e.Mood, e.At)
		}
		v.talked += e.Lasted
		if e.Lasted < ShortCall && age < month {
			v.short++
		}
	}
	if e.Kind == customer.Review && age < year {
		v.reviews++
		v.scores += e.Score
		if e.Score <= 2 && age < quarter {
			v.bad++
		}
	}
	if e.Text == "" || age >= quarter {
		return
	}
	text := strings.ToLower(e.Text)
	for _, word := range riskWords {
		if strings.Contains(text, word) {
			v.risky++
			if v.word == "" || word < v.word {
				v.word = word
			}
			return
		}
	}
}

// activeIn counts the days of activity in the last span days, at most 64.
func (t *Tally) activeIn(span int) int { return bits.OnesCount64(t.days & (1<<span - 1)) }
