package hotline

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func played(t *testing.T, c Command) (Report, string) {
	t.Helper()
	c.JSON = filepath.Join(t.TempDir(), "report.json")
	var table bytes.Buffer
	if err := c.run(&table); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(c.JSON)
	if err != nil {
		t.Fatal(err)
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r, table.String()
}

func TestPlaysAndCompares(t *testing.T) {
	c := Command{Seeds: 2, Callers: 100, Agents: 5, Supervisors: 1, Lasts: 15 * time.Minute, HeadStart: 5 * time.Minute, Ranking: "longest_idle", Compare: true}
	r, table := played(t, c)
	if len(r.Variants) != 6 {
		t.Fatalf("%d variants, want three rankings and three more head starts", len(r.Variants))
	}
	for _, v := range r.Variants {
		n := 0
		for _, class := range v.Classes {
			n += class.Callers
		}
		if n != 200 || v.Events < 400 || v.Occupancy < 50 || v.Occupancy > 100 || v.ServiceLevel <= 0 || v.ServiceLevel >= 100 {
			t.Errorf("%+v", v)
		}
	}
	for _, want := range []string{"high risk", "ranking spare, head start 5m0s", "ranking longest_idle, head start 0s", "µs CPU each"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	again, _ := played(t, c)
	if a, b := r.Variants[0].Classes[0], again.Variants[0].Classes[0]; a != b {
		t.Errorf("the same hours give %+v and %+v", a, b)
	}
}

func TestRefusesNonsense(t *testing.T) {
	if err := (&Command{}).run(&bytes.Buffer{}); err == nil {
		t.Error("no hour at all was played")
	}
}
