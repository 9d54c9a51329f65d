package timing

import "time"

// Window is a time to call in: from From to before Until.
type Window struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Holds tells whether t is in the window.
func (w Window) Holds(t time.Time) bool { return !t.Before(w.From) && t.Before(w.Until) }

// NewCustomer is the 24 hours after a person joined: hours that pass, whatever
// the clocks on the wall do meanwhile.
func NewCustomer(joined time.Time) Window { return Window{joined, joined.Add(24 * time.Hour)} }

// Repurchase is from the beginning of day 7 to the end of day 15 after a purchase,
// whose own day is day 0, where the person is.
func Repurchase(bought time.Time, where *time.Location) Window {
	return Window{StartOfDay(bought, 7, where), StartOfDay(bought, 16, where)}
}

// Lost is when a person becomes lost: after 30 whole days without a sign, where
// the person is. The day of the last sign is day 0, and does not count.
func Lost(last time.Time, where *time.Location) time.Time { return StartOfDay(last, 31, where) }

// StartOfDay is the first moment of the day that comes days after t's, where the
// person is. Where the clocks are put forward at midnight that is one o'clock;
// where midnight comes twice it is the first; a day that a place left out
// begins with the day after it.
func StartOfDay(t time.Time, days int, where *time.Location) time.Time {
	y, m, d := t.In(where).Date()
	day := time.Date(y, m, d+days, 0, 0, 0, 0, time.UTC)
	y, m, d = day.Date()
	const around = 3 * time.Hour // clocks are changed by less, and at quarters
	at := time.Date(y, m, d, 0, 0, 0, 0, where).Add(-around)
	for {
		if y, m, d := at.Date(); !time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Before(day) {
			return at
		}
		at = at.Add(quarter)
	}
}
