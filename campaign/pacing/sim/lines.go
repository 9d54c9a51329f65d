package sim

import "time"

// lines are the calls that ring or wait. A call whose last event has come gives its
// number back, so that a long campaign needs no more memory than a short one.
type lines struct {
	calls   []phone
	spare   []int
	ringing []int
	waiting []int // longest first
}

type phone struct {
	began   time.Duration
	ringing int // its place among those that ring
	waiting bool
}

// clear makes an empty one that has the other's memory.
func (l *lines) clear() {
	*l = lines{l.calls[:0], l.spare[:0], l.ringing[:0], l.waiting[:0]}
}

// ring adds a call.
func (l *lines) ring(now time.Duration) (call int) {
	if last := len(l.spare) - 1; last >= 0 {
		call, l.spare = l.spare[last], l.spare[:last]
	} else {
		call = len(l.calls)
		l.calls = append(l.calls, phone{})
	}
	l.calls[call] = phone{began: now, ringing: len(l.ringing)}
	l.ringing = append(l.ringing, call)
	return call
}

// drop gives back the number of a call of which no event is to come.
func (l *lines) drop(call int) { l.spare = append(l.spare, call) }

// quiet takes a call out of those that ring.
func (l *lines) quiet(call int) {
	last, place := len(l.ringing)-1, l.calls[call].ringing
	l.ringing[place] = l.ringing[last]
	l.calls[l.ringing[place]].ringing = place
	l.ringing = l.ringing[:last]
}

// wait puts a call at the end of those that wait.
func (l *lines) wait(call int) {
	l.calls[call].waiting = true
	l.waiting = append(l.waiting, call)
}

// leave takes a call out of those that wait.
func (l *lines) leave(call int) {
	l.calls[call].waiting = false
	for i, other := range l.waiting {
		if other == call {
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			return
		}
	}
}
