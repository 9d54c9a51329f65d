// Package pickup tells who or what picked up, and when nobody did, what is the
// matter with the number: from the SIP response and its Q.850 cause, the tones
// and announcements before the answer, the words and the timing of the greeting.
// It is pure. docs/pickup.md has the precedence in words.
package pickup

// Status is what a call found at the other end.
type Status string

// Who picked up.
const (
	Human     Status = "human"
	Machine   Status = "machine"   // voicemail, an answering machine, a menu, a fax
	Screening Status = "screening" // an assistant asks who calls; a person may come
	Unknown   Status = "unknown"   // answered, and to be treated as a person; or nothing is known
)

// What is the matter with a number that nobody picked up.
const (
	Empty       Status = "empty_number"
	Changed     Status = "changed"   // another number stands for it now
	Off         Status = "off"       // switched off
	Suspended   Status = "suspended" // no service: unpaid, or by wish
	Busy        Status = "busy"
	NoAnswer    Status = "no_answer"
	Unreachable Status = "unreachable" // out of coverage, or not registered
	Refused     Status = "refused"     // by the callee, this time
	Blocked     Status = "blocked"     // calls like ours are not let through
	Network     Status = "network_failure"
)

// Statuses are all of them.
var Statuses = []Status{
	Human, Machine, Screening, Unknown, Empty, Changed, Off, Suspended, Busy, NoAnswer, Unreachable, Refused, Blocked, Network,
}

// Answerer tells whether the status says who picked up.
func (s Status) Answerer() bool {
	return s == Human || s == Machine || s == Screening || s == Unknown
}

// Permanent tells that calling the number again is of no use.
func (s Status) Permanent() bool { return s == Empty || s == Changed }

// Finding is a status and what speaks for it.
type Finding struct {
	Status     Status   `json:"status"`
	Confidence float64  `json:"confidence"` // 0..1
	Why        []string `json:"why"`        // the deciding evidence first
}

// Final is how an INVITE that was not answered ended.
type Final struct {
	Code    int    // of SIP; 0 when there was none
	Cause   int    // Q.850, of the Reason header (RFC 3326); also of a provisional response
	Text    string // reason phrase, Reason text or Warning
	Ours    bool   // we gave up: the ringing time was over
	Network bool   // nobody answered the INVITE, or it could not be sent
}
