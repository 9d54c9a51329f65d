package expr

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// facts is a conversation as the tests know it.
type facts struct {
	vars   map[string]string
	nodes  map[string]int
	intent map[string]int
}

func (f facts) Value(name string) (string, bool) { v, ok := f.vars[name]; return v, ok }
func (f facts) Visits(node string) int           { return f.nodes[node] }
func (f facts) Times(intent string) int          { return f.intent[intent] }

var scope = Scope{
	Vars: map[string]Type{"customer.name": Text, "customer.aov": Number, "customer.last_order": Date, "customer.vip": Flag,
		"other.aov": Number, "other.vip": Flag, "order-tail": Text, "tags": List, "intent": Text, "outcome": Text, "call.day": Date, "城市": Text, "fee": Number},
	Nodes:   []string{"offer", "soft-close", "step-2"},
	Intents: []string{"affirm", "price"},
	Words:   map[string][]string{"intent": {"affirm", "price"}, "tags": {"complaint", "vip"}},
}

var known = facts{
	vars: map[string]string{"customer.name": "王", "customer.aov": "6000", "customer.last_order": "2026-01-31", "customer.vip": "yes",
		"order-tail": "0042", "tags": "complaint, vip", "intent": "affirm", "call.day": "2026-05-01", "城市": "上海"},
	nodes:  map[string]int{"offer": 2, "step-2": 1},
	intent: map[string]int{"price": 3},
}

func TestConditions(t *testing.T) {
	for source, want := range map[string]bool{
		"customer.aov >= 5000":                              true,
		"customer.aov > 6000":                               false,
		"1000 <= customer.aov and customer.aov < 5000":      false,
		"customer.aov in [1, 6000]":                         true,
		"customer.name == '王'":                              true,
		`customer.name in ["李", "王"]`:                       true,
		"customer.name not in ['李']":                        true,
		"城市 == '上海'":                                        true,
		"customer.vip":                                      true,
		"not customer.vip":                                  false,
		"customer.vip == true":                              true,
		"reached(offer) and intent == 'affirm'":             true,
		"reached(soft-close)":                               false,
		"reached('step-2') and visits(offer) == 2":          true,
		"reached(step-2)":                                   true,
		"said(price) and times(price) > 2":                  true,
		"said(affirm)":                                      false,
		"'complaint' in tags":                               true,
		"'vip' in tags and not ('complaint' in tags)":       false,
		"order-tail == '0042'":                              true,
		"last(order-tail, 2) == '42'":                       true,
		"length(customer.name) == 1":                        true,
		"upper('abc') startsWith 'A'":                       true,
		"customer.name contains '王'":                        true,
		"order-tail matches '^0+'":                          true,
		"number(order-tail) == 42":                          true,
		"days_between(customer.last_order, call.day) == 90": true,
		"days_between(date('2026-05-01T23:00'), date('2026-05-02T01:00')) == 1":  true, // calendar days
		"days_between(date('2026-05-02T01:00'), date('2026-05-01T23:00')) == -1": true,
		"customer.last_order < call.day - days(30)":                              true,
		"call.day - customer.last_order > days(89)":                              true,
		"customer.last_order < date('2026-02-01')":                               true,
		"weekday(call.day) == 5":                                                 true,
		"(fee ?? 10) * 2 == 20":                                                  true,
		"(fee ?? 10) >= 10":                                                      true,
		"(customer.aov ?? fee) > 1":                                              true, // fee is not needed
		"(fee ?? customer.aov) > 1":                                              true,
		"(fee ?? other.aov) > 1 or other.vip":                                    false, // neither is known
		"(fee ?? (other.aov ?? 3)) == 3":                                         true,
		"(customer.aov ?? fee) > fee":                                            false, // needed elsewhere
		"known(customer.name) and not known(fee)":                                true,
		"min(customer.aov, 100) == 100 and round(2.5) == 3":                      true,
		"(customer.vip ? 1 : 2) == 1":                                            true,
		"true":                                                                   true,
		"other.aov > 1":                                                          false, // unknown
		"not (other.aov > 1)":                                                    false, // not unknown is unknown
		"other.aov > 1 or customer.vip":                                          true,
		"customer.vip or other.aov > 1":                                          true,
		"other.vip and false":                                                    false,
		"not (other.vip and false)":                                              true,
		"other.vip or not other.vip":                                             false,
		"other.vip ? true : true":                                                false,
		"outcome == 'refused'":                                                   false,
		"number(customer.name) > 1":                                              false, // does not fit
		"customer.aov / 0 > 1":                                                   true,
		"date('nonsense') < call.day or length('x') == 1":                        true,
		"customer.aov - fee > 1":                                                 false,
		"first(customer.name, -5) == '' and last('', 3) == ''":                   true,
	} {
		e, err := Parse(source)
		if err == nil {
			err = e.BindCondition(scope)
		}
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got := e.True(known); got != want {
			t.Errorf("%s: got %v", source, got)
		}
	}
}

func TestTexts(t *testing.T) {
	for source, want := range map[string]string{
		"customer.aov * 0.8":                "4800",
		"0.1 * 3":                           "0.3",
		"customer.aov / 7":                  "857.142857",
		"upper(customer.name + 'a')":        "王A",
		"last(order-tail, 2)":               "42",
		"customer.vip ? 'dear ' : 'hello '": "dear ",
		"call.day + days(3)":                "2026-05-04",
		"fee":                               "",
		"fee * 2":                           "",
		"1 / 0":                             "",
		"7":                                 "7",
		"customer.vip":                      "true",
		"other.vip ? 'a' : 'b'":             "",
	} {
		e, err := Parse(source)
		if err == nil {
			err = e.Bind(scope)
		}
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got, ok := e.Text(known); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, %v", source, got, ok)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		source string
		at     int
		text   string
		hint   string
	}{
		{"", 0, "the expression is empty", "customer.orders > 3"},
		{"customer.aov >= ", 15, "it ends too early", "missing at the end"},
		{"customer.aov = 5", 13, "", "write == to compare"},
		{"customer.aow > 5", 0, `there is no variable "customer.aow"`, ""},
		{"customer.vip and custmer.aov > 5", 17, `there is no variable "custmer.aov"`, "put a text in quotes"},
		{"intent == affirm", 10, `there is no variable "affirm"`, "put a text in quotes"},
		{"intent == 'afirm'", 10, `there is no value of intent "afirm"`, ""},
		{"'compliant' in tags", 0, `there is no value of tags "compliant"`, ""},
		{"intent in ['affirm', 'prize']", 21, `there is no value of intent "prize"`, ""},
		{"reached(ofer)", 8, `there is no node "ofer"`, ""},
		{"said(prize)", 5, `there is no intent "prize"`, ""},
		{"known(1)", 6, `there is no variable "1"`, ""},
		{"reached()", 0, "reached takes one name", "reached(name)"},
		{"customer.name > 5", 14, "> does not go with text and number", "under needs"},
		{"customer.aov == 'x'", 13, "== does not go with number and text", ""},
		{"customer.aov", 0, "this is a number, it is not true or false", "compare it"},
		{"customer.vip and customer.aov", 17, "this is a number, it is not true or false", ""},
		{"not customer.name", 4, "this is a text", ""},
		{"now() > call.day", 0, `there is no function "now"`, "known: known, reached"},
		{"lower(5) == 'a'", 6, "", ""},
		{"filter([1], true)", 0, "", ""},
		{"let x = 1; x > 0", 4, "let is not part of the language", ""},
		{"1..100000 == 1", 1, ".. is not part of the language", ""},
		{"'a' * 9", 4, "", ""},
		{"2 ** 9 > 1", 2, "** is not part of the language", ""},
		{"{'a': 1} == 1", 0, "{ } is not part of the language", ""},
		{"customer.name matches customer.name", 22, "written out", "in quotes"},
		{"customer.name matches '('", 14, "", ""},
		{"customer?.name == ''", 10, "?. is not part of the language", ""},
		{"tags[0] == 'a'", 4, "not part of the language", ""},
		{"customer.name.size() > 1", 14, "only a function's own name", ""},
		{"nil == nil", 0, "nil is not part", ""},
		{"(1 + 2 ?? 3) == 1", 5, "?? takes a variable on its left", ""},
		{"customer.vip ? 1 : 'a'", 19, "one side of the choice is a number, the other is a text", ""},
		{"customer.aov ＞ 5", 13, "", "plain signs"},
		{"a\nb", 1, "several lines", "one line"},
		{strings.Repeat("(", 400) + "1", 0, "", ""},
		{strings.Repeat("not ", 120) + "true", 0, "nested more than", ""},
		{strings.Repeat("1+", 249) + "1", 0, "", ""},
		{strings.Repeat("x", 501), 500, "longer than 500", ""},
	} {
		e, err := Parse(c.source)
		if err == nil {
			err = e.BindCondition(scope)
		}
		var f *Fault
		if !errors.As(err, &f) {
			t.Errorf("%q: no fault: %v", c.source, err)
			continue
		}
		exact := c.at == f.Offset || len(c.source) > 100 || c.text == ""
		if !exact || !strings.Contains(f.Text, c.text) || !strings.Contains(f.Hint, c.hint) {
			t.Errorf("%q: got %d %q, %q", c.source, f.Offset, f.Text, f.Hint)
		}
		if f.Offset < 0 || f.Offset > len([]rune(c.source)) {
			t.Errorf("%q: offset %d lies outside", c.source, f.Offset)
		}
	}
}

func TestCanonical(t *testing.T) {
	for _, c := range []struct {
		typ      Type
		in, want string
	}{
		{Number, " 42.50 ", "42.5"}, {Number, "-3", "-3"}, {Number, "199.00 CNY", "199"}, {Number, "0x10", ""}, {Number, "Inf", ""}, {Number, "1e9", ""},
		{Number, "many", ""}, {Number, "", ""}, {Date, "2026-05-01", "2026-05-01"}, {Date, "2026-05-01 09:30:59", "2026-05-01T09:30"},
		{Date, "2026-05-01T09:30:00+08:00", "2026-05-01T09:30"}, {Date, "2026-02-30", ""}, {Date, "tomorrow", ""},
		{Flag, "Yes", "true"}, {Flag, "0", "false"}, {Flag, "maybe", ""}, {Text, " a b ", "a b"}, {Text, " ", ""},
	} {
		if got, ok := Canonical(c.typ, c.in); got != c.want || ok != (c.want != "") {
			t.Errorf("%s %q: got %q, %v", c.typ, c.in, got, ok)
		}
	}
}

// TestFunctionsArePure holds that the list has no clock and no chance.
func TestFunctionsArePure(t *testing.T) {
	for _, name := range []string{"now", "rand", "random", "env", "timezone"} {
		for _, f := range Functions() {
			if f == name {
				t.Errorf("%s has no place in a condition", name)
			}
		}
	}
}

func TestCost(t *testing.T) {
	source := "customer.name contains '" + strings.Repeat("x", 100) + "' or " + strings.Repeat("length(customer.name + customer.name) > 5 or ", 7) + "false"
	e, err := Parse(source)
	if err == nil {
		err = e.BindCondition(scope)
	}
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { e.True(known) }); n > 200 {
		t.Errorf("%v allocations for one answer", n)
	}
}

func BenchmarkTrue(b *testing.B) {
	e, _ := Parse("customer.aov >= 5000 and reached(offer) and 'complaint' in tags")
	if err := e.BindCondition(scope); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		e.True(known)
	}
}

func FuzzExpr(f *testing.F) {
	for _, s := range []string{"customer.aov >= 5000", "reached(offer) and intent == 'affirm'", "fee ?? 1 > 0", "not (customer.vip or false)", "order-tail[-1]",
		"a ? b : c", "'x' in tags", "date('2026-01-01') + days(1e300) > call.day", "((((", "last(customer.name, 1e308)", "\xff", "matches '('", "城市 ‘x’",
		"min(1,2)-step-2", "1-1-1-a", "length(customer.name*3)", "customer.name matches '(a+)+$'", "-customer.aov < 0", "0b11 == 3", "1_0 in [10]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		e, err := Parse(source)
		if err == nil {
			err = e.Bind(scope)
		}
		var fault *Fault
		if errors.As(err, &fault) {
			if fault.Text == "" || fault.Offset < 0 || fault.Offset > len([]rune(source)) {
				t.Fatalf("%q: %+v", source, fault)
			}
			return
		} else if err != nil {
			t.Fatalf("%q: %v", source, err)
		}
		began := time.Now()
		text, ok := e.Text(known)
		holds := e.True(known)
		again, same := e.Text(known)
		if text != again || ok != same || holds != e.True(known) {
			t.Fatalf("%q answers %q and then %q", source, text, again)
		}
		if e.typ == Flag && e.True(facts{}) && len(e.Names()) > 0 && !strings.ContainsAny(source, "|&?") && !strings.Contains(source, "or") &&
			!strings.Contains(source, "and") && !strings.Contains(source, "known") && !strings.Contains(source, "tags") && !strings.Contains(source, "not") && !strings.Contains(source, "!") {
			t.Fatalf("%q holds though nothing is known", source)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("%q took %s", source, took)
		}
	})
}
