package access

import "time"

// Deed is one line of the audit log: who did what to whom, when, from where and
// why. It is written before the deed is done; when that fails a second line says so.
type Deed struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Who     string    `json:"who"` // the key's name
	Key     string    `json:"key,omitempty"`
	Role    Role      `json:"role"`
	Action  string    `json:"action"`
	Target  string    `json:"target,omitempty"`
	Before  string    `json:"before,omitempty"` // short
	After   string    `json:"after,omitempty"`  // short
	Reason  string    `json:"reason,omitempty"`
	Source  string    `json:"source"`  // address
	Request string    `json:"request"` // X-Request-Id
}

// DeedQuery narrows the audit log; zero fields do not.
type DeedQuery struct {
	Since, Until time.Time
	Who, Action  string
	Target       string
	Before       int64 // only lines with a smaller id: the next page
	Limit        int
}
