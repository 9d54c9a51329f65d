package customer

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Money is an amount in hundredths of its currency.
type Money struct {
	Cents    int64  `json:"cents"`
	Currency string `json:"currency,omitempty"` // ISO 4217; "" for no amount
}

// currencies by the signs that people write.
var currencies = []struct{ sign, code string }{
	{"人民币", "CNY"}, {"rmb", "CNY"}, {"¥", "CNY"}, {"￥", "CNY"}, {"元", "CNY"}, {"hk$", "HKD"}, {"us$", "USD"}, {"$", "USD"}, {"€", "EUR"}, {"£", "GBP"},
}

// ParseMoney reads 4999.99, 4,999.99, ￥5000, 5000元 or USD 12.5; currency is that
// of an amount which names none. More than two decimals are refused: they would
// have to be rounded.
func ParseMoney(text, currency string) (Money, error) {
	s := strings.ToLower(strings.TrimSpace(text))
	for _, c := range currencies {
		if rest := strings.ReplaceAll(s, c.sign, ""); rest != s {
			s, currency = rest, c.code
			break
		}
	}
	s = strings.TrimSpace(s)
	for _, cut := range []func() (string, string){
		func() (string, string) { return s[:min(3, len(s))], s[min(3, len(s)):] },
		func() (string, string) { return s[max(0, len(s)-3):], s[:max(0, len(s)-3)] },
	} {
		if code, rest := cut(); letters(code) {
			s, currency = strings.TrimSpace(rest), strings.ToUpper(code)
		}
	}
	whole, part, _ := strings.Cut(thousands(s), ".")
	negative := strings.HasPrefix(whole, "-")
	whole = strings.TrimPrefix(whole, "-")
	if !digitsOnly(whole) || whole == "" || part != "" && !digitsOnly(part) {
		return Money{}, fmt.Errorf("%q is no amount: write it like 4999.99", text)
	}
	if strings.TrimRight(part, "0") != part && len(part) > 2 {
		part = strings.TrimRight(part, "0")
	}
	if len(part) > 2 {
		return Money{}, fmt.Errorf("%q has more than two decimals", text)
	}
	units, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || units > math.MaxInt64/100-1 {
		return Money{}, fmt.Errorf("%q is too large an amount", text)
	}
	cents, _ := strconv.ParseInt((part + "00")[:2], 10, 64) // two digits
	m := Money{Cents: units*100 + cents, Currency: currency}
	if negative {
		m.Cents = -m.Cents
	}
	return m, nil
}

// thousands takes out commas that stand where commas stand.
func thousands(s string) string {
	whole, part, dot := strings.Cut(s, ".")
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && (len(g) > 3 || g == "") {
			return s
		}
	}
	whole = strings.Join(groups, "")
	if dot {
		return whole + "." + part
	}
	return whole
}

func letters(s string) bool {
	return len(s) == 3 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == ""
}

func digitsOnly(s string) bool { return strings.Trim(s, "0123456789") == "" }

// AtLeast tells whether m reaches limit. Amounts in different currencies do not
// compare, and none reaches nothing.
func (m Money) AtLeast(limit Money) bool {
	return m.Currency != "" && m.Currency == limit.Currency && m.Cents >= limit.Cents
}

// String writes 4999.99 CNY, "" for no amount.
func (m Money) String() string {
	if m.Currency == "" {
		return ""
	}
	sign, c := "", m.Cents
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d %s", sign, c/100, c%100, m.Currency)
}
