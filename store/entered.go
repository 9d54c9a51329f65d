package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign/ledger"
)

// PermitEvent is one thing that happened to what we may do: consent was given or
// taken back, a person opted out or complained, an attempt was reserved, dialled,
// settled, released or cancelled, a follow-up was granted.
type PermitEvent struct {
	Seq     int64     `json:"seq"` // as it was written; rises, with gaps
	At      time.Time `json:"at"`
	Kind    EventKind `json:"kind"`
	Ref     string    `json:"ref,omitempty"` // id of the attempt, the opt-out or the follow-up
	Person  string    `json:"person,omitempty"`
	Number  string    `json:"number,omitempty"`
	Purpose string    `json:"purpose,omitempty"`
	Channel string    `json:"channel,omitempty"`
	Source  string    `json:"source,omitempty"`
	Detail  string    `json:"detail,omitempty"`
	Leaf    int64     `json:"leaf"` // in the ledger, from 0; -1: from before there was one
}

// EventKind is what happened.
type EventKind string

// The kinds of PermitEvent.
const (
	EventConsent   EventKind = "consent"         // Detail: granted, refused or withdrawn, basis and end
	EventOptOut    EventKind = "opt_out"         // Detail: never or refusal
	EventComplaint EventKind = "complaint"       //
	EventFollowUp  EventKind = "follow_up"       // Detail: when it ends
	EventReserved  EventKind = "reserved"        // Detail: the follow-up that let it through
	EventDialled   EventKind = "dialled"         //
	EventAnswered  EventKind = "answered"        //
	EventSettled   EventKind = "settled"         // Detail: the fate
	EventReceipt   EventKind = "receipt"         // of a message. Detail: what the network told, its code
	EventReleased  EventKind = "released"        // Detail: why
	EventCancelled EventKind = "cancelled"       // Detail: why
	EventErased    EventKind = ledger.KindErased // Detail: which leaves
)

const eventColumns = "at, kind, ref, person, number, purpose, channel, source, detail"

// entered is the one place that every event passes, within the transaction that it
// belongs to. It is written when that one is about to commit: see seal.
func (q queries) entered(_ context.Context, e PermitEvent) error {
	if q.events == nil {
		return errors.New("permit events: outside a transaction")
	}
	*q.events = append(*q.events, e)
	return nil
}

// EventFilter chooses events; zero fields choose all.
type EventFilter struct {
	Person, Number string
	Kind           EventKind
	After          int64 // only later ones
	Limit          int   // 0: 100
}

// PermitEvents lists events in the order in which they were written.
func (r *Reader) PermitEvents(ctx context.Context, f EventFilter) (all []PermitEvent, err error) {
	where, args := []string{"seq > ?"}, []any{f.After}
	for _, c := range []struct{ column, value string }{{"person", f.Person}, {"number", f.Number}, {"kind", string(f.Kind)}} {
		if c.value != "" {
			where, args = append(where, c.column+" = ?"), append(args, c.value)
		}
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		e, _, err := scanEvent(scan)
		all = append(all, e)
		return err
	}, "SELECT "+leafColumns+" FROM permit_events WHERE "+strings.Join(where, " AND ")+" ORDER BY seq LIMIT ?", append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("permit events: %w", err)
	}
	return all, nil
}
