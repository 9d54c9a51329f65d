package customer

import "time"

// Receipt is what the network tells of a message after the gateway took it.
type Receipt struct {
	State ReceiptState `json:"state"`
	Code  string       `json:"code,omitempty"` // the network's own: of SMPP, RFC 3463, a carrier
	At    time.Time    `json:"at,omitzero"`    // when it happened
}

// ReceiptState is what became of a message, in the words of SMPP 3.4 §5.2.28
// (message_state) and RFC 3464 §2.3.3 (Action).
type ReceiptState string

// The states. Delayed may become any other; Delivered is the last word.
const (
	ReceiptDelayed   ReceiptState = "delayed"   // still on its way: ENROUTE, ACCEPTD; delayed
	ReceiptDelivered ReceiptState = "delivered" // DELIVRD; delivered
	ReceiptFailed    ReceiptState = "failed"    // for good, such as an unknown number: UNDELIV, DELETED; failed
	ReceiptExpired   ReceiptState = "expired"   // not reached while it was valid: EXPIRED
	ReceiptRejected  ReceiptState = "rejected"  // by the network or a filter: REJECTD
)

// Failed tells that the message did not arrive, and will not.
func (r Receipt) Failed() bool {
	return r.State == ReceiptFailed || r.State == ReceiptExpired || r.State == ReceiptRejected
}

// Over tells whether a receipt says more than the one before: receipts overtake each
// other, and networks repeat them. What was delivered stays so, and what failed is
// delivered at most.
func (r Receipt) Over(before Receipt) bool { return r.rank() > before.rank() }

func (r Receipt) rank() int {
	switch {
	case r.State == "":
		return 0
	case r.State == ReceiptDelayed:
		return 1
	case r.Failed():
		return 2
	}
	return 3
}
