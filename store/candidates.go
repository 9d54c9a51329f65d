package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign"
)

const candidateColumns = "campaign, person, state, due, deadline, priority, score, tries, status, outcome, doc, worker, lease"

// AddCandidates puts people into a campaign; those who are in it stay as they are.
// It tells how many came in.
func (e *Editor) AddCandidates(ctx context.Context, all ...campaign.Candidate) (added int, err error) {
	const some = 100 // how long others wait is bounded
	for part := range slices.Chunk(all, some) {
		n := 0
		err := e.changes.patiently(ctx, func(q queries) error {
			n = 0
			for _, k := range part {
				fresh, err := q.exec(ctx, insertOnce("candidates", candidateColumns, 2), append([]any{k.Campaign, k.Person}, append(candidateRow(k), "", 0)...)...)
				if err != nil {
					return err
				}
				n += fresh
			}
			return nil
		})
		if err != nil {
			return added, inCandidates(err)
		}
		added += n
	}
	return added, nil
}

// candidateRow is a candidate without its key and its claim.
func candidateRow(k campaign.Candidate) []any {
	deadline := int64(1<<63 - 1)
	if !k.Deadline.IsZero() {
		deadline = k.Deadline.UnixNano()
	}
	return []any{string(cmp.Or(k.State, campaign.Pending)), stampOr0(k.Due), deadline, k.Priority, k.Score, k.Tries,
		string(k.Last.Status), k.Last.Outcome, encode(k)}
}

// FilledCampaign tells that the people of a version are its candidates; data tells,
// in the runner's words, how good theirs are.
func (e *Editor) FilledCampaign(ctx context.Context, id string, version int, data string) error {
	_, err := e.changes.q().exec(ctx, "UPDATE campaigns SET filled = ?, data = ? WHERE id = ? AND version = ?", version, data, id, version)
	return inCampaigns(err)
}

// ClaimCandidates takes candidates of a campaign who are due, in the order of
// campaign.Order. No two workers get the same one; one whose lease has run out is
// free: its worker is gone.
func (e *Editor) ClaimCandidates(ctx context.Context, id string, c Claim) (all []campaign.Candidate, err error) {
	now := c.Now.UnixNano()
	err = e.changes.patiently(ctx, func(q queries) error {
		all = nil
		return q.each(ctx, func(scan func(...any) error) error {
			k, err := candidate(scan)
			all = append(all, k)
			return err
		}, `WITH free AS MATERIALIZED (SELECT campaign AS c, person AS p FROM candidates
				WHERE campaign = ? AND state IN ('pending', 'waiting') AND due <= ? AND lease <= ?
				ORDER BY priority DESC, score DESC, deadline, due, person LIMIT ?`+e.changes.d.skip+`)
			UPDATE candidates SET worker = ?, lease = ? WHERE (campaign, person) IN (SELECT c, p FROM free) RETURNING doc`,
			id, now, now, c.Max, c.Worker, c.Now.Add(c.Lease).UnixNano())
	})
	if err != nil {
		return nil, inCandidates(err)
	}
	slices.SortFunc(all, campaign.Order)
	return all, nil
}

// SettleCandidate ends a worker's claim: the candidate is kept as it is now, with
// what is to be done for the person, in one transaction. ErrLost tells that it is no
// longer the worker's, and that nothing was kept.
func (e *Editor) SettleCandidate(ctx context.Context, worker string, k campaign.Candidate, f Followed) error {
	err := e.changes.patiently(ctx, func(q queries) error {
		n, err := q.exec(ctx, `UPDATE candidates SET state = ?, due = ?, deadline = ?, priority = ?, score = ?, tries = ?, status = ?, outcome = ?, doc = ?,
			worker = '', lease = 0 WHERE campaign = ? AND person = ? AND worker = ?`, append(candidateRow(k), k.Campaign, k.Person, worker)...)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: %s of the campaign %s", ErrLost, k.Person, k.Campaign)
		}
		return q.followed(ctx, f)
	})
	return inCandidates(err)
}

// RenewCandidates makes a worker's leases of a campaign last until then. Call it
// while calls go on.
func (e *Editor) RenewCandidates(ctx context.Context, worker, id string, until time.Time) error {
	_, err := e.changes.q().exec(ctx, "UPDATE candidates SET lease = ? WHERE worker = ? AND campaign = ?", until.UnixNano(), worker, id)
	return inCandidates(err)
}

// FreeCandidates ends the claims of a worker that is certainly dead.
func (e *Editor) FreeCandidates(ctx context.Context, worker string) (int, error) {
	n, err := e.changes.q().exec(ctx, "UPDATE candidates SET worker = '', lease = 0 WHERE worker = ?", worker)
	return n, inCandidates(err)
}

// Candidates lists a campaign's people in order of person, from after the one named;
// state "" is all.
func (r *Reader) Candidates(ctx context.Context, id string, state campaign.State, after string, limit int) (all []campaign.Candidate, err error) {
	where, args := "campaign = ? AND person > ?", []any{id, after}
	if state != "" {
		where, args = where+" AND state = ?", append(args, string(state))
	}
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		k, err := candidate(scan)
		all = append(all, k)
		return err
	}, "SELECT doc FROM candidates WHERE "+where+" ORDER BY person LIMIT ?", append(args, limit)...)
	return all, inCandidates(err)
}

// CandidateCount counts the candidates of one state, status and outcome.
type CandidateCount struct {
	State   campaign.State `json:"state"`
	Status  string         `json:"status,omitempty"`  // of the last attempt
	Outcome string         `json:"outcome,omitempty"` // likewise
	People  int            `json:"people"`
	Tries   int            `json:"tries"`
}

// CountCandidates counts a campaign's people by how they stand, and tells when the
// next is due; zero when nobody is.
func (r *Reader) CountCandidates(ctx context.Context, id string) (all []CandidateCount, next time.Time, err error) {
	q := r.db.q()
	err = q.each(ctx, func(scan func(...any) error) error {
		var c CandidateCount
		err := scan(&c.State, &c.Status, &c.Outcome, &c.People, &c.Tries)
		all = append(all, c)
		return err
	}, `SELECT state, status, outcome, COUNT(*), CAST(SUM(tries) AS INTEGER) FROM candidates WHERE campaign = ?
		GROUP BY state, status, outcome ORDER BY state, status, outcome`, id)
	due := int64(-1)
	if err == nil {
		err = q.row(ctx, "SELECT COALESCE(MIN(due), -1) FROM candidates WHERE campaign = ? AND state IN ('pending', 'waiting')", id).Scan(&due)
	}
	if err != nil {
		return nil, next, inCandidates(err)
	}
	if due >= 0 {
		next = time.Unix(0, due).UTC()
	}
	return all, next, nil
}

func candidate(scan func(...any) error) (k campaign.Candidate, err error) {
	var doc string
	if err = scan(&doc); err == nil {
		err = json.Unmarshal([]byte(doc), &k)
	}
	return k, err
}

func inCandidates(err error) error {
	if err != nil {
		return fmt.Errorf("candidates: %w", err)
	}
	return nil
}

// stampOr0 is a time in nanoseconds, 0 for none.
func stampOr0(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
