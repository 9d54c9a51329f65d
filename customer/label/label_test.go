package label

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
)

var shanghai = time.FixedZone("CST", 8*3600)

var (
	now     = time.Date(2026, 8, 14, 12, 0, 0, 0, shanghai)
	options = Options{Now: now, Currency: "CNY"}
	willing = customer.Profile{ID: "c1", Source: "crm.csv", Consent: []customer.Consent{{Purpose: ProfilingPurpose, State: customer.Granted}}}
)

func yuan(n int64) customer.Money { return customer.Money{Cents: n * 100, Currency: "CNY"} }

// ago is an event so many days ago.
func ago(kind customer.EventKind, days int) customer.Event {
	e := customer.Event{Source: "shop", ID: fmt.Sprint(kind, days), Customer: "c1", Kind: kind, At: now.AddDate(0, 0, -days)}
	if kind == customer.Order || kind == customer.Refund {
		e.Amount = yuan(100)
	}
	return e
}

func with(e customer.Event, change func(*customer.Event)) customer.Event { change(&e); return e }

func times(n int, e customer.Event) []customer.Event { return slices.Repeat([]customer.Event{e}, n) }

func value(name string, p customer.Profile, events ...customer.Event) string {
	for _, v := range Of(p, events, options) {
		if v.Name == name {
			return v.Text
		}
	}
	return ""
}

func TestRegistry(t *testing.T) {
	all := Registry()
	if len(all) < 50 {
		t.Errorf("%d labels, at least 50 are promised", len(all))
	}
	seen, classes, portraits := map[string]bool{}, map[Class]int{}, map[Portrait]int{}
	for _, l := range all {
		classes[l.Class]++
		portraits[l.Portrait]++
		switch {
		case seen[l.Name]:
			t.Errorf("%s is there twice", l.Name)
		case !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(l.Name):
			t.Errorf("%s is no name of an expression", l.Name)
		case customer.Sensitive(l.Name) != "" || customer.Sensitive(l.Meaning) != "":
			t.Errorf("%s is about what may not be kept", l.Name)
		case l.Days <= 0 || l.Basis == "" || l.Portrait == "" || !strings.HasSuffix(l.Meaning, "."):
			t.Errorf("%s lacks an expiry, a basis, a portrait or a meaning: %+v", l.Name, l)
		case (l.Type == Word) != (len(l.Words) > 0) || (l.Type == Number) != (l.Unit != ""):
			t.Errorf("%s: words belong to a word, a unit to a number", l.Name)
		}
		seen[l.Name] = true
		if found, ok := Find(l.Name); !ok || found.Name != l.Name {
			t.Errorf("%s is not found", l.Name)
		}
	}
	if len(classes) != 4 || len(portraits) != 4 {
		t.Errorf("classes %v, portraits %v: four of each are promised", classes, portraits)
	}
	for c, n := range classes {
		if !slices.Contains(Classes(), c) || n < 5 {
			t.Errorf("%d labels of class %q", n, c)
		}
	}
}

func TestActivityAtItsLimits(t *testing.T) {
	for days, want := range map[int]string{0: "low", 2: "low", 3: "medium", 4: "medium", 5: "high", 7: "high"} {
		var events []customer.Event
		for i := range days {
			events = append(events, times(3, ago(customer.Browse, i))...)
		}
		events = append(events, ago(customer.Browse, 7), ago(customer.Contact, 6), ago(customer.Refusal, 5)) // too old, and ours
		if got := value("activity_7d", willing, events...); got != want {
			t.Errorf("active on %d days: %s, want %s", days, got, want)
		}
	}
	edge := with(ago(customer.Browse, 6), func(e *customer.Event) { e.At = time.Date(2026, 8, 8, 0, 0, 0, 0, shanghai) })
	if value("active_days_7d", willing, edge) != "1" {
		t.Error("the first instant of the seventh day is not counted")
	}
	edge.At = edge.At.Add(-1)
	if value("active_days_7d", willing, edge) != "0" {
		t.Error("the eighth day is counted")
	}
}

func TestPreferredCategoryIsTheMode(t *testing.T) {
	of := func(category string, days int) customer.Event {
		return with(ago(customer.Browse, days), func(e *customer.Event) { e.Category = category })
	}
	for want, events := range map[string][]customer.Event{
		"tea":    {of("tea", 9), of("tea", 8), of("coffee", 1)},
		"coffee": {of("tea", 9), of("tea", 8), of("coffee", 10), of("coffee", 1)}, // of equals the latest
		"b":      {of("c", 1), of("b", 1)},                                        // at one instant the first by name
		"old":    {of("old", 89), of("older", 90), of("older", 90)},
		"":       {of("", 1)},
	} {
		if got := value("preferred_category", willing, events...); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestInteractionTags(t *testing.T) {
	words := func(text string) customer.Event {
		return with(ago(customer.Enquiry, 89), func(e *customer.Event) { e.Text = text })
	}
	for want, events := range map[string][]customer.Event{
		"enquiry, complaint, after_sales, marketing, high_risk": {ago(customer.Enquiry, 0), ago(customer.Complained, 89), ago(customer.AfterSales, 1), ago(customer.Contact, 1), ago(customer.Refund, 1)},
		"enquiry, high_risk": {words("我要退款")},
		"enquiry":            {words("多少钱"), ago(customer.Complained, 90)},
		"":                   {},
	} {
		if got := value("interaction_tags", willing, events...); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if value("high_risk", willing, words("I want my MONEY BACK")) != "true" || value("high_risk", willing, words("thanks")) != "false" {
		t.Error("words of refund are not told from others")
	}
}

func TestConsumption(t *testing.T) {
	buy := func(category string, discount bool) customer.Event {
		return with(ago(customer.Order, 20), func(e *customer.Event) { e.Category, e.Discount = category, discount })
	}
	for name, c := range map[string]struct {
		events []customer.Event
		want   string
	}{
		"one order tells nothing":     {times(1, buy("tea", false)), ""},
		"four of one category":        {times(4, buy("tea", false)), "loyal"},
		"four, half with a discount":  {append(times(2, buy("tea", false)), times(2, buy("tea", true))...), "impulse"},
		"four, three looked at much":  {append(append(times(2, buy("tea", false)), times(2, buy("b", false))...), times(20, ago(customer.Browse, 1))...), "rational"},
		"19 looks at four are mixed":  {append(append(times(2, buy("tea", false)), times(2, buy("b", false))...), times(19, ago(customer.Browse, 1))...), "mixed"},
		"three at once with discount": {times(3, buy("tea", true)), "impulse"},
		"three paid back once":        {append(times(3, buy("tea", false)), ago(customer.Refund, 1)), "impulse"},
		"three and six looks":         {append(times(3, buy("tea", true)), times(6, ago(customer.Browse, 1))...), "mixed"},
		"two without looks":           {times(2, buy("tea", true)), "mixed"},
	} {
		if got := value("consumption_type", willing, c.events...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for n, want := range map[int]string{5: "false", 6: "true"} {
		events := append(times(n, buy("a", true)), times(10-n, buy("b", false))...)
		if got := value("price_sensitive", willing, events...); got != want {
			t.Errorf("%d of 10 with a discount: %s", n, got)
		}
	}
}

func TestMindNeedsConsent(t *testing.T) {
	events := append(times(4, ago(customer.Order, 1)), with(ago(customer.Called, 1), func(e *customer.Event) { e.Mood = "angry" }))
	ended := willing
	ended.Consent = []customer.Consent{{Purpose: ProfilingPurpose, State: customer.Granted, Expires: now}}
	withdrawn := willing
	withdrawn.Consent = []customer.Consent{{Purpose: ProfilingPurpose, State: customer.Withdrawn}}
	for name, c := range map[string]struct {
		p    customer.Profile
		told bool
	}{"granted": {willing, true}, "never asked": {customer.Profile{}, false}, "expired": {ended, false}, "withdrawn": {withdrawn, false}} {
		told := false
		for _, v := range Of(c.p, events, options) {
			told = told || v.Basis == Profiling
		}
		if told != c.told || (len(Withheld(c.p, now)) == 0) != c.told {
			t.Errorf("%s: told %v, withheld %v", name, told, Withheld(c.p, now))
		}
	}
	if got := value("mood", willing, events...); got != "angry" {
		t.Errorf("mood is %q", got)
	}
}

func TestIntent(t *testing.T) {
	for want, events := range map[string][]customer.Event{
		"0":  {ago(customer.Cart, 7)},
		"40": {ago(customer.Cart, 6)},
		"85": {ago(customer.Cart, 1), ago(customer.Enquiry, 1), ago(customer.Browse, 1), ago(customer.Browse, 1), ago(customer.Browse, 2), ago(customer.Browse, 2)},
		"42": {ago(customer.Cart, 1), ago(customer.Enquiry, 1), ago(customer.Browse, 1), ago(customer.Browse, 1), ago(customer.Browse, 2), ago(customer.Refusal, 29)},
		"15": {ago(customer.Order, 30), ago(customer.Order, 60)},
		"5":  {ago(customer.Browse, 0), ago(customer.Order, 46), ago(customer.Order, 76)},
	} {
		if got := value("intent_score", willing, events...); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestEachValueSaysWhereFromAndHowLong(t *testing.T) {
	p := willing
	p.Region = "广东深圳"
	for _, v := range Of(p, append(times(2, ago(customer.Order, 3)), ago(customer.Browse, 1)), options) {
		l, _ := Find(v.Name)
		if v.Why == "" || v.Source == "" || v.Basis != l.Basis || !v.At.Equal(now) || !v.Expires.Equal(now.AddDate(0, 0, l.Days)) || v.Class != l.Class {
			t.Errorf("%+v", v)
		}
		if want := map[source]string{fromProfile: "profile (crm.csv)", fromEvents: "events of shop"}[l.from]; v.Source != want {
			t.Errorf("%s is from %q, want %q", v.Name, v.Source, want)
		}
		if v.Name == "rfm_segment" && v.Why != "r 3 days, f 2 orders and m 200.00 CNY in 365 days" {
			t.Errorf("why: %s", v.Why)
		}
	}
}

func TestUnitsAreExact(t *testing.T) {
	for cents, want := range map[int64]string{0: "0", 5: "0.05", 50: "0.5", 100: "1", 123_45: "123.45", -1: "-0.01", 9007199254740993: "90071992547409.93"} {
		if got := units(cents); got != want {
			t.Errorf("%d: %s, want %s", cents, got, want)
		}
	}
}

// some makes events that may be anything that Check lets through.
func some(rnd *rand.Rand, n int) (all []customer.Event) {
	pick := func(words ...string) string { return words[rnd.IntN(len(words))] }
	for i := range n {
		e := customer.Event{
			Source: pick("shop", "crm"), ID: strconv.Itoa(i), Customer: "c1", Kind: customer.EventKinds()[rnd.IntN(kinds)],
			At:       now.Add(-time.Duration(rnd.Int64N(int64(400 * 24 * time.Hour)))).Truncate(time.Hour),
			Category: pick("", "tea", "coffee", "a\nb"), Product: pick("", "kettle", "cup, blue"), Channel: pick("", "phone", "app", "fax"),
			Discount: rnd.IntN(2) == 0, Mood: pick("", "angry", "hesitant", "glad"), Text: pick("", "退款", "hello"),
		}
		switch e.Kind {
		case customer.Order, customer.Refund:
			e.Amount = customer.Money{Cents: rnd.Int64N(900_000), Currency: pick("CNY", "CNY", "USD")}
		case customer.Review:
			e.Score = 1 + rnd.IntN(5)
		case customer.Called:
			e.Lasted = time.Duration(rnd.IntN(600)) * time.Second
		}
		all = append(all, e)
	}
	return all
}

// Values fit their types, later events are not seen, the order of events does not
// matter, and a tally that was used before is as good as new.
func TestProperties(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 11))
	used := NewTally(options)
	for range 300 {
		events := some(rnd, rnd.IntN(40))
		for _, e := range events {
			if err := e.Check(); err != nil {
				t.Fatal(err)
			}
		}
		want := Of(willing, events, options)
		for _, v := range want {
			fits(t, v)
		}
		for _, e := range some(rnd, 5) {
			e.At = now.Add(1 + now.Sub(e.At))
			events = append(events, e)
		}
		rnd.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		used.Reset()
		for _, e := range events {
			used.Add(e)
		}
		got := used.Values(willing)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v\nwant %+v", got, want)
		}
		lines := "\n"
		for _, v := range want {
			lines += v.Name + "=" + v.Text + "\n"
		}
		if text := string(used.AppendLines(nil, willing)); text != lines {
			t.Fatalf("got %s\nwant %s", text, lines)
		}
	}
}

func fits(t *testing.T, v Value) {
	t.Helper()
	l, _ := Find(v.Name)
	ok := v.Text != "" && !strings.ContainsAny(v.Text, "\n\r")
	switch l.Type {
	case Flag:
		ok = v.Text == "true" || v.Text == "false"
	case Number:
		n, err := strconv.ParseFloat(v.Text, 64)
		ok = err == nil && strconv.FormatFloat(n, 'f', -1, 64) == v.Text
	case Word:
		ok = slices.Contains(l.Words, v.Text)
	}
	if !ok {
		t.Errorf("%s, a %s, is %q", v.Name, l.Type, v.Text)
	}
}

func BenchmarkLabels(b *testing.B) {
	events := some(rand.New(rand.NewPCG(1, 1)), 50)
	tally, buf := NewTally(options), []byte(nil)
	for b.Loop() {
		tally.Reset()
		for _, e := range events {
			tally.Add(e)
		}
		buf = tally.AppendLines(buf[:0], willing)
	}
}
