package intake

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/parley-voice/parley/customer"
)

var asOf = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// kept takes all profiles and remembers them.
type kept struct{ all []customer.Profile }

func (k *kept) keep(_ context.Context, ps ...customer.Profile) (out []customer.Upserted, err error) {
	k.all = append(k.all, ps...)
	for range ps {
		out = append(out, customer.Upserted{Change: customer.Created})
	}
	return out, nil
}

func run(t *testing.T, text string, o Options) (Report, []customer.Profile, error) {
	t.Helper()
	o.Source, o.AsOf, o.Country, o.Currency = "crm.csv", asOf, "CN", "CNY"
	var k kept
	r, err := Import(t.Context(), strings.NewReader(text), o, k.keep)
	return r, k.all, err
}

const chinese = "会员编号,姓名,手机号,备用电话,标签,客单价,省份,城市,语言,已购产品,风险等级,更新时间,consent:marketing,field:尺码,备注\r\n" +
	"c1,李雷,138-0013-8000,010-62345678;13900139000,vip；新客,\"5,000\",广东省,深圳市,zh-CN,水壶、汽车,高,2026/3/1 08:30,是,L,随便\r\n"

func TestImportReadsEveryField(t *testing.T) {
	updated := time.Date(2026, 3, 1, 0, 30, 0, 0, time.UTC)
	want := customer.Profile{
		ID: "c1", Name: "李雷", Numbers: []string{"+8613800138000", "+861062345678", "+8613900139000"}, Tags: []string{"vip", "新客"},
		Value: customer.Money{Cents: 500000, Currency: "CNY"}, Region: "广东深圳", Language: "zh-CN", Products: []string{"水壶", "汽车"}, Risk: customer.HighRisk,
		Consent: []customer.Consent{{Purpose: "marketing", State: customer.Granted, Basis: "consent", Source: "crm.csv", At: updated}},
		Fields:  map[string]customer.Field{"尺码": {Value: "L", Source: "crm.csv"}}, Source: "crm.csv", Updated: updated,
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(chinese)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"UTF-8": chinese, "with BOM": "\ufeff" + chinese, "GB18030": gb,
	} {
		r, all, err := run(t, text, Options{Zone: time.FixedZone("CST", 8*3600)})
		if err != nil || len(all) != 1 || !reflect.DeepEqual(all[0], want) {
			t.Errorf("%s: %+v, %v\nwant %+v", name, all, err, want)
		}
		if r.Rows != 1 || r.Created != 1 || r.Bad != 0 || !reflect.DeepEqual(r.Ignored, []string{"备注"}) {
			t.Errorf("%s: %+v", name, r)
		}
	}
	english := "Customer ID;Full Name;Phone Number;prefer:channel;Currency;Average Order Value;shoe\nc9;Ann;+1 212 555 1234;sms;usd;12.50;42\n"
	_, all, err := run(t, english, Options{Map: map[string]string{"Shoe": "field:shoe"}})
	if err != nil || len(all) != 1 || all[0].Numbers[0] != "+12125551234" || all[0].Value != (customer.Money{Cents: 1250, Currency: "USD"}) ||
		all[0].Preferences["channel"] != "sms" || all[0].Fields["shoe"].Value != "42" || !all[0].Updated.Equal(asOf) {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestBadRowsAreToldAndGoodOnesKept(t *testing.T) {
	text := `id,phone,value,language,risk,updated,name
a,13800138000,1,zh,low,2026-03-01,good
b,1.38E+10,,,,,
c,95588,,,,,
d,13900139000,many,,,,
e,13900139001,,klingonisch,,,
f,13900139002,,,odd,,
g,13900139003,,,,yesterday,
h,13900139004,,,,2027-01-01,
,,,,,,nobody
i,13900139005,1,2,3,4,5,6,7
"j"x,13900139006,,,,,
k,13900139007,,,,,also good

a,13800138000,1,zh,low,2026-03-01,other
a,13800138000,1,zh,low,2026-03-02,later
k,13900139007,,,,,also good
,13900139007,,,,,its number
`
	r, all, err := run(t, text, Options{})
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	if got := strings.Join(names, " "); err != nil || got != "good also good later" {
		t.Errorf("kept %q, %v", got, err)
	}
	var lines []string
	for _, p := range r.Problems {
		if lines = append(lines, fmt.Sprint(p.Line)); p.What == "" || p.Do == "" {
			t.Errorf("line %d: no remedy: %+v", p.Line, p)
		}
	}
	if got := strings.Join(lines, " "); got != "3 4 5 6 7 8 9 10 11 12 15 18" || r.Bad != 12 || r.Rows != 16 || r.Created != 3 || r.Same != 1 {
		t.Errorf("lines %s of %+v", got, r)
	}
}

func TestSensitiveTagsAreRefused(t *testing.T) {
	r, all, err := run(t, "id,tags\na,vip;已婚\nb,High-Income\nc,vip\n", Options{})
	if err != nil || r.Bad != 2 || len(all) != 1 || all[0].ID != "c" || !strings.Contains(r.Problems[0].What, "已婚") {
		t.Errorf("kept %+v, %+v, %v", all, r, err)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		m    map[string]string
		says string
	}{
		"empty":            {"", nil, "header"},
		"marriage":         {"id,婚姻状况\n1,已婚\n", nil, "婚姻"},
		"income":           {"id,Annual Income\n1,5\n", nil, "income"},
		"full width":       {"id,Ｓａｌａｒｙ\n1,5\n", nil, "salary"},
		"spelled out":      {"id,in_come (yearly)\n1,5\n", nil, "income"},
		"mapped to income": {"id,x\n1,5\n", map[string]string{"x": "field:income"}, "income"},
		"income, mapped":   {"id,income\n1,5\n", map[string]string{"income": "field:x"}, "income"},
		"no key":           {"name,value\nLi,5\n", nil, "phone"},
		"unknown field":    {"id,x\n1,5\n", map[string]string{"x": "zzz"}, "zzz"},
		"unknown column":   {"id,x\n1,5\n", map[string]string{"y": "name"}, `"y"`},
		"binary":           {"id\n\xff\xff\xff\xff", nil, ""},
	} {
		r, all, err := run(t, c.text, Options{Map: c.m})
		if name == "binary" { // read as GB18030 with characters that are none
			if len(all) != 0 || r.Bad == 0 && err == nil {
				t.Errorf("%s: kept %+v, %+v", name, all, r)
			}
			continue
		}
		if !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), c.says) || len(all) != 0 {
			t.Errorf("%s: %v, kept %d", name, err, len(all))
		}
	}
	if _, _, err := run(t, "id\n"+strings.Repeat("1\n", 100), Options{MaxBytes: 100}); !errors.Is(err, ErrFile) {
		t.Errorf("a file too large: %v", err)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	r, _, err := run(t, "phone\n"+strings.Repeat("nobody\n", MaxProblems+500), Options{})
	if err != nil || len(r.Problems) != MaxProblems || r.Bad != MaxProblems+500 {
		t.Errorf("%d told, %d counted, %v", len(r.Problems), r.Bad, err)
	}
}

func FuzzImport(f *testing.F) {
	f.Add(chinese)
	f.Add("id,phone\n\"a\nb,1\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, all, err := run(t, text, Options{MaxBytes: 1 << 16})
		if err == nil && r.Rows != len(all)+r.Bad+r.Same {
			t.Errorf("%d rows, %d kept, %d bad, %d same", r.Rows, len(all), r.Bad, r.Same)
		}
	})
}
