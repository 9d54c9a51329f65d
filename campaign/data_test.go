package campaign

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Nine of ten count: one whom the source has forgotten holds nobody up, two of ten
// do; and who lacks any field is not complete, however many they lack.
func TestDataAreMeasured(t *testing.T) {
	c := sample(t, "member-callback.zh.yaml")
	fresh, old := tuesday.Add(-time.Hour), tuesday.Add(-8*24*time.Hour)
	for _, tt := range []struct {
		name             string
		people, old, bad int
		codes            []Code
	}{
		{"all are well", 10, 0, 0, nil},
		{"one of ten is old", 10, 1, 0, nil},
		{"two of ten are old", 10, 2, 0, []Code{Stale}},
		{"one of nine is old", 9, 1, 0, []Code{Stale}},
		{"one of ten lacks a field", 10, 0, 1, nil},
		{"two of ten do", 10, 0, 2, []Code{Incomplete}},
		{"both", 20, 3, 3, []Code{Incomplete, Stale}},
		{"nobody", 0, 0, 0, []Code{Incomplete}},
	} {
		var tally DataTally
		for i := range tt.people {
			told, lacks := fresh, []string(nil)
			if i < tt.old {
				told = old
			}
			if i < tt.bad {
				lacks = []string{"customer.name", ZoneField}
			}
			tally.Add(told, lacks...)
		}
		var codes []Code
		for _, w := range c.Unfit(tuesday, tally.Data()) {
			codes = append(codes, w.Code)
		}
		if !slices.Equal(codes, tt.codes) {
			t.Errorf("%s: %v, want %v", tt.name, codes, tt.codes)
		}
	}
	var tally DataTally
	tally.Add(fresh)
	tally.Add(old, NumberField)
	d := tally.Data()
	if got := c.Unfit(tuesday, d)[0].Text; !strings.Contains(got, "of 50.0 % of its 2 people") || !strings.Contains(got, "not known: number of 1") {
		t.Errorf("it does not tell the figures: %s", got)
	}
	if got := c.Summary(tuesday, d); got != "2 people, 50.0 % of them complete (90.0 % must be), data at most 8 days old for nine of ten (7 days allowed); not known: number of 1" {
		t.Error(got)
	}
}

func TestMissingFieldsOfScripts(t *testing.T) {
	needs := []string{"customer.name", "customer.viewed", "customer.coupon", "customer.id", "order.what"}
	p := customer.Profile{ID: "c1", Fields: map[string]customer.Field{"viewed": {Value: "tea"}, "coupon": {Value: "A7", Until: tuesday.Add(-time.Hour)}}}
	if got := Missing(p, needs, tuesday); !reflect.DeepEqual(got, []string{"customer.name", "customer.coupon"}) {
		t.Errorf("%v", got)
	}
}
