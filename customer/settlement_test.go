package customer

import (
	"strings"
	"testing"
)

func TestSettlements(t *testing.T) {
	for name, c := range map[string]struct {
		given Settlement
		want  Compensation // with an amount in one form
		wrong string
	}{
		"no outcome":            {Settlement{Note: "called"}, Compensation{}, ""},
		"an outcome of ours":    {Settlement{Note: "called", Outcome: "solved"}, Compensation{}, `"solved" is no outcome: write done,`},
		"not a word":            {Settlement{}, Compensation{}, "say in a note"},
		"too many":              {Settlement{Note: strings.Repeat("x", 2001)}, Compensation{}, "say in a note"},
		"a coupon":              {paid("coupon", "20", "", "A7"), Compensation{Kind: GivenCoupon, Value: "20.00", Currency: "CNY", Code: "A7"}, ""},
		"of another currency":   {paid("coupon", "12.5", "USD", ""), Compensation{Kind: GivenCoupon, Value: "12.50", Currency: "USD"}, ""},
		"written with it":       {paid("refund", "€ 4,999.9", "", ""), Compensation{Kind: GivenRefund, Value: "4999.90", Currency: "EUR"}, ""},
		"of two currencies":     {paid("refund", "$5", "EUR", ""), Compensation{}, "in USD and the currency is EUR"},
		"of no currency":        {paid("refund", "5", "cny", ""), Compensation{}, "is no currency"},
		"a code is enough":      {paid("coupon", "", "", "A7"), Compensation{Kind: GivenCoupon, Code: "A7"}, ""},
		"an empty coupon":       {paid("coupon", "", "", ""), Compensation{}, "a value, a code or both"},
		"a code of two":         {paid("coupon", "", "", "A7 B8"), Compensation{}, "no spaces"},
		"points":                {paid("points", "500", "", ""), Compensation{Kind: GivenPoints, Value: "500"}, ""},
		"half a point":          {paid("points", "0.5", "", ""), Compensation{}, "a whole number"},
		"points of money":       {paid("points", "500", "CNY", ""), Compensation{}, "a whole number"},
		"points with a code":    {paid("points", "500", "", "A7"), Compensation{}, "no code"},
		"no points":             {paid("points", "", "", ""), Compensation{}, "points need a value"},
		"nothing back":          {paid("refund", "0", "", ""), Compensation{}, "is not from 0.01"},
		"less than nothing":     {paid("refund", "-3", "", ""), Compensation{}, "is not from 0.01"},
		"more than there is":    {paid("refund", "100000000.01", "", ""), Compensation{}, "is not from 0.01"},
		"parts of a cent":       {paid("refund", "1.005", "", ""), Compensation{}, "more than two decimals"},
		"no amount":             {paid("refund", "much", "", ""), Compensation{}, "is no amount"},
		"of nothing":            {paid("coupon", "", "CNY", "A7"), Compensation{}, "a currency and no value"},
		"a kind of ours":        {paid("voucher", "5", "", ""), Compensation{}, `"voucher" is no kind: write coupon,`},
		"something else":        {paid("other", "", "", ""), Compensation{}, "say in its note"},
		"given, though dropped": {Settlement{Note: "n", Outcome: Dropped, Compensation: &Compensation{Kind: GivenPoints, Value: "5"}}, Compensation{}, "contradict each other"},
	} {
		got, err := c.given.Check("CNY")
		switch {
		case c.wrong != "":
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%s: %v, want %q", name, err, c.wrong)
			}
		case err != nil || got.Outcome != Done:
			t.Errorf("%s: %+v, %v", name, got, err)
		case c.want.Kind == "" && got.Compensation != nil || c.want.Kind != "" && *got.Compensation != c.want:
			t.Errorf("%s: %+v, want %+v", name, got.Compensation, c.want)
		case c.want.Kind != "":
			if again := Paid(c.want.Kind, c.want.Worth(), c.want.Code, c.want.Note); *again != c.want {
				t.Errorf("%s: read back as %+v", name, again)
			}
		}
	}
}

func paid(kind CompensationKind, value, currency, code string) Settlement {
	return Settlement{Note: "called", Compensation: &Compensation{Kind: kind, Value: value, Currency: currency, Code: code}}
}
