package clusters

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store"
)

// Explain computes a customer's labels as store.Reader.Explain does, and tells among
// those of what they bought the cluster that they are in, of which version, unless that
// is of after o.Now.
func Explain(ctx context.Context, r *store.Reader, id string, o label.Options) (customer.Profile, []label.Value, error) {
	p, values, err := r.Explain(ctx, id, o)
	if err != nil {
		return p, values, err
	}
	one, err := r.Portrait(ctx, p.ID)
	if err != nil || one.Cluster < 0 {
		return p, values, err
	}
	v := label.Value{Name: "cluster", Class: label.Transaction, Text: strconv.Itoa(one.Cluster), Source: "clusters", Basis: label.Contract}
	version, err := r.Clusters(ctx, one.Division)
	switch {
	case errors.Is(err, store.ErrNoClusters):
		v.At, v.Why = one.AsOf, "of version "+one.Division+", which is not kept any more"
	case err != nil:
		return p, values, err
	default:
		var d struct {
			Result struct {
				Seed uint64 `json:"seed"`
			} `json:"result"`
		}
		if err := json.Unmarshal(version.Doc, &d); err != nil {
			return p, values, fmt.Errorf("clusters %s: %w", one.Division, err)
		}
		v.At = version.At
		v.Why = fmt.Sprintf("of version %s, fitted on %s with seed %d", one.Division, version.At.In(o.Now.Location()).Format(time.DateOnly), d.Result.Seed)
	}
	if v.At.After(o.Now) {
		return p, values, nil
	}
	i := slices.IndexFunc(values, func(v label.Value) bool { return v.Class == label.Emotion })
	if i < 0 {
		i = len(values)
	}
	return p, slices.Insert(values, i, v), nil
}
