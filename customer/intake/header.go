package intake

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/parley-voice/parley/customer"
)

// column is what one column of the file tells.
type column struct {
	field string // "" for nothing
	name  string // of a field of your own, a preference or a purpose of consent
}

// headers are the names that fields go by, folded.
var headers = map[string]string{
	"id":       "id customerid memberid 客户编号 客户id 会员编号 会员号 编号",
	"name":     "name fullname customername 姓名 客户姓名 客户名称 名称 名字",
	"number":   "number phone mobile tel telephone phonenumber mobilenumber mobilephone phone2 手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 备用电话 固定电话",
	"tags":     "tags tag labels 标签 客户标签",
	"value":    "value averageordervalue averageorder avgorder aov 客单价 平均客单价 平均订单金额",
	"currency": "currency 币种 货币",
	"province": "province 省 省份",
	"region":   "region city area 地区 城市 市 所在地 省市",
	"language": "language lang 语言",
	"products": "products product 产品 商品 已购产品 已购商品",
	"risk":     "risk 风险 风险等级",
	"updated":  "updated updatedat lastmodified modified 更新时间 修改时间 更新日期",
}

// prefixes of headers that name something of their own.
var prefixes = map[string]string{"field": "field:", "prefer": "prefer:", "consent": "consent:"}

// Fields are the names that a header can be mapped to.
func Fields() []string {
	names := slices.Sorted(maps.Keys(headers))
	return append(names, "field:NAME", "prefer:NAME", "consent:PURPOSE")
}

// fold makes spellings of a header one.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == ':' {
			return unicode.ToLower(r)
		}
		return -1
	}, width.Fold.String(s))
}

// columns finds what each column tells. Sensitive ones are an error: whoever sends
// them should know.
func columns(header []string, given map[string]string) (all []column, ignored []string, err error) {
	mapped := map[string]string{}
	for from, to := range given {
		mapped[fold(from)] = to
	}
	keys := false
	for i, h := range header {
		to, byHand := mapped[fold(h)]
		delete(mapped, fold(h))
		if word := guarded(h, to); word != "" {
			return nil, nil, fmt.Errorf("column %d, %q, is about %q, which may not be kept of a person: delete the column and import again", i+1, h, word)
		}
		if !byHand {
			to = h
		}
		c, ok := meaning(to)
		if !ok && byHand {
			return nil, nil, fmt.Errorf("%q is mapped to %q, which is no field: the fields are %s", h, to, strings.Join(Fields(), ", "))
		}
		if c.field == "" {
			ignored = append(ignored, h)
		}
		keys = keys || c.field == "id" || c.field == "number"
		all = append(all, c)
	}
	for _, left := range slices.Sorted(maps.Keys(mapped)) {
		return nil, nil, fmt.Errorf("there is no column %q to map: the columns are %s", left, strings.Join(header, ", "))
	}
	if !keys {
		return nil, nil, fmt.Errorf("no column is an id or a number: name one id or phone, or map one (--map HEADER=number); the columns are %s", strings.Join(header, ", "))
	}
	return all, ignored, nil
}

// guarded gives the sensitive word in a header or in what it is mapped to.
func guarded(names ...string) string {
	for _, n := range names {
		if word := customer.Sensitive(n); word != "" {
			return word
		}
	}
	return ""
}

func meaning(h string) (column, bool) {
	folded := fold(h)
	for field, names := range headers {
		if slices.Contains(strings.Fields(names), folded) {
			return column{field: field}, true
		}
	}
	for field, prefix := range prefixes {
		if strings.HasPrefix(folded, prefix) {
			_, name, _ := strings.Cut(width.Fold.String(h), ":")
			if name = strings.TrimSpace(name); name != "" {
				return column{field, name}, true
			}
		}
	}
	return column{}, false
}
