package routing

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func at(t *testing.T, text, zone string) time.Time {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.ParseInLocation("2006-01-02T15:04:05", text, z)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func text(t testing.TB, rules string) *Table {
	t.Helper()
	table, err := Load(strings.NewReader(rules), "t")
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestReasonsNameWhatWasSeen(t *testing.T) {
	table := text(t, head+`overflow: {below: 85}
rules:
  - {id: repeat, when: calls_1h >= 3 and ivr_hangups_1h >= 1, to: {queue: b}}
  - {id: vip, when: customer.value >= 5000, to: {queue: b}, priority: 80}
  - {id: tagged, when: "'vip' in customer.tags", to: {queue: b}}
  - {id: first, when: first_call, to: {queue: a}, greeting: "Welcome from {{channel}}, {{customer.name | dear caller}}"}
default: {to: {queue: a}}
`)
	given := Facts{"calls_1h": "2", "ivr_hangups_1h": "1", "customer.tags": "", "first_call": "true", "called.number": "400"}
	d, _ := table.Decide(time.Unix(0, 0), given, nil)
	want := []string{"no   repeat: calls_1h = 2, needs calls_1h >= 3", "no   vip: customer.value is not known, needs customer.value >= 5000",
		`no   tagged: customer.tags is empty, needs "vip" in customer.tags`, "yes  first: first_call = true, needs first_call"}
	if got := d.Explain(); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	if d.Rule != "first" || d.To.String() != "queue a" || d.Priority != 50 || d.Greeting != "Welcome from shop, dear caller" {
		t.Errorf("%+v", d)
	}
	if len(given) != 5 {
		t.Errorf("the facts were changed: %v", given)
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var back Decision
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, d) {
		t.Errorf("JSON gives another decision back: %v\n%+v\n%+v", err, back, d)
	}
}

func TestOverflowHasHysteresis(t *testing.T) {
	h := Threshold{Below: 85, Until: 90, Sample: 20}
	for _, c := range []struct {
		was   bool
		rate  float64
		calls int
		want  bool
	}{
		{false, 84.9, 20, true}, {false, 85, 20, false}, {false, 85.1, 20, false}, {false, 84.9, 19, false}, {false, 0, 0, false},
		{true, 84.9, 20, true}, {true, 85, 20, true}, {true, 89.9, 20, true}, {true, 90, 20, true}, {true, 90.1, 20, false}, {true, 10, 19, false},
	} {
		if got := h.Next(c.was, c.rate, c.calls); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if (Threshold{}).Next(false, 0, 100) {
		t.Error("a table without thresholds overflows")
	}
}

func TestMemoryGoesFromOneDecisionToTheNext(t *testing.T) {
	table := text(t, head+"overflow: {below: 85, until: 90, sample: 20}\nrules: []\ndefault: {to: {queue: a}, overflow: {queue: b}}\n")
	var m Memory
	for i, c := range []struct{ region, rate, calls, want string }{
		{"east", "86", "20", "queue a"}, {"east", "84.9", "20", "queue b"}, {"east", "88", "20", "queue b"}, {"west", "88", "20", "queue a"},
		{"east", "90", "20", "queue b"}, {"east", "90.5", "20", "queue a"}, {"east", "88", "20", "queue a"}, {"east", "20", "19", "queue a"},
		{"", "20", "99", "queue a"},
	} {
		before := fmt.Sprint(m)
		f := Facts{"region.answer_rate": c.rate, "region.calls": c.calls}
		if c.region != "" {
			f["caller.region"] = c.region
		}
		d, next := table.Decide(time.Unix(0, 0), f, m)
		if d.To.String() != c.want || d.Overflowed != (c.want == "queue b") {
			t.Errorf("%d %+v: %s", i, c, d.To)
		}
		if fmt.Sprint(m) != before {
			t.Errorf("%d: the memory that was passed in is changed", i)
		}
		m = next
	}
}

func TestSkillsRelaxWithWaiting(t *testing.T) {
	p := Plan{Skills: []Step{{0, []string{"senior", "aftersales"}}, {20 * time.Second, []string{"aftersales"}}, {time.Minute, nil}}}
	for wait, want := range map[time.Duration]int{0: 2, 19999 * time.Millisecond: 2, 20 * time.Second: 1, 59 * time.Second: 1, time.Minute: 0} {
		if got := p.Needs(wait); len(got) != want {
			t.Errorf("after %s: %q", wait, got)
		}
	}
}

func TestCalendarEdges(t *testing.T) {
	table := text(t, `routes: r
timezone: Asia/Shanghai
hours: {mon-fri: 09:00-18:00, sat: [09:00-12:00, 13:00-24:00]}
holidays: [2026-10-01..2026-10-08]
workdays: [2026-10-10, 2026-10-11]
queues: [a]
rules: []
default: {to: {queue: a}}
`)
	for when, want := range map[string]string{
		"2026-09-28T08:59:59": "closed", "2026-09-28T09:00:00": "open", "2026-09-28T17:59:59": "open", "2026-09-28T18:00:00": "closed",
		"2026-09-26T12:00:00": "closed", "2026-09-26T23:59:59": "open", "2026-09-27T00:00:00": "closed",
		"2026-09-30T17:59:59": "open", "2026-10-01T09:00:00": "holiday", "2026-10-08T12:00:00": "holiday", "2026-10-09T09:00:00": "open",
		"2026-10-10T20:00:00": "open", "2026-10-11T10:00:00": "open", "2026-10-11T18:00:00": "closed",
	} {
		d, _ := table.Decide(at(t, when, "Asia/Shanghai"), nil, nil)
		got := map[string]string{"true": "open", "false": "closed"}[d.Facts["hours.open"]]
		if d.Facts["hours.holiday"] == "true" {
			got = "holiday"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	d, _ := table.Decide(at(t, "2026-12-31T23:59:59", "Asia/Shanghai"), nil, nil)
	if f := d.Facts; f["call.day"] != "2026-12-31" || f["call.time"] != "2026-12-31T23:59" || f["call.hour"] != "23" || f["call.weekday"] != "4" {
		t.Errorf("%v", f)
	}
}

// Where clocks are put forward and back the wall clock counts.
func TestDaylightSaving(t *testing.T) {
	table := text(t, "routes: r\ntimezone: Europe/Berlin\nhours: {sun: 01:00-03:00}\nqueues: [a]\nrules: []\ndefault: {to: {queue: a}}\n")
	for utc, want := range map[string]bool{
		// 29 March 2026: 01:59:59 is followed by 03:00:00.
		"2026-03-28T23:59:59": false, "2026-03-29T00:00:00": true, "2026-03-29T00:59:59": true, "2026-03-29T01:00:00": false,
		// 25 October 2026: 02:59:59 is followed by 02:00:00.
		"2026-10-24T22:59:59": false, "2026-10-24T23:00:00": true, "2026-10-25T00:59:59": true, "2026-10-25T01:59:59": true, "2026-10-25T02:00:00": false,
	} {
		if got := table.Calendar.Open(at(t, utc, "UTC")); got != want {
			t.Errorf("%s UTC: %v", utc, got)
		}
	}
}

func TestWordsAreHeardWhole(t *testing.T) {
	table := text(t, "routes: r\nqueues: [a]\nwords: {complaint: [投诉, complain, terrible service], risk: [\"12315\", sue]}\nrules: []\ndefault: {to: {queue: a}}\n")
	for said, want := range map[string]string{
		"我要投诉你们": "complaint", "I want to Complain!": "complaint", "no complains": "", "what an issue": "", "I will sue": "risk",
		"打12315投诉": "complaint risk", "terrible service, really": "complaint", "": "", "pursue, then sue.": "risk", "sue我": "risk", "\xff投诉": "complaint",
	} {
		if got := strings.Join(table.Hear(said), " "); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}

func TestSetTakesWhatPeopleWrite(t *testing.T) {
	table := text(t, head+"rules: []\n"+tail)
	f := Facts{}
	for name, c := range map[string][2]string{"first_call": {"yes", "true"}, "customer.value": {"5000.00", "5000"}, "customer.tags": {"vip，老客户", "vip, 老客户"},
		"channel": {"shop", "shop"}, "queue.a.waiting": {"3", "3"}, "call.time": {"2026-01-02 10:30", "2026-01-02T10:30"}} {
		if err := table.Set(f, name, c[0]); err != nil || f[name] != c[1] {
			t.Errorf("%s: %q, %v", name, f[name], err)
		}
	}
	for pair, want := range map[string]string{"calls_1hr=3": `did you mean "calls_1h"?`, "calls_1h=many": "it is a number", "customer.risk=hi": "known: low, medium, high", "channel=shp": `did you mean "shop"?`} {
		name, value, _ := strings.Cut(pair, "=")
		if err := table.Set(f, name, value); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", pair, err)
		}
	}
}

// The same facts give the same decision, and one always comes.
func TestDecideIsTotalAndDeterministic(t *testing.T) {
	table := load(t, "../routes/hotline.zh.yaml")
	values := map[string][]string{"calls_1h": {"", "2", "3"}, "ivr_hangups_1h": {"0", "1"}, "customer.value": {"", "4999.99", "5000", "x"},
		"customer.complaints": {"", "0", "1"}, "topic": {"", "aftersales"}, "enquiries_30d": {"49", "50"}, "first_call": {"", "true", "false"}, "customer.risk": {"", "high"}}
	n := uint64(1)
	for range 3000 {
		f := Facts{}
		for name, list := range values {
			n = n*6364136223846793005 + 1442695040888963407
			if v := list[(n>>33)%uint64(len(list))]; v != "" {
				f[name] = v
			}
		}
		now := time.Unix(int64(n>>35), 0)
		a, _ := table.Decide(now, f, nil)
		b, _ := table.Decide(now, f, nil)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%v: two decisions", f)
		}
		if a.To.Kind == "" || !a.Tried[len(a.Tried)-1].Matched {
			t.Fatalf("%v: %+v", f, a)
		}
	}
}

func many(rules int) string {
	var b strings.Builder
	b.WriteString(head + "rules:\n")
	for i := range rules - 1 {
		fmt.Fprintf(&b, "  - {id: r%d, when: calls_1h >= 3 and customer.value >= %d and topic == 't%d', to: {queue: a}, priority: %d}\n", i, i*100, i, i)
	}
	return b.String() + tail
}

func BenchmarkDecide(b *testing.B) {
	for _, c := range []struct {
		name  string
		facts Facts
	}{
		{"first comparison fails", Facts{"calls_1h": "1"}},
		{"last comparison fails", Facts{"calls_1h": "3", "customer.value": "99999", "topic": "none", "called.number": "400", "caller.number": "+8613800138000"}},
	} {
		for _, n := range []int{50, 100} {
			table := text(b, many(n))
			b.Run(fmt.Sprintf("%d rules, %s", n, c.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					table.Decide(time.Unix(1e9, 0), c.facts, nil)
				}
			})
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	rules := many(100)
	for b.Loop() {
		if _, err := Load(strings.NewReader(rules), "t"); err != nil {
			b.Fatal(err)
		}
	}
}
