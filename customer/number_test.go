package customer

import "testing"

func TestParse(t *testing.T) {
	for _, c := range []struct {
		raw, region, text string
		kind              Kind
		country, masked   string
	}{
		{"13800138000", "CN", "+8613800138000", Mobile, "CN", "+86138****8000"},
		{"+86 138-0013-8000", "CN", "+8613800138000", Mobile, "CN", "+86138****8000"},
		{"008613800138000", "CN", "+8613800138000", Mobile, "CN", "+86138****8000"},
		{"8613800138000", "CN", "+8613800138000", Mobile, "CN", "+86138****8000"},
		{"013800138000", "CN", "+8613800138000", Mobile, "CN", "+86138****8000"},
		{"１３８００１３８０００", "CN", "+8613800138000", Mobile, "CN", "+86138****8000"},
		{"<sip:13800138000@203.0.113.5;user=phone>", "CN", "+8613800138000", Mobile, "CN", "+86138****8000"},
		{"tel:+86-138-0013-8000;ext=2", "US", "+8613800138000", Mobile, "CN", "+86138****8000"},
		{"010-6234 5678", "CN", "+861062345678", Landline, "CN", "+8610****5678"},
		{"(0755) 82345678", "CN", "+8675582345678", Landline, "CN", "+86755****5678"},
		{"4008001234", "CN", "4008001234", Hotline, "CN", "4008001234"},
		{"400-800-1234", "CN", "4008001234", Hotline, "CN", "4008001234"},
		{"+864008001234", "CN", "4008001234", Hotline, "CN", "4008001234"},
		{"8008201234", "CN", "8008201234", Hotline, "CN", "8008201234"},
		{"95588", "CN", "95588", Short, "CN", "95588"},
		{"+8695588", "CN", "95588", Short, "CN", "95588"},
		{"955881", "CN", "955881", Short, "CN", "955881"},
		{"12345", "CN", "12345", Short, "CN", "12345"},
		{"10086", "CN", "10086", Short, "CN", "10086"},
		{"110", "CN", "110", Short, "CN", "110"},
		{"110", "US", "110", Internal, "", "110"},
		{"911", "US", "911", Short, "US", "911"},
		{"4001", "CN", "4001", Internal, "", "4001"},
		{"li.wei", "CN", "li.wei", Internal, "", "li.wei"},
		{"", "CN", "", Withheld, "", ""},
		{"anonymous", "CN", "", Withheld, "", ""},
		{"sip:Anonymous@anonymous.invalid", "CN", "", Withheld, "", ""},
		{"Restricted", "CN", "", Withheld, "", ""},
		{"13800", "CN", "13800", Short, "CN", "13800"},
		{"23800138000", "CN", "23800138000", Invalid, "", "*******8000"},
		{"+12125551234", "CN", "+12125551234", Mobile, "US", "+121****1234"},
		{"(212) 555-1234", "US", "+12125551234", Mobile, "US", "+121****1234"},
		{"+18005551234", "CN", "+18005551234", Hotline, "US", "+18005551234"},
		{"+85291234567", "CN", "+85291234567", Mobile, "HK", "+852****4567"},
	} {
		got := Parse(c.raw, c.region)
		if want := (Number{c.text, c.kind, c.country}); got != want {
			t.Errorf("Parse(%q, %s) = %+v, want %+v", c.raw, c.region, got, want)
		}
		if m := got.Masked(); m != c.masked {
			t.Errorf("%q masked is %q, want %q", c.raw, m, c.masked)
		}
	}
}

// Parse takes whatever comes, and its answer is a number that it reads the same again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"13800138000", "+86", "00", "sip:@", "<>", "tel:;", "+", "0", "95588", "+8640080012345"} {
		f.Add(s, "CN")
	}
	f.Add("212 555 1234", "US")
	f.Fuzz(func(t *testing.T, raw, region string) {
		n := Parse(raw, region)
		_, _ = n.Masked(), n.Place()
		if n.Personal() {
			if again := Parse(n.Text, region); again != n {
				t.Errorf("%q gives %+v, and that gives %+v", raw, n, again)
			}
		}
	})
}

func TestPlace(t *testing.T) {
	for raw, want := range map[string]string{
		"13800138000":   "北京",
		"13912345678":   "江苏常州",
		"010-62345678":  "北京",
		"0755-82345678": "广东深圳",
		"0898-12345678": "海南海口",
		"0951-5012345":  "宁夏银川",
		"17012345678":   "CN", // the tables do not know 17x
		"19112345678":   "CN",
		"95588":         "CN",
		"+12125551234":  "US",
		"anonymous":     "",
	} {
		n := Parse(raw, "CN")
		if got := n.Place().String(); got != want {
			t.Errorf("%s is of %q, want %q", raw, got, want)
		}
	}
}

func TestRegion(t *testing.T) {
	for text, want := range map[string]string{
		"广东省深圳市": "广东深圳", "广东 深圳": "广东深圳", "广东": "广东", "北京市": "北京", "北京": "北京", "重庆市重庆市": "重庆",
		"内蒙古自治区呼和浩特市": "内蒙古呼和浩特", "广西壮族自治区": "广西", "新疆维吾尔自治区伊犁": "新疆伊犁", "香港特别行政区": "香港",
		"Bavaria": "Bavaria", "": "",
	} {
		if got := Region(text); got != want {
			t.Errorf("Region(%s) = %s, want %s", text, got, want)
		}
	}
}

func TestMoney(t *testing.T) {
	for text, want := range map[string]Money{
		"4999.99": {499999, "CNY"}, "5,000": {500000, "CNY"}, "￥5000": {500000, "CNY"}, "5000元": {500000, "CNY"},
		"USD 12.5": {1250, "USD"}, "12.50usd": {1250, "USD"}, "$1,234,567.89": {123456789, "USD"}, "-3": {-300, "CNY"},
		"HK$10": {1000, "HKD"}, "4999.9900": {499999, "CNY"}, "0": {0, "CNY"},
	} {
		if got, err := ParseMoney(text, "CNY"); err != nil || got != want {
			t.Errorf("%s is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "abc", "1,00", "12.345", "1e5", "--1", "1.2.3", "99999999999999999999", "12 34", "CNY"} {
		if got, err := ParseMoney(text, "CNY"); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
	limit := Money{500000, "CNY"}
	for _, c := range []struct {
		m    Money
		want bool
	}{
		{Money{499900, "CNY"}, false}, {Money{499999, "CNY"}, false}, {Money{500000, "CNY"}, true},
		{Money{900000, "USD"}, false}, {Money{}, false},
	} {
		if got := c.m.AtLeast(limit); got != c.want {
			t.Errorf("%v at least %v: %v", c.m, limit, got)
		}
	}
	if s := (Money{-5, "CNY"}).String(); s != "-0.05 CNY" {
		t.Errorf("minus five cents are %q", s)
	}
}
