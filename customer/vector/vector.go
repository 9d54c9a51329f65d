// Package vector makes one row of numbers of a customer's labels, for models and for
// finding who is alike. Which feature stands where, how it is scaled and what it
// weighs has a version: the same labels and the same version give the same row, bit
// for bit.
package vector

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-voice/parley/customer/label"
)

// Feature is one column. Its value is 0 to 1, times its weight; who has no such label
// has 0.
type Feature struct {
	Label  string  `json:"label"`
	Word   string  `json:"word,omitempty"` // 1 for who has this value of the label; "" for a number
	Full   float64 `json:"full,omitempty"` // the number that is 1, as is what is more; its unit is the label's
	Log    bool    `json:"log,omitempty"`  // of 1 + the number, for what is bunched at the low end
	Weight float64 `json:"weight"`
}

// Name is the label, and the word where the column is one of it: value:high.
func (f Feature) Name() string {
	if f.Word == "" {
		return f.Label
	}
	return f.Label + ":" + f.Word
}

// of is the value without the weight.
func (f Feature) of(text string, known bool) float64 {
	switch {
	case !known:
		return 0
	case f.Word != "":
		if text == f.Word {
			return 1
		}
		return 0
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v > 0) {
		return 0
	}
	v, full := min(v, f.Full), f.Full
	if f.Log {
		v, full = math.Log1p(v), math.Log1p(full)
	}
	return v / full
}

// Spec is the columns, in their order.
type Spec []Feature

// Standard is what a vector holds unless somebody says otherwise: recency, frequency,
// money, activity, and one column for each word of what has few.
func Standard() Spec {
	s := Spec{
		{Label: "days_since_order", Full: 365, Log: true}, {Label: "orders_365d", Full: 50, Log: true}, {Label: "spend_365d", Full: 100_000, Log: true},
		{Label: "order_interval", Full: 365, Log: true}, {Label: "refund_share", Full: 1}, {Label: "discount_share", Full: 1},
		{Label: "categories_365d", Full: 10}, {Label: "products_owned", Full: 20, Log: true}, {Label: "active_days_30d", Full: 30},
		{Label: "days_since_seen", Full: 365, Log: true}, {Label: "tenure", Full: 3650, Log: true}, {Label: "intent_score", Full: 100},
		{Label: "talk_minutes_90d", Full: 120, Log: true}, {Label: "satisfaction", Full: 5},
	}
	for _, name := range []string{"value", "rfm_segment", "lifecycle", "interaction_style", "churn_warning", "cart_abandoned", "high_risk", "complained"} {
		l, _ := label.Find(name)
		words := l.Words
		if l.Type == label.Flag {
			words = []string{"true"}
		}
		for _, w := range words {
			s = append(s, Feature{Label: name, Word: w})
		}
	}
	for i := range s {
		s[i].Weight = 1
	}
	return s
}

// Weighted is a Spec with other weights, by the columns' names, or by a label's for
// all of its words.
func (s Spec) Weighted(weights map[string]float64) (Spec, error) {
	out := slices.Clone(s)
	for name, w := range weights {
		found := false
		for i, f := range out {
			_, own := weights[f.Name()]
			if f.Name() == name || f.Label == name && !own {
				out[i].Weight, found = w, true
			}
		}
		if !found {
			return nil, fmt.Errorf("the vector has no column %q; it has %s", name, strings.Join(s.Names(), ", "))
		}
		if !(w >= 0) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("%s cannot weigh %v: give a number, 0 or more", name, w)
		}
	}
	return out, nil
}

// Names are the columns'.
func (s Spec) Names() (all []string) {
	for _, f := range s {
		all = append(all, f.Name())
	}
	return all
}

// Version names this Spec and the meaning of the labels that it is made of.
func (s Spec) Version() string {
	text, err := json.Marshal(s)
	if err != nil { // a weight that Weighted refuses
		panic(err)
	}
	sum := sha256.Sum256(fmt.Appendf(text, " labels %d", label.Version))
	return fmt.Sprintf("%d-%x", label.Version, sum[:5])
}

// Of is the row of a customer whose labels are lines name=value, as a label.Tally
// writes them.
func (s Spec) Of(lines string) []float64 {
	row := make([]float64, len(s))
	for i, f := range s {
		text, known := label.Lookup(lines, f.Label)
		row[i] = f.Weight * f.of(text, known)
	}
	return row
}
