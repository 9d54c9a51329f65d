package webhook

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// waits are those between tries: most receivers are back within minutes, and one
// that is down over a night still gets everything.
var waits = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

// Tries is how often a message is sent at most.
func Tries() int { return len(waits) + 1 }

// jitterShare is how much longer than its wait a message may wait, so that what
// failed together does not come again together.
const jitterShare = 0.2

// maxAfter bounds what a receiver may ask for by Retry-After.
const maxAfter = 24 * time.Hour

// State is how far a message is.
type State string

// The states of a message.
const (
	Due       State = "due"
	Delivered State = "delivered"
	Refused   State = "refused" // for good, or too often
)

// Reply is what came of a try.
type Reply struct {
	Code  int           // of HTTP; 0: no answer
	After time.Duration // Retry-After, of 429 and 503
	Err   string        // why there is no answer
}

// Verdict is what becomes of a message.
type Verdict struct {
	State State
	Why   string
	Due   time.Time // of the next try
	Held  bool      // nothing was sent, so that it was no try
}

// Judge decides what becomes of a message after so many tries, this one among them.
// random is from 0 to 1. A 2xx is an arrival; 410 wants no more of it; everything
// else is tried again, after what the receiver asks for or longer.
func Judge(now time.Time, tries int, r Reply, random float64) Verdict {
	why := r.Err
	if r.Code != 0 {
		why = strings.TrimSpace(fmt.Sprintf("%d %s", r.Code, http.StatusText(r.Code)))
	}
	switch {
	case r.Code/100 == 2:
		return Verdict{State: Delivered, Why: why}
	case r.Code == http.StatusGone:
		return Verdict{State: Refused, Why: why + ": the receiver wants no more of it"}
	case r.Code/100 == 3:
		why += ": redirects are not followed; configure the address that it leads to"
	}
	if tries < 1 {
		tries = 1
	}
	if tries > len(waits) {
		return Verdict{State: Refused, Why: fmt.Sprintf("%s, after %d tries", why, tries)}
	}
	wait := waits[tries-1]
	wait += time.Duration(jitterShare * random * float64(wait))
	return Verdict{State: Due, Why: why, Due: now.Add(max(wait, min(r.After, maxAfter)))}
}

// retryAfter reads the header Retry-After: seconds, or a date (RFC 9110 §10.2.3).
func retryAfter(now time.Time, value string) time.Duration {
	if s, err := strconv.ParseUint(value, 10, 32); err == nil {
		return time.Duration(s) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
