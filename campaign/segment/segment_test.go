package segment

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/cluster"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/dialog/expr"
)

var now = time.Date(2026, 8, 14, 12, 0, 0, 0, time.UTC)

func shippedBook(t testing.TB) *Book {
	t.Helper()
	b, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func row(labels ...string) Row {
	return Row{Customer: "c", Labels: "\n" + strings.Join(labels, "\n") + "\n", AsOf: now, Cluster: 3}
}

func TestExpressions(t *testing.T) {
	b := shippedBook(t)
	r := row("value=high", "churn_warning=true", "days_since_complaint=30", "tags=vip, late", "region=广东深圳", "spend_365d=1000.5", "days_since_order=61", "rfm_segment=observe")
	for source, want := range map[string]bool{
		"value == high and churn_warning and not complained_within(30d)": false,
		"value == high and churn_warning and not complained_within(29d)": true,
		"complained_within(30)":                       true,
		"refused_within(30d)":                         false, // never
		"not refused_within(30d)":                     true,
		"value != high":                               false,
		"value == 'high'":                             true,
		"'vip' in tags and region startsWith '广东'":    true,
		"spend_365d >= 1000.5":                        true,
		"spend_365d > 1000.5":                         false,
		"cluster == 3":                                true,
		"high_value_churn_risk":                       true,
		"not high_value_churn_risk":                   false,
		"potential_loss and cluster in [2, 3]":        true,
		"high_value_active":                           false,
		"age_of_nothing_is_no_label ?? 1 > 0":         false,
		"satisfaction > 3":                            false, // unknown
		"not (satisfaction > 3)":                      false, // still unknown
		"(satisfaction ?? 5) > 3":                     true,
		"region == 'complained_within(30d)'":          false,
		"value in ['high', 'potential'] and 1 == 1":   true,
		"patience == low or value == high":            true,
		`region == "value == high" or churn_warning `: true,
	} {
		s, err := b.Parse(source, "x:1")
		if strings.Contains(source, "no_label") {
			if err == nil {
				t.Errorf("%s: nobody knows this label", source)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got := b.Holds(s, r, now); got != want {
			t.Errorf("%s: %v, want %v", source, got, want)
		}
	}
}

func TestLabelsExpire(t *testing.T) {
	b := shippedBook(t)
	s, err := b.Parse("value == high", "x:1")
	if err != nil {
		t.Fatal(err)
	}
	l, _ := label.Find("value")
	r := row("value=high")
	for days, want := range map[int]bool{0: true, l.Days: true, l.Days + 1: false} {
		if got := b.Holds(s, r, now.AddDate(0, 0, days)); got != want {
			t.Errorf("after %d days: %v", days, got)
		}
	}
}

func TestMistakesHaveTheirPlace(t *testing.T) {
	b := shippedBook(t)
	for source, want := range map[string]string{
		"value == hgih": `cli:1:10: there is no value of value "hgih"; did you mean "high"?`,
		"vlaue == high": `cli:1:1: there is no label or group "vlaue"; did you mean "value"?`,
		"complained_within(30d) and vlaue == high": `cli:1:28: there is no label or group "vlaue"; did you mean "value"?`,
		"complaned_within(30d)":                    `cli:1:`,
		"value == high and and":                    `cli:1:19:`,
		"spend_365d":                               `cli:1:1: this is a number, it is not true or false`,
		"potential_los":                            `did you mean "potential_loss"?`,
		"not ordered_within(7d) and income > 5":    `cli:1:28: there is no label or group "income"`,
		"value == high and 1 = 1":                  `write == to compare`,
		"":                                         `empty`,
		"region == 'x' and price_sensitve and cluster > 1": `cli:1:19: there is no label or group "price_sensitve"; did you mean "price_sensitive"?`,
	} {
		if _, err := b.Parse(source, "cli:1"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got %v\nwant %s", source, err, want)
		}
	}
}

func TestFilesTellWhatIsWrongAndWhere(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no name":             {"groups:\n  a: cluster == 1\n", "segments"},
		"unknown key":         {"segments: x\ngruops:\n  a: cluster == 1\n", `s.yaml:2:1: the file has no key "gruops"`},
		"bad expression":      {"segments: x\ngroups:\n  a: value == hgih\n", "s.yaml:3:15"},
		"a group below":       {"segments: x\ngroups:\n  a: b\n  b: cluster == 1\n", "s.yaml:3:6"},
		"itself":              {"segments: x\ngroups:\n  a: a or churn_warning\n", "s.yaml:3:6"},
		"a label's name":      {"segments: x\ngroups:\n  value: churn_warning\n", `a group cannot be called "value"`},
		"twice":               {"segments: x\ngroups:\n  a: churn_warning\n  a: churn_warning\n", "s.yaml:4:3"},
		"a strategy lacks":    {"segments: x\nstrategies:\n  - name: a\n    when: churn_warning\n    do: agent\n", `has no "within"`},
		"a time that is none": {"segments: x\nstrategies:\n  - name: a\n    when: churn_warning\n    do: agent\n    within: 91d\n", `s.yaml:6:13: within cannot be "91d"`},
		"an unknown deed":     {"segments: x\nstrategies:\n  - name: a\n    when: churn_warning\n    do: agnet\n    within: 2h\n", "agent"},
		"two of a name":       {"segments: x\nstrategies:\n  - {name: a, when: churn_warning, do: agent, within: 2h}\n  - {name: a, when: churn_warning, do: agent, within: 2h}\n", `two strategies "a"`},
		"sensitive attribute": {"segments: x\ngroups:\n  rich: income > 100\n", `there is no label or group "income"`},
	} {
		if _, err := Load(strings.NewReader(c.text), "s.yaml"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", name, err, c.want)
		}
	}
}

func TestShippedStrategies(t *testing.T) {
	b := shippedBook(t)
	for _, name := range []string{"high_value_active", "potential_loss", "new_observation"} {
		if b.group(name) == nil {
			t.Errorf("group %s is promised", name)
		}
	}
	for want, r := range map[string]Row{
		"keep_high_value agent,coupon 2h0m0s":     row("value=high", "churn_warning=true"),
		"price_offer tiered_offer 24h0m0s":        row("value=normal", "price_sensitive=true"),
		"reward_loyal new_product,points 72h0m0s": row("value=normal", "brand_loyal=true"),
		"calm_first observe 24h0m0s":              row("value=high", "churn_warning=true", "days_since_complaint=30"),
		"watch observe 168h0m0s":                  row("value=normal"),
		"welcome care 72h0m0s":                    row("lifecycle=new", "rfm_segment=observe", "cart_abandoned=false"),
		"cart sms 24h0m0s":                        row("lifecycle=new", "rfm_segment=observe", "cart_abandoned=true"),
		"win_back call,coupon 48h0m0s":            row("value=potential", "days_since_order=61", "churn_warning=false"),
	} {
		s, ok := b.Strategy(r, now)
		if got := fmt.Sprint(s.Name, " ", strings.Join(s.Do, ","), " ", s.Within); !ok || got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestHighestFirst(t *testing.T) {
	b := shippedBook(t)
	s, err := b.Parse("churn_warning", "x:1")
	if err != nil {
		t.Fatal(err)
	}
	screening := b.Screen(s, "intent_score", now)
	for i, labels := range [][]string{{"churn_warning=true", "intent_score=5"}, {"churn_warning=true"}, {"churn_warning=true", "intent_score=70"}, {"churn_warning=false", "intent_score=99"}, {"churn_warning=true", "intent_score=5"}} {
		r := row(labels...)
		r.Customer = fmt.Sprint("c", 9-i)
		screening.Take(r)
	}
	if got, want := screening.Best(3), []Hit{{"c7", 70}, {"c5", 5}, {"c9", 5}}; !reflect.DeepEqual(got, want) || screening.Seen != 5 || len(screening.Hits) != 4 {
		t.Errorf("%+v of %d", got, screening.Seen)
	}
	if got := screening.Best(0); len(got) != 4 || got[3].Score != -1 {
		t.Errorf("%+v", got)
	}
}

// Each rule of a cluster is an expression, and holds for the rows that it says.
func TestClusterRulesAreExpressions(t *testing.T) {
	b := shippedBook(t)
	rnd := rand.New(rand.NewPCG(2, 2))
	features := []cluster.Feature{{Name: "days_since_order", Absent: 3650}, {Name: "orders_365d", Log: true}}
	var values []float64
	var rows []Row
	for i := range 2000 {
		days, orders := float64(rnd.IntN(40)), float64(rnd.IntN(30))
		labels := []string{fmt.Sprint("days_since_order=", days), fmt.Sprint("orders_365d=", orders)}
		if i%3 == 0 {
			days, orders = 3650, 0
			labels = []string{"orders_365d=0"}
		}
		values, rows = append(values, days, orders), append(rows, row(labels...))
	}
	r, err := cluster.KMeans(values, features, cluster.Options{K: 5, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range r.Rules(values) {
		covered, right := 0, 0
		for i, one := range rows {
			in := false
			for _, when := range rule.When {
				s, err := b.Parse(when, "rule:1")
				if err != nil {
					t.Fatal(err)
				}
				in = in || b.Holds(s, one, now)
			}
			if in {
				covered++
				if r.Of[i] == rule.Cluster {
					right++
				}
			}
		}
		if covered == 0 || float64(right)/float64(covered) != rule.Precision || float64(right)/float64(r.Sizes[rule.Cluster]) != rule.Coverage {
			t.Errorf("%+v: covers %d, %d of them right, of %d", rule, covered, right, r.Sizes[rule.Cluster])
		}
	}
}

// A rewritten source has as many places as runes, each within the source, and what
// is in quotes stays as it is.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"value == high", "complained_within(30d) and 'a' in tags", "'open", "region == '价值 == high'", "a.b_within(3) ??"} {
		f.Add(s)
	}
	s := scope(nil)
	f.Fuzz(func(t *testing.T, source string) {
		p := plainOf(source, s)
		if n := len([]rune(p.text)); n != len(p.from) {
			t.Fatalf("%q has %d runes, %d places", p.text, n, len(p.from))
		}
		last := 0
		for _, at := range p.from {
			if at < last || at > len([]rune(source)) {
				t.Fatalf("%q: places %v", source, p.from)
			}
			last = at
		}
		_, _ = expr.Parse(p.text)
	})
}

// people are rows as label makes them, of customers with some orders and calls.
func people(n int) (rows []Row) {
	rnd := rand.New(rand.NewPCG(1, 9))
	tally := label.NewTally(label.Options{Now: now, Currency: "CNY"})
	for i := range n {
		tally.Reset()
		for range rnd.IntN(12) {
			kind := customer.EventKinds()[rnd.IntN(len(customer.EventKinds()))]
			tally.Add(customer.Event{Source: "shop", Kind: kind, At: now.AddDate(0, 0, -rnd.IntN(400)), Channel: "app", Category: "tea",
				Amount: customer.Money{Cents: rnd.Int64N(900_000), Currency: "CNY"}, Discount: rnd.IntN(2) == 0})
		}
		p := customer.Profile{ID: fmt.Sprintf("k%06d", i), Tags: []string{"vip"}, Region: "广东", Consent: []customer.Consent{{Purpose: "profiling", State: customer.Granted}}}
		rows = append(rows, Row{Customer: p.ID, Labels: string(tally.AppendLines(nil, p)), AsOf: now, Cluster: i % 10})
	}
	return rows
}

// BenchmarkScreening screens 100,000 customers.
func BenchmarkScreening(b *testing.B) {
	book, rows := shippedBook(b), people(100_000)
	s, err := book.Parse("value == high and churn_warning and not complained_within(30d) or potential_loss and cluster != 4", "x:1")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		screening := book.Screen(s, "intent_score", now)
		for _, r := range rows {
			screening.Take(r)
		}
		b.ReportMetric(float64(len(screening.Best(0))), "found")
	}
}
