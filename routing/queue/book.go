package queue

import "time"

// Book is what has happened in a queue.
type Book struct {
	Entered    int           `json:"entered"`
	Answered   int           `json:"answered"` // on the line, callbacks apart
	InTime     int           `json:"in_time"`  // answered within the service level's time
	Abandoned  int           `json:"abandoned"`
	Voicemail  int           `json:"voicemail"`
	Left       int           `json:"left"` // back to the script
	Cancelled  int           `json:"cancelled"`
	Escalated  int           `json:"escalated"`
	Overflowed int           `json:"overflowed"`
	Callbacks  int           `json:"callbacks"`    // asked for
	CalledBack int           `json:"called_back"`  // and joined
	NotReached int           `json:"not_reached"`  // and given up
	WaitTotal  time.Duration `json:"wait_total"`   // of those answered, ns
	WaitMax    time.Duration `json:"wait_longest"` // of those answered, ns
	Mean       time.Duration `json:"handling"`     // talk and wrap-up, ns; 0: none measured
	Spilling   bool          `json:"spilling,omitempty"`
	Minutes    []Minute      `json:"minutes,omitempty"` // the last hour, oldest first
}

// Minute counts what ended in one minute.
type Minute struct {
	At       time.Time `json:"at"`
	Answered int       `json:"answered"`
	InTime   int       `json:"in_time"`
	Lost     int       `json:"lost"` // waited longer than the goal and was not answered
}

// minutes are kept for an hour.
const minutes = 60

func (b *Book) minute(now time.Time) *Minute {
	at := now.Truncate(time.Minute)
	if n := len(b.Minutes); n > 0 && b.Minutes[n-1].At.Equal(at) {
		return &b.Minutes[n-1]
	}
	if len(b.Minutes) == minutes {
		b.Minutes = append(b.Minutes[:0], b.Minutes[1:]...)
	}
	b.Minutes = append(b.Minutes, Minute{At: at})
	return &b.Minutes[len(b.Minutes)-1]
}

func (b *Book) joined(now time.Time, c *Call, within time.Duration) {
	if c.Callback {
		b.CalledBack++
		return
	}
	wait := now.Sub(c.Entered)
	b.Answered++
	b.WaitTotal += wait
	b.WaitMax = max(b.WaitMax, wait)
	minute := b.minute(now)
	minute.Answered++
	if wait <= within {
		b.InTime++
		minute.InTime++
	}
}

// end counts how a caller ended. Who gives up sooner than the goal allows to
// answer is not held against the service level.
func (b *Book) end(now time.Time, c *Call, how How, within time.Duration) {
	switch how {
	case Abandoned:
		b.Abandoned++
	case ToVoicemail:
		b.Voicemail++
	case WentAway:
		b.Left++
	case NotReached:
		b.NotReached++
	case Cancelled:
		b.Cancelled++
	}
	if !c.Callback && !c.Joined && now.Sub(c.Entered) > within {
		b.minute(now).Lost++
	}
}

// handle takes one handling time into the mean; the latest count most.
func (b *Book) handle(took time.Duration) {
	const weight = 10
	if b.Mean == 0 {
		b.Mean = took
		return
	}
	b.Mean += (took - b.Mean) / weight
}

// handling is the mean handling time, or what is expected before any was measured.
func (b *Book) handling(q *Queue) time.Duration {
	if b.Mean > 0 {
		return b.Mean
	}
	return q.Service.Handling
}

// level is the service level over the last window, 0 to 1: joined in time, of
// those joined or lost. ok is false when there were none.
func (b *Book) level(now time.Time, window time.Duration) (share float64, ok bool) {
	var answered, inTime, lost int
	for _, m := range b.Minutes {
		if m.At.After(now.Add(-window)) {
			answered, inTime, lost = answered+m.Answered, inTime+m.InTime, lost+m.Lost
		}
	}
	if answered+lost == 0 {
		return 0, false
	}
	return float64(inTime) / float64(answered+lost), true
}

// Tally is what an agent has done since the machine began.
type Tally struct {
	Offered  int                      `json:"offered"`
	Answered int                      `json:"answered"` // joined
	Missed   int                      `json:"missed"`   // not reached
	Refused  int                      `json:"refused"`
	Spent    map[Status]time.Duration `json:"spent,omitempty"` // ns, without the present state
}

func (t *Tally) spend(state Status, d time.Duration) {
	if state == "" || d <= 0 {
		return
	}
	if t.Spent == nil {
		t.Spent = map[Status]time.Duration{}
	}
	t.Spent[state] += d
}
