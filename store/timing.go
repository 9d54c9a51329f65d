package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign/timing"
)

// Errors of timing models.
var (
	ErrNoModel    = errors.New("no such version of the timing model")
	ErrModelTaken = errors.New("another timing model came first")
)

// TimingUse is which version of the timing model is used since when; 0 is none.
type TimingUse struct {
	Seq     int64     `json:"-"` // grows with each use
	At      time.Time `json:"at"`
	Version int       `json:"version"`
	Shift   float64   `json:"shift"` // of its level, in log odds: see timing.Drift
	Who     string    `json:"who"`
	Why     string    `json:"why"`
}

// timingKept is how many versions are kept: four years of quarters.
const timingKept = 16

// AddTimingModel keeps a model as the version after another, and uses it. The oldest
// of many goes. ErrModelTaken tells that somebody else kept that version.
func (e *Editor) AddTimingModel(ctx context.Context, m timing.Model, after int, u TimingUse) (timing.Model, error) {
	err := e.changes.patiently(ctx, func(q queries) error {
		if err := q.alone(ctx, "timing"); err != nil {
			return err
		}
		if err := q.row(ctx, "SELECT COALESCE(MAX(version), 0) + 1 FROM timing_models").Scan(&m.Version); err != nil {
			return err
		}
		if m.Version != after+1 {
			return fmt.Errorf("%w: version %d was learnt meanwhile", ErrModelTaken, m.Version-1)
		}
		facts := m
		facts.Ladder, facts.Logistic = nil, nil
		if _, err := q.exec(ctx, "INSERT INTO timing_models (version, trained, facts, doc) VALUES (?, ?, ?, ?)",
			m.Version, m.Trained.UnixNano(), encode(facts), encode(m)); err != nil {
			return err
		}
		if _, err := q.exec(ctx, "DELETE FROM timing_models WHERE version <= ?", m.Version-timingKept); err != nil {
			return err
		}
		u.Version = m.Version
		return q.useTiming(ctx, u)
	})
	return m, inTiming(err)
}

// UseTimingModel uses a version from now on, 0 for none: ErrNoModel when there is none.
func (e *Editor) UseTimingModel(ctx context.Context, u TimingUse) error {
	return inTiming(e.changes.patiently(ctx, func(q queries) error {
		if err := q.alone(ctx, "timing"); err != nil {
			return err
		}
		n := 0
		if err := q.row(ctx, "SELECT COUNT(*) FROM timing_models WHERE version = ?", u.Version).Scan(&n); err != nil {
			return err
		}
		if n == 0 && u.Version != 0 {
			return fmt.Errorf("%w: %d", ErrNoModel, u.Version)
		}
		return q.useTiming(ctx, u)
	}))
}

func (q queries) useTiming(ctx context.Context, u TimingUse) error {
	_, err := q.exec(ctx, "INSERT INTO timing_uses (at, version, shift, who, why) VALUES (?, ?, ?, ?, ?)", u.At.UnixNano(), u.Version, u.Shift, u.Who, u.Why)
	return err
}

// TimingUse is the use that holds, the zero one before the first.
func (r *Reader) TimingUse(ctx context.Context) (u TimingUse, err error) {
	all, err := r.timingUses(ctx, 1)
	if len(all) > 0 {
		u = all[0]
	}
	return u, err
}

// TimingUses lists the last of them, the latest first.
func (r *Reader) TimingUses(ctx context.Context) ([]TimingUse, error) { return r.timingUses(ctx, 50) }

func (r *Reader) timingUses(ctx context.Context, limit int) (all []TimingUse, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		var u TimingUse
		var at int64
		err := scan(&u.Seq, &at, &u.Version, &u.Shift, &u.Who, &u.Why)
		u.At = time.Unix(0, at).UTC()
		all = append(all, u)
		return err
	}, "SELECT seq, at, version, shift, who, why FROM timing_uses ORDER BY seq DESC LIMIT ?", limit)
	return all, inTiming(err)
}

// TimingModel reads a version, or ErrNoModel.
func (r *Reader) TimingModel(ctx context.Context, version int) (timing.Model, error) {
	var doc string
	err := r.db.q().row(ctx, "SELECT doc FROM timing_models WHERE version = ?", version).Scan(&doc)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("%w: %d", ErrNoModel, version)
	}
	if err != nil {
		return timing.Model{}, inTiming(err)
	}
	m, err := timing.Decode([]byte(doc))
	return m, inTiming(err)
}

// TimingModels lists what the versions learnt from and how well they did, the latest
// first, without what they learnt.
func (r *Reader) TimingModels(ctx context.Context) (all []timing.Model, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		var facts string
		if err := scan(&facts); err != nil {
			return err
		}
		var m timing.Model
		err := json.Unmarshal([]byte(facts), &m)
		all = append(all, m)
		return err
	}, "SELECT facts FROM timing_models ORDER BY version DESC")
	return all, inTiming(err)
}

func inTiming(err error) error {
	if err != nil {
		return fmt.Errorf("timing: %w", err)
	}
	return nil
}
