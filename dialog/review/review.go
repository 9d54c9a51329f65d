// Package review holds the rules by which a version of a script comes to be
// used: somebody submits it, somebody else approves it, and it is published,
// pinned to the hash of everything that it is made of. Pure; the events are kept
// by store.
package review

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Act is what somebody does with a version.
type Act string

// The acts, in the order in which a version goes through them.
const (
	Submit   Act = "submit"
	Approve  Act = "approve"
	Reject   Act = "reject"
	Publish  Act = "publish"
	Rollback Act = "rollback" // publish again what was published before
	Withdraw Act = "withdraw" // publish nothing
)

// Event is one act, as it is kept for ever.
type Event struct {
	Script string    `json:"script"`
	Hash   string    `json:"hash"` // of the Bundle
	Act    Act       `json:"act"`
	Who    string    `json:"who"`
	Note   string    `json:"note"`
	At     time.Time `json:"at"`
}

// State is how far a version has come.
type State string

// The states of a version.
const (
	Unknown   State = "unknown"
	Draft     State = "draft"
	Rejected  State = "rejected"
	Approved  State = "approved"
	Published State = "published"
	Retired   State = "retired" // was published, another one is now
)

// Errors of Check, for errors.Is.
var (
	ErrUnknown = errors.New("this version was never submitted")
	ErrOwn     = errors.New("a version is approved by somebody else than who submitted it")
	ErrState   = errors.New("this cannot be done with the version as it is")
	ErrWho     = errors.New("say who does it")
)

// maxWords bounds a name and a note, in runes.
const maxWords = 400

// Check tells whether e may follow the past events of its script, oldest first.
func Check(past []Event, e Event) error {
	if fold(e.Who) == "" || strings.ContainsAny(e.Who, "\r\n\t") || len([]rune(e.Who)) > maxWords || len([]rune(e.Note)) > maxWords {
		return fmt.Errorf("%w: a name of one line, and at most %d letters for it and for the note", ErrWho, maxWords)
	}
	state := StateOf(past, e.Hash)
	if state == Unknown && e.Act != Submit {
		return fmt.Errorf("%w: submit it first", ErrUnknown)
	}
	allowed := map[Act][]State{
		Submit:   {Unknown, Rejected},
		Approve:  {Draft},
		Reject:   {Draft, Approved},
		Publish:  {Approved},
		Rollback: {Retired},
		Withdraw: {Published},
	}[e.Act]
	if !slices.Contains(allowed, state) {
		return fmt.Errorf("%w: to %s, it must be %s, and it is %s", ErrState, e.Act, either(allowed), state)
	}
	if e.Act == Approve && slices.Contains(submitters(past, e.Hash), fold(e.Who)) {
		return fmt.Errorf("%w: %s did", ErrOwn, e.Who)
	}
	return nil
}

// StateOf is how far the version with this hash has come.
func StateOf(past []Event, hash string) State {
	state := Unknown
	for _, e := range past {
		switch {
		case e.Hash != hash:
			if state == Published && (e.Act == Publish || e.Act == Rollback) {
				state = Retired
			}
		case e.Act == Submit:
			state = Draft
		case e.Act == Approve:
			state = Approved
		case e.Act == Reject:
			state = Rejected
		case e.Act == Publish, e.Act == Rollback:
			state = Published
		case e.Act == Withdraw:
			state = Retired
		}
	}
	return state
}

// Current is the published version's hash, "" when there is none.
func Current(past []Event) string {
	hash := ""
	for _, e := range past {
		switch e.Act {
		case Publish, Rollback:
			hash = e.Hash
		case Withdraw:
			hash = ""
		}
	}
	return hash
}

// Before is the version that a rollback goes to when none is named: the last one
// published before the present one, or, after a withdrawal, the one withdrawn.
func Before(past []Event) (string, bool) {
	now := Current(past)
	for _, e := range slices.Backward(past) {
		if (e.Act == Publish || e.Act == Rollback) && e.Hash != now {
			return e.Hash, true
		}
	}
	return "", false
}

// Latest is the act by which the present version came to be published, or by which
// nothing is. False before the first.
func Latest(past []Event) (Event, bool) {
	for _, e := range slices.Backward(past) {
		if e.Act == Publish || e.Act == Rollback || e.Act == Withdraw {
			return e, true
		}
	}
	return Event{}, false
}

// Replaced is the version that was published before the latest act; "" when none was.
func Replaced(past []Event) string {
	for i, e := range slices.Backward(past) {
		if e.Act == Publish || e.Act == Rollback || e.Act == Withdraw {
			return Current(past[:i])
		}
	}
	return ""
}

// Former is the version to go back to by itself when the present one does worse: the
// last published before it that nobody went back from or withdrew. False unless the
// present one is new: what somebody went back to is not gone back from, so that an
// alarm never undoes a rollback, its own or a person's.
func Former(past []Event) (string, bool) {
	now, ok := Latest(past)
	if !ok || now.Act != Publish {
		return "", false
	}
	var published []string
	left := map[string]bool{now.Hash: true}
	current := ""
	for _, e := range past {
		switch e.Act {
		case Publish:
			current = e.Hash
		case Rollback:
			left[current], current = true, e.Hash
		case Withdraw:
			left[e.Hash], current = true, ""
		default:
			continue
		}
		published = append(published, current)
	}
	for _, hash := range slices.Backward(published) {
		if hash != "" && !left[hash] {
			return hash, true
		}
	}
	return "", false
}

// submitters are those who submitted the version since it was last rejected,
// and before: who has once put a version forward does not approve it.
func submitters(past []Event, hash string) []string {
	var who []string
	for _, e := range past {
		if e.Hash == hash && e.Act == Submit {
			who = append(who, fold(e.Who))
		}
	}
	return who
}

// fold makes "Li Na " and "li na" one name.
func fold(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

func either(states []State) string {
	words := make([]string, len(states))
	for i, s := range states {
		words[i] = string(s)
	}
	return strings.Join(words, " or ")
}
