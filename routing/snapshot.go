package routing

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Snapshot is a decision as a record keeps it: enough to make it again by other
// rules. What follows from the time and the table is not in it.
type Snapshot struct {
	At          time.Time `json:"at"`
	Table       string    `json:"table"`
	Version     int       `json:"version"`
	Rule        string    `json:"rule"`
	To          Target    `json:"to"`
	During      bool      `json:"during,omitempty"`
	Facts       Facts     `json:"facts"`
	Overflowing []string  `json:"overflowing,omitempty"` // regions, before the decision
	Reasons     []string  `json:"reasons,omitempty"`     // as Decision.Explain tells them
}

// Keep makes the snapshot of a decision from what it was made from.
func Keep(now time.Time, f Facts, m Memory, d Decision, during bool) Snapshot {
	return Snapshot{At: now.UTC(), Table: d.Table, Version: d.Version, Rule: d.Rule, To: d.To, During: during,
		Facts: maps.Clone(f), Overflowing: slices.Sorted(maps.Keys(m)), Reasons: d.Explain()}
}

// ParseSnapshot reads what a record kept.
func ParseSnapshot(text string) (Snapshot, error) {
	var s Snapshot
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return Snapshot{}, fmt.Errorf("the decision on record cannot be read: %w", err)
	}
	return s, nil
}

// Replay makes a decision again. ok is false when it was one of mid-call and no
// rule holds any more.
func (t *Table) Replay(s Snapshot) (d Decision, ok bool) {
	m := Memory{}
	for _, region := range s.Overflowing {
		m[region] = true
	}
	if s.During {
		d, _, ok = t.Reroute(s.At, s.Facts, m)
		return d, ok
	}
	d, _ = t.Decide(s.At, s.Facts, m)
	return d, true
}
