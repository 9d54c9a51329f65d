package values

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestSpokenReadsBack holds that what is read to the caller is understood as the
// same value when they say it back.
func TestSpokenReadsBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	size := func() int64 { // every order of magnitude
		n := int64(1)
		for range r.IntN(9) {
			n = n*10 + r.Int64N(10)*r.Int64N(2)
		}
		return n
	}
	digits := func(n int) (d string) {
		for range n {
			d += string(rune('0' + r.IntN(10)))
		}
		return d
	}
	day := func() time.Time { return goldNow.AddDate(0, 0, r.IntN(20000)-12000) }
	for typ, make := range map[string]func(lang string) string{
		Digits: func(string) string { return digits(1 + r.IntN(12)) },
		Number: func(string) string {
			return plain(float64(size()) / []float64{1, 1, 1, 10, 100, 1000}[r.IntN(6)] * float64(1-2*(r.IntN(8)/7)))
		},
		Amount: func(lang string) string {
			code := map[string][]string{"zh": {"CNY", "CNY", "USD", "EUR"}, "en": {"USD", "USD", "CNY", "GBP"}, "en-GB": {"GBP", "GBP", "USD", "EUR"}}[lang][r.IntN(4)]
			return cents(float64(size())/[]float64{1, 10, 100}[r.IntN(3)]) + " " + code
		},
		Date: func(string) string { return day().Format(dateLayout) },
		Time: func(string) string { return fmt.Sprintf("%02d:%02d", r.IntN(24), r.IntN(60)) },
		DateTime: func(string) string {
			return day().Format("2006-01-02T") + fmt.Sprintf("%02d:%02d", r.IntN(24), r.IntN(60))
		},
		Phone: func(lang string) string {
			return map[string]string{"zh": "+86138" + digits(8), "en": "+1415555" + digits(4), "en-GB": "+447911" + digits(6)}[[]string{"zh", "en", "en-GB"}[r.IntN(3)]]
		},
		YesNo: func(string) string { return []string{"yes", "no"}[r.IntN(2)] },
	} {
		for _, lang := range []string{"zh", "en", "en-GB"} {
			wrong := 0
			for range 400 {
				want := make(lang)
				o := Options{Language: lang, Now: goldNow}
				if _, v := validPhone(want, ""); typ == Phone && v != found {
					continue // not every number is given out
				}
				said := Spoken(typ, want, o)
				if v, ok := Read(typ, said, o); !ok || v.Canonical != want {
					if wrong++; wrong <= 5 {
						t.Errorf("%s %s %s is read as %q, which is understood as %q (%v)", lang, typ, want, said, v.Canonical, ok)
					}
				}
			}
		}
	}
}

func TestSpoken(t *testing.T) {
	for _, c := range []struct{ lang, typ, canonical, want string }{
		{"zh", Amount, "199.50 CNY", "一百九十九块五"},
		{"zh", Amount, "199.99 CNY", "一百九十九块九毛九"},
		{"zh", Amount, "0.50 CNY", "五毛"},
		{"zh", Amount, "20.05 USD", "二十点零五美元"},
		{"zh", Amount, "22000.00 CNY", "两万两千块"},
		{"zh", Number, "2050", "两千零五十"},
		{"zh", Number, "10010", "一万零一十"},
		{"zh", Number, "1.5", "一点五"},
		{"zh", Digits, "5519", "五五幺九"},
		{"zh", Phone, "+8613812345678", "幺三八，幺二三四，五六七八"},
		{"zh", Phone, "95588", "九五五八八"},
		{"zh", Phone, "+861065181234", "零幺零，六五幺八，幺二三四"},
		{"zh", Digits, "5519421", "五五幺，九四二幺"},
		{"zh", Digits, "13812345678", "幺三八，幺二三四，五六七八"},
		{"en", Digits, "550942", "five five zero, nine four two"},
		{"zh", Date, "2026-10-29", "十月二十九号，星期四"},
		{"zh", Date, "2028-03-05", "二零二八年三月五号，星期天"},
		{"zh", Time, "15:30", "下午三点半"},
		{"zh", DateTime, "2026-10-29T09:05", "十月二十九号，星期四，上午九点零五分"},
		{"en", Amount, "199.50 USD", "one hundred and ninety-nine dollars fifty"},
		{"en", Amount, "1.00 USD", "one dollar"},
		{"en", Amount, "0.05 USD", "five cents"},
		{"en-AU", Amount, "5.00 AUD", "five dollars"},
		{"en-AU", Amount, "5.00 USD", "five US dollars"},
		{"en", Number, "2050", "two thousand and fifty"},
		{"en", Digits, "5509", "five five zero nine"},
		{"en", Phone, "+14155552671", "four one five, five five five, two six seven one"},
		{"en", Phone, "+447911123456", "plus four four, seven nine one one, one two three, four five six"},
		{"en", Date, "2026-11-03", "Tuesday, November the third"},
		{"en", Time, "15:30", "three thirty in the afternoon"},
		{"en", Time, "00:00", "twelve am"},
		{"en", DateTime, "2026-11-03T09:05", "Tuesday, November the third at nine oh five in the morning"},
		{"en", Date, "nonsense", "nonsense"},
		{"en", Name, "John", "John"},
	} {
		if got := Spoken(c.typ, c.canonical, Options{Language: c.lang, Now: goldNow}); got != c.want {
			t.Errorf("%s %s %s: %q, want %q", c.lang, c.typ, c.canonical, got, c.want)
		}
	}
}

// TestTakesBack tells what begins a number anew from what goes on with it.
func TestTakesBack(t *testing.T) {
	for text, want := range map[string]bool{
		"no, one two three": true, "no": true, "不对，幺三八": true, "不，幺三八": true, "说错了": true, "scratch that": true,
		"start over": true, "可以重来吗": true, "let me start again": true,
		"one three eight": false, "幺三八": false, "不": true, "等一下": false, "wait": false, "sorry, eight": false, "": false, "and double oh": false,
	} {
		if got := TakesBack(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

func TestGroupsOf(t *testing.T) {
	for digits, want := range map[string]string{"": "", "5": "5", "5509": "5509", "55094": "55094", "550942": "550 942", "5509421": "550 9421", "55094218": "5509 4218",
		"550942183": "550 942 183", "5509421837": "550 942 1837", "13812345678": "138 1234 5678", "550942183712": "5509 4218 3712", "5509421837125": "550 942 183 7125"} {
		if got := strings.Join(groupsOf(digits), " "); got != want {
			t.Errorf("%s is read as %s, want %s", digits, got, want)
		}
	}
}
