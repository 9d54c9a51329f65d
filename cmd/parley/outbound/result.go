package outbound

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/store"
)

// callID is the id of an attempt's row and of its call's record, made from the name
// of the attempt (a UUID of the kind that applications define, RFC 9562 §5.8): a
// claim that is repeated after a kill finds what was done.
func callID(attempt string) string {
	sum := sha256.Sum256([]byte("campaign attempt\x00" + attempt))
	var u uuid.UUID
	copy(u[:], sum[:])
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return u.String()
}

// Fates of attempts beside the words of pickup.Status for those that nobody took.
const (
	fateAnswered store.Fate = "answered"
	fateMachine  store.Fate = "machine"
	fateDeclined store.Fate = "declined" // the telephone was, not an offer: store.FateRefused means that
)

// ending is what came of an attempt that was dialled.
type ending struct {
	result campaign.Result
	fate   store.Fate
	rang   time.Duration // until the answer, or the end
}

// person tells whether a person answered, as far as is known.
func (e ending) person() bool {
	return e.result.Fate == campaign.Ended && e.result.Status.Answerer() && e.result.Status != pickup.Machine
}

// endingOf reads a call's record.
func endingOf(c *campaign.Campaign, rec call.Record) ending {
	e := ending{result: campaign.Result{At: rec.Began, Fate: campaign.Ended, Outcome: rec.Outcome, Wish: wishOf(rec)}, rang: rec.Ended.Sub(rec.Began)}
	if rec.State == call.Interrupted {
		e.result.Fate, e.fate = campaign.Unknown, store.FateUnknown
		return e
	}
	e.result.Status = statusOf(rec)
	if !rec.Answered.IsZero() {
		e.rang = rec.Answered.Sub(rec.Began)
	}
	switch {
	case !e.result.Status.Answerer():
		e.fate = store.Fate(e.result.Status)
		if e.result.Status == pickup.Refused {
			e.fate = fateDeclined
		}
	case e.result.Status == pickup.Machine:
		e.fate = fateMachine
	case e.result.Wish == campaign.NoWish && meaningOf(c, rec.Outcome) == campaign.Refusal:
		e.fate = store.FateRefused
	default:
		e.fate = fateAnswered
	}
	return e
}

// statusOf is who picked up, or why nobody did.
func statusOf(rec call.Record) pickup.Status {
	switch {
	case rec.Answered.IsZero() && rec.EndedBy == "us":
		return pickup.NoAnswer // it rang until we gave up, or hung up for an opt-out or a halt: nothing failed
	case rec.Pickup != nil && (rec.Pickup.Status != pickup.Unknown || !rec.Answered.IsZero()):
		return rec.Pickup.Status
	case !rec.Answered.IsZero():
		return pickup.Human // nobody listened for machines: bias to a person
	}
	f := pickup.Final{Code: rec.SIPCode, Cause: rec.Cause, Text: rec.Why, Ours: rec.EndedBy == "us", Network: rec.EndedBy == "network"}
	if s := pickup.Judge(phrases, pickup.Evidence{Final: f}).Status; s != pickup.Unknown {
		return s
	}
	return pickup.Network
}

var phrases = pickup.Standard()

// wishOf is what the person asked for, by the notes of the call.
func wishOf(rec call.Record) campaign.Wish {
	wish := campaign.NoWish
	for _, e := range rec.Entries {
		switch {
		case e.Kind != call.EntryNote:
		case strings.HasPrefix(e.Text, "opt_out="):
			return campaign.Never
		case e.Text == "tag=complaint":
			wish = campaign.Complains
		}
	}
	return wish
}

func meaningOf(c *campaign.Campaign, outcome string) campaign.Meaning {
	i := slices.IndexFunc(c.FollowUps, func(f campaign.FollowUp) bool { return f.Outcome == outcome })
	if i < 0 || outcome == "" {
		return ""
	}
	return c.FollowUps[i].Meaning
}

// inTime is how soon an agent is to be there for a person who was called (47 CFR
// 64.1200(a)(7); Ofcom, Persistent misuse, 2016).
const inTime = 2 * time.Second

// abandoned tells whether a person who was to meet an agent met none in time.
func abandoned(rec call.Record) bool {
	sought := false
	for _, e := range rec.Entries {
		switch e.Kind {
		case call.EntryTransfer:
			sought = true
		case call.EntryServed:
			return e.Timing != nil && time.Duration(e.Timing.Waited*float64(time.Millisecond)) > inTime
		}
	}
	return sought
}

// fateOf reads an attempt's row when there is no record to read.
func fateOf(a store.Attempt) campaign.Result {
	r := campaign.Result{At: a.Went.Dialled, Fate: campaign.Ended}
	switch f := a.Fate; {
	case a.State == store.AttemptReleased || a.State == store.AttemptCancelled:
		r.Fate = campaign.Released
	case a.State != store.AttemptEnded || f == store.FateUnknown:
		r.Fate = campaign.Unknown
	case f == fateDeclined:
		r.Status = pickup.Refused
	case f == fateAnswered || f == store.FateRefused:
		r.Status = pickup.Human
	default:
		r.Status = cmp.Or(pickup.Status(f), pickup.Unknown)
	}
	return r
}
