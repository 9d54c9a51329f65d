package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/customer"
)

// signals are the events that campaigns may answer.
var signals = map[customer.EventKind]timing.Kind{customer.Browse: timing.Browsed, customer.Cart: timing.Carted, customer.Order: timing.Bought}

// signalling is what events_signals has: the same words, so that it is used.
const signalling = "kind IN ('browse', 'cart', 'order')"

// Signalled lists the people who gave a signal after one time and not after another:
// those of the latest so many signals.
func (r *Reader) Signalled(ctx context.Context, after, until time.Time, most int) ([]string, error) {
	all, err := r.db.q().texts(ctx, "SELECT DISTINCT customer FROM (SELECT customer FROM events WHERE "+signalling+
		" AND at > ? AND at <= ? ORDER BY at DESC LIMIT ?) AS latest ORDER BY customer", after.UnixNano(), until.UnixNano(), most)
	if err != nil {
		return nil, fmt.Errorf("signals: %w", err)
	}
	return all, nil
}

// SignalsOf reads the signals of people after a time, the oldest first.
func (r *Reader) SignalsOf(ctx context.Context, after time.Time, people ...string) (map[string][]timing.Signal, error) {
	out := map[string][]timing.Signal{}
	for some := range slices.Chunk(people, 500) {
		args := make([]any, 0, len(some)+1)
		for _, id := range some {
			args = append(args, id)
		}
		err := r.db.q().each(ctx, func(scan func(...any) error) error {
			var who, source, id, product string
			var kind customer.EventKind
			var at int64
			err := scan(&who, &at, &source, &id, &kind, &product)
			out[who] = append(out[who], timing.Signal{ID: source + "/" + id, Kind: signals[kind], Item: product, At: time.Unix(0, at).UTC()})
			return err
		}, "SELECT customer, at, source, id, kind, product FROM events WHERE customer IN ("+marks(len(some))+") AND at > ? AND "+signalling+" ORDER BY customer, at",
			append(args, after.UnixNano())...)
		if err != nil {
			return nil, fmt.Errorf("signals: %w", err)
		}
	}
	return out, nil
}

// CandidatesOf reads the candidates of a campaign that people are; who is none is
// missing.
func (r *Reader) CandidatesOf(ctx context.Context, id string, people ...string) (map[string]campaign.Candidate, error) {
	out := map[string]campaign.Candidate{}
	for some := range slices.Chunk(people, 500) {
		args := []any{id}
		for _, who := range some {
			args = append(args, who)
		}
		err := r.db.q().each(ctx, func(scan func(...any) error) error {
			k, err := candidate(scan)
			out[k.Person] = k
			return err
		}, "SELECT doc FROM candidates WHERE campaign = ? AND person IN ("+marks(len(some))+")", args...)
		if err != nil {
			return nil, inCandidates(err)
		}
	}
	return out, nil
}

// RaiseCandidate makes a candidate due who is the one that was read, and whom nobody
// works on; false when that is no longer so.
func (e *Editor) RaiseCandidate(ctx context.Context, now time.Time, was, is campaign.Candidate) (bool, error) {
	n, err := e.changes.q().exec(ctx, `UPDATE candidates SET state = ?, due = ?, deadline = ?, priority = ?, score = ?, tries = ?, status = ?, outcome = ?, doc = ?,
		queued = 0 WHERE campaign = ? AND person = ? AND doc = ? AND lease <= ? AND state IN ('pending', 'waiting')`,
		append(candidateRow(is), is.Campaign, is.Person, encode(was), now.UnixNano())...)
	return n > 0, inCandidates(err)
}

// RenewCandidate puts a candidate who is the one that was read, and whom nobody works
// on, into another window, also one of whom all was over; false when that is no longer so.
func (e *Editor) RenewCandidate(ctx context.Context, now time.Time, was, is campaign.Candidate) (bool, error) {
	n, err := e.changes.q().exec(ctx, `UPDATE candidates SET state = ?, due = ?, deadline = ?, priority = ?, score = ?, tries = ?, status = ?, outcome = ?, doc = ?,
		queued = 0 WHERE campaign = ? AND person = ? AND doc = ? AND lease <= ? AND state IN ('pending', 'waiting', 'done', 'stopped')`,
		append(candidateRow(is), is.Campaign, is.Person, encode(was), now.UnixNano())...)
	return n > 0, inCandidates(err)
}
