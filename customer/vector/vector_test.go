package vector

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/parley-voice/parley/customer/label"
)

const lines = "\norders_365d=6\nspend_365d=250000\nrefund_share=0.25\nvalue=high\nchurn_warning=false\nlifecycle=mature\nactive_days_30d=nonsense\n"

// at is a column's value.
func at(t *testing.T, s Spec, row []float64, name string) float64 {
	t.Helper()
	i := slices.Index(s.Names(), name)
	if i < 0 {
		t.Fatalf("no column %s", name)
	}
	return row[i]
}

func TestRow(t *testing.T) {
	s, err := Standard().Weighted(map[string]float64{"refund_share": 4, "lifecycle": 3, "lifecycle:mature": 2})
	if err != nil {
		t.Fatal(err)
	}
	row := s.Of(lines)
	for name, want := range map[string]float64{
		"orders_365d":  math.Log(7) / math.Log(51), // log scale
		"spend_365d":   1,                          // more than full
		"refund_share": 4 * 0.25, "value:high": 1, "value:normal": 0, "churn_warning:true": 0,
		"lifecycle:mature": 2, "lifecycle:new": 0,
		"active_days_30d": 0, // no number
		"tenure":          0, // not known
	} {
		if got := at(t, s, row, name); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if again := s.Of(lines); !slices.Equal(row, again) {
		t.Errorf("the same labels gave %v and %v", row, again)
	}
}

// Whatever changes a row changes the version.
func TestVersion(t *testing.T) {
	s := Standard()
	if s.Version() != Standard().Version() {
		t.Error("the same columns have two versions")
	}
	seen := map[string]string{s.Version(): "standard"}
	for what, change := range map[string]func(Spec) Spec{
		"weight": func(s Spec) Spec { s[0].Weight = 2; return s },
		"scale":  func(s Spec) Spec { s[0].Full++; return s },
		"log":    func(s Spec) Spec { s[0].Log = !s[0].Log; return s },
		"order":  func(s Spec) Spec { s[0], s[1] = s[1], s[0]; return s },
		"fewer":  func(s Spec) Spec { return s[1:] },
	} {
		v := change(Standard()).Version()
		if other, there := seen[v]; there {
			t.Errorf("%s and %s have the same version %s", what, other, v)
		}
		seen[v] = what
	}
}

func TestWrongWeights(t *testing.T) {
	for name, w := range map[string]float64{"ordres_365d": 1, "value:huge": 1, "value": -1, "tenure": math.NaN(), "value:high": math.Inf(1)} {
		if _, err := Standard().Weighted(map[string]float64{name: w}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s %v: %v", name, w, err)
		}
	}
}

// Every column is of a label that there is, of a kind that it can be made of.
func TestStandardFitsTheRegistry(t *testing.T) {
	names := map[string]bool{}
	for _, f := range Standard() {
		l, ok := label.Find(f.Label)
		if !ok || names[f.Name()] || f.Weight != 1 {
			t.Errorf("%+v: %v", f, ok)
		}
		names[f.Name()] = true
		switch {
		case f.Word == "" && (l.Type != label.Number || f.Full <= 0):
			t.Errorf("%s is no number with an upper end", f.Name())
		case f.Word != "" && l.Type != label.Flag && !slices.Contains(l.Words, f.Word):
			t.Errorf("%s: the label has no such word", f.Name())
		}
	}
}
