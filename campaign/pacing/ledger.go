package pacing

import "time"

const (
	quarter  = 15 * time.Minute
	quarters = 30 * 24 * 4 // in 30 days
)

// Ledger counts the people who answered and those of them who were abandoned, by
// quarters of an hour over 30 days.
type Ledger struct {
	slots [quarters]Count
	sum   Count
	last  int64 // the quarter that was counted last, since 1970
}

// Count is people of a span of time.
type Count struct {
	Answered  int // people, not machines
	Abandoned int // of those: no agent within 2 s; with Overflow, those whom the script took
}

func (c Count) plus(o Count, sign int) Count {
	return Count{c.Answered + sign*o.Answered, c.Abandoned + sign*o.Abandoned}
}

// Add counts people. Also for what a database remembers of before a restart, the
// oldest first; what is older than 30 days is passed over.
func (l *Ledger) Add(at time.Time, c Count) {
	q := at.Unix() / int64(quarter/time.Second)
	l.turn(q)
	if q <= l.last-quarters || q < 0 {
		return
	}
	slot := &l.slots[q%quarters]
	*slot = slot.plus(c, 1)
	l.sum = l.sum.plus(c, 1)
}

// turn forgets what is more than 30 days before quarter q.
func (l *Ledger) turn(q int64) {
	if q <= l.last {
		return // the clock was put back: it counts where it belongs
	}
	for i := max(l.last, q-quarters) + 1; i <= q; i++ {
		slot := &l.slots[i%quarters]
		l.sum = l.sum.plus(*slot, -1)
		*slot = Count{}
	}
	l.last = q
}

// Month is the last 30 days, Lately the last 15 to 30 minutes.
func (l *Ledger) Month(now time.Time) Count {
	l.turn(now.Unix() / int64(quarter/time.Second))
	return l.sum
}

// Lately is this quarter of an hour and the one before.
func (l *Ledger) Lately(now time.Time) Count {
	l.turn(now.Unix() / int64(quarter/time.Second))
	if l.last == 0 {
		return l.slots[0]
	}
	return l.slots[l.last%quarters].plus(l.slots[(l.last-1)%quarters], 1)
}
