package expr

import (
	"fmt"
	"strings"
	"testing"
)

func bound(t *testing.T, source string) *Expr {
	t.Helper()
	e, err := Parse(source)
	if err == nil {
		err = e.BindCondition(scope)
	}
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return e
}

func TestReasonsNameWhatSettledIt(t *testing.T) {
	wanted := map[string]string{
		"customer.aov >= 5000 and customer.name == '李'": `no: customer.name == "李" [customer.name=王]`,
		"customer.aov >= 5000 and customer.vip":         "yes: customer.aov >= 5000 [customer.aov=6000]; customer.vip [customer.vip=yes]",
		"customer.aov < 1 or not customer.vip":          "no: customer.aov < 1 [customer.aov=6000]; customer.vip [customer.vip=yes]",
		"customer.aov < 1 or customer.vip":              "yes: customer.vip [customer.vip=yes]",
		"customer.vip and other.aov > 1":                "no: other.aov > 1 [other.aov?]",
		"other.aov > 1 and customer.vip":                "no: other.aov > 1 [other.aov?]",
		"other.aov > 1 and customer.aov < 1":            "no: customer.aov < 1 [customer.aov=6000]",
		"(customer.vip ? customer.aov < 1 : other.vip)": "no: customer.vip [customer.vip=yes]; customer.aov < 1 [customer.aov=6000]",
		"reached(offer) and visits(offer) > 5":          "no: visits(offer) > 5 [visits(offer)=2]",
		"known(fee) or 'nobody' == customer.name":       `no: known(fee) [fee?]; "nobody" == customer.name [customer.name=王]`,
		"'vip' in tags and not known(customer.aov)":     "no: known(customer.aov) [customer.aov=6000]",
	}
	var reasons Reasons
	given := map[string][]Part{} // what was given before must stand when more is
	for range 20 {
		for source := range wanted {
			_, given[source] = reasons.Of(bound(t, source), known)
		}
	}
	for source, want := range wanted {
		e, parts := bound(t, source), given[source]
		holds, _ := reasons.Of(e, known)
		if holds != e.True(known) {
			t.Errorf("%s: Reasons and True do not agree", source)
		}
		var all []string
		for _, p := range parts {
			var saw []string
			for _, f := range p.Saw {
				if f.Known {
					saw = append(saw, f.Name+"="+f.Value)
				} else {
					saw = append(saw, f.Name+"?")
				}
			}
			all = append(all, fmt.Sprintf("%s [%s]", p.Source, strings.Join(saw, " ")))
		}
		got := map[bool]string{true: "yes: ", false: "no: "}[holds] + strings.Join(all, "; ")
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", source, got, want)
		}
	}
}

func TestClaims(t *testing.T) {
	for source, want := range map[string]string{
		"customer.aov >= 5000 and (customer.vip and 3 < customer.aov)": "customer.aov >= 5000; customer.vip == true; customer.aov > 3",
		"not customer.vip and not (customer.aov > 1)":                  "customer.vip == false; customer.aov <= 1",
		"'vip' in tags and intent in ['affirm', 'price']":              "tags has vip; intent in [affirm price]",
		"customer.vip or customer.aov > 1":                             "?",
		"customer.aov * 2 > 1 and customer.vip == true":                "?; customer.vip == true",
	} {
		var all []string
		for _, c := range bound(t, source).Claims() {
			if c.Name == "" {
				all = append(all, "?")
				continue
			}
			all = append(all, fmt.Sprintf("%s %s %v", c.Name, c.Op, c.Value))
		}
		if got := strings.Join(all, "; "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", source, got, want)
		}
	}
}

// The quick way gives what the virtual machine gives.
func TestQuickIsTheSame(t *testing.T) {
	values := map[string][]string{"customer.aov": {"", "x", "-1", "0", "4999.99", "5000", "5000.01"}, "customer.name": {"", "王", "李", "a"},
		"customer.vip": {"", "true", "no", "maybe"}, "tags": {"", "vip", "vip, complaint"}}
	consts := map[string][]string{"customer.aov": {"0", "5000", "4999.99"}, "customer.name": {"'王'", "''"}, "customer.vip": {"true", "false"}}
	n := 0
	ask := func(source, name string) {
		l, ok := bound(t, source).root.(*leaf)
		if !ok || !l.plain {
			t.Fatalf("%s is not answered quickly", source)
		}
		for _, v := range values[name] {
			f := facts{vars: map[string]string{name: v}}
			if quick, slow := l.eval(f), l.run(f); quick != slow {
				t.Errorf("%s with %q: %v, the machine says %v", source, v, quick, slow)
			}
			n++
		}
	}
	for name, list := range consts {
		for _, c := range list {
			for op := range mirrored {
				if name == "customer.vip" && op != "==" && op != "!=" {
					continue
				}
				ask(name+" "+op+" "+c, name)
				ask(c+" "+op+" "+name, name)
			}
		}
	}
	ask("customer.vip", "customer.vip")
	ask("'vip' in tags", "tags")
	if n < 200 {
		t.Errorf("%d cases", n)
	}
}
