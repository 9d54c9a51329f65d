package customer

import "time"

// The spans that rules ask for.
const (
	Hour  = time.Hour
	Month = 30 * 24 * time.Hour
)

// Window is a span of time, both ends in it.
type Window struct{ From, To time.Time }

// Last is the span of length d that ends at now: what is d old is in it, what is
// older is not.
func Last(now time.Time, d time.Duration) Window { return Window{From: now.Add(-d), To: now} }

// Has tells whether t lies in the window.
func (w Window) Has(t time.Time) bool { return !t.Before(w.From) && !t.After(w.To) }

// Point is how far a caller had come when a call ended.
type Point string

// The points where calls end.
const (
	AtRing   Point = "ring"   // never answered
	InIVR    Point = "ivr"    // among prompts and questions, before the script's close
	InQueue  Point = "queue"  // on the way to a person who was not reached
	AtPerson Point = "person" // a person had answered
	AtClose  Point = "close"  // the script had come to its close
)

// Past is a call that has ended.
type Past struct {
	Call    string    `json:"call"` // the record's id
	Number  string    `json:"number"`
	Called  string    `json:"called"` // the number that was dialled: the channel
	Began   time.Time `json:"began"`
	Ended   time.Time `json:"ended"`
	Point   Point     `json:"point"`
	Node    string    `json:"node,omitempty"`  // of the script, where it ended
	Stage   string    `json:"stage,omitempty"` // of that node
	HungUp  bool      `json:"hung_up"`         // the caller ended it
	Outcome string    `json:"outcome,omitempty"`
	Product string    `json:"product,omitempty"` // asked about
	Inbound bool      `json:"inbound"`
}

// GaveUp tells whether the caller hung up among prompts and questions.
func (p Past) GaveUp() bool { return p.HungUp && p.Point == InIVR }

// Complaint is one that a person made.
type Complaint struct {
	ID     string    `json:"id"`
	Number string    `json:"number"`
	Call   string    `json:"call,omitempty"`
	About  string    `json:"about,omitempty"`
	Opened time.Time `json:"opened"`
	Closed time.Time `json:"closed,omitzero"` // zero: open
}

// History is what happened with one person, over all of the person's numbers.
type History struct {
	Calls      []Past      `json:"calls,omitempty"`      // of the last 30 days, latest first, at most MaxCalls
	Complaints []Complaint `json:"complaints,omitempty"` // all, latest first, at most MaxComplaints
	// Enquiries is how often all callers together asked about a product in the
	// last 30 days, for the products that this person owns or asked about; it
	// stops counting at MaxEnquiries.
	Enquiries map[string]int `json:"enquiries,omitempty"`
	// Before tells that the person called in before, however long ago.
	Before bool `json:"before"`
}

// The bounds of a History: whoever calls a thousand times a month must not make
// each call slower. No rule counts that far.
const (
	MaxCalls      = 200
	MaxComplaints = 50
	MaxEnquiries  = 1000
)

// CallsIn counts the calls that came in and began in the window. The call that is
// going on now is not among them.
func (h History) CallsIn(w Window) (n int) {
	for _, c := range h.Calls {
		if c.Inbound && w.Has(c.Began) {
			n++
		}
	}
	return n
}

// GaveUpIn counts those of CallsIn in which the caller hung up inside the IVR.
func (h History) GaveUpIn(w Window) (n int) {
	for _, c := range h.Calls {
		if c.Inbound && w.Has(c.Began) && c.GaveUp() {
			n++
		}
	}
	return n
}

// LastPoint is where the latest call that came in ended, "" for none in 30 days.
func (h History) LastPoint() Past {
	for _, c := range h.Calls {
		if c.Inbound {
			return c
		}
	}
	return Past{}
}

// First tells that this person calls in for the first time.
func (h History) First() bool { return !h.Before }

// Complained tells whether there is an earlier complaint, open or closed.
func (h History) Complained() bool { return len(h.Complaints) > 0 }

// Open counts the complaints that are not closed.
func (h History) Open() (n int) {
	for _, c := range h.Complaints {
		if c.Closed.IsZero() {
			n++
		}
	}
	return n
}

// Asked is how often all callers asked about a product in 30 days, as far as
// History.Enquiries knows it.
func (h History) Asked(product string) int { return h.Enquiries[product] }

// TopProduct is the product of this person with the most enquiries, the first by
// name among equals, "" for none.
func (h History) TopProduct() (product string, n int) {
	for p, count := range h.Enquiries {
		if count > n || count == n && p < product {
			product, n = p, count
		}
	}
	return product, n
}

// Facts is all that is known of a caller when the telephone rings.
type Facts struct {
	Number  Number  `json:"number"`
	Known   bool    `json:"known"` // there is a profile
	Profile Profile `json:"profile,omitzero"`
	History History `json:"history"`
	Need    Need    `json:"need,omitzero"`
}

// Need is what a customer will probably ask for, by what became of others who bought
// the same: an association, with the sample that it is read off.
type Need struct {
	What string `json:"what"`          // "aftersales (kettle)"
	Why  string `json:"why,omitempty"` // "238 of 340 who bought kettle (70 %, at least 64 %) within 90 days"
}

// Counts are the figures that rules compare, as of now.
type Counts struct {
	Calls1h, Calls30d      int // with the call that is going on
	GaveUp1h, GaveUp30d    int // hung up inside the IVR
	Complaints, Open       int
	Enquiries30d           int // of the product most asked about among the person's own
	First, Withheld, Known bool
}

// Counts sums the facts up. The call that is going on counts as one of Calls.
func (f Facts) Counts(now time.Time) Counts {
	hour, month := Last(now, Hour), Last(now, Month)
	_, asked := f.History.TopProduct()
	return Counts{
		Calls1h: f.History.CallsIn(hour) + 1, Calls30d: f.History.CallsIn(month) + 1,
		GaveUp1h: f.History.GaveUpIn(hour), GaveUp30d: f.History.GaveUpIn(month),
		Complaints: len(f.History.Complaints), Open: f.History.Open(),
		Enquiries30d: asked, First: f.History.First(), Withheld: f.Number.Kind == Withheld, Known: f.Known,
	}
}
