package figures

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/store"
)

var update = flag.Bool("update", false, "write the reference into docs/reports.md")

// What docs/reports.md says of the views is what stands above them.
func TestTheReferenceIsInStep(t *testing.T) {
	const path = "../../../docs/reports.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := Reference(&want); err != nil {
		t.Fatal(err)
	}
	head, have, ok := strings.Cut(string(text), "## Every view\n\n")
	if *update {
		if err := os.WriteFile(path, []byte(head+"## Every view\n\n"+want.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !ok || have != want.String() {
		t.Error("docs/reports.md is out of step: go test ./cmd/parley/figures -run Reference -update")
	}
	for _, v := range store.Views() {
		if v.Periodic() && (viewNames[v.Name].EN == "" || viewNames[v.Name].ZH == "") {
			t.Errorf("%s has no heading", v.Name)
		}
	}
}

// shop is a server's store with a week of calls, still open for writing.
func shop(t *testing.T) (*store.Store, *store.Reader) {
	t.Helper()
	where := filepath.Join(t.TempDir(), "records.db")
	s, err := store.Open(t.Context(), where, "CN")
	if err != nil {
		t.Fatal(err)
	}
	r, err := store.Read(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(r.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	})
	for i := range 70 { // ten a day from Monday 2026-11-16, in Shanghai
		began := time.Date(2026, 11, 15, 16, i, 0, 0, time.UTC).AddDate(0, 0, i/10)
		c := call.Record{
			ID: fmt.Sprint("c", i), CallID: fmt.Sprint("c", i), Direction: "outbound", Caller: "4001", Called: fmt.Sprintf("138%08d", i),
			Script: "=cmd|' /C calc'!A0", Version: 1, Began: began, Answered: began.Add(time.Second), Ended: began.Add(time.Minute),
			State: call.Finished, Outcome: "booked", Grade: "D",
		}
		if i%10 > 4 { // and a week before, of whom some say nothing of waiting
			c.Entries = []call.Entry{
				{Seq: 1, At: began, Kind: call.EntryHeard, Text: "我觉得等待久，我的号码是13812345678"},
				{Seq: 2, At: began, Kind: call.EntryTalk, From: call.Agent, Text: "非常抱歉给您添麻烦"},
			}
			old := c
			old.ID, old.Began, old.Answered, old.Ended = "o"+c.ID, c.Began.AddDate(0, 0, -7), c.Answered.AddDate(0, 0, -7), c.Ended.AddDate(0, 0, -7)
			old.Called = "139" + c.Called[3:]
			old.Entries = []call.Entry{{Seq: 1, At: began, Kind: call.EntryHeard, Text: "查订单 13812345678"}}
			if err := s.Finish(t.Context(), old); err != nil {
				t.Fatal(err)
			}
		}
		switch i % 10 {
		case 0:
			c.Answered, c.State, c.Outcome, c.SIPCode = time.Time{}, call.Failed, "", 404
		case 1:
			c.Ended = c.Answered.Add(4 * time.Second)
		case 2:
			c.Grade = "A"
		case 3:
			c.Entries = []call.Entry{{Seq: 1, At: began, Kind: call.EntryNote, Text: "score=6"}}
		case 4:
			c.Entries = []call.Entry{{Seq: 1, At: began, Kind: call.EntryNote, Text: "score=7"}}
		}
		if err := s.Finish(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Flush(t.Context(), "c69"); err != nil {
		t.Fatal(err)
	}
	return s, r
}

func TestAWeek(t *testing.T) {
	s, r := shop(t)
	now := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	goals := config.Default().Reports.Goals
	if _, err := Make(t.Context(), r, goals, store.Week, time.Time{}, now); !errors.Is(err, store.ErrNoReports) {
		t.Fatalf("without views: %v, want ErrNoReports", err)
	}
	if err := s.KeepTerms(t.Context(), store.Terms{Zone: "Asia/Shanghai", Currency: "CNY", Converted: []string{"booked"}}); err != nil {
		t.Fatal(err)
	}
	week, err := Make(t.Context(), r, goals, store.Week, time.Time{}, now)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	week.Print(term.Printer{W: &text})
	for _, want := range []string{
		"2026-W47", "Calls 通话量                               56  ", "100.0 %", "16.7 %", // 7 of 42 answered with grade A, surveys apart
		"warning: CSAT is 50.0, below the goal of 85. 满意度为 50.0，低于目标 85。",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in\n%s", want, &text)
		}
	}
	if strings.Contains(text.String(), "Intent rate is") { // 16.7 is above 15
		t.Errorf("it warns of too much:\n%s", &text)
	}
	goals.Intent, goals.CSAT = 17, 50 // what is met exactly is met
	if again, err := Make(t.Context(), r, goals, store.Week, time.Time{}, now); err != nil || len(again.Warnings) != 1 || !strings.Contains(again.Warnings[0].EN, "Intent rate is 16.7, below") {
		t.Errorf("%v, %v", again.Warnings, err)
	}
	if len(week.Phrases) != 2 || week.Phrases[1].Text != "号码" || week.Phrases[0].Text != "觉得等待久" || week.Phrases[0].Persons != 35 || week.Phrases[0].Was != 0 || !strings.Contains(text.String(), "觉得等待久") {
		t.Errorf("phrases %+v", week.Phrases)
	}
	csvIsExact(t, week)
	pageIsWhole(t, week, goals)
}

func csvIsExact(t *testing.T, r Report) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "new")
	if err := r.WriteCSV(dir); err != nil {
		t.Fatal(err)
	}
	for view, want := range map[string]string{
		"kpi_counted":  "week,2026-W47,70,56,7,7,0",
		"kpi_intent":   "week,2026-W47,42,7,0.16666666666666666",
		"kpi_variants": "week,2026-W47,,'=cmd|' /C calc'!A0@1,56,56,56,0,1,1,0", // no formula for a spreadsheet
	} {
		text, err := os.ReadFile(filepath.Join(dir, view+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\uFEFF")))).ReadAll()
		if err != nil || len(rows) != 1+1+7 || strings.Join(rows[1], ",") != want || rows[2][0] != "day" || rows[2][1] != "2026-11-16" {
			t.Errorf("%s: %v, %v; want %s, and seven days", view, rows, err, want)
		}
	}
}

func pageIsWhole(t *testing.T, r Report, g config.Goals) {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteHTML(&b, g); err != nil {
		t.Fatal(err)
	}
	for _, banned := range []string{"http:", "https:", "src=", "<script", "<link", "@import", "url("} {
		if strings.Contains(b.String(), banned) {
			t.Errorf("the page reaches out: %s", banned)
		}
	}
	for _, want := range []string{"周报", "接通率", "before the period was over", "<td>56</td>", "class=\"goal\""} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	drawings := 0
	for part := range strings.SplitSeq(b.String(), "<svg") {
		if _, rest, ok := strings.Cut("<svg"+part, "<svg viewBox"); ok {
			drawings++
			svg, _, _ := strings.Cut("<svg viewBox"+rest, "</svg>")
			d := xml.NewDecoder(strings.NewReader(svg + "</svg>"))
			for err := error(nil); err != io.EOF; {
				if _, err = d.Token(); err != nil && err != io.EOF {
					t.Fatalf("a drawing is broken: %v in %s", err, svg)
				}
			}
			if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
				t.Errorf("a drawing has no place: %s", svg)
			}
		}
	}
	if drawings < 5 {
		t.Errorf("%d drawings", drawings)
	}
}

// Nothing to count is no mistake.
func TestADayWithoutCalls(t *testing.T) {
	s, r := shop(t)
	if err := s.KeepTerms(t.Context(), store.Terms{Zone: "Asia/Shanghai"}); err != nil {
		t.Fatal(err)
	}
	goals := config.Default().Reports.Goals
	day := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	for _, g := range []store.Grain{store.Day, store.Week, store.Month, store.Quarter} {
		empty, err := Make(t.Context(), r, goals, g, day, day)
		if err != nil || len(empty.Warnings) > 0 {
			t.Fatal(g, err, empty.Warnings)
		}
		if err := empty.WriteHTML(io.Discard, goals); err != nil {
			t.Error(err)
		}
	}
}

func TestNiceTops(t *testing.T) {
	for v, want := range map[float64]float64{0: 1, 0.3: 0.5, 1: 1, 1.01: 2, 23: 25, 51: 100, 100: 100} {
		if got := nice(v); got != want {
			t.Errorf("%v: %v, want %v", v, got, want)
		}
	}
}
