package feed

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
)

var asOf = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func mapping() Mapping {
	return Mapping{Source: "shop", Fields: Same(), Kinds: map[string]string{"PAID": "order", "LOGIN": Passed}, Zone: time.FixedZone("CST", 8*3600), Country: "CN", Currency: "CNY"}
}

func TestRowsOfManyForms(t *testing.T) {
	for name, c := range map[string]struct{ json, want string }{
		"whole":          {`{"customer":"u1","number":"138-0013-8000","id":7,"kind":"PAID","at":"2026-03-01 08:30","amount":"5,000","discount":true}`, "u1 +8613800138000 order 7 2026-03-01T00:30:00Z 5000.00 CNY true"},
		"seconds":        {`{"number":"+86 13800138000","id":"a","kind":"browse","at":1772600767}`, " +8613800138000 browse a 2026-03-04T05:06:07Z  false"},
		"milliseconds":   {`{"number":"13800138000","id":"a","kind":"browse","at":1772600767000}`, " +8613800138000 browse a 2026-03-04T05:06:07Z  false"},
		"person alone":   {`{"customer":"u1","kind":"LOGIN"}`, "u1 "},
		"no kind":        {`{"customer":"u1"}`, "bad: the kind of the event is missing"},
		"unknown kind":   {`{"customer":"u1","kind":"WHAT","id":"1","at":"2026-03-01"}`, "bad: the kind of the event is not known: name it under kinds"},
		"nobody":         {`{"kind":"browse","id":"1","at":"2026-03-01"}`, "bad: there is neither an id of the customer nor a number"},
		"not a person's": {`{"number":"95588","kind":"browse","id":"1","at":"2026-03-01"}`, "bad: the number is none that one person has (short)"},
		"shortened":      {`{"number":"1.38E+10","kind":"browse","id":"1","at":"2026-03-01"}`, "bad: a spreadsheet has shortened the number"},
		"no time":        {`{"customer":"u1","kind":"browse","id":"1","at":"soon"}`, "bad: at: this is no time: write it like 2026-03-04 15:30:00, or as seconds or milliseconds since 1970"},
		"no id":          {`{"customer":"u1","kind":"browse","at":"2026-03-01"}`, "bad: the event cannot be kept: it needs a source and an id, so that it is never counted twice"},
		"no JSON":        {`{"customer"`, "bad: this is no JSON"},
		"no object":      {`"u1"`, "bad: this is no object"},
		"too long":       {`{"customer":"` + strings.Repeat("x", 301) + `"}`, "bad: customer is longer than 300 bytes, or no text"},
	} {
		m, b := mapping(), Batch{Source: "shop"}
		m.JSON(&b, "1", []byte(c.json), asOf)
		got := ""
		for _, one := range b.Told {
			got = one.External + " " + strings.Join(one.Profile.Numbers, ",")
			if e := one.Event; e != nil {
				got += fmt.Sprint(" ", e.Kind, " ", e.ID, " ", e.At.Format(time.RFC3339), " ", e.Amount, " ", e.Discount)
			}
		}
		for _, p := range b.Bad {
			got += "bad: " + p.What
		}
		if got != c.want || b.Rows() != 1 {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestMarriageAndIncomeAreLeftOutAndCounted(t *testing.T) {
	m, b := mapping(), Batch{}
	m.JSON(&b, "1", []byte(`{"customer":"u1","kind":"LOGIN","tags":["vip","已婚"],"buyer":{"monthly_income":9000,"marital status":"x"},"salary":null}`), asOf)
	if b.Refused != 3 || len(b.Told) != 1 || fmt.Sprint(b.Told[0].Profile.Tags) != "[vip]" {
		t.Errorf("%+v", b)
	}
	m.Fields = map[string]string{"customer": "id", "text": "年收入", "colour": "x"}
	m.Event, m.Kinds = "buy", map[string]string{"A": "b"}
	var keys []string
	for _, f := range m.Faults() {
		keys = append(keys, f.Key)
	}
	if got := strings.Join(keys, " "); got != "fields.colour fields.text event kinds.A fields" {
		t.Errorf("faults of %s", got)
	}
}

func TestCSVComesInBatches(t *testing.T) {
	for name, text := range map[string]string{"comma": "\ufeffnumber,id,kind,at\n", "tab": "number\tid\tkind\tat\n"} {
		sep := ","
		if name == "tab" {
			sep = "\t"
		}
		var all strings.Builder
		all.WriteString(text)
		for i := range 2*BatchRows + 1 {
			fmt.Fprintln(&all, strings.Join([]string{fmt.Sprintf("138%08d", i), fmt.Sprint(i), "browse", "2026-03-01"}, sep))
		}
		all.WriteString("\"broken\"x" + sep + "\n")
		var sizes []int
		bad := 0
		m := mapping()
		if err := m.CSV(strings.NewReader(all.String()), asOf, func(b Batch) error {
			sizes, bad = append(sizes, b.Rows()), bad+len(b.Bad)
			for _, one := range b.Told {
				if one.Event == nil || one.Event.Kind != customer.Browse {
					t.Fatalf("%+v", one)
				}
			}
			return nil
		}); err != nil || fmt.Sprint(sizes, bad) != "[500 500 2] 1" {
			t.Errorf("%s: batches of %v, %d bad, %v", name, sizes, bad, err)
		}
	}
	m := mapping()
	if err := m.CSV(strings.NewReader("a,b\n1,2\n"), asOf, nil); err == nil || !strings.Contains(err.Error(), "no column tells whose") {
		t.Errorf("%v", err)
	}
}
