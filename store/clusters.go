package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrNoClusters tells that there is no such version of clusters.
var ErrNoClusters = errors.New("no such version of clusters")

// ClusterVersion is one division of customers into clusters.
type ClusterVersion struct {
	Version string          `json:"version"`
	At      time.Time       `json:"at"`
	Doc     json.RawMessage `json:"doc"` // centres, rules, strategies: in the words of whoever divides
}

// ClusterUse is which version is used since when.
type ClusterUse struct {
	At      time.Time `json:"at"`
	Version string    `json:"version"`
	Who     string    `json:"who"`
	Why     string    `json:"why"`
}

// clustersKept is how many versions are kept: a quarter of weeks, and some more.
const clustersKept = 16

// AddClusters keeps a division, and uses it: of is the cluster of each customer. The
// oldest of many goes.
func (e *Editor) AddClusters(ctx context.Context, v ClusterVersion, of map[string]int, u ClusterUse) error {
	u.Version = v.Version
	return inClusters(e.changes.change(ctx, func(q queries) error {
		if err := q.alone(ctx, "clusters"); err != nil {
			return err
		}
		if _, err := q.exec(ctx, insertOnce("cluster_versions", "version, at, doc", 1), v.Version, v.At.UnixNano(), string(v.Doc)); err != nil {
			return err
		}
		if _, err := q.exec(ctx, "DELETE FROM cluster_versions WHERE version <> ? AND version NOT IN (SELECT version FROM cluster_versions ORDER BY at DESC LIMIT ?)",
			v.Version, clustersKept); err != nil {
			return err
		}
		return q.useClusters(ctx, of, u)
	}))
}

// UseClusters uses a version from now on: ErrNoClusters when there is none.
func (e *Editor) UseClusters(ctx context.Context, of map[string]int, u ClusterUse) error {
	return inClusters(e.changes.change(ctx, func(q queries) error {
		if err := q.alone(ctx, "clusters"); err != nil {
			return err
		}
		if _, err := q.clusters(ctx, u.Version); err != nil {
			return err
		}
		return q.useClusters(ctx, of, u)
	}))
}

// useClusters writes each customer's cluster, with its version. Those who are in none
// have none.
func (q queries) useClusters(ctx context.Context, of map[string]int, u ClusterUse) error {
	if _, err := q.exec(ctx, "INSERT INTO cluster_uses (at, version, who, why) VALUES (?, ?, ?, ?)", u.At.UnixNano(), u.Version, u.Who, u.Why); err != nil {
		return err
	}
	if _, err := q.exec(ctx, "UPDATE portraits SET cluster = NULL, cluster_version = '' WHERE cluster IS NOT NULL"); err != nil {
		return err
	}
	by := map[int][]any{}
	for id, c := range of {
		by[c] = append(by[c], id)
	}
	for c, ids := range by {
		for some := range slices.Chunk(ids, 500) {
			if _, err := q.exec(ctx, "UPDATE portraits SET cluster = ?, cluster_version = ? WHERE customer IN ("+marks(len(some))+")", append([]any{c, u.Version}, some...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// Clusters reads a version, or ErrNoClusters.
func (r *Reader) Clusters(ctx context.Context, version string) (ClusterVersion, error) {
	v, err := r.db.q().clusters(ctx, version)
	return v, inClusters(err)
}

// ClusterVersions lists them, the latest first.
func (r *Reader) ClusterVersions(ctx context.Context) (all []ClusterVersion, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		v, err := clusterVersion(scan)
		all = append(all, v)
		return err
	}, "SELECT version, at, doc FROM cluster_versions ORDER BY at DESC, version")
	return all, inClusters(err)
}

// ClusterUses lists the last uses, the one that holds first.
func (r *Reader) ClusterUses(ctx context.Context) (all []ClusterUse, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		var u ClusterUse
		var at int64
		err := scan(&at, &u.Version, &u.Who, &u.Why)
		u.At = time.Unix(0, at).UTC()
		all = append(all, u)
		return err
	}, "SELECT at, version, who, why FROM cluster_uses ORDER BY seq DESC LIMIT 50")
	return all, inClusters(err)
}

func (q queries) clusters(ctx context.Context, version string) (ClusterVersion, error) {
	v, err := clusterVersion(q.row(ctx, "SELECT version, at, doc FROM cluster_versions WHERE version = ?", version).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("%w: %s", ErrNoClusters, version)
	}
	return v, err
}

func clusterVersion(scan func(...any) error) (v ClusterVersion, err error) {
	var at int64
	var doc string
	err = scan(&v.Version, &at, &doc)
	v.At, v.Doc = time.Unix(0, at).UTC(), json.RawMessage(doc)
	return v, err
}

func inClusters(err error) error {
	if err != nil {
		return fmt.Errorf("clusters: %w", err)
	}
	return nil
}
