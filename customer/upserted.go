package customer

// Change is what became of a profile that was to be kept.
type Change string

// The kinds of Change.
const (
	Created Change = "created"
	Updated Change = "updated"
	Same    Change = "same"  // it is known already
	Older   Change = "older" // what is known is as new or newer, and differs
)

// Upserted is what became of one profile.
type Upserted struct {
	ID     string
	Change Change
	Err    error // ErrTaken, ErrNobody: nothing was kept of it
}
