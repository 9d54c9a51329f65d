package timing

import (
	"math"
	"time"
)

// feature is one column of the logistic model that is not 0 in a row.
type feature struct {
	at    int
	value float64
}

// The columns, one block after the other. Blocks of segments come last.
const (
	colBias    = 0
	colHour    = 1               // of the week
	colClock   = colHour + Hours // of the day
	colDay     = colClock + 24
	colSince   = colDay + 7 // days since the last contact, in steps
	colPast    = colSince + len(since) + 2
	colChannel = colPast + 5
	colWanted  = colChannel + 4
	colSegment = colWanted + 2
	perSegment = 1 + 48 // the segment, and its hours of workdays and of weekends
)

// since are the steps of days since the last contact; never has its own column.
var since = [...]float64{1, 2, 3, 5, 8, 15, 31}

var channels = [...]string{"", "phone", "sms", "email"}

// columns is how many columns there are for so many segments.
func columns(segments int) int { return colSegment + segments*perSegment }

// row describes a call to a person at t by what is known before t.
func (m *Logistic) row(p Person, t time.Time) []feature {
	h := HourOf(t, p.Where)
	row := make([]feature, 0, 24)
	on := func(at int, value float64) { row = append(row, feature{at, value}) }
	on(colBias, 1)
	on(colHour+int(h), 1)
	on(colClock+h.Clock(), 1)
	on(colDay+h.Day(), 1)
	past := p.before(t)
	m.past(on, p, t, h, past)
	for i, c := range channels {
		if c == p.Channel {
			on(colChannel+i, 1)
		}
	}
	if wanted, stated := p.Wanted(h); stated && wanted {
		on(colWanted, 1)
	} else if stated {
		on(colWanted+1, 1)
	}
	if s, ok := m.index[p.Segment]; ok {
		at := colSegment + s*perSegment
		on(at, 1)
		if h.Weekend() {
			on(at+25+h.Clock(), 1)
		} else {
			on(at+1+h.Clock(), 1)
		}
	}
	return row
}

// past describes what came before: how long ago, how often answered, in all, in
// this part of the week, lately, and how many were missed in a row.
func (m *Logistic) past(on func(int, float64), p Person, t time.Time, h Hour, past []Attempt) {
	if len(past) == 0 {
		on(colSince+len(since)+1, 1)
		return
	}
	days := t.Sub(past[len(past)-1].At).Hours() / 24
	step := 0
	for step < len(since) && days >= since[step] {
		step++
	}
	on(colSince+step, 1)
	level, part := m.Ladder.shifts(p, t, h)
	on(colPast, level)
	on(colPast+1, part)
	missed := 0
	for missed < len(past) && !past[len(past)-1-missed].Answered {
		missed++
	}
	if missed == 0 {
		on(colPast+2, 1)
	}
	on(colPast+3, float64(min(missed, 5))/5)
	on(colPast+4, m.lately(p, t, past))
}

// lately is answers less what the segment would have answered, each half as
// heavy when it is a month older, shrunk by two calls of nothing.
func (m *Logistic) lately(p Person, t time.Time, past []Attempt) float64 {
	sum, weight := 0.0, 2.0
	for _, a := range past {
		w := math.Exp2(-t.Sub(a.At).Hours() / (24 * 30))
		weight += w
		sum -= w * m.Ladder.base(p.Segment, HourOf(a.At, p.Where))
		if a.Answered {
			sum += w
		}
	}
	return 2 * sum / weight
}
