package report

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/term"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMain(m *testing.M) {
	time.Local = time.UTC
	os.Exit(m.Run())
}

func records(t *testing.T) []call.Record {
	t.Helper()
	text, err := os.ReadFile("testdata/records.json")
	if err != nil {
		t.Fatal(err)
	}
	var rs []call.Record
	if err := json.Unmarshal(text, &rs); err != nil {
		t.Fatal(err)
	}
	return rs
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name + ".txt"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%v; got\n%s", err, got)
	}
}

func TestList(t *testing.T) {
	var b strings.Builder
	List(term.Printer{W: &b}, records(t))
	golden(t, "list", b.String())
	b.Reset()
	List(term.Printer{W: &b}, nil)
	if b.String() != "no calls\n" {
		t.Errorf("%q", b.String())
	}
}

func TestShow(t *testing.T) {
	for _, r := range records(t) {
		t.Run(r.ID, func(t *testing.T) {
			var b strings.Builder
			Show(term.Printer{W: &b}, r)
			golden(t, r.ID, b.String())
		})
	}
}

func TestPercentile(t *testing.T) {
	for _, c := range []struct {
		all     []float64
		p, want float64
	}{
		{nil, 50, 0},
		{[]float64{7}, 95, 7},
		{[]float64{4, 1, 3, 2}, 50, 2},
		{[]float64{4, 1, 3, 2}, 95, 4},
		{[]float64{4, 1, 3, 2}, 0, 1},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, 95, 19},
	} {
		if got := Percentile(c.all, c.p); got != c.want {
			t.Errorf("p%v of %v = %v, want %v", c.p, c.all, got, c.want)
		}
	}
}

// A routed call shows each rule that was asked and what settled it.
func TestShowTellsWhyACallWasRoutedSo(t *testing.T) {
	why := `{"rule":"vip","to":{"kind":"queue","name":"seniors"},"facts":{},"reasons":["no   closed: hours.open = true, needs not hours.open","yes  vip: customer.value = 5000"]}`
	rec := call.Record{Entries: []call.Entry{{Kind: call.EntryRouted, Text: "queue seniors by vip", Why: why}, {Kind: call.EntryRouted, Why: "{"}}}
	var b strings.Builder
	Show(term.Printer{W: &b}, rec)
	for _, want := range []string{"queue seniors by vip", "no   closed: hours.open = true, needs not hours.open", "yes  vip: customer.value = 5000", "cannot be read"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), `"kind"`) {
		t.Error("it shows JSON")
	}
}

func TestServedNamesTheQueue(t *testing.T) {
	e := call.Entry{Kind: call.EntryServed, Text: "1001", From: "aftersales"}
	if got := text(e); got != "1001 of aftersales" {
		t.Errorf("%q", got)
	}
	if e.From = ""; text(e) != "1001" {
		t.Errorf("without a queue: %q", text(e))
	}
}
